"""Which accounts money could have reached in time order; private to this room, its slow twin is in `tracing.reference`."""

from __future__ import annotations

import heapq

import numpy as np

from fanzha.ledger.compiled import inner, kernel, prefetch
from fanzha.ledger.kernels import _grown
from fanzha.ledger.layout import AFTER, LAST, LOW_32, ROW_AT, ROW_ENDS, ROW_IN_HI, ROW_JUMPS

UNREACHED = np.iinfo(np.int64).max
ROOM_FIRST, ROOM_MORE = 1024, 16
ATTEMPTS_MAX = 64


@kernel
def reach(rows, row_of, seed_eids, victims, until, hops_max, monotone, seen, stamp):
    """Level by level, every covered account that money of the seeds could have reached, and the rows it could take.

    `seen` is scratch by pocket (two numbers) that needs no reset while no two questions have the same `stamp`. Gives pockets
    and their levels in order of discovery, and the number of rows that the money could have taken.
    """
    room = ROOM_FIRST
    for attempt in range(ATTEMPTS_MAX):
        found = np.empty((room, 2), np.int64)
        wave, fresh = np.empty((room, 2), np.int64), np.empty((room, 2), np.int64)
        n, scanned = _reach(
            rows, row_of, seed_eids, victims, until, hops_max, monotone, seen, stamp * ATTEMPTS_MAX + attempt, found,
            wave, fresh,
        )  # fmt: skip
        if n >= 0:
            break
        room *= ROOM_MORE
    pockets, hops = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        pockets[i], hops[i] = found[i, 0], found[i, 1]
    return pockets, hops, scanned


@inner
def _reach(rows, row_of, seed_eids, victims, until, hops_max, monotone, seen, stamp, found, wave, fresh):
    """How many pockets were found and rows scanned; -1 where the tables are too small. No array is made in here."""
    n, n_wave, scanned, level = 0, 0, 0, 1
    for eid in seed_eids:
        row = np.int64(row_of[eid])
        payee = rows[row, ROW_ENDS] >> 32
        if rows[row, ROW_IN_HI] < 0 or rows[row, ROW_AT] > until or _is_victim(victims, payee):
            continue
        after = rows[row, ROW_JUMPS] & AFTER
        if seen[payee, 0] == stamp:
            seen[payee, 1] = min(seen[payee, 1], after)
            continue
        if n == found.shape[0]:
            return -1, 0
        seen[payee, 0], seen[payee, 1] = stamp, after
        found[n, 0], found[n, 1] = payee, level
        n += 1
    for i in range(n):
        wave[i, 0], wave[i, 1] = seen[found[i, 0], 1], UNREACHED
    n_wave = n
    while n_wave > 0 and level < hops_max:
        n_fresh = 0
        level += 1
        for j in range(n_wave):
            _fetch_payees(rows, wave[j, 0], wave[j, 1], until, seen)
        for j in range(n_wave):
            row, hi = wave[j, 0], wave[j, 1]
            more = row != AFTER
            while more and row < hi:
                jumps_own = rows[row, ROW_JUMPS]
                if rows[row, ROW_AT] <= until:
                    scanned += 1
                    payee, after = rows[row, ROW_ENDS] >> 32, jumps_own & AFTER
                    known = seen[payee, 0] == stamp
                    stopped = rows[row, ROW_IN_HI] < 0 or (victims.size > 0 and _is_victim(victims, payee))
                    if not stopped and not (known and after >= seen[payee, 1]):
                        if n == found.shape[0] or n_fresh == fresh.shape[0]:
                            return -1, 0
                        fresh[n_fresh, 0], fresh[n_fresh, 1] = after, seen[payee, 1] if known else UNREACHED
                        n_fresh += 1
                        if after != AFTER:
                            prefetch(rows, after)
                        if not known:
                            found[n, 0], found[n, 1] = payee, level
                            n += 1
                        seen[payee, 0], seen[payee, 1] = stamp, after
                elif monotone:
                    break
                more = jumps_own & LAST == 0
                row += 1
        wave, fresh = fresh, wave
        n_wave = n_fresh
    return n, scanned


@inner
def _fetch_payees(rows, row, hi, until, seen):
    """Ask for what will be read of the payees of these rows."""
    more = row != AFTER
    while more and row < hi and rows[row, ROW_AT] <= until:
        if rows[row, ROW_IN_HI] >= 0:
            prefetch(seen, rows[row, ROW_ENDS] >> 32)
        more = rows[row, ROW_JUMPS] & LAST == 0
        row += 1


@inner
def _is_victim(victims, pocket):
    for victim in victims:
        if victim == pocket:
            return True
    return False


@kernel
def feeders(rows, row_start, line_end, in_rows, in_start, scope, payer_of, holder, in_scope):
    """Payers of the same holder, with statements of their own, that fed accounts in scope and are not in it yet."""
    found = np.empty(64, np.int64)
    n = 0
    n_real = payer_of.size
    for pocket in scope:
        if holder[pocket] == 0:
            continue
        for k in range(in_start[pocket], in_start[pocket + 1]):
            eid = rows[in_rows[k], ROW_ENDS] & LOW_32
            if eid >= n_real:
                continue
            payer = payer_of[eid]
            own_line = row_start[payer] <= in_rows[k] < line_end[payer]
            if own_line and not in_scope[payer] and holder[payer] == holder[pocket]:
                in_scope[payer] = True
                if n == found.size:
                    found = _grown(found)
                found[n] = payer
                n += 1
    return found[:n]


@kernel
def merged_sequences(rows, row_start, line_end, in_rows, in_start, scope):
    """Each account's rows, in and out, in its own order: flat, with offsets; out rows as they are, in rows as -1 - row."""
    starts = np.zeros(scope.size + 1, np.int64)
    for j in range(scope.size):
        p = scope[j]
        starts[j + 1] = starts[j] + line_end[p] - row_start[p] + in_start[p + 1] - in_start[p]
    merged = np.empty(starts[scope.size], np.int64)
    for j in range(scope.size):
        p, m = scope[j], starts[j]
        k = in_start[p]
        for row in range(row_start[p], line_end[p] + 1):
            while k < in_start[p + 1] and (row == line_end[p] or (rows[in_rows[k], ROW_JUMPS] & AFTER) <= row):
                merged[m] = -1 - np.int64(in_rows[k])
                m += 1
                k += 1
            if row < line_end[p]:
                merged[m] = row
                m += 1
    return merged, starts


@kernel
def replay_order(merged, starts, payer_slot, payee_slot, order, n_rows_of):
    """Weave the accounts' own events without a row into the order of the transfers.

    `order` has the row of every transfer, in a linear extension; `payer_slot` and `payee_slot` say in whose sequence each
    stands (-1: none). Gives rows in the order of replay.
    """
    out = np.empty(n_rows_of, np.int64)
    m = 0
    cursor = starts[:-1].copy()
    for i in range(order.size):
        for slot in (payer_slot[i], payee_slot[i]):
            if slot < 0:
                continue
            while cursor[slot] < starts[slot + 1]:
                entry = merged[cursor[slot]]
                cursor[slot] += 1
                row = entry if entry >= 0 else -1 - entry
                if row == order[i]:
                    break
                out[m] = row
                m += 1
        out[m] = order[i]
        m += 1
    for slot in range(starts.size - 1):
        while cursor[slot] < starts[slot + 1]:
            entry = merged[cursor[slot]]
            cursor[slot] += 1
            out[m] = entry if entry >= 0 else -1 - entry
            m += 1
    return out[:m]


@kernel
def linear_order(flat, starts, n):
    """Numbers 0 to n - 1 in one order that follows every sequence, the smallest free one first."""
    waits = np.zeros(n, np.int64)
    after = np.full((2, n), -1, np.int64)
    for s in range(starts.size - 1):
        for i in range(starts[s] + 1, starts[s + 1]):
            a, b = flat[i - 1], flat[i]
            after[0 if after[0, a] < 0 else 1, a] = b
            waits[b] += 1
    heap = [np.int64(0) for _ in range(0)]
    for i in range(n):
        if waits[i] == 0:
            heapq.heappush(heap, np.int64(i))
    out = np.empty(n, np.int64)
    m = 0
    while len(heap) > 0:
        i = heapq.heappop(heap)
        out[m] = i
        m += 1
        for k in range(2):
            b = after[k, i]
            if b >= 0:
                waits[b] -= 1
                if waits[b] == 0:
                    heapq.heappush(heap, b)
    return out[:m]
