"""An operation leaves the desk as a workbook: its tally with the entries behind it, behind the mask unless it is revealed."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, ExportedPerson
from fanzha.audit import Subject
from fanzha.casework.operations import Operation
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.services.desk.acting import acting
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote, note_export
from fanzha.services.desk.open_record import mask_for, purpose_of, write_reveals
from fanzha.services.desk.operation_page import OperationPage, operation_page
from fanzha.services.desk.persons import one_each, persons_in


@dataclass(frozen=True, slots=True)
class ExportedOperation:
    """What leaves: the page, the mask through which it is shown, and what was written down of it."""

    page: OperationPage
    mask: Mask
    note: ExportNote


def export_operation(
    desk: Desk,
    actor: Actor,
    operation_id: str,
    reason: str,
    *,
    reveal: bool = False,
    case: str = "",
    approver: Actor | None = None,
) -> ExportedOperation:
    """The operation as it may leave now.

    Raises NotAllowed when the actor may not export there, there is no purpose for the reveal, or so many persons need a
    second person who approves; NotFound where it may not be seen; BadInput without a reason.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("an export"))
    page = operation_page(desk, actor, operation_id)
    persons = one_each(named for one in page.results for named in persons_in(one))
    subject = Subject("operation", operation_id)
    with acting(desk, actor, "operation.export", subject) as work:
        operation = work.load(Operation, operation_id, Action.EXPORT)
        if reveal:
            write_reveals(work, subject, persons, purpose_of(work, operation, case, reason))
        exported = [ExportedPerson(one.key, case) for one in persons]
        note = note_export(work, "operation", exported, reason, case=case, approver=approver)
    mask = Mask(desk.rules.access.masks, lifted=True) if reveal else mask_for(desk, actor, (page.operation,))
    return ExportedOperation(page, mask, note)
