"""Meetings of agencies, corporate accounts under control, and the tally of matters, as JSON."""

from __future__ import annotations

from typing import Any

from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.core.time import format_instant
from fanzha.services.desk.control_account import ControlShown
from fanzha.services.desk.documents.report import instant
from fanzha.services.desk.governance_page import GovernancePage
from fanzha.services.desk.mask import Mask


def meeting_document(meeting: Meeting, mask: Mask) -> dict[str, Any]:
    """A meeting with its minutes, and what was resolved."""
    return {
        "id": meeting.id,
        "version": meeting.version,
        "organisation": meeting.organisation,
        "title": mask.text(meeting.title),
        "held_at": format_instant(meeting.held_at_us),
        "place": mask.text(meeting.place),
        "status": meeting.status.value,
        "bodies": list(meeting.bodies),
        "agenda": mask.text(meeting.minutes.agenda),
        "minutes": mask.text(meeting.minutes.said),
        "minutes_by": meeting.minutes.by,
        "minutes_at": instant(meeting.minutes.at_us),
        "called_by": meeting.called_by,
        "called_at": format_instant(meeting.called_at_us),
        "resolutions": [
            {
                "id": one.id, "text": mask.text(one.text), "matter": one.matter, "body": one.body,
                "about": mask.text(one.about), "errand": one.errand,
            }
            for one in meeting.resolutions
        ],
    }  # fmt: skip


def control_document(control: ControlledAccount, mask: Mask) -> dict[str, Any]:
    """A corporate account on the list."""
    said = control.draft
    return {
        "id": control.id,
        "version": control.version,
        "organisation": control.organisation,
        "state": control.state.value,
        "account": mask.account(said.account),
        "institution": said.institution,
        "company": said.company,
        "credit_code": said.credit_code,
        "risk": said.risk,
        "reasons": list(said.reasons),
        "case": said.case,
        "note": mask.text(said.note),
        "measure": control.measure,
        "listed_by": control.listed_by,
        "listed_at": format_instant(control.listed_at_us),
        "struck_off_by": control.struck_off_by,
        "struck_off_at": instant(control.struck_off_at_us),
        "struck_off_reason": mask.text(control.struck_off_reason),
    }


def shown_control_document(shown: ControlShown, mask: Mask) -> dict[str, Any]:
    """The same with where its restriction stands, and the bank's last answer."""
    receipt = shown.receipt
    return control_document(shown.control, mask) | {
        "measure_status": shown.status,
        "receipt": None
        if receipt is None
        else {"id": receipt.id, "outcome": receipt.outcome.value, "at": format_instant(receipt.answered_us)},
    }


def governance_document(page: GovernancePage) -> dict[str, Any]:
    """The tally of matters; every number is the length of the list beside it."""
    return {
        "as_of": format_instant(page.as_of_us),
        "matters": [
            {
                "matter": one.matter.slug, "zh": one.matter.zh, "en": one.matter.en, "counts_as": one.matter.measure,
                "waiting": list(one.waiting), "late": list(one.late), "answered": list(one.answered),
                "to_follow": list(one.to_follow), "confirmed": list(one.confirmed),
            }
            for one in page.matters
        ],
    }  # fmt: skip
