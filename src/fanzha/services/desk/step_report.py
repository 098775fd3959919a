"""What becomes of a report outside any case: it is found unfounded, taken back by the reporter, or opened again."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Report, ReportStep
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import acting
from fanzha.services.desk.case_family import check_nothing_rests_on
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.model import Desk


def step_report(desk: Desk, actor: Actor, report_id: str, step: ReportStep, reason: str) -> Report:
    """Takes the step, with a reason; into a case a report comes by opening one or adding to it.

    A report that is found unfounded leaves its case. Raises NotAllowed when it is the only one there, or when a measure
    or a return rests on it.
    """
    if step is ReportStep.PUT_IN_CASE:
        raise BadInput("a report comes into a case by `open_case` or `add_report`")
    with acting(desk, actor, f"report.{step}", Subject("report", report_id)) as work:
        report = work.load(Report, report_id, Action.CASE_OPEN)
        stepped, events = casework.step_report(report, step, actor, work.now_us, work.ids, reason=reason)
        if report.case:
            case = work.unit.records(Case).get(report.case)
            check_nothing_rests_on(work, case, report)
            work.unit.records(Case).save(casework.without_report(case, report))
        kept = work.unit.records(Report).save(stepped)
        tell(work, events, "report")
        return kept
