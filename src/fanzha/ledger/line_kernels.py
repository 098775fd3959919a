"""Lays each account's money on two lines, inflow and outflow, with gaps, credits and reversal cuts in their place.

A transfer's place is where its first minor unit lies on the line. Money at place x of the inflow line leaves through the
outflow that covers x: first in, first out without any queue.
"""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel
from fanzha.ledger.kernels import (
    CREDIT,
    GAP_IN,
    GAP_OUT,
    HOLE_IN,
    HOLE_OUT,
    INTERNAL,
    MISSING,
    REPAID,
    period_of,
)
from fanzha.ledger.layout import (
    AFTER,
    NO_JUMPS,
    NO_ROW,
    ROW_AT,
    ROW_ENDS,
    ROW_IN_HI,
    ROW_JUMPS,
    ROW_OUT_HI,
    SEG_BASE,
    SEG_EID,
    SEG_LENGTH,
    SEG_OFFSET,
    SEG_REVERSAL,
    SYN_AMOUNT,
    SYN_ANCHOR,
    SYN_LINE,
    SYN_PLACE,
    SYN_POCKET,
    SYN_STEP,
)


@inner
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    for i in range(table.shape[0]):
        for k in range(table.shape[1]):
            out[i, k] = table[i, k]
    return out


@inner
def _signed(side, amount):
    return amount[side >> 1] if side & 1 else -amount[side >> 1]


@inner
def _event(syn, n, pocket, place, step, event_amount, at_line, anchor):
    """Add an event without a row to the growing table."""
    if n == syn.shape[0]:
        syn = _grown_rows(syn)
    syn[n, SYN_POCKET], syn[n, SYN_PLACE], syn[n, SYN_STEP] = pocket, place, step
    syn[n, SYN_AMOUNT], syn[n, SYN_LINE], syn[n, SYN_ANCHOR] = event_amount, at_line, anchor
    return syn, n + 1


@inner
def opening_of(seq, lo, hi, sub, side_sub, side_period, amount, balances):
    """A sub-account's opening and whether it is assumed: from its first stated balance, or the least that never overdraws."""
    net = 0
    low = 0
    first_period = -1
    for i in range(lo, hi):
        if side_sub[seq[i] & 1][seq[i] >> 1] != sub:
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


@inner
def _opening_of_period(seq, i, hi, side_sub, side_period, amount, balances):
    """The balance before row i, the first of its sub-account in a later covered period; MISSING if it states none."""
    sub, period, net = side_sub[seq[i] & 1][seq[i] >> 1], side_period[i], 0
    for k in range(i, hi):
        if side_period[k] != period:
            if side_period[k] > period:
                break
            continue
        if side_sub[seq[k] & 1][seq[k] >> 1] == sub:
            net += _signed(seq[k], amount)
            if balances[k] != MISSING:
                return balances[k] - net
    return MISSING


@kernel
def periods_of_sides(pockets, seq, start, side_at, cov_start, cov_from, cov_to, period):
    """The covered period of every place of these pockets, where an account has more than one; `period` comes as zeros."""
    for p in pockets:
        if cov_start[p + 1] - cov_start[p] > 1:
            for i in range(start[p], start[p + 1]):
                period[i] = period_of(p, side_at[seq[i] & 1][seq[i] >> 1], cov_start, cov_from, cov_to)


@inner
def _cut(seq, line, lo, i, syn, syn_first, segs, seg_first, state, reverses, amount):
    """Take a reversal out of the payment's lots that are still held; the later inflows move up. Gives the length cut."""
    eid = seq[i] >> 1
    target = reverses[eid]
    n = state[S_SEGS]
    k = n - 1
    while k >= seg_first and not (segs[k, SEG_EID] == target and segs[k, SEG_REVERSAL] == -2):
        k -= 1
    if k < seg_first:
        return np.int64(0)  # the payment did not come in before its reversal went out
    base, length = segs[k, SEG_BASE], segs[k, SEG_LENGTH]
    passed = min(length, max(0, state[S_OUT] - base))
    cut = min(amount[eid], length - passed)
    if cut == 0:
        return np.int64(0)
    offset = segs[k, SEG_OFFSET]
    segs[k, SEG_LENGTH], segs[k, SEG_REVERSAL] = passed, -1
    segs[n, SEG_EID], segs[n, SEG_OFFSET], segs[n, SEG_LENGTH] = target, offset + passed, cut
    segs[n, SEG_REVERSAL], segs[n, SEG_BASE] = eid, 0
    segs[n + 1, SEG_EID], segs[n + 1, SEG_OFFSET] = target, offset + passed + cut
    segs[n + 1, SEG_LENGTH], segs[n + 1, SEG_REVERSAL] = length - passed - cut, -2
    segs[n + 1, SEG_BASE] = base + passed
    state[S_SEGS] = n + 2
    for j in range(lo, i):
        if (seq[j] & 1) == 1 and line[j] > base:
            line[j] -= cut
    for j in range(syn_first, state[S_SYN]):
        inflow = syn[j, SYN_STEP] == GAP_IN or syn[j, SYN_STEP] == HOLE_IN or syn[j, SYN_STEP] == CREDIT
        if inflow and syn[j, SYN_LINE] > base:
            syn[j, SYN_LINE] -= cut
    for j in range(seg_first, state[S_SEGS]):
        if segs[j, SEG_REVERSAL] < 0 and segs[j, SEG_EID] != target and segs[j, SEG_BASE] > base:
            segs[j, SEG_BASE] -= cut
    return cut


# What is known of an account while its rows are laid, and how far the growing tables are filled.
S_IN, S_OUT, S_BALANCE, S_SYN, S_SEGS = 0, 1, 2, 3, 4
# Columns of the table of totals by pocket.
OPENING, ASSUMED, IN_TOTAL, OUT_TOTAL, CLOSING = 0, 1, 2, 3, 4


@kernel
def lay_plain(start, line, balances, stated, totals, special, lo, hi):
    """Lay the lines of pockets lo to hi that have no gap, debt or reversal; marks those that turn out to have one.

    `line` comes with what each place adds to the account (nothing is 0) and leaves with its position; the marked pockets'
    places stay as they are. `balances` is read where `stated`.
    """
    for p in range(lo, hi):
        a, b = start[p], start[p + 1]
        if special[p] or a == b:
            continue
        net = low = np.int64(0)
        first = b
        for i in range(a, b):
            net += line[i]
            low = min(low, net)
            if stated and balances[i] != MISSING:
                first = i
                break
        opening = -low if first == b else balances[first] - net
        if opening < 0:
            special[p] = True
            continue
        if first < b:
            balance, least, differs = opening, opening, False
            for i in range(a, b):
                balance += line[i]
                least = min(least, balance)
                differs |= balances[i] != balance and balances[i] != MISSING
            if differs or least < 0:
                special[p] = True
                continue
        line_in, line_out = opening, np.int64(0)
        for i in range(a, b):
            move = line[i]
            line[i] = line_in if move > 0 else line_out
            line_in += max(move, 0)
            line_out += max(-move, 0)
        totals[p, OPENING], totals[p, ASSUMED] = opening, first == b
        totals[p, IN_TOTAL], totals[p, OUT_TOTAL], totals[p, CLOSING] = line_in, line_out, line_in - line_out


@kernel
def lay_special(
    pockets, seq, start, line, balances, side_sub, side_period, status, amount, reverses, is_reversed, totals, has_subs
):
    """Lay the lines of these pockets row by row, with the events that no row shows and the pieces of reversed payments.

    Fills line and totals; gives the table of events without a row, the table of pieces, and the length that each reversal
    cut out (by transfer, empty where the ledger has none).
    """
    syn, segs = np.empty((256, 6), np.int64), np.empty((256, 5), np.int64)
    skip = np.zeros(is_reversed.size, np.int64)
    state = np.zeros(5, np.int64)
    tracked, last_period = np.zeros(65536, np.int64), np.full(65536, -1, np.int64)
    for p in pockets:
        lo, hi = start[p], start[p + 1]
        if lo == hi:
            continue
        opening, guessed = _open(
            seq, lo, hi, side_sub, side_period, amount, balances, has_subs, tracked, last_period
        )  # fmt: skip
        opening += _put_away_before(seq, lo, hi, status, amount)
        totals[p, OPENING], totals[p, ASSUMED] = opening, guessed
        state[S_IN], state[S_OUT], state[S_BALANCE] = max(0, opening), 0, opening
        syn_first, seg_first = state[S_SYN], state[S_SEGS]
        for i in range(lo, hi):
            eid, inflow = seq[i] >> 1, seq[i] & 1
            sub = np.int64(side_sub[inflow][eid]) if has_subs else 0
            # What the row's running balance (and the start of a later covered period) says went on without a row.
            if side_period[i] > last_period[sub]:
                if last_period[sub] >= 0:
                    stated = _opening_of_period(seq, i, hi, side_sub, side_period, amount, balances)
                    if stated != MISSING:
                        difference, tracked[sub] = stated - tracked[sub], stated
                        syn = _rowless(syn, state, p, i, eid, difference, np.int64(HOLE_IN), np.int64(HOLE_OUT))
                last_period[sub] = side_period[i]
            tracked[sub] += _signed(seq[i], amount)
            if balances[i] != MISSING:
                difference, tracked[sub] = balances[i] - tracked[sub], balances[i]
                syn = _rowless(syn, state, p, i, eid, difference, np.int64(GAP_IN), np.int64(GAP_OUT))
            if status[inflow, eid] == INTERNAL:
                line[i] = -1
            elif inflow:
                while state[S_SEGS] >= segs.shape[0]:
                    segs = _grown_rows(segs)
                syn = _lay_inflow(syn, segs, state, p, i, eid, amount[eid], line, is_reversed)
            else:
                drawn = amount[eid] - max(0, state[S_BALANCE])
                if drawn > 0:
                    syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i, np.int64(CREDIT), drawn, state[S_IN], eid)
                    state[S_IN] += drawn
                while state[S_SEGS] + 2 > segs.shape[0]:
                    segs = _grown_rows(segs)
                cut = np.int64(0)
                if is_reversed.size and reverses[eid] >= 0:
                    cut = _cut(seq, line, lo, i, syn, syn_first, segs, seg_first, state, reverses, amount)
                    skip[eid] = cut
                    state[S_IN] -= cut
                line[i] = state[S_OUT]
                state[S_OUT] += amount[eid] - cut
                state[S_BALANCE] -= amount[eid]
        totals[p, IN_TOTAL], totals[p, OUT_TOTAL], totals[p, CLOSING] = state[S_IN], state[S_OUT], state[S_BALANCE]
        for j in range(seg_first, state[S_SEGS]):
            if segs[j, SEG_REVERSAL] == -2:
                segs[j, SEG_REVERSAL] = -1
    return syn[: state[S_SYN]], segs[: state[S_SEGS]], skip


@inner
def _open(seq, lo, hi, side_sub, side_period, amount, balances, has_subs, tracked, last_period):
    """The opening of all sub-accounts of a pocket together, and whether one of them is assumed."""
    top = np.int64(0)
    if has_subs:
        for i in range(lo, hi):
            top = max(top, np.int64(side_sub[seq[i] & 1][seq[i] >> 1]))
    total, assumed = np.int64(0), False
    for sub in range(top + 1):
        tracked[sub], guessed = opening_of(seq, lo, hi, sub, side_sub, side_period, amount, balances)
        last_period[sub] = -1
        present = not has_subs
        for i in range(lo, hi if has_subs else lo):
            present = present or side_sub[seq[i] & 1][seq[i] >> 1] == sub
        if present:
            total += tracked[sub]
            assumed = assumed or guessed
    return total, assumed


@inner
def _put_away_before(seq, lo, hi, status, amount):
    """What inner moves bring back from parts of the account without rows beyond what they took there: it was there before."""
    away, least = np.int64(0), np.int64(0)
    for i in range(lo, hi):
        eid, inflow = seq[i] >> 1, seq[i] & 1
        if status[inflow, eid] == INTERNAL and status[1 - inflow, eid] != INTERNAL:
            away -= _signed(seq[i], amount)
            least = min(least, away)
    return -least


@inner
def _rowless(syn, state, p, i, eid, difference, came, went):
    """A rise or fall of the balance before row i that no row shows, with the debt it repays or the credit it draws."""
    balance = state[S_BALANCE]
    if difference > 0:
        syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i, came, difference, state[S_IN], eid)
        state[S_IN] += difference
        repaid = min(difference, max(0, -balance))
        if repaid:
            syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i, np.int64(REPAID), repaid, state[S_OUT], eid)
            state[S_OUT] += repaid
    elif difference < 0:
        drawn = -difference - max(0, balance)
        if drawn > 0:
            syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i, np.int64(CREDIT), drawn, state[S_IN], eid)
            state[S_IN] += drawn
        syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i, went, -difference, state[S_OUT], eid)
        state[S_OUT] -= difference
    state[S_BALANCE] = balance + difference
    return syn


@inner
def _lay_inflow(syn, segs, state, p, i, eid, came, line, is_reversed):
    """An inflow's place on the line; a debt is repaid out of it at once."""
    line[i] = state[S_IN]
    if is_reversed.size and is_reversed[eid]:
        k = state[S_SEGS]
        segs[k, SEG_EID], segs[k, SEG_OFFSET], segs[k, SEG_LENGTH] = eid, 0, came
        segs[k, SEG_REVERSAL], segs[k, SEG_BASE] = -2, state[S_IN]
        state[S_SEGS] = k + 1
    state[S_IN] += came
    repaid = min(came, max(0, -state[S_BALANCE]))
    state[S_BALANCE] += came
    if repaid:
        syn, state[S_SYN] = _event(syn, state[S_SYN], p, 2 * i + 1, np.int64(REPAID), repaid, state[S_OUT], eid)
        state[S_OUT] += repaid
    return syn


@kernel
def fill_outflows(
    seq, start, line, payee, at, amount, skip, syn, n_real, row_start, rows, row_of, syn_row, syn_first, lo, hi
):  # fmt: skip
    """The line rows of pockets lo to hi, in sequence; `syn_first` is the first event without a row of pocket lo or later.

    In place of where it ends on the payee's line stands how long it is, until the inflows are joined.
    """
    k = syn_first
    for p in range(lo, hi):
        row = row_start[p]
        for i in range(start[p], start[p + 1] + 1):
            # Events without a row stand before their place (even) or after it (odd).
            while k < syn.shape[0] and syn[k, SYN_POCKET] == p and (i == start[p + 1] or syn[k, SYN_PLACE] <= 2 * i):
                step = syn[k, SYN_STEP]
                if step == GAP_OUT or step == HOLE_OUT or step == REPAID:
                    rows[row, ROW_OUT_HI] = syn[k, SYN_LINE] + syn[k, SYN_AMOUNT]
                    rows[row, ROW_IN_HI] = -7 if step == GAP_OUT else -8 if step == HOLE_OUT else -9
                    rows[row, ROW_AT] = at[syn[k, SYN_ANCHOR]]
                    rows[row, ROW_ENDS] = n_real + k
                    rows[row, ROW_JUMPS] = NO_JUMPS
                    syn_row[k] = row
                    row += 1
                k += 1
            if i < start[p + 1] and (seq[i] & 1) == 0 and line[i] >= 0:
                eid = seq[i] >> 1
                row_of[eid] = row
                rows[row, ROW_IN_HI] = amount[eid] - (skip[eid] if skip.size else 0)
                rows[row, ROW_OUT_HI] = line[i] + rows[row, ROW_IN_HI]
                rows[row, ROW_AT] = at[eid]
                rows[row, ROW_ENDS] = (np.int64(payee[eid]) << 32) | eid
                rows[row, ROW_JUMPS] = NO_JUMPS
                row += 1


@kernel
def fill_loose(eids, payer, payee, at, amount, skip, syn, n_real, line_end, rows, row_of, syn_row):
    """Rows that stand in no payer's line: transfers without his statement, then events that only brought money in."""
    fill = line_end.copy()
    for eid in eids:
        row = fill[payer[eid]]
        fill[payer[eid]] = row + 1
        row_of[eid] = row
        rows[row, ROW_OUT_HI], rows[row, ROW_AT] = 0, at[eid]
        rows[row, ROW_IN_HI] = amount[eid] - (skip[eid] if skip.size else 0)
        rows[row, ROW_ENDS], rows[row, ROW_JUMPS] = (np.int64(payee[eid]) << 32) | eid, NO_JUMPS
    row = fill[0]
    for k in range(syn.shape[0]):
        step = syn[k, SYN_STEP]
        if step == GAP_IN or step == HOLE_IN or step == CREDIT:
            syn_row[k] = row
            rows[row, ROW_OUT_HI], rows[row, ROW_IN_HI], rows[row, ROW_AT] = (
                0,
                syn[k, SYN_AMOUNT],
                at[syn[k, SYN_ANCHOR]],
            )
            rows[row, ROW_ENDS], rows[row, ROW_JUMPS] = (syn[k, SYN_POCKET] << 32) | (n_real + k), NO_JUMPS
            row += 1


@kernel
def join_inflows(
    seq, start, line, syn, syn_row, row_of, row_start, line_end, in_start, out_total, rows, in_rows, syn_first, lo, hi
):  # fmt: skip
    """Each inflow's place on its payee's line, and the payee's first outflow after it, by time and by place."""
    k = syn_first
    for p in range(lo, hi):
        out = near = row_start[p]
        slot = in_start[p]
        for i in range(start[p], start[p + 1] + 1):
            while k < syn.shape[0] and syn[k, SYN_POCKET] == p and (i == start[p + 1] or syn[k, SYN_PLACE] <= 2 * i):
                step = syn[k, SYN_STEP]
                if step == GAP_IN or step == HOLE_IN or step == CREDIT:
                    near = _join(rows, syn_row[k], syn[k, SYN_LINE], out, near, line_end[p], out_total[p])
                    in_rows[slot] = syn_row[k]
                    slot += 1
                else:
                    out += 1
                k += 1
            if i == start[p + 1] or line[i] < 0:
                continue
            if (seq[i] & 1) == 0:
                out += 1
                continue
            row = np.int64(row_of[seq[i] >> 1])
            near = _join(rows, row, line[i], out, near, line_end[p], out_total[p])
            in_rows[slot] = row
            slot += 1


@inner
def _join(rows, row, place, after, near, line_hi, total):
    """Write the payee's end of a row; gives the first outflow that reaches beyond its place on the line."""
    while near + 1 < line_hi and rows[near, ROW_OUT_HI] <= place:
        near += 1
    rows[row, ROW_IN_HI] += place
    rows[row, ROW_JUMPS] = ((np.int64(near) if place < total else np.int64(NO_ROW)) << 32) | np.int64(
        after if after < line_hi else AFTER
    )
    return near
