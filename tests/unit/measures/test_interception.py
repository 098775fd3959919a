"""Which order to send next: a curve learnt from closed cases, and proposals that weigh what is saved against the harm."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.time import MINUTE_US
from fanzha.measures.interception import Candidate, Planner, Price, Stay, Step, learn_stays

M = MINUTE_US
FREE = Price(0.0, 0)
FAST = (
    [Stay(10_000_000, 4 * M, left=True)] * 60
    + [Stay(10_000_000, 25 * M, left=True)] * 30
    + [Stay(10_000_000, 9000 * M, left=False)] * 10
)
FRESH = Candidate("A", "模拟银行", 5_000_000, 0, 0, 0, 10 * M, 20 * M)


def stays() -> st.SearchStrategy[list[Stay]]:
    return st.lists(st.builds(Stay, st.integers(1, 10**9), st.integers(0, 20_000 * M), st.booleans()), max_size=40)


@given(stays(), st.floats(0, 1))
def test_a_curve_begins_with_everything_and_never_rises(seen: list[Stay], onward: float) -> None:
    curve = learn_stays(seen, onward)
    assert curve.at(0) == 1.0
    shares = [curve.at(minutes * M) for minutes in range(0, 12_000, 7)]
    assert all(0 <= later <= sooner for sooner, later in pairwise(shares))


def test_the_curve_is_what_the_closed_cases_show() -> None:
    """Sixty of a hundred left by the fifth minute, ninety by the half hour; those that stayed stay."""
    curve = learn_stays(FAST, 0.7)
    assert curve.at(5 * M) == pytest.approx(0.4, abs=0.02)
    assert curve.at(40 * M) == pytest.approx(0.1, abs=0.02)
    assert curve.at(8000 * M) == pytest.approx(0.1, abs=0.02)
    assert curve.still(5 * M, 40 * M) == pytest.approx(0.25, abs=0.05)
    assert learn_stays([], 0.5).at(60 * M) == pytest.approx(0.5, abs=0.03)  # the prior belief


@given(st.integers(1, 10**9), st.integers(0, 600), st.integers(1, 240), st.integers(0, 3))
def test_no_plan_expects_more_than_there_was(traced: int, age_min: int, takes_min: int, look_ahead: int) -> None:
    planner = Planner(learn_stays(FAST, 1.0), FREE, look_ahead)
    each = replace(FRESH, traced_minor=traced, stop_takes_us=takes_min * M, query_takes_us=takes_min * M)
    assert all(0 <= one.saves_minor <= traced + 1 for one in planner.propose([each], age_min * M))


@given(st.integers(0, 500), st.integers(1, 300))
def test_waiting_never_makes_a_stop_worth_more(now_min: int, later_min: int) -> None:
    planner = Planner(learn_stays(FAST, 0.7), FREE, 0)
    now, later = (planner.propose([FRESH], at * M)[0].score for at in (now_min, now_min + later_min))
    assert later <= now + 1


def test_fresh_money_comes_before_old_and_the_reason_is_said() -> None:
    planner = Planner(learn_stays(FAST, 0.7), Price(0.02, 5_000), 2)
    old = replace(FRESH, account="B", arrived_us=-120 * M, seen_us=-120 * M)
    first, second = planner.propose([old, FRESH], 1 * M)
    assert (first.account, first.step) == ("A", Step.STOP)
    assert second.account == "B"
    assert first.why.startswith("stop A at 模拟银行: of 50000.00 元 about ")
    assert "0.00 元 of other people's money" in first.why


def test_where_a_stop_would_hold_much_for_little_the_bank_is_asked_instead() -> None:
    planner = Planner(learn_stays(FAST, 0.9), Price(0.05, 100), 2)
    merchant = replace(FRESH, others_minor=500_000_000, query_takes_us=5 * M)
    (proposal,) = planner.propose([merchant], 8 * M)
    assert proposal.step is Step.QUERY
    assert "shows where to" in proposal.why


def test_what_is_not_worth_its_harm_is_not_proposed() -> None:
    planner = Planner(learn_stays(FAST, 0.0), Price(0.02, 5_000), 2)
    assert planner.propose([replace(FRESH, traced_minor=1_000)], 0) == ()
    known = replace(FRESH, traced_minor=10_000, arrived_us=0, seen_us=600 * M)
    assert planner.propose([known], 600 * M)[0].step is Step.STOP  # it is known to be still there
