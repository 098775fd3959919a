"""A report comes in: it has its number at once, and its clues are in the queue with their clocks running."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fanzha import casework
from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Clue, Report, ReportDraft
from fanzha.casework.receiving import ACKNOWLEDGEMENT
from fanzha.core.actor import Actor
from fanzha.core.divisions import check_division
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.coverage_of_place import place_of_clues, place_warning
from fanzha.services.desk.find_duplicates import NOTHING_ALIKE, LooksAlike, alike_at_once
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


@dataclass(frozen=True, slots=True)
class Received:
    """A report as it was taken in, with what must be checked."""

    report: Report
    clues: tuple[Clue, ...]
    warning: str = ""  # of a place that no body covers
    alike: LooksAlike = NOTHING_ALIKE  # what may be one with it, offered for merging at once


def receive_report(desk: Desk, actor: Actor, draft: ReportDraft, *, request: str = "") -> Received:
    """Takes a report in for the actor's body, and says what may be one with it.

    Where nobody says where it happened, it is that body's own division. At a place that no body covers, the clues wait with
    the body that received it, and a warning says so.

    request: the caller's key; the same key and report again give the report that was made, and take in nothing.

    Raises NotAllowed when the actor takes in no reports, BadInput when an amount or a hash makes no sense.
    """
    draft = replace(draft, jurisdiction=check_division(draft.jurisdiction, "jurisdiction"))
    with acting(desk, actor, "report.receive", Subject("report", "")) as work:
        work.check(Action.REPORT_RECEIVE, Scope(actor.organisation))
        command = fingerprint_of("report.receive", draft)
        report = once(work, request, command, Report, lambda: take_in(work, draft, actor))
        clues = every(work.unit.records(Clue), Query(mentions={"report": report.id}))
        accounts_first = tuple(sorted(clues, key=lambda clue: (clue.kind, clue.id)))
        return Received(report, accounts_first, place_warning(work, report), alike_at_once(work, report))


def _free_number(work: Work) -> str:
    """A number to be read over the telephone that no report has yet."""
    while True:
        number = work.ids.telephone_number(ACKNOWLEDGEMENT)
        if not work.unit.records(Report).find(Query(equals={"acknowledgement": number}, limit=1)).rows:
            return number


def take_in(work: Work, draft: ReportDraft, actor: Actor) -> Report:
    """The report of a draft, taken in by somebody for his body, with its clues in that body's queue."""
    body = work.tree(actor.organisation).get(actor.organisation)
    if not draft.jurisdiction and body is not None:
        draft = replace(draft, jurisdiction=body.jurisdiction)
    report, events = casework.receive_report(
        draft, actor, work.now_us, work.ids, latest_us=work.latest_us, number=_free_number(work)
    )
    report = work.unit.records(Report).add(report)
    tell(work, events, "report")
    clues, told = casework.clues_of(report, actor, work.now_us, work.ids)
    place = place_of_clues(work, report)
    for clue in clues:
        keep_clue(
            work, replace(clue, jurisdiction=place), tuple(event for event in told if event.record == clue.id), new=True
        )
    return report
