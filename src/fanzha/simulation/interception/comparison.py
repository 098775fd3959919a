"""Policies compared seed by seed: means, and what ours does more or less than another, with a 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Final

from fanzha.simulation.interception.drill import POLICIES, Outcome

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over seeds and how sure it is."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the sign of the mean is beyond chance, at 95 %."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """A policy over all seeds; shares are of the money reported."""

    policy: str
    stopped_share: Interval
    innocent_share: Interval
    orders: Interval
    empty_share: float  # of its stops, those on accounts where nothing was left
    first_order_min: float


def interval_of(values: Sequence[float]) -> Interval:
    """Mean and Student's interval; of one value only itself."""
    mean = fmean(values)
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf)
    half = student_quantile(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def student_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """The two-sided quantile of Student's t: the expansion in 1/degrees (Abramowitz and Stegun 26.7.5), three terms."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum((term / degrees**power for power, term in enumerate(terms, 1)), 0.0)


def figures(outcomes: Sequence[Outcome]) -> list[PolicyFigures]:
    """Each policy that ran, in the order of the table."""
    found = []
    for policy in POLICIES:
        mine = [outcome for outcome in outcomes if outcome.policy == policy]
        if mine:
            stops = sum(outcome.stops for outcome in mine)
            found.append(
                PolicyFigures(
                    policy,
                    interval_of([outcome.stopped_share for outcome in mine]),
                    interval_of([outcome.innocent_share for outcome in mine]),
                    interval_of([float(outcome.orders) for outcome in mine]),
                    sum(outcome.empty_stops for outcome in mine) / stops if stops else 0.0,
                    fmean(outcome.first_order_min for outcome in mine),
                )
            )
    return found


def difference(outcomes: Sequence[Outcome], policy: str, other: str, of: Callable[[Outcome], float]) -> Interval:
    """What the policy has more than the other, seed by seed."""
    theirs = {outcome.seed: of(outcome) for outcome in outcomes if outcome.policy == other}
    return interval_of([of(outcome) - theirs[outcome.seed] for outcome in outcomes if outcome.policy == policy])
