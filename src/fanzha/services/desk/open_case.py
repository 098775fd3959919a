"""受案: a case is opened of one or more reports, and the time for its review runs."""

from __future__ import annotations

from collections.abc import Sequence

from fanzha import casework
from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Report
from fanzha.core.actor import Actor
from fanzha.core.divisions import check_division
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_case, keep_clue
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


def open_case(
    desk: Desk, actor: Actor, reports: Sequence[str], title: str, *, jurisdiction: str = "", request: str = ""
) -> Case:
    """Opens a case with the actor as its officer; the clues of the reports that are with his body come into it.

    request: the caller's key; the same key and command again give the case that was opened, and open none.

    Raises NotAllowed when a report is of another body, merged, or in a case already.
    """
    jurisdiction = check_division(jurisdiction, "--jurisdiction")
    with acting(desk, actor, "case.open", Subject("case", "")) as work:
        work.check(Action.CASE_OPEN, Scope(actor.organisation))
        wanted = tuple(dict.fromkeys(reports))
        command = fingerprint_of("case.open", wanted, title, jurisdiction)
        return once(work, request, command, Case, lambda: _open(work, wanted, title, jurisdiction))


def _open(work: Work, reports: Sequence[str], title: str, jurisdiction: str) -> Case:
    loaded = tuple(work.load(Report, report, Action.CASE_OPEN) for report in reports)
    case, placed, events = casework.open_case(
        loaded, title, work.actor, work.now_us, work.ids, jurisdiction=jurisdiction
    )
    for report in placed:
        work.unit.records(Report).save(report)
    case = keep_case(work, case, events, new=True)
    for report in placed:
        bring_clues(work, report, case)
    return case


def bring_clues(work: Work, report: Report, case: Case) -> None:
    """The clues of a report that is in the case now come into it too, with those of the reports that were merged into it."""
    for twin in list(every(work.unit.records(Report), Query(equals={"merged_into": report.id}))):
        bring_clues(work, twin, case)
    for clue in list(every(work.unit.records(Clue), Query(mentions={"report": report.id}))):
        if clue.case or clue.merged_into or clue.organisation != case.organisation:
            continue  # in another case, at rest, or routed to another body, which decides about it
        keep_clue(work, *casework.put_clue_in_case(clue, case.id, work.actor, work.now_us, work.ids))
