"""Where on the lines of an index traced money lies, for live tracing to take up again; private to this room."""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel
from fanzha.ledger.layout import (
    AFTER,
    LAST,
    LOW_32,
    NO_ROW,
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
)
from fanzha.ledger.layout import SPECIAL as REVERSED
from fanzha.tracing.live_kernels import MISSING, SUPERSEDED, TO_VICTIM, _grown_rows

HELD = -1  # in place of an end: the money is still at the payee of the row, at a place of his line
# With a width: numba would compile every callee once more for each number that is written out.
_ZERO, _NOWHERE, _UNKNOWN = np.int64(0), np.int64(-1), np.int64(MISSING)


@inner
def _trace(table, n, row, label, amount, end, place):
    if n == table.shape[0]:
        table = _grown_rows(table)
    table[n, 0], table[n, 1], table[n, 2], table[n, 3], table[n, 4] = row, label, amount, end, place
    return table, n + 1


@inner
def _wait(stack, depth, row, before_end, length, label, base):
    """One more arrival to follow: a stretch of the payment of a row, which begins at `base` of the payee's line."""
    if depth == stack.shape[0]:
        stack = _grown_rows(stack)
    stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3], stack[depth, 4] = (
        row,
        before_end,
        length,
        label,
        base,
    )
    return stack, depth + 1


@kernel
def chase_places(rows, row_of, amount, segs, skip, seed_eids, victims, nested_eids):
    """Chase the origins' money along the lines of an index, as `kernels.chase_fifo` does, and say where what is held lies.

    Records of (row, label, amount, end, place); the last value is false where only a replay can tell.
    """
    found, n = np.empty((256, 5), np.int64), _ZERO
    stack, depth = np.empty((64, 5), np.int64), _ZERO
    for label in range(seed_eids.size):
        row = np.int64(row_of[seed_eids[label]])
        found, n = _trace(found, n, row, label, amount[seed_eids[label]], _ZERO, _NOWHERE)
        whole_minor = amount[seed_eids[label]] - (skip[seed_eids[label]] if skip.size else 0)
        stack, depth = _wait(stack, depth, row, whole_minor, amount[seed_eids[label]], label, _UNKNOWN)
    while depth > 0:
        depth -= 1
        row, before_end, length, label, base = stack[depth]
        payee, jumps, place = rows[row, ROW_ENDS] >> 32, rows[row, ROW_JUMPS], rows[row, ROW_IN_HI]
        r = (jumps >> 32) & LOW_32
        if base != MISSING:  # a piece that stayed of a reversed payment: look on from the first outflow after it
            r = jumps & AFTER if jumps & AFTER != AFTER else np.int64(NO_ROW)
            place = base
        else:
            home = _among(victims, payee)
            if r == REVERSED and (place < 0 or not home):
                found, n, stack, depth, whole = _pieces_of(
                    rows,
                    amount,
                    segs,
                    skip,
                    row,
                    before_end,
                    length,
                    label,
                    np.int64(TO_VICTIM) if home else -place,
                    found,
                    n,
                    stack,
                    depth,
                )
                if not whole:
                    return found[:n], False
                continue
            if home or place < 0:
                found, n = _trace(found, n, row, label, length, np.int64(TO_VICTIM) if home else -place, _NOWHERE)
                continue
            place -= before_end
        end = place + length
        while place < end:
            if r == NO_ROW:
                found, n = _trace(found, n, row, label, end - place, np.int64(HELD), place)
                break
            last = (rows[r, ROW_JUMPS] & LAST) != 0
            upto = rows[r, ROW_OUT_HI]
            if upto > place:
                part = min(end, upto) - place
                if _among(nested_eids, rows[r, ROW_ENDS] & LOW_32):
                    found, n = _trace(found, n, r, label, part, np.int64(SUPERSEDED), _NOWHERE)
                else:
                    found, n = _trace(found, n, r, label, part, _ZERO, _NOWHERE)
                    stack, depth = _wait(stack, depth, r, upto - place, part, label, _UNKNOWN)
                place += part
            r = np.int64(NO_ROW) if last else r + 1
    return found[:n], True


@inner
def _among(values, wanted):
    for value in values:
        if value == wanted:
            return True
    return False


@inner
def _pieces_of(rows, amount, segs, skip, row, before_end, length, label, end, found, n, stack, depth):
    """Money of a payment that was reversed: what stayed goes on along the line, what was taken back goes with it."""
    eid = rows[row, ROW_ENDS] & LOW_32
    offset = amount[eid] - (skip[eid] if skip.size else 0) - before_end
    k = np.searchsorted(segs[:, SEG_EID], eid)
    while k < segs.shape[0] and segs[k, SEG_EID] == eid:
        lo = max(offset, segs[k, SEG_OFFSET])
        part = min(offset + length, segs[k, SEG_OFFSET] + segs[k, SEG_LENGTH]) - lo
        back, base = segs[k, SEG_REVERSAL], segs[k, SEG_BASE] + lo - segs[k, SEG_OFFSET]
        k += 1
        if part <= 0:
            continue
        if back == SEG_BY_SHARES:
            return found, n, stack, depth, False
        if back < 0:
            stack, depth = _wait(stack, depth, row, _ZERO, part, label, base)
        else:
            found, n = _trace(found, n, back, label, part, _ZERO, _NOWHERE)
            from_end = amount[rows[back, ROW_ENDS] & LOW_32] - base
            stack, depth = _wait(stack, depth, back, from_end, part, label, _UNKNOWN)
    return found, n, stack, depth, True
