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

from fanzha.ledger import kernels, layout, line_kernels
from fanzha.ledger.columns import I64, NONE, OUTSIDE, POCKET_BLOCKED, POCKET_HUB, U8, Flags, LedgerColumns, Transfers
from fanzha.ledger.lines import Lines, lay_lines, turn_round
from fanzha.ledger.parts import in_parts
from fanzha.ledger.sequences import Sequences, sequences_of, untie
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
    reverses: (
        I64  # by transfer: which one it takes back, unless the payer's own statement has that later; empty if none
    )
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

    `outflows_first` turns the groups of uncertain order round, as far as the balances allow. Large ledgers are worked on by
    every core; the result does not depend on how many there are.
    """
    t = columns.transfers
    assert len(t) < ROWS_MAX, "more transfers than 32-bit rows can number"
    sequences, repaired, groups, monotone = sequences_of(columns)
    laid = lay_lines(columns, sequences)
    if outflows_first and len(groups.pocket):
        turn_round(sequences, t, groups, laid)
        monotone, _ = untie(sequences, t, np.arange(len(columns.pockets)))
        laid = lay_lines(columns, sequences)
    row_start, line_end, in_start = _places(columns, sequences, laid)
    rows, in_rows, row_of, syn_row = _rows(columns, sequences, laid, row_start, line_end, in_start)
    reverses = np.empty(0, np.int64)
    if bool((t.reverses != NONE).any()):
        reverses = _after_their_payment(rows, row_of, sequences.status, t)
    segs = _mark_reversed(rows, row_of, laid.segs, sequences.status, t, reverses)
    opening, assumed, in_total, out_total, closing = (laid.totals[:, k].copy() for k in range(5))
    return LedgerIndex(
        rows, row_start, line_end, in_rows, in_start, opening, assumed.astype(np.bool_), in_total, out_total, closing,
        laid.syn, syn_row, row_of, segs, reverses, laid.skip, groups.pocket, groups.end, groups.members, repaired,
        np.array([monotone]),
    )  # fmt: skip


def _places(columns: LedgerColumns, s: Sequences, laid: Lines) -> tuple[I64, I64, I64]:
    """Where each payer's rows begin, where its line rows end, and where each payee's list of inflows begins."""
    t, n_pockets = columns.transfers, len(columns.pockets)

    def count(pockets: NDArray[np.unsignedinteger] | I64) -> I64:
        return np.bincount(pockets, minlength=n_pockets)

    outs = np.empty(n_pockets, np.int64)
    in_parts(kernels.count_outflows, s.parts, s.seq, s.start, outs)
    ins = np.diff(s.start) - outs
    loose = t.payer[s.status[0] != kernels.LINE]
    entered = np.isin(laid.syn[:, layout.SYN_STEP], [kernels.GAP_IN, kernels.HOLE_IN, kernels.CREDIT])
    outs += count(laid.syn[~entered, layout.SYN_POCKET]) - count(t.payer[s.status[0] == kernels.INTERNAL])
    ins += count(laid.syn[entered, layout.SYN_POCKET]) - count(t.payee[s.status[1] == kernels.INTERNAL])
    others = count(loose)
    others[0] += np.count_nonzero(entered)
    row_start = np.concatenate([[0], np.cumsum(outs + others)])
    return row_start, row_start[:-1] + outs, np.concatenate([[0], np.cumsum(ins)])


def _rows(
    columns: LedgerColumns, s: Sequences, laid: Lines, row_start: I64, line_end: I64, in_start: I64
) -> tuple[I64, NDArray[np.uint32], NDArray[np.uint32], I64]:
    """The rows, every payee's inflow rows in order, the row of every transfer and of every event without one."""
    t, n = columns.transfers, len(columns.transfers)
    rows, row_of = np.empty((int(row_start[-1]), 5), np.int64), np.empty(n, np.uint32)
    in_rows, syn_row = np.empty(int(in_start[-1]), np.uint32), np.empty(len(laid.syn), np.int64)
    first_events = np.searchsorted(laid.syn[:, layout.SYN_POCKET], [lo for lo, _ in s.parts])
    in_parts(
        line_kernels.fill_outflows, s.parts, s.seq, s.start, laid.line, t.payee, t.at_us, t.amount_minor, laid.skip,
        laid.syn, n, row_start, rows, row_of, syn_row, own=first_events,
    )  # fmt: skip
    loose = np.flatnonzero(s.status[0] != kernels.LINE)
    line_kernels.fill_loose(
        loose, t.payer, t.payee, t.at_us, t.amount_minor, laid.skip, laid.syn, n, line_end, rows, row_of, syn_row
    )
    in_parts(
        line_kernels.join_inflows, s.parts, s.seq, s.start, laid.line, laid.syn, syn_row, row_of, row_start, line_end,
        in_start, laid.totals[:, line_kernels.OUT_TOTAL].copy(), rows, in_rows, own=first_events,
    )  # fmt: skip
    rows[line_end[line_end > row_start[:-1]] - 1, layout.ROW_JUMPS] |= layout.LAST
    # The cut piece of a reversal comes in first; its row says where the rest, which lies on the payee's line, comes in.
    cut = np.flatnonzero(laid.skip)
    cut = cut[rows[row_of[cut], layout.ROW_IN_HI] >= 0]
    rows[row_of[cut], layout.ROW_IN_HI] += laid.skip[cut]
    ending = np.flatnonzero(s.status[1] != kernels.LINE)
    rows[row_of[ending], layout.ROW_IN_HI] = _stops(columns, s.status, ending)
    return rows, in_rows, row_of, syn_row


def _stops(columns: LedgerColumns, status: U8, eids: I64) -> I64:
    """The negative reason for which each of these transfers' money enters no line of its payee's."""
    t, payee = columns.transfers, columns.transfers.payee[eids]
    flags = columns.pockets.flags[payee]
    exits = np.zeros(256, np.bool_)
    exits[[int(kind) for kind in EXIT_KINDS]] = True
    stop = np.full(len(eids), -Stop.FRONTIER, np.int64)
    stop[(flags & POCKET_BLOCKED) != 0] = -Stop.BLOCKED
    stop[payee == OUTSIDE] = -Stop.COUNTERPARTY_MISSING
    stop[exits[t.kind[eids]]] = -Stop.EXIT
    stop[status[1, eids] == kernels.ABSENT] = -Stop.NOT_IN_STATEMENT
    stop[(flags & POCKET_HUB) != 0] = -Stop.HUB
    stop[t.payer[eids] == payee] = -Stop.INTERNAL
    return stop


def _mark_reversed(rows: I64, row_of: NDArray[np.uint32], segs: I64, status: U8, t: Transfers, reverses: I64) -> I64:
    """Send the chase of a reversed payment through its pieces, kept sorted by payment; adds those to uncovered payees."""
    segs = segs.copy()
    backed = segs[:, layout.SEG_REVERSAL] >= 0
    segs[backed, layout.SEG_REVERSAL] = row_of[segs[backed, layout.SEG_REVERSAL]]
    cut = np.isin(segs[:, layout.SEG_EID], segs[backed, layout.SEG_EID])
    table = np.concatenate([segs[cut], _uncovered_returns(row_of, status, t, reverses)])
    table = table[table[:, layout.SEG_LENGTH] > 0]
    table = table[np.lexsort((table[:, layout.SEG_OFFSET], table[:, layout.SEG_EID]))]
    marked = row_of[table[:, layout.SEG_EID]]
    after = rows[marked, layout.ROW_JUMPS] & layout.LOW_32
    rows[marked, layout.ROW_JUMPS] = ((layout.SPECIAL - 2**32) << 32) | after
    return table


def _uncovered_returns(row_of: NDArray[np.uint32], status: U8, t: Transfers, reverses: I64) -> I64:
    """Payments to accounts without a statement that came back: whole with one reversal, else by shares (a replay's work)."""
    pieces: list[tuple[int, int, int, int, int]] = []
    for eid in np.flatnonzero(reverses != NONE).tolist():
        paid = int(reverses[eid])
        if status[1, paid] != kernels.LINE and t.payer[paid] != t.payee[paid]:
            whole = t.amount_minor[eid] == t.amount_minor[paid] and np.count_nonzero(reverses == paid) == 1
            back = int(row_of[eid]) if whole else layout.SEG_BY_SHARES
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
    after = rows[row_of[later], layout.ROW_JUMPS] & layout.AFTER
    ordinary = (status[0, later] == kernels.LINE) & (status[1, paid] != kernels.LINE)
    reverses[later[(both & (after <= row_of[paid])) | ordinary]] = NONE
    return reverses


def risen_without_a_row(
    columns: LedgerColumns, index: LedgerIndex, pocket: int, until_us: int | None
) -> tuple[int, int]:
    """In how many places an account's running balance rises without a row, and by how much in all (minor units)."""
    syn, steps = index.syn, (kernels.GAP_IN, kernels.HOLE_IN)
    risen = syn[(syn[:, layout.SYN_POCKET] == pocket) & np.isin(syn[:, layout.SYN_STEP], steps)]
    if until_us is not None:
        risen = risen[columns.transfers.at_us[risen[:, layout.SYN_ANCHOR]] <= until_us]
    return len(risen), int(risen[:, layout.SYN_AMOUNT].sum())
