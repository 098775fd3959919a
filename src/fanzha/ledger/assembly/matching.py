"""Pairs of rows that agree in a key and lie close in time, each row in at most one pair, the best pairs first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fanzha.core.time import MINUTE_US
from fanzha.ledger.assembly.codes import U64, mix
from fanzha.ledger.columns import I64

CANDIDATES_MAX: Final = 64  # per row and round; more equal rows than this are matched in further rounds
ROUNDS_MAX: Final = 64

# Columns to sort candidate pairs by, best first; a negative first column forbids the pair.
Cost = Callable[[I64, I64], Sequence[NDArray[np.int64]]]


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows to be matched: `exact` (n × k) must be equal on both sides, the closed spans of time must nearly meet."""

    rows: I64
    exact: I64
    from_us: I64
    to_us: I64

    def __len__(self) -> int:
        return len(self.rows)

    def keep(self, where: NDArray[np.bool_]) -> Sides:
        """Only the chosen rows."""
        return Sides(self.rows[where], self.exact[where], self.from_us[where], self.to_us[where])


@njit(cache=True)
def _candidates(
    lkey: U64, lfrom: I64, lto: I64, rkey: U64, rfrom: I64, rto: I64, slack: int, day: int, width_max: int, limit: int
) -> tuple[I64, I64, bool]:
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
                grown_left, grown_right = np.empty(2 * count, np.int64), np.empty(2 * count, np.int64)
                grown_left[:count], grown_right[:count] = left, right
                left, right = grown_left, grown_right
            left[count], right[count] = i, j
            count += 1
    return left[:count], right[:count], cut


@njit(cache=True)
def _take_best(left: I64, right: I64, order: I64, lefts: int, rights: int) -> NDArray[np.bool_]:
    used_left, used_right = np.zeros(lefts, np.bool_), np.zeros(rights, np.bool_)
    chosen = np.zeros(left.size, np.bool_)
    for k in order:
        if not used_left[left[k]] and not used_right[right[k]]:
            chosen[k] = used_left[left[k]] = used_right[right[k]] = True
    return chosen


def match_one_to_one(left: Sides, right: Sides, *, slack_us: int, cost: Cost) -> tuple[I64, I64]:
    """Row numbers of the pairs; greedy by cost, ties by the rows' own order, so that the result never varies."""
    pairs: list[tuple[I64, I64]] = []
    for _ in range(ROUNDS_MAX):
        if not len(left) or not len(right):
            break
        li, ri, cut = _round(left, right, slack_us, cost)
        pairs.append((left.rows[li], right.rows[ri]))
        if not cut or not len(li):
            break
        left = left.keep(~np.isin(np.arange(len(left)), li))
        right = right.keep(~np.isin(np.arange(len(right)), ri))
    if not pairs:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])


def _round(left: Sides, right: Sides, slack_us: int, cost: Cost) -> tuple[I64, I64, bool]:
    lkey, rkey = (mix(*np.ascontiguousarray(side.exact.T)) for side in (left, right))
    lsort = np.lexsort((left.rows, left.from_us, lkey))
    rsort = np.lexsort((right.rows, right.from_us, rkey))
    width_max = int((right.to_us - right.from_us).max())
    li, ri, cut = _candidates(
        lkey[lsort], left.from_us[lsort], left.to_us[lsort],
        rkey[rsort], right.from_us[rsort], right.to_us[rsort],
        slack_us, 60 * MINUTE_US, width_max, CANDIDATES_MAX,
    )  # fmt: skip
    li, ri = lsort[li], rsort[ri]
    same = (left.exact[li] == right.exact[ri]).all(axis=1)
    li, ri = li[same], ri[same]
    columns = list(cost(left.rows[li], right.rows[ri]))
    allowed = columns[0] >= 0 if len(li) else np.zeros(0, np.bool_)
    li, ri, columns = li[allowed], ri[allowed], [column[allowed] for column in columns]
    order = np.lexsort((right.rows[ri], left.rows[li], *columns[::-1]))
    chosen = _take_best(li, ri, order, len(left), len(right))
    return li[chosen], ri[chosen], bool(cut)
