"""Laws of the tally: every number is its list; nothing counts twice; corrections compose; a year is its parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_desk import HELPER, OFFICER, RULES, OperationDesk, den, seized, suspect

from fanzha.casework.operations import (
    CUSTODY_TABLE,
    SUSPECT_TABLE,
    Correction,
    CustodyMove,
    CustodyStep,
    OperationResult,
    Standing,
    SuspectMove,
    SuspectStep,
    advance_suspect,
    check_not_seized_yet,
    check_same_entry,
    correct_result,
    daily,
    day_of,
    move_evidence,
    request_key,
    tally,
    year_total,
)
from fanzha.core.errors import FanzhaError, NotAllowed
from fanzha.core.time import DAY_US

pytestmark = pytest.mark.property
DESK = OperationDesk()
OPERATIONS = tuple(DESK.running(campaign=campaign) for campaign in ("CAMPAIGN-1", "CAMPAIGN-1", "", "CAMPAIGN-2"))
LATE_US = DESK.at(10**6)
ITEMS = st.sampled_from(sorted(RULES.items))
DRAFTS = st.one_of(
    st.builds(seized, ITEMS, st.integers(1, 3000)),
    st.builds(den, st.sampled_from(sorted(RULES.targets))),
    st.builds(
        lambda number, capacity: suspect(number, capacity=capacity),
        st.integers(1, 999),
        st.sampled_from(["", *sorted(RULES.capacities)]),
    ),
)


@st.composite
def entered(draw) -> list[OperationResult]:
    """Entries of several operations and days, some with corrections and further steps."""
    found: list[OperationResult] = []
    for _ in range(draw(st.integers(0, 12))):
        operation = draw(st.sampled_from(OPERATIONS))
        day = draw(st.integers(0, 300))
        draft = replace(draw(DRAFTS), at_us=DESK.at(0) + day * DAY_US)
        result = DESK.enter(operation, draft, minute=day * 1440 + draw(st.integers(0, 2000)))
        corrections: tuple[OperationResult, ...] = ()
        for change in draw(st.lists(st.integers(-4, 3), max_size=3)):
            try:
                one, _ = correct_result(
                    operation, Standing(result, corrections), Correction(change, "清点更正"), HELPER,
                    result.entered_us + len(corrections) + 1, DESK.ids,
                )  # fmt: skip
            except FanzhaError:
                continue
            corrections = (*corrections, one)
        found += [result, *corrections]
    return draw(st.permutations(found))


def plain(lines) -> dict[str, int]:
    return {line.measure: line.value for line in lines}


@given(entered(), st.integers(0, 400))
def test_every_number_is_the_sum_of_the_entries_that_it_lists_as_of_its_time(results, day):
    as_of = DESK.at(day * 1440)
    by_id = {one.id: one for one in results}
    for line in tally(results, RULES, as_of):
        assert line.value == sum(by_id[one].quantity for one in line.ids) >= 0
        assert len(set(line.ids)) == len(line.ids)
        assert all(by_id[one].entered_us <= as_of for one in line.ids)
    assert tally([*results, *results], RULES, as_of) == tally(results, RULES, as_of)
    assert tally(reversed(results), RULES, as_of) == tally(results, RULES, as_of)


@given(entered())
def test_what_was_told_as_of_an_instant_stays_as_it_was_told(results):
    moments = sorted({one.entered_us for one in results})
    for moment in moments:
        known = [one for one in results if one.entered_us <= moment]
        assert tally(results, RULES, moment) == tally(known, RULES, moment)


@given(entered())
def test_days_add_up_to_the_whole_and_a_year_to_its_campaigns(results):
    whole = plain(tally(results, RULES, LATE_US))
    days = sorted({day_of(one.draft.at_us) for one in results})
    added: Counter[str] = Counter()
    for lines in daily(results, RULES, days, LATE_US).values():
        added.update(plain(lines))
    assert {name: value for name, value in added.items() if value} == {n: v for n, v in whole.items() if v}
    for year in (2021, 2022):
        told = year_total(results, OPERATIONS, RULES, year, LATE_US)
        parts: Counter[str] = Counter()
        seen: list[tuple[str, str]] = []
        for lines in told.parts.values():
            parts.update(plain(lines))
            seen += [(line.measure, one) for line in lines for one in line.ids]
        assert dict(parts) == plain(told.total)
        assert len(seen) == len(set(seen)) == sum(len(line.ids) for line in told.total)


@given(st.integers(1, 50), st.lists(st.integers(-20, 20), max_size=8))
def test_corrections_compose_to_their_sum_and_never_leave_less_than_nothing(quantity, changes):
    operation = OPERATIONS[0]
    held = DESK.enter(operation, seized("sim", quantity))
    done: tuple[OperationResult, ...] = ()
    expected = quantity
    for change in changes:
        try:
            one, _ = correct_result(
                operation, Standing(held, done), Correction(change, "清点更正"), OFFICER, DESK.at(99), DESK.ids
            )
        except FanzhaError:
            assert change == 0 or expected + change < 0
            continue
        done, expected = (*done, one), expected + change
    assert Standing(held, done).net == expected >= 0
    assert plain(tally([held, *done], RULES, LATE_US)) == {"seized_sims": expected}
    assert held.quantity == quantity


@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), DRAFTS), max_size=20))
def test_an_entry_that_is_sent_again_changes_nothing(sent):
    held: dict[str, OperationResult] = {}
    for request, content in sent:
        draft = replace(content, request=request)
        key = request_key(OPERATIONS[0].id, draft, "")
        if key in held:
            before = dict(held)
            try:
                check_same_entry(held[key], draft)
            except NotAllowed:
                assert held[key].draft != draft
            assert held == before
            continue
        held[key] = DESK.enter(OPERATIONS[0], draft)
    expected = {key: content.kind for key, content in reversed([(f"{OPERATIONS[0].id}:{r}", d) for r, d in sent])}
    assert {key: one.kind for key, one in held.items()} == expected


@given(st.lists(st.sampled_from("0123456789"), min_size=1, max_size=20))
def test_no_number_is_seized_twice_in_an_operation(numbers):
    taken: list[OperationResult] = []
    for number in numbers:
        draft = seized("computer", 1, number)
        try:
            check_not_seized_yet(draft, taken)
        except NotAllowed:
            continue
        taken.append(DESK.enter(OPERATIONS[0], draft))
    assert len(taken) == len(set(numbers))


@given(
    st.lists(st.tuples(st.sampled_from(CustodyStep), st.sampled_from(["P1", "P2", "物证室", "鉴定中心"])), max_size=12)
)
def test_the_chain_of_custody_has_no_gap_whatever_is_tried(tried):
    held = DESK.enter(OPERATIONS[0], seized("phone"))
    where = held.where
    for minute, (step, receiver) in enumerate(tried):
        actor = replace(OFFICER, id=held.holder if held.holder.startswith("P") else receiver)
        move = CustodyMove(step, receiver, DESK.at(60 + minute), document="模拟1号")
        try:
            held, _ = move_evidence(OPERATIONS[0], Standing(held), move, actor, DESK.at(999), DESK.ids)
        except FanzhaError:
            continue
        assert CUSTODY_TABLE[where][step] is held.where
        where = held.where
    givers = [one.giver for one in held.custody]
    assert givers == ["P1", *(one.receiver for one in held.custody)][: len(givers)]
    assert [one.at_us for one in held.custody] == sorted(one.at_us for one in held.custody)


@given(st.lists(st.sampled_from(SuspectStep), max_size=14))
def test_every_status_of_a_suspect_is_reached_by_papers_alone(tried):
    held = DESK.enter(OPERATIONS[0], suspect())
    for minute, step in enumerate(tried):
        move = SuspectMove(step, f"模拟{minute}号", DESK.at(61 + minute))
        try:
            held, _ = advance_suspect(OPERATIONS[0], Standing(held), move, RULES, OFFICER, DESK.at(999), DESK.ids)
        except FanzhaError:
            continue
    status = next(iter(SUSPECT_TABLE))
    for decision in held.decisions:
        assert decision.number
        assert decision.document
        after = SUSPECT_TABLE[status][decision.step]
        assert after is not None
        status = after
    assert held.status is status
