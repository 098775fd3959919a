"""What to send next in a traced case: proposals on what can still be stopped, without what was asked or held already."""

from __future__ import annotations

import pytest
from traced_case import ANALYST, BING, MORNING_US, STRANGER, ask, make_day

from fanzha.core.errors import NotFound
from fanzha.core.time import parse_instant
from fanzha.services.desk.plan_interception import plan_interception
from fanzha.services.desk.trace_case import trace_case


@pytest.fixture
def day(tmp_path):
    return make_day("memory", tmp_path / "home")


AFTERNOON_US = parse_instant("2026-03-01T14:40:00")  # the money has just moved on


def planned(day, case_id):
    """The plan as it would have been that afternoon."""
    day.clock.at_us = AFTERNOON_US
    return plan_interception(day.desk, day.books, ANALYST, case_id)


def test_a_case_that_was_never_traced_has_no_plan(day) -> None:
    case = day.case(1)
    with pytest.raises(NotFound, match="never traced"):
        plan_interception(day.desk, day.books, ANALYST, case.id)
    with pytest.raises(NotFound, match="may not see"):
        plan_interception(day.desk, day.books, STRANGER, case.id)


def test_what_the_trace_can_stop_and_ask_is_proposed_the_most_first_with_a_reason_each(day) -> None:
    day.read_in_without(BING)
    case = day.case()
    trace = trace_case(day.desk, day.books, ANALYST, case.id)
    plan = planned(day, case.id)
    scores = [one.score for one in plan.proposals]
    assert scores == sorted(scores, reverse=True)
    assert scores
    assert all(score > 0 for score in scores)
    assert plan.cases_learnt == 0
    asked = {question.account for question in trace.run.questions}
    stoppable = {
        account.account for account in trace.run.accounts if any(held.stoppable_minor for held in account.held)
    }
    assert {one.account for one in plan.proposals} <= asked | stoppable
    assert asked & {one.account for one in plan.proposals}
    for one in plan.proposals:
        assert one.account in one.why
        assert one.institution in one.why


def test_what_was_asked_is_not_proposed_again(day) -> None:
    day.read_in_without(BING)
    case = day.case()
    trace = trace_case(day.desk, day.books, ANALYST, case.id)
    before = {one.account for one in planned(day, case.id).proposals}
    day.clock.at_us = MORNING_US
    drafted = ask(day, case.id)
    asked = {question.account for query in drafted.drafted for question in query.request.questions}
    after = planned(day, case.id).proposals
    frontier = {question.account for question in trace.run.questions}
    assert asked == frontier
    assert asked & before
    assert not asked & {one.account for one in after}


def test_how_long_money_stays_is_learnt_from_cases_whose_orders_are_over(day) -> None:
    """A second case of the same body learns from the first one's statements: every 分 that came there is counted once."""
    day.read_in()
    first = day.case(2)
    run = trace_case(day.desk, day.books, ANALYST, first.id).run
    second = day.case(3)
    trace_case(day.desk, day.books, ANALYST, second.id)
    plan = planned(day, second.id)
    assert plan.cases_learnt == 1
    assert 0 < plan.curve.onward < 1
    shares = plan.curve.shares
    assert shares[0] == 1.0
    assert shares[-1] < 0.9
    assert run.case == first.id
