"""An operation's task warns and says that its time has passed, once, however late the machine looks; on every store."""

from __future__ import annotations

import pytest
from desk_stores import STORES
from operation_day import AT, make_operation_day

from fanzha.casework import TaskStep, WorkEvent
from fanzha.casework.events import EventKind
from fanzha.core.time import MINUTE_US
from fanzha.ports.record_query import Query
from fanzha.services.desk.case_tasks import step_task
from fanzha.services.desk.operation_tasks import create_operation_task
from fanzha.services.desk.run_clocks import run_clocks

HOUR_US = 60 * MINUTE_US
CLOCKS = {EventKind.CLOCK_WARNED, EventKind.CLOCK_BREACHED}


@pytest.fixture(params=STORES)
def day(request, tmp_path):
    made = make_operation_day(request.param, tmp_path)
    yield made
    made.desk.store.close()


def told(day, task) -> list[tuple[EventKind, int]]:
    with day.desk.store.reading() as view:
        rows = view.records(WorkEvent).find(Query(equals={"record": task.id}, order_by="at_us")).rows
    return [(event.kind, event.at_us) for event in rows if event.kind in CLOCKS]


def running(day, task) -> list[int]:
    with day.desk.store.reading() as view:
        return [clock.due_us for clock in view.clocks.running(task.id)]


def given(day, hours: float):
    due_us = day.clock.at_us + int(hours * HOUR_US)
    return create_operation_task(
        day.desk, AT.duty, day.operation.id, "模拟：调取监控", officer="stranger", due_us=due_us
    )


def test_a_task_warns_then_breaches_each_once(day):
    task = given(day, 10)
    warns_us = task.due_us - day.desk.rules.casework.task_warn_us
    assert running(day, task) == [warns_us]
    run_clocks(day.desk, "w")
    assert told(day, task) == []
    day.clock.at_us = warns_us
    run_clocks(day.desk, "w")
    assert (told(day, task), running(day, task)) == ([(EventKind.CLOCK_WARNED, warns_us)], [task.due_us])
    day.clock.at_us = task.due_us + 5 * HOUR_US
    for worker in ("a", "b"):
        run_clocks(day.desk, worker)
    assert told(day, task) == [(EventKind.CLOCK_WARNED, warns_us), (EventKind.CLOCK_BREACHED, task.due_us)]
    assert running(day, task) == []


def test_a_machine_that_was_down_tells_both_as_of_their_instants(day):
    task = given(day, 10)
    day.clock.at_us = task.due_us + 50 * HOUR_US
    run_clocks(day.desk, "w")
    assert [kind for kind, _ in told(day, task)] == [EventKind.CLOCK_WARNED, EventKind.CLOCK_BREACHED]
    assert [at_us for _, at_us in told(day, task)] == [task.due_us - day.desk.rules.casework.task_warn_us, task.due_us]


def test_what_is_given_late_does_not_warn_and_what_is_done_does_not_ring(day):
    short, done = given(day, 1), given(day, 10)
    assert running(day, short) == [short.due_us]
    step_task(day.desk, AT.stranger, done.id, TaskStep.FINISH, result="已调取")
    assert running(day, done) == []
    day.clock.at_us = done.due_us
    run_clocks(day.desk, "w")
    assert told(day, done) == []
    assert [kind for kind, _ in told(day, short)] == [EventKind.CLOCK_BREACHED]


def test_a_task_that_is_reopened_rings_again_where_nothing_was_told(day):
    task = given(day, 10)
    step_task(day.desk, AT.stranger, task.id, TaskStep.FINISH, result="已调取")
    again = step_task(day.desk, AT.stranger, task.id, TaskStep.REOPEN, result="缺一段录像")
    assert running(day, again) == [task.due_us - day.desk.rules.casework.task_warn_us]
