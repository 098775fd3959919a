"""串并案: cases that belong together are linked, with the reason and the evidence; each stays a case of its own."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha import casework
from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Case, Series
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class Link:
    """Why a case is in a series, and by what: ids of reports, facts, accounts' clues."""

    reason: str
    evidence: tuple[str, ...] = ()


def start_series(desk: Desk, actor: Actor, title: str, case_id: str, link: Link) -> Series:
    """Begins a series of the actor's body with its first case."""
    with acting(desk, actor, "case.join_series", Subject("case", case_id)) as work:
        work.check(Action.CASE_LINK, Scope(actor.organisation))
        case = work.load(Case, case_id, Action.CASE_LINK)
        series = casework.start_series(title, actor, work.ids)
        series, case, events = casework.join_series(
            series, case, link.reason, link.evidence, actor, work.now_us, work.ids
        )
        keep_case(work, case, events)
        return work.unit.records(Series).add(series)


def join_series(desk: Desk, actor: Actor, series_id: str, case_id: str, link: Link) -> Series:
    """Links one more case. Raises NotAllowed where the actor's body has neither the series nor the case."""
    with acting(desk, actor, "case.join_series", Subject("case", case_id)) as work:
        series = work.load(Series, series_id, Action.SEE)
        case = work.load(Case, case_id, Action.CASE_LINK)
        series, case, events = casework.join_series(
            series, case, link.reason, link.evidence, actor, work.now_us, work.ids
        )
        if not events:
            return series
        keep_case(work, case, events)
        return work.unit.records(Series).save(series)


def leave_series(desk: Desk, actor: Actor, series_id: str, case_id: str, reason: str) -> Series:
    """Takes a case out of the series; the history keeps that it was there."""
    with acting(desk, actor, "case.leave_series", Subject("case", case_id)) as work:
        series = work.load(Series, series_id, Action.SEE)
        case = work.load(Case, case_id, Action.CASE_LINK)
        series, case, events = casework.leave_series(series, case, reason, actor, work.now_us, work.ids)
        keep_case(work, case, events)
        return work.unit.records(Series).save(series)
