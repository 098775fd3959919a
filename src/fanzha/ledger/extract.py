"""The part of a ledger that stolen money could have touched, as arrays ready to be replayed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.ledger import reach_kernels
from fanzha.ledger.columns import I64, MISSING, NONE, U8, Flags, LedgerColumns
from fanzha.ledger.index import LedgerIndex, Stop
from fanzha.ledger.layout import LOW_32, ROW_AT, ROW_ENDS, ROW_IN_HI, SYN_AMOUNT, SYN_ANCHOR, SYN_POCKET, SYN_STEP

HOPS_UNLIMITED: Final = 2**31
ALWAYS: Final = np.iinfo(np.int64).max
TO_VICTIM: Final = 10
HOP_LIMIT: Final = 13
_GAP_STEPS: Final = {3: Stop.GAP, 5: Stop.HOLE, 7: Stop.CREDIT_REPAID}


@dataclass(frozen=True, slots=True)
class Extract:
    """Events in the order of replay; one element per event, accounts numbered by their slot in `pockets`.

    `payer_slot` is -1 where the payer's lots are outside the trace, `payee_slot` where the money enters no lots.
    `eid` is the transfer, or for an event without a row the transfer beside which it stands (`rowless` then).
    """

    pockets: I64
    hops: I64  # fewest transfers to the pocket, 0 for those that only fed one
    opening_minor: I64
    eid: I64
    rowless: Flags
    at_us: I64
    amount_minor: I64
    payee: I64
    payer_slot: I64
    payee_slot: I64
    stop: U8  # 0: the money enters the payee's lots
    own_holder: Flags  # payer and payee have the same known holder
    reverses: I64  # the event that this one takes back, or NONE
    reversed_later: Flags
    away: Flags  # reversed later, and its payee has no statement
    origin: I64  # which origin's payment this is, or NONE

    def __len__(self) -> int:
        return len(self.eid)


def reach_pockets(
    index: LedgerIndex, seed_eids: Sequence[int], victims: Collection[int], until_us: int | None, hops_max: int | None
) -> tuple[I64, I64]:
    """The covered accounts that the seeds' money could have reached in time order, and the fewest transfers to each."""
    pockets, hops, _ = reach_kernels.reach(
        index.rows, index.row_of, np.array(seed_eids, np.int64), np.array(sorted(victims), np.int64),
        ALWAYS if until_us is None else until_us, HOPS_UNLIMITED if hops_max is None else hops_max,
        bool(index.monotone[0]), np.zeros((len(index.line_end), 2), np.int64), 1,
    )  # fmt: skip
    return pockets, hops


def extract(
    columns: LedgerColumns,
    index: LedgerIndex,
    origins: Sequence[int],
    victims: Collection[int] = (),
    *,
    until_us: int | None = None,
    hops_max: int | None = None,
) -> Extract:
    """Every transfer, in and out, of every account that the origins' money could have reached in time order.

    Accounts of the same holder that fed one come with it, so that own money keeps its label between them.
    """
    back = _returns_of(index.reverses, np.array(origins, np.int64)).tolist()
    pockets, hops = reach_pockets(index, [*origins, *_from_uncovered(index, back)], victims, until_us, hops_max)
    pockets, hops = _with_feeders(columns, index, pockets, hops, victims)
    merged, starts = reach_kernels.merged_sequences(
        index.rows, index.row_start, index.line_end, index.in_rows, index.in_start, pockets
    )
    slot_of = np.full(len(columns.pockets), -1, np.int64)
    slot_of[pockets] = np.arange(len(pockets))
    rows = _replay_rows(columns, index, merged, starts, slot_of, origins)
    return _events(columns, index, rows, pockets, hops, slot_of, origins, victims)


def _with_feeders(
    columns: LedgerColumns, index: LedgerIndex, pockets: I64, hops: I64, victims: Collection[int]
) -> tuple[I64, I64]:
    in_scope = np.zeros(len(columns.pockets), np.bool_)
    in_scope[pockets] = True
    in_scope[np.array(sorted(victims), np.int64)] = True
    wave = pockets
    while len(wave):
        wave = reach_kernels.feeders(
            index.rows, index.row_start, index.line_end, index.in_rows, index.in_start, wave, columns.transfers.payer,
            columns.pockets.holder, in_scope,
        )  # fmt: skip
        pockets, hops = np.concatenate([pockets, wave]), np.concatenate([hops, np.zeros(len(wave), np.int64)])
    order = np.argsort(pockets)
    return pockets[order], hops[order]


def _replay_rows(
    columns: LedgerColumns, index: LedgerIndex, merged: I64, starts: I64, slot_of: I64, origins: Sequence[int]
) -> I64:
    """Rows in the order of replay: transfers in a linear extension of every account's sequence, the rest in between."""
    t, n = columns.transfers, len(columns.transfers)
    row_of_entry = np.where(merged >= 0, merged, -1 - merged)
    eid_of_entry = index.rows[row_of_entry, ROW_ENDS] & LOW_32
    real = eid_of_entry < n
    wanted = np.zeros(n, np.bool_)
    wanted[eid_of_entry[real]] = True
    wanted[np.array(origins, np.int64)] = True
    later = np.flatnonzero(index.reverses != NONE)
    # What comes back from an account without a statement is nobody's row otherwise.
    wanted[later[wanted[index.reverses[later]]]] = True
    eids = np.flatnonzero(wanted)
    if not index.monotone[0]:
        real_starts = np.concatenate([[0], np.cumsum(real)])[starts]
        entries, ends = _with_lone_returns(index, eids, eid_of_entry[real], real_starts)
        eids = eids[reach_kernels.linear_order(np.searchsorted(eids, entries), ends, len(eids))]
    rows = index.row_of[eids].astype(np.int64)
    payer_slot = np.where(_in_line(index, rows, t.payer[eids]), slot_of[t.payer[eids]], -1)
    payee_slot = np.where(index.rows[rows, ROW_IN_HI] >= 0, slot_of[t.payee[eids]], -1)
    woven: I64 = reach_kernels.replay_order(merged, starts, payer_slot, payee_slot, rows, len(merged) + len(eids))
    return woven


def _with_lone_returns(index: LedgerIndex, eids: I64, entries: I64, starts: I64) -> tuple[I64, I64]:
    """The sequences, and one more per payment to an account without a statement: before its reversals that stand in none."""
    reverses = index.reverses
    if not len(reverses):
        return entries, starts
    lone = np.setdiff1d(eids[np.isin(reverses[eids], eids)], entries)
    lone = np.array(_from_uncovered(index, lone.tolist()), np.int64)
    if not len(lone):
        return entries, starts
    lone = lone[np.argsort(reverses[lone], kind="stable")]
    paid, first = np.unique(reverses[lone], return_index=True)
    chains = np.insert(lone, first, paid)
    ends = np.append(first[1:] + np.arange(1, len(first)), len(chains))
    return np.concatenate([entries, chains]), np.concatenate([starts, starts[-1] + ends])


def _returns_of(reverses: I64, eids: I64) -> I64:
    """The reversals of these transfers."""
    later = np.flatnonzero(reverses != NONE)
    return later[np.isin(reverses[later], eids)]


def _from_uncovered(index: LedgerIndex, reversals: Sequence[int]) -> list[int]:
    """Those reversals whose payment had entered no line: the money comes back to its payer as if paid to him."""
    return [r for r in reversals if index.rows[index.row_of[index.reverses[r]], ROW_IN_HI] < 0]


def _in_line(index: LedgerIndex, rows: I64, payer: NDArray[np.uint32]) -> Flags:
    return (rows >= index.row_start[payer]) & (rows < index.line_end[payer])


def _events(
    columns: LedgerColumns,
    index: LedgerIndex,
    rows: I64,
    pockets: I64,
    hops: I64,
    slot_of: I64,
    origins: Sequence[int],
    victims: Collection[int],
) -> Extract:
    t, n = columns.transfers, len(columns.transfers)
    number = index.rows[rows, ROW_ENDS] & LOW_32
    rowless = number >= n
    syn = index.syn[np.where(rowless, number - n, 0)] if len(index.syn) else np.zeros((len(rows), 6), np.int64)
    eid = np.where(rowless, syn[:, SYN_ANCHOR], number)
    payer, payee, place = t.payer[eid], t.payee[eid], index.rows[rows, ROW_IN_HI]
    leaves = rowless & np.isin(syn[:, SYN_STEP], list(_GAP_STEPS))
    own_slot = slot_of[syn[:, SYN_POCKET]]
    stop = np.where(place < 0, -place, np.where(slot_of[payee] < 0, HOP_LIMIT, 0))
    stop[np.isin(payee, list(victims))] = TO_VICTIM
    for step, reason in _GAP_STEPS.items():
        stop[rowless & (syn[:, SYN_STEP] == step)] = reason
    stop[rowless & ~leaves] = 0
    line_payer = np.where(_in_line(index, rows, payer), slot_of[payer], -1)
    line_payee = np.where((place >= 0) & ~np.isin(payee, list(victims)), slot_of[payee], -1)
    holder = columns.pockets.holder
    event_of = np.full(n + 1, NONE, np.int64)
    event_of[eid[~rowless]] = np.flatnonzero(~rowless)
    origin = np.full(n, NONE, np.int64)
    origin[np.array(origins, np.int64)] = np.arange(len(origins))
    is_reversed = np.zeros(n, np.bool_)
    reverses = index.reverses if len(index.reverses) else np.full(n, NONE, np.int64)
    is_reversed[reverses[reverses != NONE]] = True
    return Extract(
        pockets=pockets,
        hops=hops,
        opening_minor=np.maximum(index.opening_minor[pockets], 0),
        eid=eid,
        rowless=rowless,
        at_us=index.rows[rows, ROW_AT],
        amount_minor=np.where(rowless, syn[:, SYN_AMOUNT], t.amount_minor[eid]),
        payee=payee.astype(np.int64),
        payer_slot=np.where(rowless, np.where(leaves, own_slot, -1), line_payer),
        payee_slot=np.where(rowless, np.where(leaves, -1, own_slot), line_payee),
        stop=stop.astype(np.uint8),
        own_holder=(holder[payer] == holder[payee]) & (holder[payer] != 0) & ~rowless,
        reverses=np.where(rowless, NONE, event_of[reverses[eid]]),
        reversed_later=is_reversed[eid] & ~rowless,
        away=is_reversed[eid] & ~rowless & (place < 0),
        origin=np.where(rowless, NONE, origin[eid]),
    )


__all__ = ["MISSING", "Extract", "extract", "reach_pockets"]
