"""What the machine puts before the officer of a case: a task about a measure, put once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fanzha import casework
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case, Task, TaskStatus, WorkEvent
from fanzha.core.actor import MACHINE
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
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
    put = (task for task in tasks_of_verb(work, measure, verb) if task.status is TaskStatus.OPEN or not again)
    if not measure.request.case or any(put):
        return None
    case = work.unit.records(Case).get(measure.request.case)
    machine = replace(MACHINE, organisation=case.organisation)
    task, events = casework.create_task(
        case, f"{title_of(measure, verb)}{text}", case.officer, machine, work.now_us, work.ids, due_us=due_us
    )
    for event in events:
        work.unit.records(WorkEvent).add(event)
    said: dict[str, DetailValue] = {"measure": measure.id, **(details or {})}
    work.unit.audit.append(
        done(machine, work.now_us, "task.create", Subject("task", task.id), case=case.id, details=said)
    )
    return work.unit.records(Task).add(task)


def tasks_of_verb(work: Work, measure: Measure, verb: str) -> Iterator[Task]:
    """Every task of that verb about the measure, ended or not."""
    tasks = every(work.unit.records(Task), Query(equals={"case_id": measure.request.case}))
    return (task for task in tasks if task.title.startswith(title_of(measure, verb)))


def title_of(measure: Measure, verb: str) -> str:
    """How the title of such a task begins."""
    return f"{verb} {measure.id}："
