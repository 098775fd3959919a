"""What a part of the rows, grouped anew beside added ones, changes of the former ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.merging import ends_of
from fanzha.ledger.assembly.partial import Former, Part
from fanzha.ledger.assembly.reversals import says_reversal
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.assembly.sources import ROW_COPY
from fanzha.ledger.columns import I64, NONE, OUTSIDE, Flags, Transfers


@dataclass(frozen=True, slots=True)
class Regrouping:
    """How the part's transfers follow from the former ones."""

    inside: Flags  # by transfer of the part: an end of it is a touched account
    former: I64  # by transfer of the part: the former transfer that its rows were, -1 if none or several
    dropped: I64  # former transfers of which a row is in a transfer inside now, or is removed; rising
    unsettled: I64  # accounts, by former number, that change although they are not touched
    stray: bool  # something changed that no account answers for


@dataclass(frozen=True, slots=True)
class _Rows:
    """Per row of the part: the former source row and transfer that it was (-1: it is added), its transfer now."""

    source: I64
    former: I64
    now: I64


def compare(former: Former, part: Part, rules: PairingRules) -> Regrouping:
    """Finds what changed, and for which accounts that is more than a touched account's own affair.

    An account that is not touched must keep every row that it had, on its side, as it was; only the other end of a
    transfer, if touched, may be told otherwise.
    """
    rows = _rows(former, part)
    t, was = part.merged.transfers, former.assembly.columns.transfers
    old = rows.former >= 0
    n, far = len(t), len(was)
    first, last = np.full(n, far), np.full(n, -1)
    np.minimum.at(first, rows.now[old], rows.former[old])
    np.maximum.at(last, rows.now[old], rows.former[old])
    held = np.bincount(rows.now[old], minlength=n)
    sole = np.where(first == last, first, -1)
    whole = (sole >= 0) & (held == np.diff(former.assembly.sources.offsets)[sole])
    pure = whole & (np.bincount(rows.now, minlength=n) == held)
    touched = part.touched
    inside = touched[t.payer] | touched[t.payee]
    changed = ~inside & ~pure
    # A transfer that had nobody at its other end, and was taken back or took one back, leaves others of the account free.
    nobody = (was.payer == OUTSIDE) | (was.payee == OUTSIDE)
    unbound = whole & (nobody & _taking_back(was))[sole]
    pockets: list[I64] = []
    for now, before, told_by, at_us, was_at_us, balance, was_balance in (
        (t.payer, was.payer, part.merged.payer_told_by, t.payer_at_us, was.payer_at_us, t.payer_balance_minor,
         was.payer_balance_minor),
        (t.payee, was.payee, part.merged.payee_told_by, t.payee_at_us, was.payee_at_us, t.payee_balance_minor,
         was.payee_balance_minor),
    ):  # fmt: skip
        end, before_end = now.astype(np.int64), part.pocket[before[sole]]
        changed |= ~inside & (before_end != end)
        kept = whole & (before_end == end) & old[told_by]
        # Where in its day or minute a coarse row stands, only all rows of its account tell.
        stated, width = part.grouped.rows.at_us[told_by], part.grouped.rows.width_us[told_by]
        before_at_us = was_at_us[sole]
        kept &= (at_us == before_at_us) | ((stated <= before_at_us) & (before_at_us <= stated + width))
        kept &= balance == was_balance[sole]
        kept &= ~unbound
        pockets.append(end[inside & ~kept & ~touched[end]])
        ends_before = part.pocket[before[rows.former[old]]]
        pockets.append(ends_before[(ends_before > OUTSIDE) & (ends_before != end[rows.now[old]])])
    bare = changed & (t.payer == OUTSIDE) & (t.payee == OUTSIDE)
    pockets += [end[changed].astype(np.int64) for end in (t.payer, t.payee)]
    named = np.unique(np.concatenate(pockets))
    entities, stray = _copies_elsewhere(former, part, rows)
    accounts = np.concatenate(
        [part.pockets.entity[named[named > OUTSIDE]].astype(np.int64), entities, _renamed(part, rules)]
    )
    return Regrouping(
        inside=inside,
        former=np.where(whole, sole, -1),
        dropped=np.union1d(rows.former[old & inside[rows.now]], np.flatnonzero(former.robbed)),
        unsettled=_former_numbers(part, accounts),
        stray=stray or bool(bare.any()),
    )


def _taking_back(t: Transfers) -> Flags:
    """Transfers that take another back or are taken back."""
    found: Flags = t.reverses != NONE
    found[t.reverses[found]] = True
    return found


def _rows(former: Former, part: Part) -> _Rows:
    rows = part.grouped.rows
    file = part.former_file[rows.file]
    old = file >= 0
    number = former.base[file[old]] + rows.place[old]
    # The part's former rows come in the order of their numbers.
    source = np.full(len(rows), -1, np.int64)
    source[old] = part.rows[np.searchsorted(former.numbers_of(part.rows), number)]
    transfer = np.where(old, former.transfer_of_row[source], -1)
    return _Rows(source, transfer, part.merged.transfer_of_row)


def _copies_elsewhere(former: Former, part: Part, rows: _Rows) -> tuple[I64, bool]:
    """Accounts not touched of whose rows another one counts as a copy now; and whether that happened to nobody's rows."""
    table = part.grouped.rows
    was_copy = (former.assembly.sources.flags[rows.source] & ROW_COPY) != 0
    moved = (rows.former >= 0) & (was_copy != part.grouped.copies)
    inside = np.append(part.who.touched, np.False_)
    owned = [(table.payer, table.payer_owned), (table.payee, table.payee_owned)]
    foreign = [entity[moved & own & (entity != UNKNOWN) & ~inside[entity]] for entity, own in owned]
    answered = np.any([own & (entity != UNKNOWN) for entity, own in owned], axis=0)
    return np.concatenate(foreign).astype(np.int64), bool((moved & ~answered).any())


def _renamed(part: Part, rules: PairingRules) -> I64:
    """Accounts not touched that a masked number may name no longer, or whose reversals name one.

    Where a copy tells the number in full, the masked one may be gone. What a reversal takes back, and with it whom it names
    in full, only all rows of its own account can tell.
    """
    table = part.grouped.rows
    inside = np.append(part.who.touched, np.True_)  # code -1 indexes the last element
    ends = ((table.payer, table.payee), (table.payee, table.payer))
    told = ends_of(table, part.grouped.fields)
    found = [named[(named != end) & ~inside[named]] for (named, _), end in zip(ends, told, strict=True)]
    back = says_reversal(table.texts["summary"], table.kind, rules)
    back[table.entries :] = False
    hidden = np.append(part.grouped.hidden, np.False_)
    found += [own[back & hidden[named] & ~inside[own]] for named, own in ends]
    return np.concatenate(found).astype(np.int64)


def _former_numbers(part: Part, accounts: I64) -> I64:
    number = np.full(len(part.who.identity.name), -1, np.int64)
    kept = np.flatnonzero(part.who.entity != UNKNOWN)
    number[part.who.entity[kept]] = kept
    found = np.unique(number[accounts])
    return found[found >= 0]
