"""One more report of the same matter comes into a case, with its clues."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Report
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import bring_clues


def add_report_to_case(desk: Desk, actor: Actor, case_id: str, report_id: str) -> Case:
    """Adds the report. Raises NotAllowed when it is of another body, merged, or in a case already."""
    with acting(desk, actor, "case.add_report", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        report = work.load(Report, report_id, Action.CASE_OPEN)
        case, placed, events = casework.add_report(case, report, actor, work.now_us, work.ids)
        work.unit.records(Report).save(placed)
        case = keep_case(work, case, events)
        bring_clues(work, placed, case)
        return case
