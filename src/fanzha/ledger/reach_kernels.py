"""Which accounts money could have reached in time order; private to this room, its slow twin is in `tracing.reference`."""

# ruff: noqa: PLR0912, PLR0913, PLR0915, PLR2004, C901, ANN001, ANN201, ANN202 - loops over arrays take what they need
from __future__ import annotations

import heapq

import numpy as np
from numba import njit

from fanzha.ledger.kernels import _grown
from fanzha.ledger.line_kernels import LOW_32, ROW_AT, ROW_ENDS, ROW_IN_LO, ROW_JUMPS, _grown_rows

UNREACHED = np.iinfo(np.int64).max


@njit(cache=True)
def reach(rows, line_end, seed_rows, victims, until, hops_max, monotone, earliest, hop):
    """Level by level, every covered account that money of the seed rows could have reached, and the rows it could take.

    `earliest` (all UNREACHED) and `hop` are scratch by pocket; they come back with the answers for the pockets listed and
    the caller resets those. Gives the pockets in order of discovery and the number of rows looked at.
    """
    pockets = np.empty(256, np.int64)
    n = 0
    wave = np.empty((256, 3), np.int64)  # pocket, first row, end row
    n_wave = 0
    for k in range(seed_rows.size):
        row = seed_rows[k]
        payee = rows[row, ROW_ENDS] >> 32
        if rows[row, ROW_IN_LO] < 0 or rows[row, ROW_AT] > until or _is_victim(victims, payee):
            continue
        after = rows[row, ROW_JUMPS] & LOW_32
        if earliest[payee] == UNREACHED:
            if n == pockets.size:
                pockets = _grown(pockets)
            pockets[n] = payee
            n += 1
            hop[payee] = 1
            earliest[payee] = line_end[payee]
            if n_wave == wave.shape[0]:
                wave = _grown_rows(wave)
            wave[n_wave, 0], wave[n_wave, 1], wave[n_wave, 2] = payee, after, line_end[payee]
            n_wave += 1
        else:
            for j in range(n_wave):
                if wave[j, 0] == payee:
                    wave[j, 1] = min(wave[j, 1], after)
    level = 1
    scanned = 0
    fresh = np.empty((256, 3), np.int64)
    while n_wave > 0 and level < hops_max:
        n_fresh = 0
        level += 1
        for j in range(n_wave):
            earliest[wave[j, 0]] = min(earliest[wave[j, 0]], wave[j, 1])
        for j in range(n_wave):
            for row in range(wave[j, 1], wave[j, 2]):
                if rows[row, ROW_AT] > until:
                    if monotone:
                        break
                    continue
                scanned += 1
                payee = rows[row, ROW_ENDS] >> 32
                if rows[row, ROW_IN_LO] < 0 or (victims.size and _is_victim(victims, payee)):
                    continue
                after = rows[row, ROW_JUMPS] & LOW_32
                if earliest[payee] == UNREACHED:
                    if n == pockets.size:
                        pockets = _grown(pockets)
                    pockets[n] = payee
                    n += 1
                    hop[payee] = level
                    old = line_end[payee]
                elif after < earliest[payee]:
                    old = earliest[payee]
                else:
                    continue
                if n_fresh == fresh.shape[0]:
                    fresh = _grown_rows(fresh)
                fresh[n_fresh, 0], fresh[n_fresh, 1], fresh[n_fresh, 2] = payee, after, old
                n_fresh += 1
                earliest[payee] = after
        wave, fresh = fresh, wave
        n_wave = n_fresh
    return pockets[:n], scanned


@njit(cache=True)
def _is_victim(victims, pocket):
    for victim in victims:
        if victim == pocket:
            return True
    return False


@njit(cache=True)
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


@njit(cache=True)
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
            while k < in_start[p + 1] and (
                row == line_end[p] or (rows[in_rows[k], ROW_JUMPS] & LOW_32) <= row
            ):
                merged[m] = -1 - np.int64(in_rows[k])
                m += 1
                k += 1
            if row < line_end[p]:
                merged[m] = row
                m += 1
    return merged, starts


@njit(cache=True)
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


@njit(cache=True)
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
