"""Array loops of the methods: interval chasing on the index for first in, first out; private to this room."""


from __future__ import annotations

import numpy as np
from numba import njit

ROW_OUT_LO, ROW_IN_LO, ROW_AT, ROW_ENDS, ROW_JUMPS = 0, 1, 2, 3, 4
SEG_EID, SEG_OFFSET, SEG_LENGTH, SEG_REVERSAL, SEG_BASE = 0, 1, 2, 3, 4
LOW_32 = 0xFFFFFFFF
SPECIAL = 0xFFFFFFFE
SEG_BY_SHARES = -3
TO_VICTIM, SUPERSEDED = 10, 11
HELD = -1  # in place of an end in a record: the money is still at the payee of the row
RECORDS_MAX = 200_000_000


@njit(cache=True)
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    out[: table.shape[0]] = table
    return out


@njit(cache=True)
def _contains(values, wanted):
    """Whether a short sorted array has a value."""
    if values.size <= 8:
        for value in values:
            if value == wanted:
                return True
        return False
    i = np.searchsorted(values, wanted)
    return i < values.size and values[i] == wanted


@njit(cache=True)
def chase_fifo(rows, line_end, out_total, segs, skip, seed_row, seed_amount, victims, nested_eids, until):
    """Chase the origins' money along the lines; row, label, amount and end of every piece moved (end 0: it went on).

    Records with end HELD say what stays at the payee of the row. The last value is false where a payment came back in
    part from an account without a statement: its labels are shared, which only a replay can do.
    """
    records = np.empty((256, 4), np.int64)
    n = 0
    stack = np.empty((64, 4), np.int64)
    for label in range(seed_row.size):
        stack[0, 0], stack[0, 1], stack[0, 2] = seed_row[label], 0, seed_amount[label]
        depth = 1
        records, n = _record(records, n, seed_row[label], label, seed_amount[label], 0)
        while depth > 0:
            depth -= 1
            row, offset, length = stack[depth, 0], stack[depth, 1], stack[depth, 2]
            if n > RECORDS_MAX:
                return records[:n], False
            ends = rows[row, ROW_ENDS]
            payee, place = ends >> 32, rows[row, ROW_IN_LO]
            following = (rows[row, ROW_JUMPS] >> 32) & LOW_32
            comes_home = victims.size > 0 and _contains(victims, payee)
            if comes_home and (place >= 0 or following != SPECIAL):
                records, n = _record(records, n, row, label, length, TO_VICTIM)
                continue
            if following == SPECIAL:
                stack, depth, records, n, whole = _split(
                    rows, segs, skip, row, offset, length, label, until, stack, depth, records, n, line_end,
                    out_total, nested_eids, TO_VICTIM if comes_home else -place,
                )  # fmt: skip
                if not whole:
                    return records[:n], False
                continue
            if place < 0:
                records, n = _record(records, n, row, label, length, -place)
                continue
            stack, depth, records, n = _leave(
                rows, following, line_end[payee], out_total[payee], place + offset, length, row, label, until, stack,
                depth, records, n, nested_eids,
            )  # fmt: skip
    return records[:n], True


@njit(cache=True)
def _record(records, n, row, label, amount, end):
    if n == records.shape[0]:
        records = _grown_rows(records)
    records[n, 0], records[n, 1], records[n, 2], records[n, 3] = row, label, amount, end
    return records, n + 1


@njit(cache=True)
def _leave(rows, r, line_hi, total, lo, length, arrival, label, until, stack, depth, records, n, nested_eids):
    """Money at [lo, lo + length) of an account's inflow line leaves through the outflows that cover it."""
    hi = lo + length
    while lo < hi:
        while r < line_hi and (rows[r + 1, ROW_OUT_LO] if r + 1 < line_hi else total) <= lo:
            r += 1
        if r >= line_hi or rows[r, ROW_AT] > until:
            return stack, depth, *_record(records, n, arrival, label, hi - lo, HELD)
        out_hi = rows[r + 1, ROW_OUT_LO] if r + 1 < line_hi else total
        part = min(hi, out_hi) - lo
        if nested_eids.size and _contains(nested_eids, rows[r, ROW_ENDS] & LOW_32):
            records, n = _record(records, n, r, label, part, SUPERSEDED)
        else:
            records, n = _record(records, n, r, label, part, 0)
            if depth == stack.shape[0]:
                stack = _grown_rows(stack)
            stack[depth, 0], stack[depth, 1], stack[depth, 2] = r, lo - rows[r, ROW_OUT_LO], part
            depth += 1
        lo += part
        r += 1
    return stack, depth, records, n


@njit(cache=True)
def _split(
    rows,
    segs,
    skip,
    row,
    offset,
    length,
    label,
    until,
    stack,
    depth,
    records,
    n,
    line_end,
    out_total,
    nested_eids,
    end,
):
    """Money of a payment that was reversed: what stayed goes on along the line, what was taken back goes with it."""
    eid, payee = rows[row, ROW_ENDS] & LOW_32, rows[row, ROW_ENDS] >> 32
    k = np.searchsorted(segs[:, SEG_EID], eid)
    while k < segs.shape[0] and segs[k, SEG_EID] == eid:
        lo = max(offset, segs[k, SEG_OFFSET])
        part = min(offset + length, segs[k, SEG_OFFSET] + segs[k, SEG_LENGTH]) - lo
        back, base = segs[k, SEG_REVERSAL], segs[k, SEG_BASE] + lo - segs[k, SEG_OFFSET]
        k += 1
        if part <= 0:
            continue
        if back == SEG_BY_SHARES:
            return stack, depth, records, n, False
        if back < 0:
            # `next` gave way to the mark; the first outflow after the arrival is a safe place to start from.
            first = rows[row, ROW_JUMPS] & LOW_32
            stack, depth, records, n = _leave(
                rows, first, line_end[payee], out_total[payee], base, part, row, label, until, stack, depth, records,
                n, nested_eids,
            )  # fmt: skip
        elif rows[back, ROW_AT] > until:
            records, n = _record(records, n, row, label, part, end if end > 0 else HELD)
        else:
            records, n = _record(records, n, back, label, part, 0)
            if depth == stack.shape[0]:
                stack = _grown_rows(stack)
            skipped = skip[rows[back, ROW_ENDS] & LOW_32] if skip.size else 0
            stack[depth, 0], stack[depth, 1], stack[depth, 2] = back, base - skipped, part
            depth += 1
    return stack, depth, records, n, True
