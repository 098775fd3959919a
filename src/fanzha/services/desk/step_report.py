"""What becomes of a report outside any case: it is found unfounded, taken back by the reporter, or opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import CLUE_TABLE, Case, Clue, ClueStep, Report, ReportStep
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.case_family import check_nothing_rests_on
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

_NOTHING_BEHIND: Final = frozenset({ReportStep.FIND_UNFOUNDED, ReportStep.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Stepped:
    """The report as it stands now, and the clues that were closed with it."""

    report: Report
    dropped: tuple[Clue, ...]


def step_report(desk: Desk, actor: Actor, report_id: str, step: ReportStep, reason: str) -> Stepped:
    """Takes the step, with a reason; into a case a report comes by opening one or adding to it.

    A report that is found unfounded leaves its case; with one that is unfounded or taken back, the body's open clues that
    rest on it alone are dismissed, for the same reason. Opening it again leaves them closed: each is reopened by itself.
    Raises NotAllowed when it is the only one in its case, or when a measure or a return rests on it.
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
        dropped = _drop_clues(work, kept, reason) if step in _NOTHING_BEHIND else ()
        return Stepped(kept, dropped)


def _drop_clues(work: Work, report: Report, reason: str) -> tuple[Clue, ...]:
    resting = [
        clue
        for clue in every(work.unit.records(Clue), Query(mentions={"report": report.id}))
        if clue.reports == (report.id,)
        and clue.organisation == report.organisation
        and not clue.merged_into
        and CLUE_TABLE[clue.stage][ClueStep.DROP] is not None
    ]
    return tuple(
        keep_clue(work, *casework.drop_clue(clue, reason, work.actor, work.now_us, work.ids))
        for clue in sorted(resting, key=lambda clue: clue.id)
    )
