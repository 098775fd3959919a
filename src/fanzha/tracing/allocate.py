"""Say where every traced unit went, by each method, from the index and the extract."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fanzha.ledger.columns import I64, NONE, OUTSIDE, Coverage, LedgerColumns, Transfers
from fanzha.ledger.extract import ALWAYS, Extract, extract
from fanzha.ledger.index import LedgerIndex, build_index
from fanzha.ledger.layout import LOW_32, ROW_ENDS, SYN_ANCHOR, SYN_POCKET
from fanzha.tracing import kernels, replay_kernels
from fanzha.tracing.model import End, Method, Money, Question

_REPLAY_CODES: Final = {Method.FIFO: 0, Method.LIFO: 1, Method.PRORATA: 2, Method.OWN_FIRST: 3, Method.LIBR: 4}
_POISON_BLOCK: Final = 64


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger and its index."""

    columns: LedgerColumns
    index: LedgerIndex


def allocate(ledger: Ledger, question: Question, method: Method, taken: Extract | None = None) -> Money:
    """Where every traced minor unit went by one method; `taken` saves extracting again for each of several methods.

    FIFO chases intervals on the index; it replays only where a limit of hops or dust is set or where shares are needed.
    """
    assert _payers_named(ledger, question), "an origin leaves out its covered payer"
    limits = question.limits
    plain = limits.hops_max is None and not limits.dust_minor
    if method is Method.FIFO and plain and (limits.until_us is None or ledger.index.monotone[0]):
        chased = _chase(ledger, question)
        if chased is not None:
            return chased
    if taken is None:
        taken = extract_for(ledger, question)
    if method is Method.POISON:
        return _poison(taken, question)
    return _replay(taken, question, method)


def extract_for(ledger: Ledger, question: Question) -> Extract:
    """The transfers that the replaying methods need for this question."""
    return extract(
        ledger.columns, ledger.index, _eids(question), question.victims,
        until_us=question.limits.until_us, hops_max=question.limits.hops_max,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turned:
    """The traced part of a ledger with its uncertain groups outflows first; `number` gives a transfer's place in it."""

    ledger: Ledger
    number: I64

    def question(self, question: Question) -> Question:
        """The same question, asked of this part."""
        origins = [o if o.eid == NONE else replace(o, eid=int(self.number[o.eid])) for o in question.origins]
        return replace(question, origins=tuple(origins))


def turned_round(ledger: Ledger, question: Question, taken: Extract) -> Turned | None:
    """The traced accounts with their uncertain groups outflows first; None where they have no uncertain group."""
    if not np.isin(ledger.index.group_pocket, taken.pockets).any():
        return None
    columns = ledger.columns
    inside = np.zeros(len(columns.pockets), np.bool_)
    inside[taken.pockets] = True
    t = columns.transfers
    chosen = inside[t.payer] | inside[t.payee]
    chosen[_eids(question)] = True
    chosen[t.reverses[chosen & (t.reverses != NONE)]] = True
    number = np.full(len(t) + 1, NONE, np.int64)
    number[:-1][chosen] = np.arange(np.count_nonzero(chosen))
    kept = {name: getattr(t, name)[chosen] for name in Transfers.__dataclass_fields__}
    kept["reverses"] = number[kept["reverses"]]
    c = columns.coverage
    of_scope = inside[c.pocket]
    part = replace(
        columns,
        transfers=Transfers(**kept),
        coverage=Coverage(c.pocket[of_scope], c.from_us[of_scope], c.to_us[of_scope]),
    )
    return Turned(Ledger(part, build_index(part, outflows_first=True)), number)


def _payers_named(ledger: Ledger, question: Question) -> bool:
    """Whether no origin leaves out a covered payer: there, money that comes home would not end."""
    t, index = ledger.columns.transfers, ledger.index
    for origin in question.origins:
        if origin.payer == OUTSIDE and origin.eid != NONE and t.payer[origin.eid] != OUTSIDE:
            row, payer = index.row_of[origin.eid], t.payer[origin.eid]
            if index.row_start[payer] <= row < index.line_end[payer]:
                return False
    return True


def _eids(question: Question) -> list[int]:
    return [origin.eid for origin in question.origins if origin.eid != NONE]


def _labels(question: Question) -> I64:
    """The label of each origin that has a transfer, in order."""
    return np.array([i for i, origin in enumerate(question.origins) if origin.eid != NONE], np.int64)


def _chase(ledger: Ledger, question: Question) -> Money | None:
    columns, index = ledger.columns, ledger.index
    eids = np.array(_eids(question), np.int64)
    until = question.limits.until_us
    nested = [o.eid for o in question.origins if o.eid != NONE and o.payer in question.relays]
    # A relay's payment that no label is declared for is an ordinary transfer; only origins supersede.
    labels = _labels(question)
    if until is not None:
        early = columns.transfers.at_us[eids] <= until
        eids, labels = eids[early], labels[early]
    records, whole = kernels.chase_fifo(
        index.rows, index.row_of, columns.transfers.amount_minor, index.segs, index.skip, eids,
        np.array(sorted(question.victims), np.int64), np.array(sorted(nested), np.int64),
        np.array([ALWAYS if until is None else until]), kernels.room_for(len(eids)),
    )  # fmt: skip
    if not whole:
        return None
    n = len(columns.transfers)
    flows: dict[tuple[int, int], int] = defaultdict(int)
    ends: dict[tuple[End, int, int, int], int] = defaultdict(int)
    held: dict[tuple[int, int], int] = defaultdict(int)
    numbers, payees = index.rows[records[:, 0], ROW_ENDS] & LOW_32, index.rows[records[:, 0], ROW_ENDS] >> 32
    for number, payee, label, amount, end in zip(
        numbers.tolist(), payees.tolist(), labels[records[:, 1]].tolist(), records[:, 2].tolist(),
        records[:, 3].tolist(), strict=True,
    ):  # fmt: skip
        if end == kernels.HELD:
            held[payee, label] += amount
        elif end == 0:
            if number < n:
                flows[number, label] += amount
        elif number >= n:
            event = index.syn[number - n]
            ends[End(end), int(event[SYN_ANCHOR]), int(event[SYN_POCKET]), label] += amount
        else:
            ends[End(end), number, payee, label] += amount
    return _money(question, flows, ends, held)


def _replay(taken: Extract, question: Question, method: Method) -> Money:
    until = question.limits.until_us
    records = replay_kernels.replay(
        taken.eid, taken.rowless, taken.at_us, taken.amount_minor, taken.payer_slot, taken.payee_slot, taken.stop,
        taken.own_holder, taken.reverses, taken.reversed_later, taken.away, taken.origin, taken.opening_minor,
        len(_eids(question)), ALWAYS if until is None else until, question.limits.dust_minor, _REPLAY_CODES[method],
    )  # fmt: skip
    return _gathered(taken, question, records, _labels(question))


def _poison(taken: Extract, question: Question) -> Money:
    labels, until = _labels(question), question.limits.until_us
    blocks = []
    for first in range(0, max(1, len(labels)), _POISON_BLOCK):
        count = min(_POISON_BLOCK, len(labels) - first)
        inside = (taken.origin >= first) & (taken.origin < first + count)
        origin = np.where(taken.origin < 0, NONE, np.where(inside, taken.origin - first, count))
        records = replay_kernels.replay_poison(
            taken.at_us, taken.rowless, taken.amount_minor, taken.payer_slot, taken.payee_slot, taken.stop,
            taken.reverses, taken.away, origin, taken.opening_minor, count, ALWAYS if until is None else until,
        )  # fmt: skip
        records[:, 3] += first
        blocks.append(records)
    return _gathered(taken, question, np.concatenate(blocks), labels)


def _gathered(taken: Extract, question: Question, records: I64, labels: I64) -> Money:
    flows: dict[tuple[int, int], int] = defaultdict(int)
    ends: dict[tuple[End, int, int, int], int] = defaultdict(int)
    held: dict[tuple[int, int], int] = defaultdict(int)
    event, end, label, amount = records[:, 0], records[:, 1], labels[records[:, 3]], records[:, 4]
    stays = end < 0
    for slot, number, minor in zip(event[stays].tolist(), label[stays].tolist(), amount[stays].tolist(), strict=True):
        held[int(taken.pockets[slot]), number] += minor
    event, end, label, amount = event[~stays], end[~stays], label[~stays], amount[~stays]
    ending = end > 0
    for eid, number, minor in zip(
        taken.eid[event[~ending]].tolist(), label[~ending].tolist(), amount[~ending].tolist(), strict=True
    ):
        flows[eid, number] += minor
    event, end, label, amount = event[ending], end[ending], label[ending], amount[ending]
    slot = np.where(taken.rowless[event], taken.payer_slot[event], -1)
    pocket = np.where(slot >= 0, taken.pockets[slot] if len(taken.pockets) else 0, taken.payee[event])
    for code, eid, place, number, minor in zip(
        end.tolist(), taken.eid[event].tolist(), pocket.tolist(), label.tolist(), amount.tolist(), strict=True
    ):
        ends[End(code), eid, place, number] += minor
    return _money(question, flows, ends, held)


def _money(
    question: Question,
    flows: dict[tuple[int, int], int],
    ends: dict[tuple[End, int, int, int], int],
    held: dict[tuple[int, int], int],
) -> Money:
    """Adds the origins that no transfer in the ledger shows yet: all of it is the frontier."""
    for label, origin in enumerate(question.origins):
        if origin.eid == NONE:
            key = (End.FRONTIER, NONE, origin.payee, label)
            ends[key] = ends.get(key, 0) + origin.amount_minor
    return Money(
        {key: amount for key, amount in flows.items() if amount},
        {key: amount for key, amount in ends.items() if amount},
        {key: amount for key, amount in held.items() if amount},
    )
