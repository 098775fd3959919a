"""A clue with everything that decides the next step, as it stood at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Fact, Merge, MergedKind, Report, WorkEvent
from fanzha.casework.clock import ClockState, clock_state, due_marks
from fanzha.casework.rules import ClockRules
from fanzha.core.actor import Actor
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.report_page import EVENTS, merges_of
from fanzha.services.desk.sight import Sight

TWINS_MAX: Final = 50  # of an account that half a city names, these are enough to choose from


@dataclass(frozen=True, slots=True)
class CluePage:
    """A clue, what told of it, what was made of it, and what was ordered upon it."""

    clue: Clue
    clock: ClockState
    breach_us: int  # when its time is over, or when it was followed through
    reports: tuple[Report, ...]
    case: Case | None
    facts: tuple[Fact, ...]
    measures: tuple[Measure, ...]  # that rest on its facts or are on its account, newest first
    twins: tuple[Clue, ...]  # other clues of its body about the same thing
    merges: tuple[Merge, ...]
    events: tuple[WorkEvent, ...]  # newest first
    documents_read: frozenset[str] = frozenset()  # that facts of its reports' clues were checked against already


def clue_page(desk: Desk, actor: Actor, clue_id: str) -> CluePage:
    """The clue as the actor may see it. Raises NotFound in the same words whether it is not there or may not be seen."""
    with looking(desk, actor, "clue.see", Subject("clue", clue_id)) as look:
        clue = look.load(Clue, clue_id, Action.SEE)
        sight, unit, rules = (
            Sight(look.unit, actor, desk.rules.access.permissions),
            look.unit,
            look.rules.casework.clock,
        )
        told = Query(equals={"record": clue.id}, order_by="at_us", descending=True, limit=EVENTS)
        facts = unit.records(Fact).get_many(clue.facts)
        return CluePage(
            clue=clue, clock=clock_state(clue, rules, look.now_us), breach_us=over_us(clue, rules),
            reports=tuple(one for one in unit.records(Report).get_many(clue.reports) if sight.sees(one)),
            case=look.case_of(clue), facts=facts, measures=_measures(look, sight, clue, facts),
            twins=_twins(look, sight, clue), merges=merges_of(look, MergedKind.CLUE, clue.id),
            events=unit.records(WorkEvent).find(told).rows, documents_read=_documents_read(look, sight, clue),
        )  # fmt: skip


def over_us(clue: Clue, rules: ClockRules) -> int:
    """When the time of a clue is over, or when it was followed through."""
    if clue.done_at_us is not None:
        return clue.done_at_us
    return max(mark.at_us for mark in due_marks(clue, rules))


def _measures(look: Look, sight: Sight, clue: Clue, facts: tuple[Fact, ...]) -> tuple[Measure, ...]:
    accounts = {fact.fields.account for fact in facts} | ({clue.subject} if clue.subject else set())
    if not accounts:
        return ()
    found = every(look.unit.records(Measure), Query(within={"account": accounts}))
    seen = [sight.shown(measure) for measure in found if sight.sees(measure)]
    return tuple(sorted(seen, key=lambda measure: (-measure.drafted_us, measure.id)))


def _documents_read(look: Look, sight: Sight, clue: Clue) -> frozenset[str]:
    """A slip shows one payment: what was read for one clue of a report is hardly the slip of the next."""
    of_reports = [
        one
        for report in clue.reports
        for one in every(look.unit.records(Clue), Query(mentions={"report": report}))
        if sight.sees(one)
    ]
    facts = look.unit.records(Fact).get_many({fact for one in of_reports for fact in one.facts})
    return frozenset(check.document.reference for fact in facts for check in fact.checks)


def _twins(look: Look, sight: Sight, clue: Clue) -> tuple[Clue, ...]:
    if not clue.subject:
        return ()
    same = Query(equals={"subject": clue.subject, "organisation": clue.organisation}, limit=TWINS_MAX)
    found = look.unit.records(Clue).find(same).rows
    return tuple(one for one in found if one.id != clue.id and one.kind is clue.kind and sight.sees(one))
