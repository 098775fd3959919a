"""What is to be done for a case, by whom and by when."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Task, TaskStep
from fanzha.casework.task_clock import strike_task
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_task
from fanzha.services.desk.model import Desk
from fanzha.services.desk.staff_case import who_may_work


def create_task(
    desk: Desk, actor: Actor, case_id: str, title: str, *, officer: str = "", due_us: int | None = None
) -> Task:
    """Gives somebody of the body, or of one below, something to do for the case; the actor himself if nobody is named."""
    with acting(desk, actor, "task.create", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.TASK_WORK)
        named = who_may_work(work, case, officer or actor.id, below=True)
        task, events = casework.create_task(case, title, named, actor, work.now_us, work.ids, due_us=due_us)
        return keep_task(work, task, events, new=True)


def step_task(desk: Desk, actor: Actor, task_id: str, step: TaskStep, *, result: str = "") -> Task:
    """Finishes, cancels or reopens a task; the last two need a reason."""
    with acting(
        desk, actor, "task.reopen" if step is TaskStep.REOPEN else "task.end", Subject("task", task_id)
    ) as work:
        task = work.load(Task, task_id, Action.TASK_WORK)
        stepped, events = casework.step_task(task, step, actor, work.now_us, work.ids, result=result)
        return keep_task(work, stepped, events)


def ring_task(work: Work, task_id: str) -> None:
    """Tells that a task is due soon, or that its time has passed."""
    task = work.load(Task, task_id, Action.CLOCK_STRIKE)
    struck, events = strike_task(task, work.rules.casework.task_warn_us, work.now_us, work.ids)
    if events:
        keep_task(work, struck, events)
