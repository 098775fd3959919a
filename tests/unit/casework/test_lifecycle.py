"""Status machines answer every pair, and no chain of steps leaves its table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.casework import (
    CASE_TABLE,
    CLUE_TABLE,
    FILED_STATUSES,
    HAND_OVER_TABLE,
    REPORT_TABLE,
    TASK_TABLE,
    CaseStatus,
    CaseStep,
    ClueStage,
    ClueStep,
    HandOverStatus,
    HandOverStep,
    ReportStatus,
    ReportStep,
    TaskStatus,
    TaskStep,
    can_step,
    next_status,
)
from fanzha.core.errors import NotAllowed

TABLES = [
    (REPORT_TABLE, ReportStatus, ReportStep),
    (CLUE_TABLE, ClueStage, ClueStep),
    (CASE_TABLE, CaseStatus, CaseStep),
    (TASK_TABLE, TaskStatus, TaskStep),
    (HAND_OVER_TABLE, HandOverStatus, HandOverStep),
]


@pytest.mark.parametrize(("table", "statuses", "steps"), TABLES, ids=lambda part: getattr(part, "__name__", ""))
def test_every_pair_is_answered_and_every_status_is_reached(table, statuses, steps):
    assert set(table) == set(statuses)
    assert all(set(row) == set(steps) for row in table.values())
    reached = {after for row in table.values() for after in row.values() if after is not None}
    assert set(statuses) - reached <= {next(iter(statuses))}


@given(st.sampled_from(TABLES), st.data())
def test_no_chain_of_steps_leaves_the_table(machine, data):
    table, statuses, steps = machine
    held = next(iter(statuses))
    for step in data.draw(st.lists(st.sampled_from(list(steps)), max_size=20)):
        if can_step(table, held, step):
            held = next_status(table, held, step, "X-1")
            assert held in statuses
        else:
            with pytest.raises(NotAllowed) as refused:
                next_status(table, held, step, "X-1")
            assert refused.value.rule == f"step.{step}"
            assert "X-1" in str(refused.value)


def test_a_case_is_filed_only_by_filing():
    ways_in = {
        (held, step)
        for held, row in CASE_TABLE.items()
        for step, after in row.items()
        if after in FILED_STATUSES and held not in FILED_STATUSES
    }
    assert {step for _, step in ways_in} == {CaseStep.FILE}


def test_nobody_acts_on_what_was_not_verified():
    assert {held for held, row in CLUE_TABLE.items() if row[ClueStep.ACT]} == {ClueStage.VERIFIED, ClueStage.ACTED}
    assert CLUE_TABLE[ClueStage.QUEUED][ClueStep.DISMISS] is None


@pytest.mark.parametrize(("table", "statuses", "steps"), TABLES, ids=lambda part: getattr(part, "__name__", ""))
def test_what_cannot_follow_is_said_in_words_with_what_can(table, statuses, steps):
    for held in statuses:
        for step in steps:
            if can_step(table, held, step):
                continue
            with pytest.raises(NotAllowed) as refused:
                next_status(table, held, step, "X-1")
            assert "_" not in str(refused.value)
            assert "can follow" in str(refused.value)
