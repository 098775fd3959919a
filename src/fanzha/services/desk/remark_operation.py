"""A word on the timeline of an operation."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import Operation
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_operations import held_operation, keep_operation
from fanzha.services.desk.model import Desk


def remark_operation(desk: Desk, actor: Actor, operation_id: str, text: str) -> Operation:
    """Puts a remark on the timeline, for everybody who takes part."""
    with acting(desk, actor, "operation.remark", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_ENTER)
        remarked, events = operations.remark(operation, text, actor, work.now_us, work.ids)
        return keep_operation(work, remarked, events)
