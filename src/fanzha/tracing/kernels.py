"""Array loops of the methods: interval chasing on the index for first in, first out; private to this room."""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel, prefetch
from fanzha.ledger.layout import (
    AFTER,
    LAST,
    LOW_32,
    NO_ROW,
    ROW_AT,
    ROW_ENDS,
    ROW_IN_HI,
    ROW_JUMPS,
    ROW_OUT_HI,
    SEG_BASE,
    SEG_BY_SHARES,
    SEG_EID,
    SEG_LENGTH,
    SEG_OFFSET,
    SEG_REVERSAL,
    SPECIAL,
)

TO_VICTIM, SUPERSEDED = 10, 11
HELD = -1  # in place of an end in a record: the money is still at the payee of the row
RECORDS_MAX = 200_000_000
IN_FLIGHT, AHEAD = 32, 16  # arrivals that wait for memory at once; how far ahead an origin's row is asked for
RING = 128  # places for arrivals that wait, a power of two: few enough to stay in the nearest cache
N_RECORDS, HEAD, TAIL, LABEL = 0, 1, 2, 3  # how far a chase has come
DONE, NO_ROOM, BY_SHARES = 0, 1, 2


@inner
def _contains(values, wanted):
    """Whether a sorted array has a value."""
    lo, hi = 0, values.size
    while lo < hi:
        mid = (lo + hi) // 2
        if values[mid] < wanted:
            lo = mid + 1
        else:
            hi = mid
    return lo < values.size and values[lo] == wanted


@kernel
def chase_fifo(rows, row_of, amount, segs, skip, seed_eids, victims, nested_eids, until, records):
    """Chase the origins' money along the lines; row, label, amount and end of every piece moved (end 0: it went on).

    Records with end HELD say what stays at the payee of the row. The last value is false where a payment came back in
    part from an account without a statement: its labels are shared, which only a replay can do. `until` is by label, or one
    for all. `records` is room for four numbers a piece (see `room_for`); more is made where it does not do.
    """
    queue, state = np.empty((RING, 4), np.int64), np.zeros(4, np.int64)
    n_before, head_before = np.int64(-1), np.int64(-1)
    while True:
        outcome = _chase(
            rows, row_of, amount, segs, skip, seed_eids, victims, nested_eids, until, records, queue, state
        )
        n = state[N_RECORDS]
        if outcome != NO_ROOM or n > RECORDS_MAX:
            return records[:n], outcome == DONE
        stuck = n == n_before and state[HEAD] == head_before  # one payment alone has more pieces than there is room
        if stuck or 2 * n > records.shape[0]:
            records = _moved(records, np.int64(0), n, 2 * records.shape[0])
        if stuck or 2 * (state[TAIL] - state[HEAD]) > queue.shape[0]:
            queue = _moved(queue, state[HEAD], state[TAIL], 2 * queue.shape[0])
            state[HEAD], state[TAIL] = 0, state[TAIL] - state[HEAD]
        n_before, head_before = n, state[HEAD]


def room_for(origins):
    """Records that most questions about so many origins fill; made by numpy, which asks for large pages."""
    return np.empty((256 + 64 * origins, 4), np.int64)


@inner
def _moved(table, lo, hi, size):
    """Rows lo to hi, counted round the table, at the front of a new one."""
    out = np.empty((size, 4), np.int64)
    for i in range(lo, hi):
        for k in range(4):
            out[i - lo, k] = table[i % table.shape[0], k]
    return out


@inner
def _chase(rows, row_of, amount, segs, skip, seed_eids, victims, nested_eids, until, records, queue, state):
    """Chase until done, or until the tables are full: no array is made here, which would cost more than the chase."""
    n, head, tail, label = state[N_RECORDS], state[HEAD], state[TAIL], state[LABEL]
    n_most, waiting_most, ring = records.shape[0] - 1, queue.shape[0] - 1, queue.shape[0] - 1
    outcome = NO_ROOM
    # Arrivals wait in a ring: while some wait for memory others go on. (row, units from where the money begins to the end
    # of the payment, length, label).
    while n < n_most and tail - head < waiting_most:
        if label < seed_eids.size and tail - head < IN_FLIGHT:
            row = np.int64(row_of[seed_eids[label]])
            if label + 2 * AHEAD < seed_eids.size:
                prefetch(row_of, seed_eids[label + 2 * AHEAD])
                prefetch(amount, seed_eids[label + 2 * AHEAD])
            if label + AHEAD < seed_eids.size:
                prefetch(rows, row_of[seed_eids[label + AHEAD]])
            n = _put(records, n, row, label, amount[seed_eids[label]], np.int64(0))
            _put(queue, tail & ring, row, _span(amount, skip, seed_eids[label]), amount[seed_eids[label]], label)
            tail += 1
            _fetch_payee(rows, row)
            label += 1
            continue
        if head == tail:
            outcome = DONE
            break
        here = head & ring
        row, before_end, length, mine = queue[here, 0], queue[here, 1], queue[here, 2], queue[here, 3]
        piece = row < 0  # of a reversed payment: it says how far before the line's beginning it lies
        if piece:
            row, in_hi = -1 - row, np.int64(0)
        else:
            in_hi = rows[row, ROW_IN_HI]
        jumps = rows[row, ROW_JUMPS]
        last_us = until[min(mine, until.size - 1)]
        if piece:
            r = jumps & AFTER if jumps & AFTER != AFTER else np.int64(NO_ROW)
        else:
            r = (jumps >> 32) & LOW_32
        if not piece and (r == SPECIAL or in_hi < 0 or victims.size):
            home = victims.size > 0 and _contains(victims, rows[row, ROW_ENDS] >> 32)
            if r == SPECIAL and (in_hi < 0 or not home):
                end = TO_VICTIM if home else -in_hi
                outcome = _split(
                    rows, amount, segs, skip, row, before_end, length, mine, last_us, end, records, n, queue, head, tail,
                    state,
                )  # fmt: skip
                if outcome != DONE:
                    break
                n, tail, head, outcome = state[N_RECORDS], state[TAIL], head + 1, NO_ROOM
                continue
            if home or in_hi < 0:
                n = _put(records, n, row, mine, length, TO_VICTIM if home else -in_hi)
                head += 1
                continue
        lo = in_hi - before_end
        hi = lo + length
        while lo < hi and n < n_most and tail - head < waiting_most:
            # The outflow that covers `lo`: `next` is at or before it.
            if r == NO_ROW or rows[r, ROW_AT] > last_us:
                n = _put(records, n, row, mine, hi - lo, np.int64(HELD))
                lo = hi
                break
            last = (rows[r, ROW_JUMPS] & LAST) != 0
            out_hi = rows[r, ROW_OUT_HI]
            if out_hi <= lo:
                r = np.int64(NO_ROW) if last else r + 1
                continue
            part = min(hi, out_hi) - lo
            n = _put(records, n, r, mine, part, np.int64(0))
            if nested_eids.size and _contains(nested_eids, rows[r, ROW_ENDS] & LOW_32):
                records[n - 1, 3] = SUPERSEDED
            else:
                _put(queue, tail & ring, r, out_hi - lo, part, mine)
                tail += 1
                _fetch_payee(rows, r)
            lo += part
            r = np.int64(NO_ROW) if last else r + 1
        queue[here, 1], queue[here, 2] = in_hi - lo, hi - lo
        head += lo == hi
    state[N_RECORDS], state[HEAD], state[TAIL], state[LABEL] = n, head, tail, label
    return outcome


@inner
def _put(table, n, a, b, c, d):
    table[n, 0], table[n, 1], table[n, 2], table[n, 3] = a, b, c, d
    return n + 1


@inner
def _span(amount, skip, eid):
    """How much of a payment lies on the lines: all but what a reversal was cut out of its payment's money."""
    return amount[eid] - (skip[eid] if skip.size else 0)


@inner
def _fetch_payee(rows, row):
    """Ask for what the money's next step reads: mostly one of the first rows that follow."""
    following = (rows[row, ROW_JUMPS] >> 32) & LOW_32
    if following + 3 < rows.shape[0]:
        prefetch(rows, following)
        prefetch(rows, following + 1)
        prefetch(rows, following + 2)
        prefetch(rows, following + 3)


@inner
def _split(rows, amount, segs, skip, row, before_end, length, label, until, end, records, n, queue, head, tail, state):
    """Money of a payment that was reversed: what stayed goes on along the line, what was taken back goes with it."""
    eid, ring = rows[row, ROW_ENDS] & LOW_32, queue.shape[0] - 1
    offset = _span(amount, skip, eid) - before_end
    k = 0
    step = segs.shape[0]
    while step > 0:  # the first piece of the payment
        while k + step <= segs.shape[0] and segs[k + step - 1, SEG_EID] < eid:
            k += step
        step //= 2
    while k < segs.shape[0] and segs[k, SEG_EID] == eid:
        lo = max(offset, segs[k, SEG_OFFSET])
        part = min(offset + length, segs[k, SEG_OFFSET] + segs[k, SEG_LENGTH]) - lo
        back, base = segs[k, SEG_REVERSAL], segs[k, SEG_BASE] + lo - segs[k, SEG_OFFSET]
        k += 1
        if part <= 0:
            continue
        if back == SEG_BY_SHARES:
            return BY_SHARES
        if n == records.shape[0] or tail - head == queue.shape[0]:
            return NO_ROOM
        if back < 0:
            # `next` gave way to the mark: the chase starts from the first outflow after the arrival.
            _put(queue, tail & ring, -1 - row, -base, part, label)
            tail += 1
        elif rows[back, ROW_AT] > until:
            n = _put(records, n, row, label, part, end if end > 0 else HELD)
        else:
            n = _put(records, n, back, label, part, np.int64(0))
            _put(queue, tail & ring, back, amount[rows[back, ROW_ENDS] & LOW_32] - base, part, label)
            tail += 1
    state[N_RECORDS], state[TAIL] = n, tail
    return DONE
