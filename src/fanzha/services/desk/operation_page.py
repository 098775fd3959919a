"""An operation with everything that is asked of it at a glance: tally, dens, suspects, seizures, timeline, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Task, TaskStatus, WorkEvent
from fanzha.casework.case_parts import task_at
from fanzha.casework.operations import (
    Campaign,
    Operation,
    OperationResult,
    ResultKind,
    SuspectStatus,
    TallyLine,
    suspects_by_status,
)
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.keeping_operations import results_of, seen_result
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.operation_tally import lines_of
from fanzha.services.desk.sight import Sight

EVENTS: Final = 200


@dataclass(frozen=True, slots=True)
class OperationPage:
    """The operation as it stood at one moment."""

    operation: Operation
    campaign: Campaign | None  # that it belongs to, where the actor may see it
    lines: tuple[TallyLine, ...]
    results: tuple[OperationResult, ...]  # in the order in which they were entered, corrections too
    suspects: dict[SuspectStatus, tuple[str, ...]]
    tasks: tuple[Task, ...]  # open ones first, by due time
    events: tuple[WorkEvent, ...]  # newest first
    as_of_us: int

    def of_kind(self, kind: ResultKind) -> tuple[OperationResult, ...]:
        """The entries of a kind with their corrections."""
        return tuple(one for one in self.results if one.kind is kind)

    def behind(self, measure: str) -> tuple[OperationResult, ...]:
        """The entries behind one number; empty for one that counts cases or the operation itself."""
        ids = {one for line in self.lines if line.measure == measure for one in line.ids}
        return tuple(one for one in self.results if one.id in ids)


def operation_page(desk: Desk, actor: Actor, operation_id: str, *, as_of_us: int | None = None) -> OperationPage:
    """The operation as the actor may see it; its numbers and entries as of an instant, of now where none is given.

    Raises NotFound in the same words whether it is not there or may not be seen.
    """
    with looking(desk, actor, "operation.see", Subject("operation", operation_id)) as look:
        operation, unit = look.load(Operation, operation_id, Action.SEE), look.unit
        sight = Sight(unit, actor, desk.rules.access.permissions)
        campaigns = unit.records(Campaign).get_many((operation.campaign,) if operation.campaign else ())
        as_of = look.now_us if as_of_us is None else as_of_us
        entered = (one for one in results_of(look, (operation.id,)) if one.entered_us <= as_of)
        results = tuple(seen_result(look, one) for one in entered)
        held = every(unit.records(Task), Query(equals={"operation": operation.id}))
        tasks = [task for task in (task_at(one, as_of) for one in held) if task is not None]
        told = Query(equals={"record": operation.id}, order_by="at_us", descending=True, limit=EVENTS)
        return OperationPage(
            operation, next((one for one in campaigns if sight.sees(one)), None),
            lines_of(look, (operation,), as_of), results, suspects_by_status(results, as_of),
            tuple(sorted(tasks, key=_by_due)), unit.records(WorkEvent).find(told).rows, as_of,
        )  # fmt: skip


def _by_due(task: Task) -> tuple[bool, bool, int, str]:
    return (task.status is not TaskStatus.OPEN, task.due_us is None, task.due_us or 0, task.id)
