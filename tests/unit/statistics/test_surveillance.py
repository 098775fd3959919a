"""Surges, small numbers and effects: exact where they can be, and silent where nothing can be told."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.statistics.surveillance import (
    Change,
    Untold,
    binomial_tail,
    effect_of,
    poisson_interval,
    rate_interval,
    surge_of,
)

ALPHA, LEAST = 0.005, 5


def surge(count, baseline):
    return surge_of(count, baseline, alpha=ALPHA, least=LEAST)


def test_the_chance_is_that_of_the_binomial():
    assert binomial_tail(0, 10, 0.5) == 1.0
    assert binomial_tail(10, 10, 0.5) == pytest.approx(1 / 1024)
    assert binomial_tail(6, 10, 0.5) == pytest.approx(sum(math.comb(10, k) for k in range(6, 11)) / 1024)


def test_what_stands_out_is_a_surge_and_what_does_not_is_none():
    assert surge(20, [5, 4, 6, 5, 5, 4, 6, 5]).is_surge
    assert not surge(8, [5, 4, 6, 5, 5, 4, 6, 5]).is_surge
    assert not surge(4, [0] * 8).is_surge  # fewer than are told
    assert not surge(50, []).is_surge  # nothing to compare with


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(0, 80))
def test_more_cases_are_never_less_of_a_surge(baseline, count):
    assert surge(count + 1, baseline).p_value <= surge(count, baseline).p_value + 1e-12 or count + 1 < LEAST


def test_false_alarms_of_equal_weeks_stay_below_what_is_said():
    draw = random.Random(20261122)

    def poisson(mean: float) -> int:
        limit, count, product = math.exp(-mean), 0, draw.random()
        while product > limit:
            count, product = count + 1, product * draw.random()
        return count

    rang = sum(surge(poisson(6), [poisson(6) for _ in range(8)]).is_surge for _ in range(4000))
    assert 0 < rang <= 4000 * ALPHA * 1.5  # the test is conservative: it measures 0.3 %


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 2.996), (1, 0.051, 4.744), (5, 1.970, 10.513), (20, 13.255, 29.062)]
)
def test_small_counts_have_garwoods_interval(count, low, high):
    assert poisson_interval(count) == pytest.approx((low, high), abs=2e-3)


def test_a_rate_has_its_interval():
    rate, low, high = rate_interval(5, 50_000)
    assert (rate, round(low, 2), round(high, 2)) == (10.0, 3.94, 21.03)


OTHERS = (Change(100, 98, 50), Change(80, 84, 41), Change(60, 57, 29), Change(120, 121, 61))


def effect(treated, others=OTHERS):
    return effect_of(treated, others, least=10, areas_least=3)


def test_a_fall_beside_areas_that_stayed_is_told_with_its_interval():
    found = effect(Change(100, 40, 50))
    assert found.untold is None
    assert found.ratio == pytest.approx(0.4, abs=0.01)
    assert found.low < found.ratio < found.high < 1
    assert found.is_told
    nothing = effect(Change(100, 98, 50))
    assert nothing.low < 1 < nothing.high
    assert not nothing.is_told


@pytest.mark.parametrize(
    ("treated", "others", "why"),
    [
        (Change(9, 3, 5), OTHERS, Untold.FEW_CASES),
        (Change(100, 40, 50), OTHERS[:2], Untold.FEW_AREAS),
        (Change(100, 40, 90), OTHERS, Untold.APART_BEFORE),
        (Change(100, 0, 50), OTHERS, Untold.FEW_CASES),
    ],
)
def test_what_cannot_be_told_says_why(treated, others, why):
    found = effect(treated, others)
    assert (found.untold, found.ratio, found.low, found.is_told) == (why, None, None, False)


def test_areas_that_differ_among_themselves_widen_the_interval():
    calm, wild = (
        effect(Change(100, 60, 50)),
        effect(
            Change(100, 60, 50), (Change(100, 150, 50), Change(100, 60, 50), Change(100, 90, 50), Change(100, 95, 50))
        ),
    )
    assert wild.dispersion > 5 > calm.dispersion == 1.0
    assert wild.high / wild.low > calm.high / calm.low
    assert not wild.is_told
