"""A report with what came of it, as it stood at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Merge, MergedKind, Report, WorkEvent
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight

EVENTS = 50


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report, the clues in it that the actor sees, its case, and the merges that can still be taken back."""

    report: Report
    clues: tuple[Clue, ...]
    case: Case | None
    merges: tuple[Merge, ...]
    events: tuple[WorkEvent, ...]  # newest first


def report_page(desk: Desk, actor: Actor, report_id: str) -> ReportPage:
    """The report as the actor may see it. Raises NotFound in the same words whether it is not there or may not be seen."""
    with looking(desk, actor, "report.see", Subject("report", report_id)) as look:
        report = look.load(Report, report_id, Action.SEE)
        sight = Sight(look.unit, actor, desk.rules.access.permissions)
        found = every(look.unit.records(Clue), Query(mentions={"report": report.id}))
        clues = sorted((clue for clue in found if sight.sees(clue)), key=lambda clue: (clue.kind, clue.id))
        told = Query(equals={"record": report.id}, order_by="at_us", descending=True, limit=EVENTS)
        return ReportPage(
            report, tuple(clues), look.case_of(report), merges_of(look, MergedKind.REPORT, report.id),
            look.unit.records(WorkEvent).find(told).rows,
        )  # fmt: skip


def merges_of(look: Look, kind: MergedKind, record_id: str) -> tuple[Merge, ...]:
    """The merges of a report or a clue that stand, whichever side it was."""
    found = [
        merge
        for side in ("kept", "absorbed")
        for merge in every(look.unit.records(Merge), Query(equals={side: record_id}))
        if merge.kind is kind and merge.undone_at_us is None
    ]
    return tuple(sorted(found, key=lambda merge: merge.at_us))
