"""Ten small cities: ours stops more than the desk by hand and, at equal harm, than everything downstream."""

from __future__ import annotations

import os
from statistics import fmean
from typing import Any

import pytest

from fanzha.simulation.interception.comparison import student_quantile
from fanzha.simulation.interception.drill import BY_HAND, EQUAL_HARM, EVERYTHING, LIMIT, OURS, POLICIES, run_drill
from fanzha.simulation.interception.report import Wanted, tables_of

SEEDS = range(1, 11)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    outcomes = run_drill(SEEDS, "small_city", processes=min(2, os.cpu_count() or 1))
    return tables_of(Wanted(SEEDS, "small_city", sensitivity=False), outcomes)


def test_ours_beats_the_desk_by_hand_and_everything_at_equal_harm_beyond_chance(tables: dict[str, Any]) -> None:
    for other in (BY_HAND, EQUAL_HARM):
        gain = tables["ours_less_other"][other]["stopped_share"]
        assert gain["low"] > 0
        assert gain["excludes_zero"]
    harm = {one["policy"]: one["innocent_share"]["mean"] for one in tables["policies"]}
    assert harm[OURS] < harm[BY_HAND]
    assert harm[OURS] < harm[EVERYTHING]
    assert abs(harm[EQUAL_HARM] / harm[OURS] - 1) < 0.05  # of every city's it is the nearest of some halvings


def test_tables_and_intervals_follow_from_the_seeds(tables: dict[str, Any]) -> None:
    by_seed = tables["by_seed"]
    assert list(by_seed) == list(POLICIES)
    assert all(len(one["stopped_share"]) == len(SEEDS) for one in by_seed.values())
    for row in tables["policies"]:
        for of in ("stopped_share", "innocent_share"):
            assert row[of]["mean"] == pytest.approx(fmean(by_seed[row["policy"]][of]), abs=1e-4)
    for other, gains in tables["ours_less_other"].items():
        pairs = zip(by_seed[OURS]["stopped_share"], by_seed[other]["stopped_share"], strict=True)
        each = [ours - theirs for ours, theirs in pairs]
        mean = fmean(each)
        spread = (sum((one - mean) ** 2 for one in each) / (len(each) - 1)) ** 0.5
        half = student_quantile(len(each) - 1) * spread / len(each) ** 0.5
        found = gains["stopped_share"]
        assert found["mean"] == pytest.approx(mean, abs=1e-4)
        assert (found["low"], found["high"]) == pytest.approx((mean - half, mean + half), abs=1e-4)
        assert found["excludes_zero"] == (abs(mean) > half)
    for name, one in by_seed.items():
        best = by_seed[LIMIT]["stopped_share"]
        assert all(0 <= share <= most for share, most in zip(one["stopped_share"], best, strict=True)), name
