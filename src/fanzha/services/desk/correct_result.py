"""修正: an entry is corrected by one of its own beside it, so that both stay visible."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import Correction, OperationResult
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.enter_result import entry_of_request
from fanzha.services.desk.keeping_operations import held_result, keep_result, seen_result
from fanzha.services.desk.model import Desk


def correct_result(desk: Desk, actor: Actor, result_id: str, wanted: Correction) -> OperationResult:
    """The correction, with a signed quantity and its reason; the same `request` again gives the one that is there.

    Raises NotAllowed where less than nothing would be left, the reason is missing, the request is another entry's, or the
    operation takes no entries; NotFound where the entry may not be seen.
    """
    with acting(desk, actor, "operation.correct", Subject("result", result_id)) as work:
        operation, standing = held_result(work, result_id, Action.OPERATION_ENTER)
        draft = operations.correction_draft(standing.result, wanted)
        there = entry_of_request(work, operation, draft)
        if there is not None:
            operations.check_takes_part(operation, actor)
            operations.check_same_entry(there, draft, standing.result.id)
            return seen_result(work, there)
        correction, events = operations.correct_result(operation, standing, wanted, actor, work.now_us, work.ids)
        return seen_result(work, keep_result(work, correction, events, new=True))
