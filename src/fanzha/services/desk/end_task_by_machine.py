"""A task that the machine put is finished by whoever did it, or cancelled where nothing is left to do."""

from __future__ import annotations

from dataclasses import replace

from fanzha import casework
from fanzha.casework import TaskStatus, TaskStep
from fanzha.core.actor import MACHINE
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import keep_task
from fanzha.services.desk.task_by_machine import tasks_of_verb


def end_task(work: Work, measure: Measure, verb: str, result: str, step: TaskStep = TaskStep.FINISH) -> None:
    """Finishes the open task of that verb, by whom did it; or cancels it, where nothing is left to do."""
    for task in tuple(tasks_of_verb(work, measure, verb)):
        if task.status is TaskStatus.OPEN:
            actor = work.actor if work.actor.organisation == task.organisation else MACHINE
            by = replace(actor, organisation=task.organisation)
            stepped, events = casework.step_task(task, step, by, work.now_us, work.ids, result=result)
            keep_task(work, stepped, events)
