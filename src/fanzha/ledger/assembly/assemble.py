"""Facts of many files in, one ledger out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ledger.assembly.accounts import (
    PocketMap,
    currency_codes,
    describe_pockets,
    find_holders,
    find_institutions,
    hub_reasons,
    map_pockets,
)
from fanzha.ledger.assembly.balances import stated_balances
from fanzha.ledger.assembly.codes import Codes, fingerprints
from fanzha.ledger.assembly.coverage import CoverageOverride, Periods, Spans, find_periods
from fanzha.ledger.assembly.duplicates import find_duplicates
from fanzha.ledger.assembly.facts import FILE, Facts, gather
from fanzha.ledger.assembly.identity import Identity, Known, join_numbers, masked, number_subs
from fanzha.ledger.assembly.merging import Files, Merged, ends_of, merge_rows, sight
from fanzha.ledger.assembly.pairing import ConfirmedPair, Pairing, infer_pairs, pair_sides, rows_at
from fanzha.ledger.assembly.reversals import inherit_counterparties
from fanzha.ledger.assembly.rows import Rows, number_texts, table_rows
from fanzha.ledger.assembly.rules import HubRules, PairingRules
from fanzha.ledger.assembly.sources import Sources
from fanzha.ledger.columns import I64, NONE, U16, Flags, LedgerColumns, Transfers
from fanzha.records import FactBatch

# Raised whenever the same facts and rules come to give another ledger: a stored one is then made anew, not extended.
MANNER: Final = 2
DIRECTION_UNKNOWN: Final = "direction_unknown"  # the quarantine reason that blocks an account's totals


class NotExtendable(Exception):
    """The ledger of more files cannot be told from the former one and a part of the facts; the message says why."""


@dataclass(frozen=True, slots=True)
class FormerPockets:
    """The pockets that a former ledger has of accounts left as they were."""

    currencies: tuple[str, ...]
    entity: Codes
    currency: Codes


@dataclass(frozen=True, slots=True)
class FileFigures:
    """What one file brought."""

    sha256: str
    duplicates: int  # rows that another row, of this or an earlier file, had already brought
    reversals: int  # reversals of this file that were matched with what they take back
    answered_nothing: tuple[str, ...]  # subjects for which the institution answered that it has nothing
    joins: int  # pairs of numbers that this file showed to be one account


@dataclass(frozen=True, slots=True)
class Inferred:
    """Two rows that name, amount and time suggest to be one transfer; a suggestion, not counted as one."""

    outgoing: int  # transfer that stands in the payer's statement
    incoming: int  # transfer that stands in the payee's


@dataclass(frozen=True, slots=True)
class Assembly:
    """A ledger with its provenance."""

    columns: LedgerColumns
    sources: Sources
    identity: Identity
    holders: pl.Series  # per account of the identity: what tells its holder from others, null where nothing does
    details: pl.DataFrame  # per transfer: transfer_id, summary, serial, channel, payer_name, payee_name
    files: tuple[FileFigures, ...]  # by rising SHA-256
    spans: Spans  # what each file covers; `file` is an index into `files`
    inferred: tuple[Inferred, ...]
    hubs: tuple[tuple[str, str], ...]  # account and the reason of the rule that names it a hub


def assemble(
    batches: Sequence[FactBatch],
    joins_rejected: Collection[tuple[str, str]] = (),
    coverage_override: Sequence[CoverageOverride] | None = None,
    hubs: HubRules | None = None,
    pairing: PairingRules | None = None,
    pairs: Sequence[ConfirmedPair] = (),
) -> Assembly:
    """One ledger of a set of files; the order in which they are given does not matter.

    `joins_rejected`: pairs of numbers that a person has set apart. `coverage_override` replaces the coverage of the
    accounts that it names. `pairs`: inferred pairs of rows that a person has confirmed.
    """
    rules = pairing or PairingRules()
    facts = gather(batches)
    numbers = number_texts(facts, named_beside(facts))
    identity = join_numbers(facts, numbers, rejected=joins_rejected, length_min=rules.identifier_length_min)
    known = Known(facts, numbers, identity)
    grouped = group_rows(known, rules, pairs=pairs)
    blocked = blocked_accounts(facts, identity)
    pockets = map_accounts(known, grouped, blocked)
    merged, periods = merge_groups(known, grouped, pockets, rules, coverage_override or ())
    holders = find_holders(known, grouped.rows)
    institutions = find_institutions(known, grouped.rows)
    hub_why = hub_reasons(identity, holders, institutions, hubs or HubRules())
    described = describe_pockets(
        pockets, identity, holders.key, institutions,
        stated_balances(known, grouped.subs, pockets, merged.transfers),
        hub_entities=list(hub_why), blocked_entities=blocked,
    )  # fmt: skip
    copies = np.bincount(grouped.rows.file[grouped.copies], minlength=len(facts.batches))
    return Assembly(
        columns=LedgerColumns(merged.transfers, described, periods.coverage),
        sources=merged.sources,
        identity=identity,
        holders=holders.key,
        details=merged.details,
        files=file_figures(facts, identity, merged.sources, merged.transfers, copies),
        spans=periods.spans,
        inferred=grouped.inferred(merged, rules),
        hubs=tuple((str(identity.name[entity]), why) for entity, why in sorted(hub_why.items())),
    )


@dataclass(frozen=True, slots=True)
class Grouped:
    """Rows, which of them repeat another, and which are one transfer."""

    rows: Rows
    subs: U16  # by number: which running balance of its account it has, as in `number_subs`
    hidden: Flags  # by account: known by a masked number only
    root: I64
    fields: I64
    paired: Pairing

    @property
    def copies(self) -> Flags:
        """Rows that another row, of this or an earlier file, had already brought."""
        copies: Flags = self.root != np.arange(len(self.rows))
        return copies

    def inferred(self, merged: Merged, rules: PairingRules) -> tuple[Inferred, ...]:
        """Transfers that may be two sides of one, in the ledger's order."""
        pairs = infer_pairs(self.rows, self.paired, self.hidden, rules)
        ends = sorted((int(merged.transfer_of_row[a]), int(merged.transfer_of_row[b])) for a, b in pairs)
        return tuple(Inferred(outgoing, incoming) for outgoing, incoming in ends)


def group_rows(
    known: Known, rules: PairingRules, whole: Flags | None = None, pairs: Sequence[ConfirmedPair] = ()
) -> Grouped:
    """Copies found and sides paired; `whole` as in `table_rows`."""
    subs = number_subs(known)
    rows = table_rows(known, subs, rules.identifier_length_min, whole)
    hidden = masked(known.identity.name)
    root, fields = find_duplicates(rows, hidden, fingerprints(rows.texts["transfer_id"]))
    if rows.entries:
        inherit_counterparties(rows, root == np.arange(len(rows)), fields, rules)
    confirmed = rows_at(rows, [batch.sha256 for batch in known.facts.batches], pairs) if pairs else []
    return Grouped(rows, subs, hidden, root, fields, pair_sides(rows, root, fields, rules, confirmed))


def merge_groups(
    known: Known,
    grouped: Grouped,
    pockets: PocketMap,
    rules: PairingRules,
    overrides: Sequence[CoverageOverride],
    *,
    complete: Mapping[int, tuple[int, int]] | None = None,
) -> tuple[Merged, Periods]:
    """The transfers of grouped rows, and what is covered; `complete` as in `find_periods`."""
    rows, batches = grouped.rows, known.facts.batches
    never = np.append(grouped.hidden, np.False_)[pockets.entity]
    periods = find_periods(known, rows, pockets, overrides=tuple(overrides), never=never, complete=complete)
    seen = periods.payer_seen, periods.payee_seen
    sighted = sight(rows, grouped.root, grouped.fields, pockets, seen=seen)
    files = Files(tuple(batch.sha256 for batch in batches), tuple(batch.path for batch in batches))
    merged = merge_rows(
        rows, grouped.paired, sighted, rules, pockets=len(pockets), files=files, copies=grouped.copies
    )  # fmt: skip
    return merged, periods


def named_beside(facts: Facts) -> list[str]:
    """Numbers that are named beside the facts: in rows put aside that block an account, and in stated windows."""
    named = {row.account for b in facts.batches for row in b.quarantine if row.reason == DIRECTION_UNKNOWN}
    named |= {window.account for b in facts.batches for window in b.windows}
    named |= {closing.account for b in facts.batches for closing in b.closings}
    return sorted(name for name in named if name)


def blocked_accounts(facts: Facts, identity: Identity) -> list[int]:
    """Accounts with a row of unknown direction."""
    named = {row.account for b in facts.batches for row in b.quarantine if row.reason == DIRECTION_UNKNOWN}
    return sorted(set(identity.entities_of({name for name in named if name}).values()))


def map_accounts(
    known: Known, grouped: Grouped, blocked: Sequence[int], former: FormerPockets | None = None
) -> PocketMap:
    """A pocket for every account and currency that rows or tables name; those of `former` too."""
    facts, identity, rows = known.facts, known.identity, grouped.rows
    named = {*rows.currencies, *_stated_currencies(facts)}
    currencies = sorted(named) if former is None else list(former.currencies)
    if not named <= set(currencies):
        raise NotExtendable("a currency that the ledger did not have")
    place = np.array([currencies.index(currency) for currency in rows.currencies] or [0], np.int32)
    pairs = [(end, place[rows.currency]) for end in ends_of(rows, grouped.fields)]
    pairs.append((known.listed(), currency_codes(facts.accounts["currency"], currencies)))
    subs = currency_codes(facts.sub_accounts["currency"], currencies)
    pairs.append((known.entities("sub_accounts.sub_account"), subs))
    if former is not None:
        pairs.append((former.entity, former.currency))
    windows = {window.account for b in facts.batches for window in b.windows if window.account}
    alone = set(identity.entities_of(windows).values())
    pockets = map_pockets(currencies, len(identity.name), pairs, sorted(alone | set(blocked)))
    if former is not None and pockets.currencies != former.currencies:
        raise NotExtendable("a currency that the ledger did not have")
    return pockets


def _stated_currencies(facts: Facts) -> set[str]:
    stated = pl.concat([facts.accounts["currency"], facts.sub_accounts["currency"]])
    return set(stated.fill_null(DEFAULT_CURRENCY).to_list())


def file_figures(
    facts: Facts, identity: Identity, sources: Sources, transfers: Transfers, copies: I64
) -> tuple[FileFigures, ...]:
    """What each file brought; `copies`: how many of each file's rows repeat another."""
    taken_back = sources.offsets[:-1][transfers.reverses != NONE]
    reversals = np.bincount(sources.file[taken_back], minlength=len(facts.batches))
    nothing = facts.queries.filter(pl.col("found_nothing").fill_null(False)).select(FILE, "subject")
    silent: dict[int, set[str]] = {}
    for file, subject in nothing.iter_rows():
        silent.setdefault(file, set()).add(subject or "")
    joins = Counter(join.sha256 for join in identity.joins)
    return tuple(
        FileFigures(
            sha256=batch.sha256,
            duplicates=int(copies[index]),
            reversals=int(reversals[index]),
            answered_nothing=tuple(sorted(silent.get(index, ()))),
            joins=joins[batch.sha256],
        )
        for index, batch in enumerate(facts.batches)
    )
