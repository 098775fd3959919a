"""A suspect's procedure goes on by one step, upon a paper with its number."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import OperationResult, SuspectMove
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_operations import held_result, keep_result, seen_result
from fanzha.services.desk.model import Desk


def advance_suspect(desk: Desk, actor: Actor, result_id: str, move: SuspectMove) -> OperationResult:
    """Takes the step. Raises NotAllowed where it cannot follow or its 文号 is missing, BadInput for a time out of order."""
    with acting(desk, actor, "operation.advance_suspect", Subject("result", result_id)) as work:
        operation, standing = held_result(work, result_id, Action.OPERATION_ENTER)
        stepped, events = operations.advance_suspect(
            operation, standing, move, work.rules.operations, actor, work.now_us, work.ids, latest_us=work.latest_us
        )
        return seen_result(work, keep_result(work, stepped, events))
