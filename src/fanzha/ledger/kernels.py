"""Array loops of the ledger's index; private to this room, each with its slow twin in `reference.py`.

A side is 2 * transfer + (1 if inflow). `seq` holds, per pocket, the sides that stand in its own statement, in order.
"""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel

MISSING = np.iinfo(np.int64).min
CHAIN_STEPS_MAX = 20_000
OFF, LINE, INTERNAL, ABSENT = 0, 1, 2, 3
IN, OUT, GAP_IN, GAP_OUT, HOLE_IN, HOLE_OUT, CREDIT, REPAID = 0, 1, 2, 3, 4, 5, 6, 7


@inner
def period_of(pocket, at, cov_start, cov_from, cov_to):
    """Which covered period of the pocket the instant falls in, -1 if none."""
    for i in range(cov_start[pocket], cov_start[pocket + 1]):
        if cov_from[i] <= at <= cov_to[i]:
            return i - cov_start[pocket]
    return -1


# Whether a pocket's own statement is at hand: at no time, at all times of the ledger, or by its periods.
NEVER_COVERED, ALWAYS_COVERED, BY_PERIODS = 0, 1, 2


@kernel
def coverage_kinds(cov_start, cov_from, cov_to, never, first, last, kinds):
    """Per pocket how its coverage is to be told; most hold one period that spans the ledger, and need no look."""
    for p in range(kinds.size):
        a, b = cov_start[p], cov_start[p + 1]
        if p == 0 or never[p] or a == b:
            kinds[p] = NEVER_COVERED
        elif b - a == 1 and cov_from[a] <= first and cov_to[a] >= last:
            kinds[p] = ALWAYS_COVERED
        else:
            kinds[p] = BY_PERIODS


@kernel
def side_status(
    payer, payee, payer_at, payee_at, payer_seen, payee_seen, kinds, cov_start, cov_from, cov_to, status, counts, lo, hi
):
    """Per transfer and side: in the account's own line, internal, absent from a statement that covers it, or off.

    `counts` gets, by pocket, how many of the transfers lo to hi stand in its statement.
    """
    for eid in range(lo, hi):
        a, b = payer[eid], payee[eid]
        present = INTERNAL if a == b else LINE
        # Handing arrays on costs more than the answer mostly needs: the function is called for what is not plain.
        covered = kinds[a] == ALWAYS_COVERED
        if kinds[a] == BY_PERIODS:
            covered = period_of(np.int64(a), payer_at[eid], cov_start, cov_from, cov_to) >= 0
        standing = (present if payer_seen[eid] else ABSENT) if covered else OFF
        status[0, eid] = standing
        counts[a] += standing == LINE or standing == INTERNAL
        covered = kinds[b] == ALWAYS_COVERED
        if kinds[b] == BY_PERIODS:
            covered = period_of(np.int64(b), payee_at[eid], cov_start, cov_from, cov_to) >= 0
        standing = (present if payee_seen[eid] else ABSENT) if covered else OFF
        status[1, eid] = standing
        counts[b] += standing == LINE or standing == INTERNAL


@kernel
def fill_sequences(payer, payee, status, seq, cursor, lo, hi):
    """Write the sides of transfers lo to hi behind each pocket's cursor, in the ledger's order."""
    for eid in range(lo, hi):
        if status[0, eid] == LINE or status[0, eid] == INTERNAL:
            place = cursor[payer[eid]]
            cursor[payer[eid]] = place + 1
            seq[place] = 2 * eid
        if status[1, eid] == LINE or status[1, eid] == INTERNAL:
            place = cursor[payee[eid]]
            cursor[payee[eid]] = place + 1
            seq[place] = 2 * eid + 1


@kernel
def unsorted_pockets(seq, start, at, payer_at, payee_at, one_clock, marked, lo, hi):
    """Mark the pockets whose times do not rise from row to row: only they need be put in order.

    `one_clock`: both statements have the ledger's own times.
    """
    for p in range(lo, hi):
        last = MISSING
        for i in range(start[p], start[p + 1]):
            eid = seq[i] >> 1
            if one_clock:
                own = at[eid]
            elif seq[i] & 1:
                own = payee_at[eid]
            else:
                own = payer_at[eid]
            if own <= last:
                marked[p] = True
            last = own


@kernel
def gather_sides(seq, of_payer, of_payee, out, lo, hi):
    """The values of places lo to hi, each from its own side's column."""
    for i in range(lo, hi):
        out[i] = of_payee[seq[i] >> 1] if seq[i] & 1 else of_payer[seq[i] >> 1]


@kernel
def gather_moves(seq, amount, out, lo, hi):
    """What places lo to hi add to their account."""
    for i in range(lo, hi):
        out[i] = amount[seq[i] >> 1] * (2 * np.int64(seq[i] & 1) - 1)


@kernel
def count_outflows(seq, start, outs, lo, hi):
    """By pocket, how many of its places are outflows."""
    for p in range(lo, hi):
        n = 0
        for i in range(start[p], start[p + 1]):
            n += 1 - np.int64(seq[i] & 1)
        outs[p] = n


@inner
def _before(a, b, side_at, side_order):
    """Whether side a stands before side b by time, order in the statement, transfer, inflow last."""
    at_a, at_b = side_at[a & 1][a >> 1], side_at[b & 1][b >> 1]
    if at_a != at_b:
        return at_a < at_b
    order_a, order_b = side_order[a & 1][a >> 1], side_order[b & 1][b >> 1]
    if order_a != order_b:
        return order_a < order_b
    return a < b


@inner
def _sort_slice(seq, lo, hi, side_at, side_order):
    for i in range(lo + 1, hi):
        side = seq[i]
        j = i - 1
        while j >= lo and _before(side, seq[j], side_at, side_order):
            seq[j + 1] = seq[j]
            j -= 1
        seq[j + 1] = side


@inner
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


@kernel
def reversals_after(rows, reverses):
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


@kernel
def settle(rows, closing, amount, balance):
    """Write the balances of a group as they must have run, back from its closing balance."""
    for i in range(rows.size - 1, -1, -1):
        balance[i] = closing
        if closing != MISSING:
            closing -= amount[rows[i] >> 1] if rows[i] & 1 else -amount[rows[i] >> 1]


@inner
def _order_second(rows, balance, before, known, ordered, status, amount, reverses):
    """One second of one running balance, put in order in place; 0 as it was, 1 repaired, 2 uncertain."""
    n = rows.size
    signed = np.empty(n, np.int64)
    all_stated, all_ordered, ins, entering, leaving = True, True, 0, 0, 0
    for i in range(n):
        inflow = rows[i] & 1
        signed[i] = amount[rows[i] >> 1] if inflow else -amount[rows[i] >> 1]
        ins += inflow
        if status[inflow, rows[i] >> 1] != INTERNAL:
            entering += inflow
            leaving += 1 - inflow
        all_stated = all_stated and balance[i] != MISSING
        all_ordered = all_ordered and ordered[inflow][rows[i] >> 1]
    if all_stated:
        path = _chain_from(rows, before, known, signed, balance)
        if path.size == 0 and known:
            path = _chain_from(rows, before, not known, signed, balance)
        if path.size == n:
            moved = False
            for i in range(n):
                moved = moved or path[i] != i
            if moved:
                old_rows, old_balance = rows.copy(), balance.copy()
                for i in range(n):
                    rows[i], balance[i] = old_rows[path[i]], old_balance[path[i]]
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
    out = reversals_after(out, reverses)
    for i in range(n):
        rows[i] = out[i]
    settle(rows, closing, amount, balance)
    # Moves inside the account carry nothing in or out: where they stand among others changes nothing.
    return 2 if entering > 0 and leaving > 0 else 0


@inner
def _grown(array):
    out = np.empty(2 * array.size, array.dtype)
    for i in range(array.size):
        out[i] = array[i]
    return out


@kernel
def order_sequences(
    pockets, seq, start, balances, side_at, side_order, ordered, side_balance, side_sub, status, amount, reverses,
    repaired, group_pocket, group_end, members,
):  # fmt: skip
    """Order these pockets' sides in place, their seconds by running balance, and write their balances by place.

    Fills the repaired sides, the uncertain groups (pocket, end among members) and their members; gives how many of each.
    """
    n = np.zeros(3, np.int64)  # repaired sides, groups, members
    tracked = np.empty(65536, np.int64)
    known = np.zeros(65536, np.bool_)
    for p in pockets:
        lo, hi = start[p], start[p + 1]
        _sort_slice(seq, lo, hi, side_at, side_order)
        for i in range(lo, hi):
            balances[i] = side_balance[seq[i] & 1][seq[i] >> 1]
        i = lo
        while i < hi:
            at = side_at[seq[i] & 1][seq[i] >> 1]
            j = i + 1
            while j < hi and side_at[seq[j] & 1][seq[j] >> 1] == at:
                j += 1
            if j - i > 1:
                top = 0
                for k in range(i, j):
                    top = max(top, np.int64(side_sub[seq[k] & 1][seq[k] >> 1]))
                for sub in range(top + 1):
                    _order_sub(
                        p, sub, i, j, seq, balances, tracked[sub], known[sub], ordered, side_sub, status, amount,
                        reverses, repaired, group_pocket, group_end, members, n,
                    )  # fmt: skip
            for k in range(i, j):
                sub = side_sub[seq[k] & 1][seq[k] >> 1]
                if balances[k] != MISSING:
                    tracked[sub] = balances[k]
                    known[sub] = True
                elif known[sub]:
                    tracked[sub] += amount[seq[k] >> 1] if seq[k] & 1 else -amount[seq[k] >> 1]
            i = j
        for i in range(lo, hi):
            known[side_sub[seq[i] & 1][seq[i] >> 1]] = False
    return n


@inner
def _order_sub(
    p, sub, lo, hi, seq, balances, before, known, ordered, side_sub, status, amount, reverses, repaired, group_pocket,
    group_end, members, n,
):  # fmt: skip
    """Order what one second of one sub-account holds, in place, and note what was repaired or is uncertain."""
    places = np.empty(hi - lo, np.int64)
    count = 0
    for k in range(lo, hi):
        if side_sub[seq[k] & 1][seq[k] >> 1] == sub:
            places[count] = k
            count += 1
    if count < 2:
        return
    rows, own = np.empty(count, np.uint32), np.empty(count, np.int64)
    for k in range(count):
        rows[k], own[k] = seq[places[k]], balances[places[k]]
    outcome = _order_second(rows, own, before, known, ordered, status, amount, reverses)
    for k in range(count):
        if outcome == 1 and rows[k] != seq[places[k]]:
            repaired[n[0]] = rows[k]
            n[0] += 1
        if outcome == 2:
            members[n[2]] = rows[k]
            n[2] += 1
        seq[places[k]], balances[places[k]] = rows[k], own[k]
    if outcome == 2:
        group_pocket[n[1]], group_end[n[1]] = p, n[2]
        n[1] += 1


@kernel
def backward_windows(pockets, seq, start, status):
    """Spans of transfers within which one of these accounts' sequences runs against the ledger's order."""
    lows, highs = np.empty(64, np.int64), np.empty(64, np.int64)
    n = 0
    for p in pockets:
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


@kernel
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
