"""What is to be done for a case, by whom and by when."""

from __future__ import annotations

from typing import Final

from fanzha.casework import Case, Task, TaskStep
from fanzha.core.actor import Actor
from fanzha.services.desk.case_tasks import create_task, step_task
from fanzha.services.desk.open_record import open_record
from fanzha.web.console import Console
from fanzha.web.deeds.clues import officer_field
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_


def _create(doing: Doing) -> Done:
    given = doing.values
    task = create_task(doing.desk, doing.actor, doing.id, given["title"], officer=given["officer"], due_us=given["due"])
    return Done(f"/cases/{doing.id}", N_("待办已建立"), task)


def _create_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    organisation = open_record(console.desk, actor, Case, record_id).record.organisation
    return (
        Field("title", N_("要做什么"), required=True),
        officer_field(console, actor, organisation, required=False),
        Field("due", N_("截止时间"), Kind.INSTANT),
    )


def place_of(task: Task) -> str:
    """The page of the case or operation that a task is for."""
    return f"/operations/{task.operation}" if task.operation else f"/cases/{task.case}"


def _step(step: TaskStep, name: str, label: str, told: str, field: Field) -> Deed:
    def carry_out(doing: Doing) -> Done:
        task = step_task(doing.desk, doing.actor, doing.id, step, result=doing.values[field.name])
        return Done(place_of(task), told, task)

    return Deed("tasks", name, label, OFFICERS, carry_out, (field,))


TASK_DEEDS: Final = (
    Deed("cases", "task", N_("加一项待办"), OFFICERS, _create, around=_create_fields),
    _step(TaskStep.FINISH, "done", N_("办结此事"), N_("待办已办结"), Field("result", N_("结果"), Kind.AREA)),
    _step(TaskStep.CANCEL, "cancel", N_("取消待办"), N_("待办已取消"), REASON),
    _step(TaskStep.REOPEN, "reopen", N_("重开待办"), N_("待办已恢复"), REASON),
)
