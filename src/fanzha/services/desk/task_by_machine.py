"""What the machine puts before the officer of a case: a task about a measure, opened once and closed when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fanzha import casework
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case, Task, TaskStatus, TaskStep, WorkEvent
from fanzha.core.actor import MACHINE
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.listing import every


def put_task(
    work: Work,
    measure: Measure,
    verb: str,
    text: str,
    due_us: int,
    details: dict[str, DetailValue] | None = None,
    *,
    again: bool = False,
) -> Task | None:
    """Puts a task before the officer of the measure's case; None where it serves no case, or has been put already.

    verb: what is to be done with the measure, in a word; text: the rest of the title, without a person's name.
    again: it may be put once more when an earlier one has ended.
    """
    put = (task for task in _tasks(work, measure, verb) if task.status is TaskStatus.OPEN or not again)
    if not measure.request.case or any(put):
        return None
    case = work.unit.records(Case).get(measure.request.case)
    machine = replace(MACHINE, organisation=case.organisation)
    task, events = casework.create_task(
        case, f"{_title(measure, verb)}{text}", case.officer, machine, work.now_us, work.ids, due_us=due_us
    )
    for event in events:
        work.unit.records(WorkEvent).add(event)
    said: dict[str, DetailValue] = {"measure": measure.id, **(details or {})}
    work.unit.audit.append(
        done(machine, work.now_us, "task.create", Subject("task", task.id), case=case.id, details=said)
    )
    return work.unit.records(Task).add(task)


def end_task(work: Work, measure: Measure, verb: str, result: str, step: TaskStep = TaskStep.FINISH) -> None:
    """Finishes the open task of that verb, by whom did it; or cancels it, where nothing is left to do."""
    for task in tuple(_tasks(work, measure, verb)):
        if task.status is TaskStatus.OPEN:
            actor = work.actor if work.actor.organisation == task.organisation else MACHINE
            by = replace(actor, organisation=task.organisation)
            stepped, events = casework.step_task(task, step, by, work.now_us, work.ids, result=result)
            work.unit.records(Task).save(stepped)
            tell(work, events, "task")


def _tasks(work: Work, measure: Measure, verb: str) -> Iterator[Task]:
    tasks = every(work.unit.records(Task), Query(equals={"case_id": measure.request.case}))
    return (task for task in tasks if task.title.startswith(_title(measure, verb)))


def _title(measure: Measure, verb: str) -> str:
    return f"{verb} {measure.id}："
