"""The clock of an operation's task: it warns, and says when the time has passed; each once, as of its instant."""

from __future__ import annotations

from dataclasses import replace

from fanzha.casework.case_model import Task, TaskStatus
from fanzha.casework.clock import DueMark
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.core.actor import MACHINE
from fanzha.core.ids import Ids


def task_marks(task: Task, warn_us: int) -> tuple[DueMark, ...]:
    """When an operation's open task warns and is overdue: `warn:<due>`, `due:<due>`; none once it has ended.

    A case's tasks stand on its officer's list by their due time; what is given to another body in a strike must ring.
    """
    if not task.operation or task.due_us is None or task.status is not TaskStatus.OPEN:
        return ()
    due = DueMark(f"due:{task.due_us}", task.due_us)
    warns_us = task.due_us - warn_us
    return (due,) if warns_us <= task.created_at_us else (DueMark(f"warn:{task.due_us}", warns_us), due)


def next_task_mark(task: Task, warn_us: int) -> DueMark | None:
    """The next mark that was not told yet: what the clock's row waits for."""
    return next((mark for mark in task_marks(task, warn_us) if mark.name not in task.struck), None)


def strike_task(task: Task, warn_us: int, now_us: int, ids: Ids) -> tuple[Task, Events]:
    """Tells what is due and was not told yet, at the instant at which it was due; twice says nothing more."""
    due = [mark for mark in task_marks(task, warn_us) if mark.at_us <= now_us and mark.name not in task.struck]
    events = tuple(
        work_event(
            EventKind.CLOCK_WARNED if mark.name.startswith("warn:") else EventKind.CLOCK_BREACHED,
            task.id, MACHINE, mark.at_us, ids,
            mark=mark.name, told_at_us=now_us, officer=task.officer, case=task.case, operation=task.operation,
        )
        for mark in due
    )  # fmt: skip
    return replace(task, struck=task.struck + tuple(mark.name for mark in due)), events
