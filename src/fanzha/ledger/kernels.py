"""Array loops of the ledger's index; private to this room, each with its slow twin in `reference.py`.

A side is 2 * transfer + (1 if inflow). `seq` holds, per pocket, the sides that stand in its own statement, in order.
"""

# ruff: noqa: PLR0912, PLR0913, PLR0915, PLR2004, C901, ANN001, ANN201, ANN202 - loops over arrays take what they need
from __future__ import annotations

import numpy as np
from numba import njit

MISSING = np.iinfo(np.int64).min
CHAIN_STEPS_MAX = 20_000
OFF, LINE, INTERNAL, ABSENT = 0, 1, 2, 3
IN, OUT, GAP_IN, GAP_OUT, HOLE_IN, HOLE_OUT, CREDIT, REPAID = 0, 1, 2, 3, 4, 5, 6, 7


@njit(cache=True)
def period_of(pocket, at, cov_start, cov_from, cov_to):
    """Which covered period of the pocket the instant falls in, -1 if none."""
    for i in range(cov_start[pocket], cov_start[pocket + 1]):
        if cov_from[i] <= at <= cov_to[i]:
            return i - cov_start[pocket]
    return -1


@njit(cache=True)
def side_status(payer, payee, payer_at, payee_at, payer_seen, payee_seen, never, cov_start, cov_from, cov_to):
    """Per transfer and side: in the account's own line, internal, absent from a statement that covers it, or off."""
    n = payer.size
    status = np.zeros((2, n), np.uint8)
    for eid in range(n):
        for side in range(2):
            pocket = payee[eid] if side else payer[eid]
            at = payee_at[eid] if side else payer_at[eid]
            seen = payee_seen[eid] if side else payer_seen[eid]
            if pocket == 0 or never[pocket] or period_of(pocket, at, cov_start, cov_from, cov_to) < 0:
                continue
            if not seen:
                status[side, eid] = ABSENT
            elif payer[eid] == payee[eid]:
                status[side, eid] = INTERNAL
            else:
                status[side, eid] = LINE
    return status


@njit(cache=True)
def fill_sequences(payer, payee, status, n_pockets):
    """The sides of each pocket's own statement in the ledger's order; `start[p]` to `start[p + 1]` are pocket p's."""
    n = payer.size
    start = np.zeros(n_pockets + 2, np.int64)
    for eid in range(n):
        if status[0, eid] == LINE or status[0, eid] == INTERNAL:
            start[payer[eid] + 2] += 1
        if status[1, eid] == LINE or status[1, eid] == INTERNAL:
            start[payee[eid] + 2] += 1
    for p in range(2, n_pockets + 2):
        start[p] += start[p - 1]
    seq = np.empty(start[n_pockets + 1], np.uint32)
    for eid in range(n):
        if status[0, eid] == LINE or status[0, eid] == INTERNAL:
            seq[start[payer[eid] + 1]] = 2 * eid
            start[payer[eid] + 1] += 1
        if status[1, eid] == LINE or status[1, eid] == INTERNAL:
            seq[start[payee[eid] + 1]] = 2 * eid + 1
            start[payee[eid] + 1] += 1
    return seq, start[: n_pockets + 1]


@njit(cache=True)
def _before(a, b, side_at, side_order):
    """Whether side a stands before side b by time, order in the statement, transfer, inflow last."""
    at_a, at_b = side_at[a & 1, a >> 1], side_at[b & 1, b >> 1]
    if at_a != at_b:
        return at_a < at_b
    order_a, order_b = side_order[a & 1, a >> 1], side_order[b & 1, b >> 1]
    if order_a != order_b:
        return order_a < order_b
    return a < b


@njit(cache=True)
def _sort_slice(seq, lo, hi, side_at, side_order):
    for i in range(lo + 1, hi):
        side = seq[i]
        j = i - 1
        while j >= lo and _before(side, seq[j], side_at, side_order):
            seq[j + 1] = seq[j]
            j -= 1
        seq[j + 1] = side


@njit(cache=True)
def _chain_from(rows, start, anchored, signed, balance):
    """Indices of `rows` in the first order in which every balance follows from the one before; empty if there is none."""
    n = rows.size
    path = np.empty(n, np.int64)
    used = np.zeros(n, np.bool_)
    tries = np.zeros(n + 1, np.int64)
    depth = 0
    steps = 0
    while depth >= 0:
        steps += 1
        if steps > CHAIN_STEPS_MAX:
            return path[:0]
        if depth == n:
            return path
        current = balance[path[depth - 1]] if depth else start
        free = depth == 0 and not anchored
        i = tries[depth]
        while i < n and (used[i] or not (free or balance[i] - signed[i] == current)):
            i += 1
        if i == n:
            depth -= 1
            if depth >= 0:
                used[path[depth]] = False
            continue
        tries[depth] = i + 1
        used[i] = True
        path[depth] = i
        depth += 1
        if depth <= n:
            tries[depth] = 0
    return path[:0]


@njit(cache=True)
def _reversals_after(rows, reverses):
    """A reversal in the same second as the payment that it takes back stands right behind it, and behind its siblings."""
    n = rows.size
    out = np.empty(n, rows.dtype)
    m = 0
    late = 0
    for i in range(n):
        target = reverses[rows[i] >> 1]
        here = False
        for j in range(n):
            here = here or (rows[j] >> 1) == target
        if here:
            late += 1
        else:
            out[m] = rows[i]
            m += 1
    if late == 0:
        return out
    for i in range(n):
        target = reverses[rows[i] >> 1]
        here = False
        for j in range(n):
            here = here or (rows[j] >> 1) == target
        if not here:
            continue
        at = -1
        for j in range(m):
            if (out[j] >> 1) == target or reverses[out[j] >> 1] == target:
                at = j
        for j in range(m, at + 1, -1):
            out[j] = out[j - 1]
        out[at + 1] = rows[i]
        m += 1
    return out


@njit(cache=True)
def settle(rows, closing, amount, balance):
    """Write the balances of a group as they must have run, back from its closing balance."""
    for i in range(rows.size - 1, -1, -1):
        balance[i] = closing
        if closing != MISSING:
            closing -= amount[rows[i] >> 1] if rows[i] & 1 else -amount[rows[i] >> 1]


@njit(cache=True)
def _order_second(rows, balance, before, known, ordered, amount, reverses):
    """One second of one running balance, put in order in place; 0 as it was, 1 repaired, 2 uncertain."""
    n = rows.size
    signed = np.empty(n, np.int64)
    all_stated, all_ordered, ins = True, True, 0
    for i in range(n):
        inflow = rows[i] & 1
        signed[i] = amount[rows[i] >> 1] if inflow else -amount[rows[i] >> 1]
        ins += inflow
        all_stated = all_stated and balance[i] != MISSING
        all_ordered = all_ordered and ordered[inflow, rows[i] >> 1]
    if all_stated:
        path = _chain_from(rows, before, known, signed, balance)
        if path.size == 0 and known:
            path = _chain_from(rows, before, False, signed, balance)
        if path.size == n:
            moved = False
            for i in range(n):
                moved = moved or path[i] != i
            if moved:
                rows[:] = rows[path]
                balance[:] = balance[path]
            return 1 if moved else 0
    if all_ordered or ins == 0 or ins == n:
        return 0
    closing = balance[n - 1]
    out = np.empty(n, rows.dtype)
    m = 0
    for inflow in range(1, -1, -1):
        for i in range(n):
            if (rows[i] & 1) == inflow:
                out[m] = rows[i]
                m += 1
    rows[:] = _reversals_after(out, reverses)
    settle(rows, closing, amount, balance)
    return 2


@njit(cache=True)
def _grown(array):
    out = np.empty(2 * array.size, array.dtype)
    out[: array.size] = array
    return out


@njit(cache=True)
def order_sequences(seq, start, side_at, side_order, ordered, side_balance, side_sub, amount, reverses, plain):
    """Order every pocket's sides in place and repair its seconds by running balance.

    Gives the balances by place, the uncertain groups (pocket, members flat with offsets) and the number of repaired
    sides per transfer. `plain`: the ledger's order is already by time and row.
    """
    n_pockets = start.size - 1
    balances = np.empty(seq.size, np.int64)
    repaired = np.zeros(1024, np.int64)
    n_repaired = 0
    group_pocket = np.empty(64, np.int64)
    group_end = np.empty(64, np.int64)
    members = np.empty(256, np.uint32)
    n_groups = n_members = 0
    tracked = np.empty(65536, np.int64)
    known = np.zeros(65536, np.bool_)
    for p in range(n_pockets):
        lo, hi = start[p], start[p + 1]
        if not plain:
            _sort_slice(seq, lo, hi, side_at, side_order)
        for i in range(lo, hi):
            balances[i] = side_balance[seq[i] & 1, seq[i] >> 1]
        i = lo
        while i < hi:
            at = side_at[seq[i] & 1, seq[i] >> 1]
            j = i + 1
            while j < hi and side_at[seq[j] & 1, seq[j] >> 1] == at:
                j += 1
            if j - i > 1:
                top = 0
                for k in range(i, j):
                    top = max(top, side_sub[seq[k] & 1, seq[k] >> 1])
                for sub in range(top + 1):
                    count = 0
                    for k in range(i, j):
                        count += side_sub[seq[k] & 1, seq[k] >> 1] == sub
                    if count < 2:
                        continue
                    places = np.empty(count, np.int64)
                    count = 0
                    for k in range(i, j):
                        if side_sub[seq[k] & 1, seq[k] >> 1] == sub:
                            places[count] = k
                            count += 1
                    rows, own = seq[places], balances[places]
                    old = rows.copy()
                    outcome = _order_second(rows, own, tracked[sub], known[sub], ordered, amount, reverses)
                    for k in range(count):
                        seq[places[k]] = rows[k]
                        balances[places[k]] = own[k]
                        if outcome == 1 and rows[k] != old[k]:
                            if n_repaired == repaired.size:
                                repaired = _grown(repaired)
                            repaired[n_repaired] = rows[k]
                            n_repaired += 1
                    if outcome == 2:
                        if n_groups == group_pocket.size:
                            group_pocket, group_end = _grown(group_pocket), _grown(group_end)
                        while n_members + count > members.size:
                            members = _grown(members)
                        members[n_members : n_members + count] = rows
                        n_members += count
                        group_pocket[n_groups], group_end[n_groups] = p, n_members
                        n_groups += 1
            for k in range(i, j):
                sub = side_sub[seq[k] & 1, seq[k] >> 1]
                if balances[k] != MISSING:
                    tracked[sub] = balances[k]
                    known[sub] = True
                elif known[sub]:
                    tracked[sub] += amount[seq[k] >> 1] if seq[k] & 1 else -amount[seq[k] >> 1]
            i = j
        for i in range(lo, hi):
            known[side_sub[seq[i] & 1, seq[i] >> 1]] = False
    return (balances, repaired[:n_repaired], group_pocket[:n_groups], group_end[:n_groups], members[:n_members])


@njit(cache=True)
def backward_windows(seq, start, status):
    """Spans of transfers within which some account's sequence runs against the ledger's order."""
    lows, highs = np.empty(64, np.int64), np.empty(64, np.int64)
    n = 0
    for p in range(start.size - 1):
        last = np.int64(-1)
        for i in range(start[p], start[p + 1]):
            eid = np.int64(seq[i] >> 1)
            if status[seq[i] & 1, eid] == INTERNAL:
                continue
            if eid < last:
                if n == lows.size:
                    lows, highs = _grown(lows), _grown(highs)
                lows[n], highs[n] = eid, last
                n += 1
            last = eid
    return lows[:n], highs[:n]


@njit(cache=True)
def knotted(seq, start, status, inside):
    """Transfers within the marked spans that no order satisfies (members of knots and what waits for them)."""
    n = inside.size
    waits = np.zeros(n, np.uint8)
    nxt = np.full((2, n), -1, np.int64)
    degree = np.zeros(n, np.uint8)
    for p in range(start.size - 1):
        a = np.int64(-1)
        for i in range(start[p], start[p + 1]):
            b = np.int64(seq[i] >> 1)
            if status[seq[i] & 1, b] == INTERNAL:
                continue
            if a >= 0 and inside[a] and inside[b]:
                nxt[degree[a], a] = b
                degree[a] += 1
                waits[b] += 1
            a = b
    queue = np.empty(n, np.int64)
    head = tail = 0
    for eid in range(n):
        if inside[eid] and waits[eid] == 0:
            queue[tail] = eid
            tail += 1
    while head < tail:
        eid = queue[head]
        head += 1
        inside[eid] = False
        for k in range(degree[eid]):
            b = nxt[k, eid]
            waits[b] -= 1
            if waits[b] == 0:
                queue[tail] = b
                tail += 1
    return inside
