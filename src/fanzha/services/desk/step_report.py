"""What becomes of a report outside any case: it is found unfounded, taken back by the reporter, or opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import CLUE_TABLE, Case, Clue, ClueStage, ClueStep, EventKind, Report, ReportStep, WorkEvent
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.case_family import check_nothing_rests_on
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.tell_webhooks import tell_case

_NOTHING_BEHIND: Final = frozenset({ReportStep.FIND_UNFOUNDED, ReportStep.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Stepped:
    """The report as it stands now, the clues that were closed with it, and those that came back with it."""

    report: Report
    dropped: tuple[Clue, ...]
    restored: tuple[Clue, ...] = ()


def step_report(desk: Desk, actor: Actor, report_id: str, step: ReportStep, reason: str) -> Stepped:
    """Takes the step, with a reason; into a case a report comes by opening one or adding to it.

    A report that is found unfounded leaves its case; with one that is unfounded or taken back, the body's open clues that
    rest on it alone are dismissed, for the same reason. Opening it again brings them back to where they stood; what was
    dismissed for a reason of its own stays so.
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
            tell_case(work, work.unit.records(Case).save(casework.without_report(case, report)))
        kept = work.unit.records(Report).save(stepped)
        tell(work, events, "report")
        dropped = _drop_clues(work, kept, reason) if step in _NOTHING_BEHIND else ()
        restored = _restore_clues(work, kept, reason) if step is ReportStep.REOPEN else ()
        return Stepped(kept, dropped, restored)


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
        keep_clue(work, *casework.drop_clue(clue, reason, work.actor, work.now_us, work.ids, report=report.id))
        for clue in sorted(resting, key=lambda clue: clue.id)
    )


def _restore_clues(work: Work, report: Report, reason: str) -> tuple[Clue, ...]:
    """The clues whose last dismissal was with the report."""
    found = every(work.unit.records(Clue), Query(mentions={"report": report.id}))
    closed = (
        clue
        for clue in sorted(found, key=lambda clue: clue.id)
        if clue.stage is ClueStage.DISMISSED and clue.organisation == report.organisation and not clue.merged_into
    )
    restored = []
    for clue in closed:
        told = every(work.unit.records(WorkEvent), Query(equals={"record": clue.id}))
        dismissed = [event for event in told if event.kind is EventKind.CLUE_DISMISSED]
        last = max(dismissed, key=lambda event: event.at_us, default=None)
        if last is not None and last.detail("report") == report.id:
            restored.append(
                keep_clue(work, *casework.restore_clue(clue, last, reason, work.actor, work.now_us, work.ids))
            )
    return tuple(restored)
