"""What is said on the telephone, noted under its report while the officer listens (通话便签)."""

from __future__ import annotations

from typing import Final

from fanzha.casework import Report
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.services.desk.add_to_report import Addition, add_to_report
from fanzha.services.desk.model import Desk

CALL_NOTE: Final = "【通话便签 "


def note_call(desk: Desk, actor: Actor, report_id: str, note: str) -> Report:
    """Adds a note to the report's narrative, with its minute and who took it; what was written before stays.

    Raises BadInput for a note without a word, NotAllowed as `add_to_report`.
    """
    lines = [line.strip() for line in note.splitlines() if line.strip()]  # an empty line would end the note
    if not lines:
        raise BadInput("the note says nothing")
    minute = format_instant(desk.clock.now_us())[:16].replace("T", " ")
    told = f"{CALL_NOTE}{minute} {actor.id}】" + "\n".join(lines)
    return add_to_report(desk, actor, report_id, Addition(narrative=told)).report


def call_notes(report: Report) -> tuple[str, ...]:
    """The notes of a report's calls, oldest first."""
    paragraphs = report.narrative.split("\n\n")
    return tuple(one.removeprefix(CALL_NOTE) for one in paragraphs if one.startswith(CALL_NOTE))


def words_without_notes(report: Report) -> str:
    """The narrative as it was told, without what was noted on the telephone."""
    return "\n\n".join(one for one in report.narrative.split("\n\n") if not one.startswith(CALL_NOTE))
