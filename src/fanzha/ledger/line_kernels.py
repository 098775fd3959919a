"""Lays each account's money on two lines, inflow and outflow, with gaps, credits and reversal cuts in their place.

A transfer's place is where its first minor unit lies on the line. Money at place x of the inflow line leaves through the
outflow that covers x: first in, first out without any queue.
"""

# ruff: noqa: PLR0912, PLR0913, PLR0915, PLR2004, C901, ANN001, ANN201, ANN202 - loops over arrays take what they need
from __future__ import annotations

import numpy as np
from numba import njit

from fanzha.ledger.kernels import (
    CREDIT,
    GAP_IN,
    GAP_OUT,
    HOLE_IN,
    HOLE_OUT,
    INTERNAL,
    LINE,
    MISSING,
    REPAID,
    _grown,
    period_of,
)

# Columns of the growing table of events that no row shows.
SYN_POCKET, SYN_PLACE, SYN_STEP, SYN_AMOUNT, SYN_LINE, SYN_ANCHOR = 0, 1, 2, 3, 4, 5
# Columns of the growing table of pieces of reversed payments: bytes [offset, offset + length) of payment `SEG_EID` lie at
# `SEG_BASE` of the line (SEG_REVERSAL = -1) or went back with the reversal, at `SEG_BASE` of that reversal.
SEG_EID, SEG_OFFSET, SEG_LENGTH, SEG_REVERSAL, SEG_BASE = 0, 1, 2, 3, 4


@njit(cache=True)
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    out[: table.shape[0]] = table
    return out


@njit(cache=True)
def _signed(side, amount):
    return amount[side >> 1] if side & 1 else -amount[side >> 1]


@njit(cache=True)
def opening_of(seq, lo, hi, sub, side_sub, side_period, amount, balances):
    """A sub-account's opening and whether it is assumed: from its first stated balance, or the least that never overdraws."""
    net = 0
    low = 0
    first_period = -1
    for i in range(lo, hi):
        if side_sub[seq[i] & 1, seq[i] >> 1] != sub:
            continue
        if first_period < 0:
            first_period = side_period[i]
        net += _signed(seq[i], amount)
        low = min(low, net)
        if balances[i] != MISSING:
            opening = balances[i] - net
            if side_period[i] != first_period:
                opening = max(0, opening)
            return opening, False
    return -low, True


@njit(cache=True)
def _opening_of_period(seq, i, hi, side_sub, side_period, amount, balances):
    """The balance before row i, the first of its sub-account in a later covered period; MISSING if it states none."""
    sub, period, net = side_sub[seq[i] & 1, seq[i] >> 1], side_period[i], 0
    for k in range(i, hi):
        if side_period[k] != period:
            if side_period[k] > period:
                break
            continue
        if side_sub[seq[k] & 1, seq[k] >> 1] == sub:
            net += _signed(seq[k], amount)
            if balances[k] != MISSING:
                return balances[k] - net
    return MISSING


@njit(cache=True)
def periods_of_sides(seq, start, side_at, cov_start, cov_from, cov_to):
    """The covered period of every place in the sequences; all zero where no account has more than one."""
    period = np.zeros(seq.size, np.int32)
    for p in range(start.size - 1):
        if cov_start[p + 1] - cov_start[p] > 1:
            for i in range(start[p], start[p + 1]):
                period[i] = period_of(p, side_at[seq[i] & 1, seq[i] >> 1], cov_start, cov_from, cov_to)
    return period


@njit(cache=True)
def _cut(seq, line, lo, i, syn, syn_first, n_syn, segs, seg_first, n_segs, reverses, amount, line_out):
    """Take a reversal out of the payment's lots that are still held; the later inflows move up. Gives the length cut."""
    eid = seq[i] >> 1
    target = reverses[eid]
    k = n_segs - 1
    while k >= seg_first and not (segs[k, SEG_EID] == target and segs[k, SEG_REVERSAL] == -2):
        k -= 1
    if k < seg_first:
        return 0, n_segs  # the payment did not come in before its reversal went out
    base, length = segs[k, SEG_BASE], segs[k, SEG_LENGTH]
    passed = min(length, max(0, line_out - base))
    cut = min(amount[eid], length - passed)
    if cut == 0:
        return 0, n_segs
    offset = segs[k, SEG_OFFSET]
    segs[n_segs] = segs[k]
    segs[k, SEG_LENGTH], segs[k, SEG_REVERSAL] = passed, -1
    segs[n_segs + 1] = segs[n_segs]
    segs[n_segs, SEG_OFFSET], segs[n_segs, SEG_LENGTH] = offset + passed, cut
    segs[n_segs, SEG_REVERSAL], segs[n_segs, SEG_BASE] = eid, 0
    segs[n_segs + 1, SEG_OFFSET], segs[n_segs + 1, SEG_LENGTH] = offset + passed + cut, length - passed - cut
    segs[n_segs + 1, SEG_BASE] = base + passed
    for j in range(lo, i):
        if (seq[j] & 1) == 1 and line[j] > base:
            line[j] -= cut
    for j in range(syn_first, n_syn):
        inflow = syn[j, SYN_STEP] == GAP_IN or syn[j, SYN_STEP] == HOLE_IN or syn[j, SYN_STEP] == CREDIT
        if inflow and syn[j, SYN_LINE] > base:
            syn[j, SYN_LINE] -= cut
    for j in range(seg_first, n_segs):
        if segs[j, SEG_REVERSAL] < 0 and segs[j, SEG_EID] != target and segs[j, SEG_BASE] > base:
            segs[j, SEG_BASE] -= cut
    return cut, n_segs + 2


@njit(cache=True)
def lay_lines(
    seq, start, balances, side_sub, side_period, status, amount, reverses, is_reversed, has_subs, has_reversals
):
    """Every place's position on its account's line, and the events without a row.

    Gives line (by place), opening, assumed, in_total, out_total, closing (by pocket), the table of events without a row,
    the table of pieces of reversed payments, and the length each reversal cut out (by transfer, empty if none).
    """
    n_pockets = start.size - 1
    line = np.empty(seq.size, np.int64)
    opening, closing = np.zeros(n_pockets, np.int64), np.zeros(n_pockets, np.int64)
    assumed = np.zeros(n_pockets, np.bool_)
    in_total, out_total = np.zeros(n_pockets, np.int64), np.zeros(n_pockets, np.int64)
    syn, n_syn = np.empty((1024, 6), np.int64), 0
    segs, n_segs = np.empty((256, 5), np.int64), 0
    skip = np.zeros(amount.size if has_reversals else 0, np.int64)
    tracked, last_period = np.zeros(65536, np.int64), np.full(65536, -1, np.int64)
    for p in range(n_pockets):
        lo, hi = start[p], start[p + 1]
        if lo == hi:
            continue
        top = 0
        if has_subs:
            for i in range(lo, hi):
                top = max(top, side_sub[seq[i] & 1, seq[i] >> 1])
        balance = 0
        for sub in range(top + 1):
            tracked[sub], guessed = opening_of(seq, lo, hi, sub, side_sub, side_period, amount, balances)
            last_period[sub] = -1
            present = not has_subs
            for i in range(lo, hi if has_subs else lo):
                present = present or side_sub[seq[i] & 1, seq[i] >> 1] == sub
            if present:
                balance += tracked[sub]
                assumed[p] = assumed[p] or guessed
        opening[p] = balance
        line_in, line_out = max(0, balance), 0
        syn_first, seg_first = n_syn, n_segs
        for i in range(lo, hi):
            side = seq[i]
            eid, inflow = side >> 1, side & 1
            sub = side_sub[inflow, eid] if has_subs else 0
            while n_syn + 8 > syn.shape[0]:
                syn = _grown_rows(syn)
            while n_segs + 4 > segs.shape[0]:
                segs = _grown_rows(segs)
            # What the row's running balance (and the start of a later covered period) says went on without a row.
            for hole in (True, False):
                difference = 0
                if hole:
                    if last_period[sub] >= 0 and side_period[i] != last_period[sub]:
                        stated = _opening_of_period(seq, i, hi, side_sub, side_period, amount, balances)
                        if stated != MISSING:
                            difference, tracked[sub] = stated - tracked[sub], stated
                    last_period[sub] = side_period[i]
                else:
                    tracked[sub] += _signed(side, amount)
                    if balances[i] != MISSING:
                        difference, tracked[sub] = balances[i] - tracked[sub], balances[i]
                if difference > 0:
                    step = HOLE_IN if hole else GAP_IN
                    syn[n_syn] = np.array((p, 2 * i, step, difference, line_in, eid))
                    n_syn += 1
                    line_in += difference
                    debt = max(0, -balance)
                    balance += difference
                    if debt:
                        repaid = min(difference, debt)
                        syn[n_syn] = np.array((p, 2 * i, REPAID, repaid, line_out, eid))
                        n_syn += 1
                        line_out += repaid
                elif difference < 0:
                    drawn = -difference - max(0, balance)
                    if drawn > 0:
                        syn[n_syn] = np.array((p, 2 * i, CREDIT, drawn, line_in, eid))
                        n_syn += 1
                        line_in += drawn
                    step = HOLE_OUT if hole else GAP_OUT
                    syn[n_syn] = np.array((p, 2 * i, step, -difference, line_out, eid))
                    n_syn += 1
                    line_out -= difference
                    balance += difference
            if status[inflow, eid] == INTERNAL:
                line[i] = -1
                continue
            if inflow:
                line[i] = line_in
                if has_reversals and is_reversed[eid]:
                    segs[n_segs, SEG_EID], segs[n_segs, SEG_OFFSET], segs[n_segs, SEG_LENGTH] = eid, 0, amount[eid]
                    segs[n_segs, SEG_REVERSAL], segs[n_segs, SEG_BASE] = -2, line_in
                    n_segs += 1
                line_in += amount[eid]
                debt = max(0, -balance)
                balance += amount[eid]
                if debt:
                    repaid = min(amount[eid], debt)
                    syn[n_syn] = np.array((p, 2 * i + 1, REPAID, repaid, line_out, eid))
                    n_syn += 1
                    line_out += repaid
                continue
            drawn = amount[eid] - max(0, balance)
            if drawn > 0:
                syn[n_syn] = np.array((p, 2 * i, CREDIT, drawn, line_in, eid))
                n_syn += 1
                line_in += drawn
            cut = 0
            if has_reversals and reverses[eid] >= 0:
                cut, n_segs = _cut(
                    seq, line, lo, i, syn, syn_first, n_syn, segs, seg_first, n_segs, reverses, amount, line_out
                )
                skip[eid] = cut
                line_in -= cut
            line[i] = line_out
            line_out += amount[eid] - cut
            balance -= amount[eid]
        closing[p], in_total[p], out_total[p] = balance, line_in, line_out
        for j in range(seg_first, n_segs):
            if segs[j, SEG_REVERSAL] == -2:
                segs[j, SEG_REVERSAL] = -1
    return line, opening, assumed, in_total, out_total, closing, syn[:n_syn], segs[:n_segs], skip


# A row of the index: out_lo, in_lo, at, payee << 32 | transfer, next << 32 | after.
ROW_OUT_LO, ROW_IN_LO, ROW_AT, ROW_ENDS, ROW_JUMPS = 0, 1, 2, 3, 4
LOW_32 = 0xFFFFFFFF
NO_ROW = 0xFFFFFFFF
SPECIAL = 0xFFFFFFFE  # in place of `next`: the payment was reversed, its pieces lie in the table
SEG_BY_SHARES = -3  # a part came back from an account without a statement: shares, not pieces


@njit(cache=True)
def count_rows(seq, start, status, payer, syn, n_pockets):
    """Where each payer's rows begin, where its line rows end, and where each payee's list of inflows begins."""
    row_start = np.zeros(n_pockets + 1, np.int64)
    line_rows = np.zeros(n_pockets, np.int64)
    in_start = np.zeros(n_pockets + 1, np.int64)
    for p in range(n_pockets):
        for i in range(start[p], start[p + 1]):
            if status[seq[i] & 1, seq[i] >> 1] == LINE:
                if seq[i] & 1:
                    in_start[p + 1] += 1
                else:
                    line_rows[p] += 1
    for k in range(syn.shape[0]):
        step = syn[k, SYN_STEP]
        if step == GAP_IN or step == HOLE_IN or step == CREDIT:
            in_start[syn[k, SYN_POCKET] + 1] += 1
            row_start[1] += 1
        else:
            line_rows[syn[k, SYN_POCKET]] += 1
    for eid in range(payer.size):
        if status[0, eid] != LINE:
            row_start[payer[eid] + 1] += 1
    for p in range(n_pockets):
        row_start[p + 1] += row_start[p] + line_rows[p]
        in_start[p + 1] += in_start[p]
    return row_start, row_start[:n_pockets] + line_rows, in_start


@njit(cache=True)
def fill_rows(seq, start, line, status, payer, payee, amount, at, syn, skip, stop, row_start, line_end, in_start):
    """The rows of the index and every payee's inflow rows in order.

    `stop[transfer]` is the negative reason for which its money enters no line, 0 if it does.
    """
    n, n_pockets = payer.size, start.size - 1
    rows = np.empty((row_start[n_pockets], 5), np.int64)
    in_rows = np.empty(in_start[n_pockets], np.uint32)
    row_of = np.empty(n, np.uint32)
    fill = line_end.copy()
    for eid in range(n):
        if status[0, eid] != LINE:
            row_of[eid] = fill[payer[eid]]
            fill[payer[eid]] += 1
    syn_row = np.empty(syn.shape[0], np.int64)
    loose = fill[0]
    k = 0
    for p in range(n_pockets):
        row = row_start[p]
        for i in range(start[p], start[p + 1] + 1):
            # Events without a row stand before their place (even) or after it (odd).
            while k < syn.shape[0] and syn[k, SYN_POCKET] == p and (i == start[p + 1] or syn[k, SYN_PLACE] <= 2 * i):
                step = syn[k, SYN_STEP]
                if step == GAP_IN or step == HOLE_IN or step == CREDIT:
                    syn_row[k] = loose
                    loose += 1
                else:
                    syn_row[k] = row
                    rows[row, ROW_OUT_LO] = syn[k, SYN_LINE]
                    rows[row, ROW_IN_LO] = -7 if step == GAP_OUT else -8 if step == HOLE_OUT else -9
                    rows[row, ROW_AT] = at[syn[k, SYN_ANCHOR]]
                    rows[row, ROW_ENDS] = n + k
                    rows[row, ROW_JUMPS] = (NO_ROW << 32) | NO_ROW
                    row += 1
                k += 1
            if i == start[p + 1]:
                break
            eid = seq[i] >> 1
            if (seq[i] & 1) == 0 and status[0, eid] == LINE:
                row_of[eid] = row
                rows[row, ROW_OUT_LO] = line[i]
                row += 1
    for eid in range(n):
        row = row_of[eid]
        if status[0, eid] != LINE:
            rows[row, ROW_OUT_LO] = 0
        rows[row, ROW_IN_LO] = stop[eid]
        rows[row, ROW_AT] = at[eid]
        rows[row, ROW_ENDS] = (np.int64(payee[eid]) << 32) | eid
        rows[row, ROW_JUMPS] = (NO_ROW << 32) | NO_ROW
    _fill_arrivals(seq, start, line, status, amount, at, syn, syn_row, skip, row_of, line_end, row_start, rows, in_rows, in_start)
    return rows, in_rows, row_of, syn_row


@njit(cache=True)
def _fill_arrivals(
    seq, start, line, status, amount, at, syn, syn_row, skip, row_of, line_end, row_start, rows, in_rows, in_start
):
    """Each inflow's place on the payee's line and the payee's first outflow after it, by time and by place."""
    n, k = amount.size, 0
    for p in range(start.size - 1):
        out = row_start[p]
        slot = in_start[p]
        for i in range(start[p], start[p + 1] + 1):
            while k < syn.shape[0] and syn[k, SYN_POCKET] == p and (i == start[p + 1] or syn[k, SYN_PLACE] <= 2 * i):
                step = syn[k, SYN_STEP]
                if step == GAP_IN or step == HOLE_IN or step == CREDIT:
                    row = syn_row[k]
                    rows[row, ROW_OUT_LO], rows[row, ROW_IN_LO] = 0, syn[k, SYN_LINE]
                    rows[row, ROW_AT] = at[syn[k, SYN_ANCHOR]]
                    rows[row, ROW_ENDS] = (np.int64(p) << 32) | (n + k)
                    rows[row, ROW_JUMPS] = (NO_ROW << 32) | out
                    in_rows[slot] = row
                    slot += 1
                else:
                    out += 1
                k += 1
            if i == start[p + 1]:
                break
            eid = seq[i] >> 1
            if status[seq[i] & 1, eid] != LINE:
                continue
            if (seq[i] & 1) == 0:
                out += 1
                continue
            row = row_of[eid]
            rows[row, ROW_IN_LO] = line[i]
            rows[row, ROW_JUMPS] = (NO_ROW << 32) | out
            in_rows[slot] = row
            slot += 1
        _point_next(rows, in_rows, in_start[p], in_start[p + 1], row_start[p], line_end[p])
    # The cut piece of a reversal comes in first; its row says where the rest, which lies on the payee's line, comes in.
    for eid in range(skip.size):
        if skip[eid] > 0 and rows[row_of[eid], ROW_IN_LO] >= 0:
            rows[row_of[eid], ROW_IN_LO] += skip[eid]


@njit(cache=True)
def _point_next(rows, in_rows, in_lo, in_hi, out, out_hi):
    """For each inflow the first outflow that reaches beyond its place on the line."""
    for j in range(in_lo, in_hi):
        row = in_rows[j]
        place = rows[row, ROW_IN_LO]
        while out + 1 < out_hi and rows[out + 1, ROW_OUT_LO] <= place:
            out += 1
        rows[row, ROW_JUMPS] = (np.int64(out) << 32) | (rows[row, ROW_JUMPS] & LOW_32)
