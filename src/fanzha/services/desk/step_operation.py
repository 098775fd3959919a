"""An operation is approved, begins, ends and is closed, by a head of its body or of one above it."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import Operation, OperationStep
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_operations import held_operation, keep_operation, superiors_of
from fanzha.services.desk.model import Desk


def step_operation(
    desk: Desk, actor: Actor, operation_id: str, step: OperationStep, *, number: str = "", reason: str = ""
) -> Operation:
    """Takes the step; approval needs the plan's 文号 and another person than its author, reopening and cancelling a reason.

    Raises NotAllowed where the step may not follow or the actor may not decide, NotFound where he may not see it.
    """
    with acting(desk, actor, "operation.step", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_DECIDE)
        stepped, events = operations.step_operation(
            operation, step, actor, work.now_us, work.ids,
            number=number, reason=reason, superiors=superiors_of(work, operation.organisation),
        )  # fmt: skip
        return keep_operation(work, stepped, events)
