"""Array loops of assembly; private to this room."""

from __future__ import annotations

import numpy as np

from fanzha.ledger.columns import MISSING, OUTSIDE
from fanzha.ledger.compiled import inner, kernel


@inner
def _doubled(values):
    """A copy with room for twice as many; a loop, because assigning a slice brings numba's error texts to compile."""
    grown = np.empty(values.size * 2, values.dtype)
    for i in range(values.size):
        grown[i] = values[i]
    return grown


@kernel
def number_by_hash(first, second, present):
    """Numbers equal pairs of hashes by first appearance, -1 where nothing is present; and where each first stands."""
    # Open addressing over the pair of hashes: the table doubles before it is half full.
    size = 1 << 12
    slots = np.full(size, -1, np.int32)
    codes = np.full(first.size, -1, np.int32)
    firsts = np.empty(1 << 11, np.int64)
    count = 0
    for i in range(first.size):
        if not present[i]:
            continue
        at = first[i] & np.uint64(size - 1)
        while slots[at] >= 0:
            seen = firsts[slots[at]]
            if first[seen] == first[i] and second[seen] == second[i]:
                break
            at = (at + np.uint64(1)) & np.uint64(size - 1)
        if slots[at] < 0:
            if count == firsts.size:
                firsts = _doubled(firsts)
                size *= 2
                slots = np.full(size, -1, np.int32)
                for code in range(count):
                    spot = first[firsts[code]] & np.uint64(size - 1)
                    while slots[spot] >= 0:
                        spot = (spot + np.uint64(1)) & np.uint64(size - 1)
                    slots[spot] = code
                at = first[i] & np.uint64(size - 1)
                while slots[at] >= 0:
                    at = (at + np.uint64(1)) & np.uint64(size - 1)
            firsts[count] = i
            slots[at] = count
            count += 1
        codes[i] = slots[at]
    return codes, firsts[:count]


@kernel
def mix(*columns):
    """One 64-bit hash per row of the columns (all int64, equal length); equal rows hash equal, others may clash."""
    out = np.zeros(columns[0].size, np.uint64)
    for column in columns:
        for i in range(out.size):
            h = (out[i] + np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(column[i])
            h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            out[i] = h ^ (h >> np.uint64(31))
    return out


@kernel
def find_candidates(lkey, lfrom, lto, rkey, rfrom, rto, slack, day, width_max, limit):
    """Pairs of rows of equal key whose spans nearly meet, at most `limit` per left row; and whether that cut any."""
    left = np.empty(max(16, 2 * lkey.size), np.int64)
    right = np.empty(max(16, 2 * lkey.size), np.int64)
    count, cut = 0, False
    block, low, rank = 0, 0, 0
    for i in range(lkey.size):
        if i == 0 or lkey[i] != lkey[i - 1]:
            while block < rkey.size and rkey[block] < lkey[i]:
                block += 1
            low, rank = block, 0
        else:
            rank += 1
        while low < rkey.size and rkey[low] == lkey[i] and rfrom[low] < lfrom[i] - slack - width_max:
            low += 1
        high = low
        while high < rkey.size and rkey[high] == lkey[i] and rfrom[high] <= lto[i] + slack:
            high += 1
        first = low
        if high - low > limit:
            # Equal rows without end: look around the place that the row's own rank suggests.
            cut = True
            first = max(low, min(block + rank - limit // 2, high - limit))
            high = min(high, first + limit)
        for j in range(first, high):
            # A side that gives only the day agrees with any time of that day, and with no other.
            gap = 0 if (lto[i] - lfrom[i] >= day or rto[j] - rfrom[j] >= day) else slack
            if rto[j] + gap < lfrom[i] or lto[i] + gap < rfrom[j]:
                continue
            if count == left.size:
                left, right = _doubled(left), _doubled(right)
            left[count], right[count] = i, j
            count += 1
    return left[:count], right[:count], cut


@kernel
def take_best(left, right, order, lefts, rights):
    """Walks candidate pairs in order and takes each whose two rows are still free."""
    used_left, used_right = np.zeros(lefts, np.bool_), np.zeros(rights, np.bool_)
    chosen = np.zeros(left.size, np.bool_)
    for k in order:
        if not used_left[left[k]] and not used_right[right[k]]:
            chosen[k] = used_left[left[k]] = used_right[right[k]] = True
    return chosen


@kernel
def pair_more(left, right, chosen, firm, lefts, rights, steps_max):
    """Gives lone left rows a partner by moving pairs along, where taking the nearest first has left both ends over.

    Payments of one amount in a row, under clocks that differ by their distance, are matched one place off by the
    nearest first. `chosen` is changed in place; pairs marked `firm` (equal serials) are not moved.
    """
    start = np.zeros(lefts + 1, np.int64)
    for k in range(left.size):
        start[left[k] + 1] += 1
    for i in range(lefts):
        start[i + 1] += start[i]
    edges = np.empty(left.size, np.int64)
    fill = start[:-1].copy()
    for k in range(left.size):
        edges[fill[left[k]]] = k
        fill[left[k]] += 1
    of_left, of_right = np.full(lefts, -1, np.int64), np.full(rights, -1, np.int64)
    for k in range(left.size):
        if chosen[k]:
            of_left[left[k]] = of_right[right[k]] = k
    came, stamp = np.empty(rights, np.int64), np.full(rights, -1, np.int64)
    queue = np.empty(lefts + 1, np.int64)
    for root in range(lefts):
        if of_left[root] >= 0 or start[root] == start[root + 1]:
            continue
        queue[0], head, tail, found, steps = root, 0, 1, -1, 0
        while head < tail and found < 0 and steps < steps_max:
            i = queue[head]
            head += 1
            for e in range(start[i], start[i + 1]):
                k = edges[e]
                j = right[k]
                steps += 1
                if stamp[j] == root:
                    continue
                stamp[j], came[j] = root, k
                if of_right[j] < 0:
                    found = j
                    break
                if not firm[of_right[j]]:
                    queue[tail] = left[of_right[j]]
                    tail += 1
        while found >= 0:
            k = came[found]
            i = left[k]
            former = of_left[i]
            of_left[i] = of_right[found] = k
            chosen[k] = True
            if former < 0:
                break
            chosen[former] = False
            found = right[former]


@kernel
def previous_touch(payer, payee, file, accounts):
    """Per row and side, the row before it in the same account's statement; -1 at a statement's first."""
    # The row before this one in the same statement, per side; UNKNOWN at a statement's first row.
    last = np.full(accounts, -1, np.int64)
    before = np.full((payer.size, 2), -1, np.int64)
    for i in range(payer.size):
        for side in range(2):
            account = payer[i] if side == 0 else payee[i]
            if account >= 0 and last[account] >= 0 and file[last[account]] == file[i]:
                before[i, side] = last[account]
        for side in range(2):
            account = payer[i] if side == 0 else payee[i]
            if account >= 0:
                last[account] = i
    return before


@inner
def agreement(a, b):
    """How many fields both rows give and agree in; -1 if they contradict each other in one."""
    # Fields that both give and that are equal; -1 if one contradicts.
    equal = 0
    for k in range(a.size):
        if a[k] != MISSING and b[k] != MISSING:
            if a[k] != b[k]:
                return -1
            equal += 1
    return equal


@inner
def printed_twice(i, j, fields, before):
    """Whether a later row of one statement is the same row again: same serial or id, or a balance it did not move."""
    # Within one statement: the same serial or id, or a running balance that the second row did not move.
    for k in range(2, 4):
        if fields[i, k] != MISSING and fields[i, k] == fields[j, k]:
            return True
    for side in range(2):
        if before[i, side] == j and fields[i, side] != MISSING and fields[i, side] == fields[j, side]:
            return True
    return False


@kernel
def mark_blocks(starts, rows, key, file, before, fields, root):
    """Finds copies in every block of rows with equal key; rows of a block come file by file."""
    for block in range(starts.size - 1):
        start, end = starts[block], starts[block + 1]
        first = start
        while first < end:
            last = first
            while last < end and file[rows[last]] == file[rows[first]]:
                last += 1
            mark_within_file(first, last, rows, key, before, fields, root)
            # Strong agreement (a balance, serial or id) goes first, so that a bare row cannot take a full row's place.
            for strong in (True, False):
                mark_against_earlier(start, first, last, rows, key, fields, root, strong)
            first = last


@inner
def mark_within_file(first, last, rows, key, before, fields, root):
    """Marks rows that one file prints twice."""
    for a in range(first + 1, last):
        for b in range(a - 1, first - 1, -1):
            i, j = rows[a], rows[b]
            same = np.all(key[a] == key[b]) and agreement(fields[i], fields[j]) >= 0
            if same and printed_twice(i, j, fields, before):
                root[i] = root[j]
                break


@inner
def mark_against_earlier(start, first, last, rows, key, fields, root, strong):
    """Marks a file's rows as copies of rows of earlier files, each of those at most once."""
    for a in range(first, last):
        i = rows[a]
        if root[i] != i:
            continue
        best, best_score = -1, 0 if strong else -1
        for b in range(start, first):
            j = rows[b]
            if root[j] != j or not np.all(key[a] == key[b]):
                continue
            score = agreement(fields[i, :4], fields[j, :4])
            if score > best_score and agreement(fields[i, 4:], fields[j, 4:]) >= 0:
                taken = False
                for c in range(first, last):
                    taken = taken or (root[rows[c]] == j)
                if not taken:
                    best, best_score = j, score
        if best >= 0:
            root[i] = best
            for k in range(fields.shape[1]):
                if fields[best, k] == MISSING:
                    fields[best, k] = fields[i, k]
    # Copies within this file follow their original to where it went.
    for a in range(first, last):
        while root[root[rows[a]]] != root[rows[a]]:
            root[rows[a]] = root[root[rows[a]]]


@kernel
def first_to_last(file, pocket, from_us, to_us, counts, pockets):
    """First to last counting row per file and pocket, and whether each row lies inside its pocket's."""
    # Rows come file by file; a pocket's bounds are kept for one file at a time.
    rows = pocket.size
    first = np.zeros(pockets, np.int64)
    last = np.full(pockets, -1, np.int64)
    stamp = np.full(pockets, -1, np.int64)
    out = np.empty((4, rows), np.int64)
    inside = np.zeros(rows, np.bool_)
    count, start = 0, 0
    while start < rows:
        end = start
        begin = count
        while end < rows and file[end] == file[start]:
            p = pocket[end]
            if counts[end] and p != OUTSIDE:
                if stamp[p] != file[start]:
                    stamp[p] = file[start]
                    first[p], last[p] = from_us[end], to_us[end]
                    out[0, count], out[1, count] = file[start], p
                    count += 1
                else:
                    first[p] = min(first[p], from_us[end])
                    last[p] = max(last[p], to_us[end])
            end += 1
        for k in range(begin, count):
            out[2, k], out[3, k] = first[out[1, k]], last[out[1, k]]
        for i in range(start, end):
            p = pocket[i]
            inside[i] = stamp[p] == file[start] and first[p] <= from_us[i] and from_us[i] <= last[p]
        start = end
    return out[0, :count], out[1, :count], out[2, :count], out[3, :count], inside


@kernel
def merge_periods(pocket, from_us, to_us, touch):
    """Joins periods of one pocket that overlap or touch; they come sorted by pocket and start."""
    out = np.empty((3, pocket.size), np.int64)
    count = 0
    for i in range(pocket.size):
        if count and out[0, count - 1] == pocket[i] and from_us[i] <= out[2, count - 1] + touch:
            out[2, count - 1] = max(out[2, count - 1], to_us[i])
        else:
            out[0, count], out[1, count], out[2, count] = pocket[i], from_us[i], to_us[i]
            count += 1
    return out[0, :count], out[1, :count], out[2, :count]


@kernel
def by_pocket(pocket, by_time, pockets):
    """Sides grouped by pocket, in order of time within each."""
    # A counting sort keeps the order of time within each pocket.
    starts = np.zeros(pockets + 1, np.int64)
    for i in range(pocket.size):
        starts[pocket[i] + 1] += 1
    for p in range(pockets):
        starts[p + 1] += starts[p]
    out = np.empty(pocket.size, np.int64)
    for i in by_time:
        out[starts[pocket[i]]] = i
        starts[pocket[i]] += 1
    return out


@kernel
def rank_in_second(sequence, pocket, second):
    """Rank of each side among those of its pocket and second, and the first of its run (-1 where it stands alone)."""
    # Rank within (pocket, second), and the first of each run of equals (-1 for a row that stands alone in its second).
    rank = np.zeros(pocket.size, np.int64)
    run = np.full(pocket.size, -1, np.int64)
    for k in range(1, sequence.size):
        i, j = sequence[k], sequence[k - 1]
        if pocket[i] == pocket[j] and second[i] == second[j] and pocket[i] != OUTSIDE:
            rank[i] = rank[j] + 1
            run[j] = run[i] = run[j] if run[j] >= 0 else j
    return rank, run


@kernel
def hex_ids(hashes):
    """Bytes of T and 16 hexadecimal digits for each hash."""
    digits = np.empty(16, np.uint8)
    for d in range(16):
        digits[d] = 48 + d if d < 10 else 87 + d
    out = np.empty((hashes.size, 17), np.uint8)
    for i in range(hashes.size):
        out[i, 0] = 84  # 'T'
        for d in range(16):
            out[i, 1 + d] = digits[(hashes[i] >> np.uint64(60 - 4 * d)) & np.uint64(15)]
    return out


@kernel
def covered(pocket, at_us, starts, from_us, to_us):
    """Whether each instant lies in one of its pocket's covered periods."""
    inside = np.zeros(pocket.size, np.bool_)
    for i in range(pocket.size):
        low, high = starts[pocket[i]], starts[pocket[i] + 1]
        while low < high:
            middle = (low + high) // 2
            if to_us[middle] < at_us[i]:
                low = middle + 1
            else:
                high = middle
        inside[i] = low < starts[pocket[i] + 1] and from_us[low] <= at_us[i]
    return inside


@kernel
def copy_runs(fresh, first, end, former, new, out):
    """Copies stretches of two columns one behind the other into `out`, those marked fresh from the new one."""
    at = 0
    for run in range(first.size):
        # One by one: assigning a slice would compile numba's text functions for its error message, per column type.
        for k in range(first[run], end[run]):
            out[at] = new[k] if fresh[run] else former[k]
            at += 1
