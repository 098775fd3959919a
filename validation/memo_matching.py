"""Match payments seen by sender and receiver without a reference number: block, weigh, assign one to one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

KEY_LENGTH: Final = 10  # of a memo's first word; one side cuts memos at fifteen characters
AMOUNT_MARGIN: Final = 0.01  # the band seen in the learning half, a little wider
CODES: Final = ("BGC", "CHQ", "CSH", "WRE")  # how the payment was made, at the end of a memo
_RATIO_STEPS: Final = np.array([1e-9, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10])
_COMMON_STEPS: Final = np.array([0.25, 0.4, 0.55, 0.7, 0.85, 0.999])
_SHARED_MAX: Final = 12  # log2 of how many memos of the other side begin alike
_SMOOTHING: Final = 0.5


@dataclass(frozen=True, slots=True)
class Side:
    """One side's rows: day, amount in minor units, memo in capitals; `truth` is only for learning and scoring."""

    truth: I64
    day: I64
    amount_minor: I64
    memo: list[str]

    def __len__(self) -> int:
        return len(self.day)

    def part(self, chosen: NDArray[np.bool_]) -> Side:
        """Only the chosen rows."""
        return Side(
            self.truth[chosen], self.day[chosen], self.amount_minor[chosen],
            [self.memo[i] for i in np.flatnonzero(chosen)],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a candidate pair may differ by, as seen in the learning half."""

    ratio_min: float
    ratio_max: float
    lag_min: int
    lag_max: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs that share a block: row numbers on both sides."""

    left: I64
    right: I64

    def __len__(self) -> int:
        return len(self.left)


def bounds_of(left: Side, right: Side) -> Bounds:
    """How far apart true pairs of the learning half are."""
    at = np.argsort(right.truth)
    mine = at[np.searchsorted(right.truth[at], left.truth)]
    ratio = right.amount_minor[mine] / left.amount_minor
    lag = right.day[mine] - left.day
    return Bounds(
        float(ratio.min()) - AMOUNT_MARGIN, float(ratio.max()) + AMOUNT_MARGIN, int(lag.min()), int(lag.max())
    )  # fmt: skip


def find_candidates(left: Side, right: Side, bounds: Bounds) -> Candidates:
    """Pairs whose memos begin with the same word, whose amounts and days lie within the bounds."""
    words, codes = np.unique([_key(memo) for memo in [*left.memo, *right.memo]], return_inverse=True)
    lkey, rkey = codes[: len(left)], codes[len(left) :]
    order = np.lexsort((right.amount_minor, rkey))
    # One number that sorts as (word, amount) does, so that a block's band is one range.
    wide = int(max(left.amount_minor.max(), right.amount_minor.max())) * 2
    assert len(words) * wide < np.iinfo(np.int64).max
    place = rkey[order].astype(np.int64) * wide + right.amount_minor[order]
    base = lkey.astype(np.int64) * wide
    low = np.searchsorted(place, base + np.floor(left.amount_minor * bounds.ratio_min).astype(np.int64), "left")
    high = np.searchsorted(place, base + np.ceil(left.amount_minor * bounds.ratio_max).astype(np.int64), "right")
    count = high - low
    li = np.repeat(np.arange(len(left)), count)
    ri = order[np.repeat(low - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(int(count.sum()))]
    lag = right.day[ri] - left.day[li]
    near = (lag >= bounds.lag_min) & (lag <= bounds.lag_max)
    return Candidates(li[near], ri[near])


def _key(memo: str) -> str:
    return memo.split(" ", 1)[0][:KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class Features:
    """Per candidate pair, small whole numbers: lag, amount step, memo (how alike, and how rare what they share), code."""

    lag: I64
    amount: I64
    memo: I64
    code: I64


def describe(left: Side, right: Side, pairs: Candidates) -> Features:
    """What speaks for or against each pair."""
    ratio = np.abs(np.log(right.amount_minor[pairs.right] / left.amount_minor[pairs.left]))
    common, shortest = _common_prefix(left.memo, right.memo, pairs)
    alike = np.searchsorted(_COMMON_STEPS, common / np.maximum(1, shortest))
    lengths = (
        np.array([len(memo) for memo in left.memo])[pairs.left],
        np.array([len(m) for m in right.memo])[pairs.right],
    )
    alike = np.where((common == lengths[0]) & (common == lengths[1]), len(_COMMON_STEPS) + 1, alike)
    shared = np.minimum(_SHARED_MAX, np.log2(_sharing(right.memo, pairs, common)).astype(np.int64))
    lcode, rcode = (np.array([_code(memo) for memo in side.memo]) for side in (left, right))
    one, other = lcode[pairs.left], rcode[pairs.right]
    code = np.where((one < 0) | (other < 0), 0, np.where(one == other, 1, 2))
    return Features(
        right.day[pairs.right] - left.day[pairs.left],
        np.searchsorted(_RATIO_STEPS, ratio),
        alike * (_SHARED_MAX + 1) + shared,
        code.astype(np.int64),
    )


def _code(memo: str) -> int:
    last = memo.rsplit(" ", 1)[-1]
    return next((i for i, code in enumerate(CODES) if len(last) >= 2 and code.startswith(last)), -1)


def _common_prefix(left: list[str], right: list[str], pairs: Candidates) -> tuple[I64, I64]:
    """Length of the beginning that both memos share, and of the shorter memo."""
    width = max(map(len, [*left, *right]))
    lcodes, rcodes = (
        np.array([[*map(ord, memo.ljust(width, "\0"))] for memo in side], np.int32) for side in (left, right)
    )
    lsize, rsize = np.array([len(memo) for memo in left]), np.array([len(memo) for memo in right])
    shortest = np.minimum(lsize[pairs.left], rsize[pairs.right])
    common: I64 = _prefixes(lcodes, rcodes, pairs.left, pairs.right, shortest)
    return common, shortest


@njit(cache=True)
def _prefixes(lcodes, rcodes, li, ri, shortest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    out = np.empty(li.size, np.int64)
    for k in range(li.size):
        n = 0
        while n < shortest[k] and lcodes[li[k], n] == rcodes[ri[k], n]:
            n += 1
        out[k] = n
    return out


def _sharing(memos: list[str], pairs: Candidates, common: I64) -> I64:
    """How many memos of the right side begin with what the pair shares."""
    ordered = np.array(sorted(memos))
    packed = np.unique(pairs.right * 256 + common, return_inverse=True)
    heads = np.array([memos[int(p) >> 8][: int(p) & 255] for p in packed[0]])
    low = np.searchsorted(ordered, heads, "left")
    high = np.searchsorted(ordered, np.char.add(heads, "\U0010ffff"), "right")
    found: I64 = np.maximum(1, high - low)[packed[1]]
    return found


@dataclass(frozen=True, slots=True)
class Weights:
    """Per feature and value the logarithm of how much likelier it is in true pairs than among all candidates."""

    lag: F64
    amount: F64
    memo: F64
    code: F64

    def of(self, found: Features) -> F64:
        """The weight of each pair."""
        total: F64 = self.lag[found.lag] + self.amount[found.amount] + self.memo[found.memo] + self.code[found.code]
        return total


def learn(found: Features, is_true: NDArray[np.bool_], bounds: Bounds) -> Weights:
    """Weights by counting, every value smoothed by half a pair."""
    sizes = {
        "lag": bounds.lag_max + 1, "amount": len(_RATIO_STEPS) + 1,
        "memo": (len(_COMMON_STEPS) + 2) * (_SHARED_MAX + 1), "code": 3,
    }  # fmt: skip

    def weigh(values: I64, size: int) -> F64:
        true = np.bincount(values[is_true], minlength=size) + _SMOOTHING
        other = np.bincount(values[~is_true], minlength=size) + _SMOOTHING
        weight: F64 = np.log(true / true.sum()) - np.log(other / other.sum())
        return weight

    return Weights(**{name: weigh(getattr(found, name), size) for name, size in sizes.items()})


def assign_greedily(pairs: Candidates, weight: F64, sizes: tuple[int, int]) -> I64:
    """Positions of chosen pairs: the heaviest pair first, each row at most once; ties by row, so that it never varies."""
    order = np.lexsort((pairs.right, pairs.left, -weight))
    return np.asarray(_take(pairs.left, pairs.right, order, *sizes))


@njit(cache=True)
def _take(left, right, order, lefts, rights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    used_left, used_right = np.zeros(lefts, np.bool_), np.zeros(rights, np.bool_)
    chosen = np.empty(min(lefts, rights), np.int64)
    n = 0
    for k in order:
        if not used_left[left[k]] and not used_right[right[k]]:
            used_left[left[k]] = used_right[right[k]] = True
            chosen[n] = k
            n += 1
    return chosen[:n]


def assign_by_auction(pairs: Candidates, weight: F64, sizes: tuple[int, int], step: float) -> I64:
    """Positions of chosen pairs of (nearly) the greatest total weight: rows bid for rows, a bid raises the price.

    `step` is the least raise; the total is within rows × step of the best. A row that nothing is worth to stays alone.
    """
    order = np.lexsort((pairs.right, pairs.left))
    start = np.searchsorted(pairs.left[order], np.arange(sizes[0] + 1))
    # Weights are shifted so that any pair is worth more than none: completeness is decided by the threshold later.
    worth = weight[order] - weight.min() + 1.0
    taken = np.asarray(_auction(start, pairs.right[order], worth, sizes[1], step))
    chosen: I64 = order[taken[taken >= 0]]
    return chosen


@njit(cache=True)
def _auction(start, right, worth, rights, step):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    lefts = start.size - 1
    price = np.zeros(rights)
    owner = np.full(rights, -1, np.int64)
    taken = np.full(lefts, -1, np.int64)
    queue = np.arange(lefts)
    size = lefts
    while size:
        size -= 1
        bidder = queue[size]
        best, best_gain, second_gain = -1, 0.0, 0.0
        for k in range(start[bidder], start[bidder + 1]):
            gain = worth[k] - price[right[k]]
            if gain > best_gain:
                best, best_gain, second_gain = k, gain, best_gain
            elif gain > second_gain:
                second_gain = gain
        if best < 0:
            continue
        price[right[best]] += best_gain - second_gain + step
        loser = owner[right[best]]
        if loser >= 0:
            taken[loser] = -1
            queue[size] = loser
            size += 1
        owner[right[best]] = bidder
        taken[bidder] = best
    return taken


def read_side(path: Path) -> Side:
    """One file of the data set, its rows shuffled: in the file they stand in the order of the truth."""
    frame = pl.read_parquet(path)
    dice = [hashlib.sha256(f"{path.name}:{truth}".encode()).digest() for truth in frame["ground_truth"].to_list()]
    frame = frame.with_columns(pl.Series("dice", dice, dtype=pl.Binary)).sort("dice")
    return Side(
        frame["ground_truth"].to_numpy(),
        frame["transaction_date"].to_physical().cast(pl.Int64).to_numpy(),
        (frame["amount"] * 100).round().cast(pl.Int64).to_numpy(),
        frame["memo"].str.to_uppercase().str.strip_chars().str.replace_all(r"\s+", " ").to_list(),
    )
