"""Pairs of rows that agree in a key and lie close in time, each row in at most one pair, the best pairs first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.core.time import MINUTE_US
from fanzha.ledger.assembly.codes import U64
from fanzha.ledger.assembly.kernels import find_candidates, mix, pair_more, take_best
from fanzha.ledger.columns import I64

CANDIDATES_MAX: Final = 64  # per row and round; more equal rows than this are matched in further rounds
ROUNDS_MAX: Final = 64
STEPS_MAX: Final = 10_000  # candidates looked at to find a place for one lone row

# Columns to sort candidate pairs by, best first. Of the first column, a negative number forbids the pair, and where
# there are more columns, zero makes it firm: no lone row may break it up.
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


def match_one_to_one(left: Sides, right: Sides, *, slack_us: int, cost: Cost) -> tuple[I64, I64]:
    """Row numbers of the pairs: the best first, then as many more as there can be.

    Ties are broken by the rows' own order, so that the result never varies.
    """
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
    li, ri, cut = find_candidates(
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
    chosen = take_best(li, ri, order, len(left), len(right))
    nearest = chosen.copy()
    firm = columns[0] == 0 if len(columns) > 1 else np.zeros(len(li), np.bool_)
    pair_more(li, ri, chosen, firm, len(left), len(right), STEPS_MAX)
    if bool((chosen == nearest).all()):
        return li[chosen], ri[chosen], bool(cut)
    loose = chosen & ~firm & np.isin(lkey[li], lkey[li[chosen != nearest]])
    fixed = chosen & ~loose
    straight = _uncrossed((left, lkey), (right, rkey), (li[loose], ri[loose]), (li, ri))
    return np.concatenate([li[fixed], straight[0]]), np.concatenate([ri[fixed], straight[1]]), bool(cut)


def _uncrossed(
    left: tuple[Sides, U64], right: tuple[Sides, U64], pairs: tuple[I64, I64], candidates: tuple[I64, I64]
) -> tuple[I64, I64]:
    """The same rows paired in order of time, key by key, where every such pair is a candidate; else as they were."""
    lefts, rights = (
        rows[np.lexsort((side.rows[rows], side.from_us[rows], key[rows]))]
        for (side, key), rows in ((left, pairs[0]), (right, pairs[1]))
    )
    width = len(right[0])
    allowed = np.isin(lefts * width + rights, candidates[0] * width + candidates[1])
    crossed = left[1][lefts[~allowed]]
    ordered, as_before = ~np.isin(left[1][lefts], crossed), np.isin(left[1][pairs[0]], crossed)
    return (
        np.concatenate([lefts[ordered], pairs[0][as_before]]),
        np.concatenate([rights[ordered], pairs[1][as_before]]),
    )
