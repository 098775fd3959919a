"""保管链: a seized thing goes from one hand into the next."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import CustodyMove, OperationResult
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_operations import held_result, keep_result, seen_result
from fanzha.services.desk.model import Desk


def move_evidence(desk: Desk, actor: Actor, result_id: str, move: CustodyMove) -> OperationResult:
    """Records the next link of the chain.

    Raises NotAllowed where the step cannot follow, its paper is missing, or the actor neither gives nor gets the thing;
    BadInput for a receiver who has it already, or a time out of order.
    """
    with acting(desk, actor, "operation.move_evidence", Subject("result", result_id)) as work:
        operation, standing = held_result(work, result_id, Action.OPERATION_ENTER)
        moved, events = operations.move_evidence(
            operation, standing, move, actor, work.now_us, work.ids, latest_us=work.latest_us
        )
        return seen_result(work, keep_result(work, moved, events))
