"""Array loops that replay lots event by event; private to this room, the slow twin is `reference.py`.

A lot lives in a pool of rows (label, amount, source event, next, previous, entry number). Every account has two lists, the
first of which always leaves first (own money, or all that is no victim's); a list is taken from its head, under last-in
first-out from its tail.
"""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel

LABEL, AMOUNT, SOURCE, NEXT, PREV, ENTRY = 0, 1, 2, 3, 4, 5
FIFO, LIFO, PRORATA, OWN_FIRST, LIBR = 0, 1, 2, 3, 4
DUST, SUPERSEDED = 12, 11
MASK_32 = np.uint64(0xFFFFFFFF)


@inner
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    for i in range(table.shape[0]):
        for k in range(table.shape[1]):
            out[i, k] = table[i, k]
    return out


@inner
def divide_product(a, b, c):
    """Quotient and remainder of a * b / c in 128 bits; 0 <= a <= c, 0 <= b, c below 2**63."""
    if a < 2_000_000_000 and b < 2_000_000_000:
        return a * b // c, a * b % c
    ua, ub, uc = np.uint64(a), np.uint64(b), np.uint64(c)
    a_hi, a_lo, b_hi, b_lo = ua >> np.uint64(32), ua & MASK_32, ub >> np.uint64(32), ub & MASK_32
    low = a_lo * b_lo
    mid = a_hi * b_lo + (low >> np.uint64(32))
    mid_lo = a_lo * b_hi + (mid & MASK_32)
    high = a_hi * b_hi + (mid >> np.uint64(32)) + (mid_lo >> np.uint64(32))
    low = (mid_lo << np.uint64(32)) | (low & MASK_32)
    if high == 0:
        return np.int64(low // uc), np.int64(low % uc)
    rest, quotient = high % uc, np.uint64(0)
    for bit in range(63, -1, -1):
        rest = (rest << np.uint64(1)) | ((low >> np.uint64(bit)) & np.uint64(1))
        quotient <<= np.uint64(1)
        if rest >= uc:
            rest -= uc
            quotient |= np.uint64(1)
    return np.int64(quotient), np.int64(rest)


@inner
def _record(records, n, event, end, pocket, label, amount):
    if n == records.shape[0]:
        records = _grown_rows(records)
    records[n, 0], records[n, 1], records[n, 2], records[n, 3], records[n, 4] = event, end, pocket, label, amount
    return records, n + 1


@inner
def _class_of(label, own, method):
    """Which list a label stands in."""
    if method == OWN_FIRST:
        return 0 if label == own else 1
    if method == LIBR:
        return 0 if label >= own else 1
    return 1


@inner
def _push(pool, used, ends, slot, label, amount, source, own, method):
    """Put money at the tail of its list; money of one label and no payment of its own to go back with is one lot."""
    if amount == 0:
        return pool, used
    k = _class_of(label, own, method)
    if method == PRORATA:
        return _push_sorted(pool, used, ends, slot, label, amount, source)
    tail = ends[slot, k, 1]
    if tail >= 0 and pool[tail, LABEL] == label and pool[tail, SOURCE] == -1 and source == -1:
        pool[tail, AMOUNT] += amount
        return pool, used
    pool, lot, used = _new_lot(pool, used)
    pool[lot, LABEL], pool[lot, AMOUNT], pool[lot, SOURCE] = label, amount, source
    pool[lot, NEXT], pool[lot, PREV] = -1, tail
    pool[lot, ENTRY] = used[2]
    used[2] += 1
    if tail >= 0:
        pool[tail, NEXT] = lot
    else:
        ends[slot, k, 0] = lot
    ends[slot, k, 1] = lot
    return pool, used


@inner
def _new_lot(pool, used):
    """A free row of the pool: `used` is (rows ever used, head of the free list, next entry number)."""
    if used[1] >= 0:
        lot = used[1]
        used[1] = pool[lot, NEXT]
        return pool, lot, used
    if used[0] == pool.shape[0]:
        pool = _grown_rows(pool)
    used[0] += 1
    return pool, used[0] - 1, used


@inner
def _push_sorted(pool, used, ends, slot, label, amount, source):
    """Pro rata keeps one lot per label and payment to go back with, by label, ordinary money first."""
    previous, lot = -1, ends[slot, 1, 0]
    while lot >= 0 and (pool[lot, LABEL] < label or (pool[lot, LABEL] == label and pool[lot, SOURCE] < source)):
        previous, lot = lot, pool[lot, NEXT]
    if lot >= 0 and pool[lot, LABEL] == label and pool[lot, SOURCE] == source:
        pool[lot, AMOUNT] += amount
        return pool, used
    pool, fresh, used = _new_lot(pool, used)
    pool[fresh, LABEL], pool[fresh, AMOUNT], pool[fresh, SOURCE] = label, amount, source
    pool[fresh, NEXT], pool[fresh, PREV] = lot, previous
    if previous >= 0:
        pool[previous, NEXT] = fresh
    else:
        ends[slot, 1, 0] = fresh
    if lot >= 0:
        pool[lot, PREV] = fresh
    else:
        ends[slot, 1, 1] = fresh
    return pool, used


@inner
def _unlink(pool, used, ends, slot, k, lot):
    before, after = pool[lot, PREV], pool[lot, NEXT]
    if before >= 0:
        pool[before, NEXT] = after
    else:
        ends[slot, k, 0] = after
    if after >= 0:
        pool[after, PREV] = before
    else:
        ends[slot, k, 1] = before
    pool[lot, NEXT] = used[1]
    used[1] = lot


@inner
def _piece(pieces, m, label, amount):
    if m == pieces.shape[0]:
        pieces = _grown_rows(pieces)
    pieces[m, 0], pieces[m, 1] = label, amount
    return pieces, m + 1


@inner
def _take_lot(pool, used, ends, slot, k, lot, amount, pieces, m):
    part = min(pool[lot, AMOUNT], amount)
    pieces, m = _piece(pieces, m, pool[lot, LABEL], part)
    pool[lot, AMOUNT] -= part
    if pool[lot, AMOUNT] == 0:
        _unlink(pool, used, ends, slot, k, lot)
    return pieces, m, amount - part


@inner
def _take_brought(pool, used, ends, slot, source, amount, pieces, m):
    """Take what a reversed payment brought and is still held, those lots first that entered first."""
    while amount > 0:
        best, best_k = np.int64(-1), np.int64(0)
        for k in range(2):
            lot = ends[slot, k, 0]
            while lot >= 0:
                if pool[lot, SOURCE] == source and (best < 0 or pool[lot, ENTRY] < pool[best, ENTRY]):
                    best, best_k = lot, k
                lot = pool[lot, NEXT]
        if best < 0:
            break
        pieces, m, amount = _take_lot(pool, used, ends, slot, best_k, best, amount, pieces, m)
    return pieces, m, amount


@inner
def _pull(pool, used, ends, slot, amount, unk, own, method, pieces, m):
    """Take an amount by the method; what the account is short of (rows beyond the limit of time) is unknown money."""
    if method == PRORATA:
        held = 0
        lot = ends[slot, 1, 0]
        while lot >= 0:
            held += pool[lot, AMOUNT]
            lot = pool[lot, NEXT]
        if held < amount:
            pool, used = _push(pool, used, ends, slot, unk, amount - held, np.int64(-1), own, method)
        pieces, m = _take_shares(pool, used, ends, slot, amount, np.int64(-2), pieces, m)
        return pool, pieces, m
    for k in range(2):
        while amount > 0:
            lot = ends[slot, k, 1] if method == LIFO else ends[slot, k, 0]
            if lot < 0:
                break
            pieces, m, amount = _take_lot(pool, used, ends, slot, k, lot, amount, pieces, m)
    if amount > 0:
        pieces, m = _piece(pieces, m, unk, amount)
    return pool, pieces, m


@inner
def _take_shares(pool, used, ends, slot, amount, only, pieces, m):
    """Each label's share of an amount, the left-over units by largest remainder, ties by label order.

    `only` limits the pool to what one payment brought (-2: everything).
    """
    n, total = 0, 0
    lot = ends[slot, 1, 0]
    last = -1
    while lot >= 0:
        if only == -2 or pool[lot, SOURCE] == only:
            total += pool[lot, AMOUNT]
            n += pool[lot, LABEL] != last
            last = pool[lot, LABEL]
        lot = pool[lot, NEXT]
    if total == 0 or amount == 0:
        return pieces, m
    labels, held = np.empty(n, np.int64), np.zeros(n, np.int64)
    i, last = -1, -1
    lot = ends[slot, 1, 0]
    while lot >= 0:
        if only == -2 or pool[lot, SOURCE] == only:
            if pool[lot, LABEL] != last:
                i += 1
                last = pool[lot, LABEL]
                labels[i] = last
            held[i] += pool[lot, AMOUNT]
        lot = pool[lot, NEXT]
    shares = share_out(held, amount, total)
    for j in range(n):
        _bear(pool, used, ends, slot, labels[j], shares[j], held[j], only)
        if shares[j]:
            pieces, m = _piece(pieces, m, labels[j], shares[j])
    return pieces, m


@inner
def share_out(held, amount, total):
    """Shares floor(amount * held / total), the left-over units to the largest remainders, ties to the earlier."""
    n = held.size
    shares, remainder = np.empty(n, np.int64), np.empty(n, np.int64)
    left = amount
    for j in range(n):
        shares[j], remainder[j] = divide_product(amount, held[j], total)
        left -= shares[j]
    if left > 0:
        order = _ascending(-remainder)
        for j in range(left):
            shares[order[j]] += 1
    return shares


@inner
def _ascending(values):
    """Places of the values from the least to the greatest, equal ones in the order in which they stand: a merge sort."""
    n = values.size
    order, spare = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        order[i] = i
    width = 1
    while width < n:
        for lo in range(0, n, 2 * width):
            i, mid, hi = lo, min(lo + width, n), min(lo + 2 * width, n)
            j = mid
            for k in range(lo, hi):
                if j == hi or (i < mid and values[order[i]] <= values[order[j]]):
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
        order, spare = spare, order
        width *= 2
    return order


@inner
def _numbered(values):
    """For each value its number among the distinct ones, and how many distinct ones there are."""
    order = _ascending(values)
    number, n = np.empty(values.size, np.int64), -1
    for i in range(values.size):
        if i == 0 or values[order[i]] != values[order[i - 1]]:
            n += 1
        number[order[i]] = n
    return number, n + 1


@inner
def _bear(pool, used, ends, slot, label, share, held, only):
    """Within a label, the money of a payment that is reversed later bears the floor of its part, ordinary money the rest."""
    left = share
    for step in range(2):
        lot = ends[slot, 1, 0]
        while lot >= 0:
            after = pool[lot, NEXT]
            mine = pool[lot, LABEL] == label and (only == -2 or pool[lot, SOURCE] == only)
            if mine:
                part = 0
                if step == 0 and pool[lot, SOURCE] != -1:
                    part = divide_product(min(share, held), pool[lot, AMOUNT], held)[0]
                elif step == 1:
                    part = min(left, pool[lot, AMOUNT])
                pool[lot, AMOUNT] -= part
                left -= part
                if pool[lot, AMOUNT] == 0:
                    _unlink(pool, used, ends, slot, np.int64(1), lot)
            lot = after


@inner
def _pay(pool, used, ends, slot, back, amount, unk, own, method, pieces, m):
    """Take a payment out of an account: for a reversal first what the payment `back` brought, the rest by the method."""
    if back >= 0 and method == PRORATA:
        before = m
        brought = _sum_brought(pool, ends, slot, back)
        pieces, m = _take_shares(pool, used, ends, slot, min(amount, brought), back, pieces, m)
        for j in range(before, m):
            amount -= pieces[j, 1]
    elif back >= 0:
        pieces, m, amount = _take_brought(pool, used, ends, slot, back, amount, pieces, m)
    return _pull(pool, used, ends, slot, amount, unk, own, method, pieces, m)


@inner
def _held(pool, ends, own, records, n):
    """Record what victims' money each account still holds."""
    for slot in range(ends.shape[0]):
        for k in range(2):
            lot = ends[slot, k, 0]
            while lot >= 0:
                if pool[lot, LABEL] < own:
                    records, n = _record(records, n, slot, np.int64(-1), 0, pool[lot, LABEL], pool[lot, AMOUNT])
                lot = pool[lot, NEXT]
    return records, n


@kernel
def replay(
    eid, rowless, at, amount, payer_slot, payee_slot, stop, own_holder, reverses, reversed_later, away, origin, opening,
    n_origins, until, dust, method,
):  # fmt: skip
    """Replay events by one method; records of (event, end, 0, label, amount), end 0 for what a transfer carried, -1 held.

    Held records carry the slot in place of the event.
    """
    own, other, unk = n_origins, n_origins + 1, n_origins + 2
    pool = np.empty((1024, 6), np.int64)
    used = np.array([0, -1, 0])
    ends = np.full((opening.size, 2, 2), -1, np.int64)
    records, n = np.empty((1024, 5), np.int64), np.int64(0)
    pieces = np.empty((64, 2), np.int64)
    brought_at = np.full(eid.size, -1, np.int64)
    brought, n_brought = np.empty((64, 3), np.int64), np.int64(0)  # label, amount, next
    for slot in range(opening.size):
        pool, used = _push(pool, used, ends, slot, own, opening[slot], np.int64(-1), own, method)
    for i in range(eid.size):
        if at[i] > until:
            continue
        m = np.int64(0)
        known = True
        if payer_slot[i] >= 0:
            pool, pieces, m = _pay(pool, used, ends, payer_slot[i], reverses[i], amount[i], unk, own, method, pieces, m)
        elif rowless[i]:
            pieces, m = _piece(pieces, m, unk, amount[i])
        elif reverses[i] >= 0 and brought_at[reverses[i]] >= 0:
            paid = reverses[i]
            pieces, m = _bring_back(brought, brought_at[paid], amount[i], pieces, m)
            for j in range(m):
                if pieces[j, 0] < own:
                    records, n = _record(records, n, paid, np.int64(stop[paid]), 0, pieces[j, 0], -pieces[j, 1])
        else:
            known = False
        if origin[i] >= 0:
            for j in range(m):
                if pieces[j, 0] < own:
                    records, n = _record(records, n, i, np.int64(SUPERSEDED), 0, pieces[j, 0], pieces[j, 1])
            pieces, m = _piece(pieces, np.int64(0), origin[i], amount[i])
        elif not known:
            pieces, m = _piece(pieces, np.int64(0), own if own_holder[i] else other, amount[i])
        traced = 0
        for j in range(m):
            if pieces[j, 0] < own:
                traced += pieces[j, 1]
                if not rowless[i]:
                    records, n = _record(records, n, i, np.int64(0), 0, pieces[j, 0], pieces[j, 1])
                if stop[i] != 0:
                    records, n = _record(records, n, i, np.int64(stop[i]), 0, pieces[j, 0], pieces[j, 1])
        if away[i]:
            brought, n_brought = _keep_brought(brought, n_brought, brought_at, i, pieces, m)
        slot = payee_slot[i]
        if slot < 0:
            continue
        dusty = 0 < traced < dust and stop[i] == 0 and origin[i] < 0
        source = i if reversed_later[i] else -1
        for j in range(m):
            label = pieces[j, 0]
            if label < own and dusty:
                records, n = _record(records, n, i, np.int64(DUST), 0, label, pieces[j, 1])
                label = other
            if label == own and not own_holder[i]:
                label = other
            pool, used = _push(pool, used, ends, slot, label, pieces[j, 1], source, own, method)
    records, n = _held(pool, ends, own, records, n)
    return records[:n]


@inner
def _sum_brought(pool, ends, slot, source):
    total = 0
    lot = ends[slot, 1, 0]
    while lot >= 0:
        if pool[lot, SOURCE] == source:
            total += pool[lot, AMOUNT]
        lot = pool[lot, NEXT]
    return total


@inner
def _keep_brought(brought, n_brought, brought_at, event, pieces, m):
    """Remember what a payment to an account without a statement carried, in order."""
    previous = -1
    for j in range(m):
        if n_brought == brought.shape[0]:
            brought = _grown_rows(brought)
        brought[n_brought, 0], brought[n_brought, 1], brought[n_brought, 2] = pieces[j, 0], pieces[j, 1], -1
        if previous < 0:
            brought_at[event] = n_brought
        else:
            brought[previous, 2] = n_brought
        previous = n_brought
        n_brought += 1
    return brought, n_brought


@inner
def _bring_back(brought, head, amount, pieces, m):
    """A reversal returns what the payment carried; a part of it by shares, labels in the order in which they went."""
    total, n = 0, 0
    k = head
    while k >= 0:
        total += brought[k, 1]
        n += 1
        k = brought[k, 2]
    if amount >= total:
        k = head
        while k >= 0:
            if brought[k, 1]:
                pieces, m = _piece(pieces, m, brought[k, 0], brought[k, 1])
            brought[k, 1] = 0
            k = brought[k, 2]
        return pieces, m
    flat = np.empty(n, np.int64)
    k, j = head, 0
    while k >= 0:
        flat[j] = brought[k, 0]
        k, j = brought[k, 2], j + 1
    number, n_labels = _numbered(flat)
    held = np.zeros(n_labels, np.int64)
    k, j = head, 0
    while k >= 0:
        held[number[j]] += brought[k, 1]
        k, j = brought[k, 2], j + 1
    shares = share_out(held, amount, total)
    gone = shares.copy()
    for j in range(n):
        if shares[number[j]] > 0:
            pieces, m = _piece(pieces, m, flat[j], shares[number[j]])
            shares[number[j]] = 0
    k, j = head, 0
    while k >= 0:
        part = min(gone[number[j]], brought[k, 1])
        brought[k, 1] -= part
        gone[number[j]] -= part
        k, j = brought[k, 2], j + 1
    return pieces, m


@kernel
def replay_poison(at, rowless, amount, payer_slot, payee_slot, stop, reverses, away, origin, opening, n_labels, until):
    """Whatever leaves after the first stolen money is tainted whole; up to 64 labels at once, as bits.

    `origin` is -1 for ordinary events, a label below `n_labels`, or another number for origins that are not asked about.
    Records of (event, end, 0, label, amount) like `replay`; leads only, nothing is conserved.
    """
    taint, balance = np.zeros(opening.size, np.uint64), opening.copy()
    carried = np.zeros(at.size, np.uint64)
    records, n = np.empty((1024, 5), np.int64), np.int64(0)
    for i in range(at.size):
        if at[i] > until:
            continue
        bits = np.uint64(0)
        if payer_slot[i] >= 0:
            bits = taint[payer_slot[i]]
            balance[payer_slot[i]] -= amount[i]
        elif reverses[i] >= 0 and away[reverses[i]]:
            bits = carried[reverses[i]]
        if rowless[i]:
            bits = np.uint64(0)
        if origin[i] != -1:
            for label in range(n_labels):
                if (bits >> np.uint64(label)) & np.uint64(1):
                    records, n = _record(records, n, i, np.int64(SUPERSEDED), 0, label, amount[i])
            bits = np.uint64(1) << np.uint64(origin[i]) if 0 <= origin[i] < n_labels else np.uint64(0)
        for label in range(n_labels):
            if (bits >> np.uint64(label)) & np.uint64(1):
                records, n = _record(records, n, i, np.int64(0), 0, label, amount[i])
                if stop[i] != 0:
                    records, n = _record(records, n, i, np.int64(stop[i]), 0, label, amount[i])
        carried[i] = bits
        if payee_slot[i] >= 0:
            taint[payee_slot[i]] |= bits
            balance[payee_slot[i]] += amount[i]
    for slot in range(opening.size):
        for label in range(n_labels):
            if (taint[slot] >> np.uint64(label)) & np.uint64(1) and balance[slot] > 0:
                records, n = _record(records, n, slot, np.int64(-1), 0, label, balance[slot])
    return records[:n]
