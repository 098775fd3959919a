"""What one body asks of another, as JSON."""

from __future__ import annotations

from typing import Any

from fanzha.casework.errand_model import Errand, ErrandAnswer
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.report import attachment_document, instant
from fanzha.services.desk.mask import Mask


def errand_document(errand: Errand, mask: Mask) -> dict[str, Any]:
    """An errand with its two clocks and every answer."""
    return {
        "id": errand.id,
        "version": errand.version,
        "kind": errand.kind.value,
        "organisation": errand.organisation,
        "to_organisation": errand.to_organisation,
        "case": errand.case,
        "title": mask.text(errand.title),
        "text": mask.text(errand.text),
        "document_number": errand.document_number,
        "files": [attachment_document(file, mask) for file in errand.files],
        "status": errand.status.value,
        "sent_by": errand.sent_by,
        "sent_at": format_instant(errand.sent_at_us),
        "sign_due": instant(errand.sign_due_us),
        "answer_due": instant(errand.answer_due_us),
        "due": instant(errand.due_us),
        "overdue": list(errand.struck),
        "officer": errand.officer,
        "signed_at": instant(errand.signed_at_us),
        "answers": [_answer_document(answer, mask) for answer in errand.answers],
        "matter": errand.matter,
        "about": mask.text(errand.about),
        "meeting": errand.meeting,
        "follow_due": instant(errand.follow_due_us),
        "confirmed_by": errand.confirmed_by,
        "confirmed_at": instant(errand.confirmed_at_us),
        "confirmation": mask.text(errand.confirmation),
        "recalled_at": instant(errand.recalled_at_us),
        "recall_reason": mask.text(errand.recall_reason),
    }


def _answer_document(answer: ErrandAnswer, mask: Mask) -> dict[str, Any]:
    return {
        "outcome": answer.outcome.value,
        "text": mask.text(answer.text),
        "files": [attachment_document(file, mask) for file in answer.files],
        "by": answer.by,
        "at": format_instant(answer.at_us),
        "late": answer.late,
        "sent_back_by": answer.sent_back_by,
        "sent_back_at": instant(answer.sent_back_at_us),
        "sent_back_reason": mask.text(answer.sent_back_reason),
    }
