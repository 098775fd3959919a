"""Surges, small numbers and effects in counts of reports: exact where counts are small, and silent where they tell nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

PER: Final = 100_000
Z_95: Final = 1.959964
_STEPS: Final = 200  # halvings of an interval: beyond what a float can tell


@dataclass(frozen=True, slots=True)
class Surge:
    """A count against those of the weeks before it."""

    count: int
    baseline: tuple[int, ...]
    p_value: float
    is_surge: bool

    @property
    def expected(self) -> float:
        """What the weeks before lead to expect."""
        return sum(self.baseline) / len(self.baseline) if self.baseline else 0.0


@unique
class Untold(StrEnum):
    """Why an effect cannot be told."""

    NOT_OVER = "not_over"  # the time after it is not over
    FEW_CASES = "few_cases"
    FEW_AREAS = "few_areas"  # too few to compare with
    APART_BEFORE = "apart_before"  # the areas went different ways before it already


UNTOLD_WORDS: Final[Mapping[Untold, str]] = {
    Untold.NOT_OVER: "the time after it is not over",
    Untold.FEW_CASES: "too few cases",
    Untold.FEW_AREAS: "too few areas to compare with",
    Untold.APART_BEFORE: "the areas went different ways before it already",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Reports of an area before and after; `early` are those of the first half of the time before."""

    before: int
    after: int
    early: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The ratio of what came to what the comparison areas lead to expect, with its 95 % interval; or why it cannot be told."""

    ratio: float | None
    low: float | None
    high: float | None
    dispersion: float
    untold: Untold | None

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out no change."""
        return self.low is not None and self.high is not None and not self.low <= 1.0 <= self.high


def surge_of(count: int, baseline: Sequence[int], *, alpha: float, least: int) -> Surge:
    """Whether a count is more than the weeks before it explain.

    Given all cases of these weeks, the last one's are binomial where its rate is that of the others (Przyborowski and
    Wilenski, Biometrika 31, 1940): exact for small counts, and the weeks before are not taken for the truth. alpha: the
    chance of an alarm where nothing is; least: fewer cases raise none.
    """
    weeks = len(baseline)
    if weeks == 0 or count < least:
        return Surge(count, tuple(baseline), 1.0, is_surge=False)
    p_value = binomial_tail(count, count + sum(baseline), 1 / (weeks + 1))
    return Surge(count, tuple(baseline), p_value, is_surge=p_value < alpha)


def binomial_tail(least: int, trials: int, share: float) -> float:
    """The chance of at least so many."""
    if least <= 0:
        return 1.0
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(share) + (trials - k) * math.log1p(-share)
        for k in range(least, trials + 1)
    )  # fmt: skip
    return min(math.fsum(math.exp(one) for one in logs), 1.0)


def poisson_interval(count: int, level: float = 0.9) -> tuple[float, float]:
    """The exact interval of a count's mean (Garwood, Biometrika 28, 1936)."""
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _root(lambda mean: 1 - _poisson_cdf(count - 1, mean) - tail, 0.0, count + 1.0)
    high = _root(lambda mean: tail - _poisson_cdf(count, mean), float(count), count + 12 * math.sqrt(count + 1) + 12)
    return low, high


def rate_interval(count: int, people: int) -> tuple[float, float, float]:
    """Cases per 100,000 people with the interval of `poisson_interval`."""
    low, high = poisson_interval(count)
    return count * PER / people, low * PER / people, high * PER / people


def effect_of(treated: Change, others: Sequence[Change], *, least: int, areas_least: int) -> Effect:
    """How many times as many reports came after as the comparison areas lead to expect: difference in differences, as a ratio.

    Its interval is that of four Poisson counts on the log scale, wider by how much the comparison areas differ among
    themselves. Nothing is told of fewer than `least` cases in a cell, fewer than `areas_least` areas, or areas that went
    different ways in the time before already.
    """
    total = Change(*(sum(getattr(one, name) for one in others) for name in ("before", "after", "early")))
    dispersion = _dispersion(others, total)
    if len(others) < areas_least:
        return Effect(None, None, None, dispersion, Untold.FEW_AREAS)
    late, total_late = treated.before - treated.early, total.before - total.early
    if min(treated.before, treated.after, total.before, total.after) < least or min(treated.early, late) == 0:
        return Effect(None, None, None, dispersion, Untold.FEW_CASES)
    earlier = _ratio((treated.early, late, total.early, total_late), dispersion)
    if earlier is not None and not earlier[1] <= 1.0 <= earlier[2]:
        return Effect(None, None, None, dispersion, Untold.APART_BEFORE)
    found = _ratio((treated.before, treated.after, total.before, total.after), dispersion)
    assert found is not None, "no cell is empty"
    return Effect(*found, dispersion, None)


def _ratio(cells: tuple[int, int, int, int], dispersion: float) -> tuple[float, float, float] | None:
    before, after, total_before, total_after = cells
    if min(cells) == 0:
        return None
    log = math.log(after / before) - math.log(total_after / total_before)
    half = Z_95 * math.sqrt(dispersion * sum(1 / cell for cell in cells))
    return math.exp(log), math.exp(log - half), math.exp(log + half)


def _dispersion(others: Sequence[Change], total: Change) -> float:
    """How much more the comparison areas differ than chance: Pearson's chi-square by its degrees of freedom, 1 at least."""
    both = total.before + total.after
    if len(others) < 2 or not total.before or not total.after:
        return 1.0
    share = total.after / both
    found = 0.0
    for one in others:
        cases = one.before + one.after
        if cases:
            found += (one.after - cases * share) ** 2 / (cases * share * (1 - share))
    return max(found / (len(others) - 1), 1.0)


def _poisson_cdf(count: int, mean: float) -> float:
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
