"""The temporal index: every account's outflows in its own order, with the places of its money on two lines.

About 44 bytes a transfer: 40 for its row (outflow place, inflow place, time, payee and number, jumps) and 4 for the
payee's list of inflows. First in, first out tracing is a translation between the two places; nothing is replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.ledger import kernels, line_kernels
from fanzha.ledger.columns import (
    NONE,
    OUTSIDE,
    POCKET_BLOCKED,
    POCKET_HUB,
    POCKET_MASKED,
    I64,
    U8,
    Flags,
    LedgerColumns,
    Transfers,
)
from fanzha.ledger.cycles import resolve_cycles
from fanzha.records import EXIT_KINDS

ROWS_MAX: Final = 2**31 - 2


class Stop(IntEnum):
    """Why a transfer's money enters no line; rows carry the negative of it in place of an inflow place."""

    FRONTIER = 1
    NOT_IN_STATEMENT = 2
    EXIT = 3
    HUB = 4
    COUNTERPARTY_MISSING = 5
    BLOCKED = 6
    GAP = 7
    HOLE = 8
    CREDIT_REPAID = 9
    INTERNAL = 20


@dataclass(frozen=True, slots=True)
class LedgerIndex:
    """Arrays only, so that it can be memory-mapped; see `line_kernels` for the columns of rows, syn and segs."""

    rows: I64  # (rows, 5), by payer; each payer's line rows in sequence, then the rows that stand in no line of his
    row_start: I64  # by pocket
    line_end: I64
    in_rows: NDArray[np.uint32]  # by payee, his inflows in sequence
    in_start: I64
    opening_minor: I64  # by pocket
    assumed: Flags
    in_total: I64
    out_total: I64
    closing_minor: I64
    syn: I64  # events that no row shows: gaps, credits, repayments
    syn_row: I64
    row_of: NDArray[np.uint32]  # by transfer
    segs: I64  # pieces of reversed payments, by payment
    reverses: I64  # by transfer: which one it takes back, unless the payer's own statement has that later; empty if none
    skip: I64  # by transfer: how much of a reversal was cut out of its payment's lots; empty if none
    group_pocket: I64  # groups of transfers whose order is uncertain
    group_end: I64
    group_members: NDArray[np.uint32]  # sides
    repaired: I64  # sides that running balances put elsewhere
    monotone: NDArray[np.bool_]  # (1,): the ledger's own order follows every account's sequence

    @property
    def bytes_per_transfer(self) -> float:
        """Size of the arrays that a trace reads, by transfer."""
        return (self.rows.nbytes + self.in_rows.nbytes) / max(1, len(self.rows))


ARRAYS: Final = tuple(f.name for f in fields(LedgerIndex))


def build_index(columns: LedgerColumns, *, outflows_first: bool = False) -> LedgerIndex:
    """Index a ledger in memory: order every account's rows, lay its lines, join the two ends of every transfer.

    `outflows_first` turns the groups of uncertain order round, as far as the balances allow.
    """
    t, n_pockets = columns.transfers, len(columns.pockets)
    assert len(t) < ROWS_MAX, "more transfers than 32-bit rows can number"
    cov_start = np.searchsorted(columns.coverage.pocket, np.arange(n_pockets + 1)).astype(np.int64)
    never = (columns.pockets.flags & (POCKET_BLOCKED | POCKET_HUB | POCKET_MASKED)) != 0
    spans = (cov_start, columns.coverage.from_us, columns.coverage.to_us)
    status = kernels.side_status(
        t.payer, t.payee, t.payer_at_us, t.payee_at_us, t.payer_seen, t.payee_seen, never, *spans
    )  # fmt: skip
    seq, start = kernels.fill_sequences(t.payer, t.payee, status, n_pockets)
    side_at, side_sub = _both(t.payer_at_us, t.payee_at_us), _both(t.payer_sub, t.payee_sub)
    balances, repaired, group_pocket, group_end, members = kernels.order_sequences(
        seq, start, side_at, _both(t.payer_order, t.payee_order), _both(t.payer_ordered, t.payee_ordered),
        _both(t.payer_balance_minor, t.payee_balance_minor), side_sub, t.amount_minor, t.reverses, _plain(t),
    )  # fmt: skip
    monotone, knots = _untie(seq, start, balances, status, t)
    if knots:
        group_pocket = np.concatenate([group_pocket, np.array([p for p, _ in knots], np.int64)])
        sizes = np.cumsum([len(rows) for _, rows in knots])
        group_end = np.concatenate([group_end, len(members) + sizes])
        members = np.concatenate([members, *[np.array(rows, np.uint32) for _, rows in knots]])
    side_period = line_kernels.periods_of_sides(seq, start, side_at, *spans)
    has_reversals = bool((t.reverses != NONE).any())
    is_reversed = np.zeros(len(t) if has_reversals else 0, np.bool_)
    if has_reversals:
        is_reversed[t.reverses[t.reverses != NONE]] = True
    lay = (side_sub, side_period, status, t.amount_minor, t.reverses, is_reversed, bool(side_sub.any()), has_reversals)
    laid = line_kernels.lay_lines(seq, start, balances, *lay)
    if outflows_first and len(group_pocket):
        _turn_round(seq, start, balances, status, t, laid[1], laid[6], (group_pocket, group_end, members))
        side_period = line_kernels.periods_of_sides(seq, start, side_at, *spans)
        _untie(seq, start, balances, status, t)
        laid = line_kernels.lay_lines(seq, start, balances, side_sub, side_period, *lay[2:])
    line, opening, assumed, in_total, out_total, closing, syn, segs, skip = laid
    row_start, line_end, in_start = line_kernels.count_rows(seq, start, status, t.payer, syn, n_pockets)
    rows, in_rows, row_of, syn_row = line_kernels.fill_rows(
        seq, start, line, status, t.payer, t.payee, t.amount_minor, t.at_us, syn, skip, _stops(columns, status, spans),
        row_start, line_end, in_start,
    )  # fmt: skip
    reverses = _after_their_payment(rows, row_of, status, t) if has_reversals else np.empty(0, np.int64)
    segs = _mark_reversed(rows, row_of, segs, status, t, reverses)
    return LedgerIndex(
        rows, row_start, line_end, in_rows, in_start, opening, assumed, in_total, out_total, closing, syn, syn_row,
        row_of, segs, reverses, skip, group_pocket, group_end, members, repaired, np.array([monotone]),
    )  # fmt: skip


def _both(payer_side: NDArray, payee_side: NDArray) -> NDArray:  # type: ignore[type-arg]
    return np.stack([payer_side, payee_side])


def _plain(t: Transfers) -> bool:
    """Whether the ledger's order is already every statement's order, so that nothing need be sorted."""
    if not (np.array_equal(t.payer_at_us, t.at_us) and np.array_equal(t.payee_at_us, t.at_us)):
        return False
    same = t.at_us[1:] == t.at_us[:-1]
    return not bool(
        np.any(same & ((t.payer_order[1:] < t.payer_order[:-1]) | (t.payee_order[1:] < t.payee_order[:-1])))
    )


def _untie(
    seq: NDArray[np.uint32], start: I64, balances: I64, status: U8, t: Transfers
) -> tuple[bool, list[tuple[int, list[int]]]]:
    """Untie accounts' sequences that contradict each other, in place; whether none runs against the ledger's order."""
    lows, highs = kernels.backward_windows(seq, start, status)
    if len(lows) == 0:
        return True, []
    edge = np.zeros(len(t) + 1, np.int64)
    np.add.at(edge, lows, 1)
    np.add.at(edge, highs + 1, -1)
    inside = np.cumsum(edge)[:-1] > 0
    stuck = kernels.knotted(seq, start, status, inside)
    if not stuck.any():
        return False, []
    places = np.flatnonzero(stuck[seq >> 1] & (status[seq & 1, seq >> 1] == kernels.LINE))
    pockets = np.searchsorted(start, places, side="right") - 1
    sequences: dict[int, list[tuple[int, bool]]] = {}
    for place, pocket in zip(places.tolist(), pockets.tolist(), strict=True):
        sequences.setdefault(pocket, []).append((int(seq[place]) >> 1, bool(seq[place] & 1)))
    groups: list[tuple[int, list[int]]] = []
    for pocket, untied in resolve_cycles(sequences).items():
        at = places[pockets == pocket]
        rank = {eid: i for i, eid in enumerate(untied.order)}
        order = sorted(range(len(at)), key=lambda i: rank[int(seq[at[i]]) >> 1])  # noqa: B023 - used at once
        seq[at], balances[at] = seq[at][order], balances[at][order]
        for group in untied.groups:
            chosen = at[[int(seq[i]) >> 1 in group for i in at]]
            _settle_knot(seq, balances, chosen, t)
            groups.append((pocket, seq[chosen].tolist()))
    return False, groups


def _turn_round(
    seq: NDArray[np.uint32],
    start: I64,
    balances: I64,
    status: U8,
    t: Transfers,
    opening: I64,
    syn: I64,
    groups: tuple[I64, I64, NDArray[np.uint32]],
) -> None:
    """Put every uncertain group outflows first, each as soon as the balance allows it, in place."""
    group_pocket, group_end, members = groups
    for number, pocket in enumerate(group_pocket.tolist()):
        lo, hi = int(start[pocket]), int(start[pocket + 1])
        own = members[(group_end[number - 1] if number else 0) : group_end[number]]
        places = lo + np.flatnonzero(np.isin(seq[lo:hi], own))
        before, first = seq[lo : places[0]], int(places[0])
        moves = np.where(status[before & 1, before >> 1] == kernels.LINE, t.amount_minor[before >> 1], 0)
        gaps = syn[(syn[:, line_kernels.SYN_POCKET] == pocket) & (syn[:, line_kernels.SYN_PLACE] <= 2 * first)]
        balance = int(opening[pocket]) + int(np.where(before & 1, moves, -moves).sum()) + _net_gap(gaps)
        rows = seq[places]
        turned = _outflows_first(rows.tolist(), balance, t)
        closing = int(balances[places[-1]])
        ordered = kernels._reversals_after(np.array(turned, np.uint32), t.reverses)  # noqa: SLF001 - the room's own
        settled = np.empty(len(places), np.int64)
        kernels.settle(ordered, closing, t.amount_minor, settled)
        seq[places], balances[places] = ordered, settled


def _net_gap(gaps: I64) -> int:
    step, amount = gaps[:, line_kernels.SYN_STEP], gaps[:, line_kernels.SYN_AMOUNT]
    came = np.isin(step, [kernels.GAP_IN, kernels.HOLE_IN])
    went = np.isin(step, [kernels.GAP_OUT, kernels.HOLE_OUT])
    return int(amount[came].sum() - amount[went].sum())


def _outflows_first(rows: list[int], balance: int, t: Transfers) -> list[int]:
    ins = [side for side in rows if side & 1]
    outs = [side for side in rows if not side & 1]
    turned: list[int] = []
    while ins or outs:
        if outs and (not ins or t.amount_minor[outs[0] >> 1] <= balance):
            turned.append(outs.pop(0))
            balance -= int(t.amount_minor[turned[-1] >> 1])
        else:
            turned.append(ins.pop(0))
            balance += int(t.amount_minor[turned[-1] >> 1])
    return turned


def _settle_knot(seq: NDArray[np.uint32], balances: I64, places: I64, t: Transfers) -> None:
    sides = seq[places]
    at = np.where(sides & 1, t.payee_at_us[sides >> 1], t.payer_at_us[sides >> 1])
    order = np.where(sides & 1, t.payee_order[sides >> 1], t.payer_order[sides >> 1])
    last = np.lexsort((sides >> 1, order, at))[-1]
    own = balances[places]
    kernels.settle(sides, int(own[last]), t.amount_minor, own)
    balances[places] = own


def _stops(columns: LedgerColumns, status: U8, spans: tuple[I64, I64, I64]) -> I64:
    """The negative reason for which each transfer's money would enter no line of its payee's."""
    t, flags = columns.transfers, columns.pockets.flags
    payee_flags = flags[t.payee]
    exits = np.zeros(256, np.bool_)
    exits[[int(kind) for kind in EXIT_KINDS]] = True
    stop = np.full(len(t), -Stop.FRONTIER, np.int64)
    stop[(payee_flags & POCKET_BLOCKED) != 0] = -Stop.BLOCKED
    stop[t.payee == OUTSIDE] = -Stop.COUNTERPARTY_MISSING
    stop[exits[t.kind]] = -Stop.EXIT
    stop[status[1] == kernels.ABSENT] = -Stop.NOT_IN_STATEMENT
    stop[(payee_flags & POCKET_HUB) != 0] = -Stop.HUB
    stop[t.payer == t.payee] = -Stop.INTERNAL
    return stop


def _mark_reversed(
    rows: I64, row_of: NDArray[np.uint32], segs: I64, status: U8, t: Transfers, reverses: I64
) -> I64:
    """Send the chase of a reversed payment through its pieces, kept sorted by payment; adds those to uncovered payees."""
    segs = segs.copy()
    backed = segs[:, line_kernels.SEG_REVERSAL] >= 0
    segs[backed, line_kernels.SEG_REVERSAL] = row_of[segs[backed, line_kernels.SEG_REVERSAL]]
    cut = np.isin(segs[:, line_kernels.SEG_EID], segs[backed, line_kernels.SEG_EID])
    table = np.concatenate([segs[cut], _uncovered_returns(row_of, status, t, reverses)])
    table = table[table[:, line_kernels.SEG_LENGTH] > 0]
    table = table[np.lexsort((table[:, line_kernels.SEG_OFFSET], table[:, line_kernels.SEG_EID]))]
    marked = row_of[table[:, line_kernels.SEG_EID]]
    after = rows[marked, line_kernels.ROW_JUMPS] & line_kernels.LOW_32
    rows[marked, line_kernels.ROW_JUMPS] = ((line_kernels.SPECIAL - 2**32) << 32) | after
    return table


def _uncovered_returns(row_of: NDArray[np.uint32], status: U8, t: Transfers, reverses: I64) -> I64:
    """Payments to accounts without a statement that came back: whole with one reversal, else by shares (a replay's work)."""
    pieces: list[tuple[int, int, int, int, int]] = []
    for eid in np.flatnonzero(reverses != NONE).tolist():
        paid = int(reverses[eid])
        if status[1, paid] != kernels.LINE and t.payer[paid] != t.payee[paid]:
            whole = t.amount_minor[eid] == t.amount_minor[paid] and np.count_nonzero(reverses == paid) == 1
            back = int(row_of[eid]) if whole else line_kernels.SEG_BY_SHARES
            pieces.append((paid, 0, int(t.amount_minor[paid]), back, 0))
    return np.array(pieces, np.int64).reshape(-1, 5)


def _after_their_payment(rows: I64, row_of: NDArray[np.uint32], status: U8, t: Transfers) -> I64:
    """What each reversal takes back.

    Not those that their own payer's statement has before the payment, nor those that leave an account whose statement
    never had the payment: they take ordinary money there.
    """
    reverses = t.reverses.copy()
    later = np.flatnonzero(reverses != NONE)
    paid = reverses[later]
    both = (status[0, paid] == kernels.LINE) & (status[1, later] == kernels.LINE)
    after = rows[row_of[later], line_kernels.ROW_JUMPS] & line_kernels.LOW_32
    ordinary = (status[0, later] == kernels.LINE) & (status[1, paid] != kernels.LINE)
    reverses[later[(both & (after <= row_of[paid])) | ordinary]] = NONE
    return reverses
