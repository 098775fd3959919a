"""What may be one: reports of the same matter, clues about the same account, payees that several reports name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, DuplicateOffer, RepeatPayee, Report
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import RecordsView
from fanzha.ports.work_tables import look_up_terms
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight

_Read = Callable[[RecordsView[Any], Query], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class LooksAlike:
    """What is offered for merging, strongest first; an officer decides, and can take it back."""

    reports: tuple[DuplicateOffer, ...]
    clues: tuple[DuplicateOffer, ...]
    payees: tuple[RepeatPayee, ...]  # also of reports that the actor may only see: their cases may be a series


NOTHING_ALIKE: Final = LooksAlike((), (), ())
AT_ONCE_MOST: Final = 50  # candidates by each sign, as a report comes in: who reports must not wait for all of them


def find_duplicates(desk: Desk, actor: Actor, report_id: str) -> LooksAlike:
    """What a report, its clues and its payees have in common with what came in before or since."""
    with looking(desk, actor, "report.compare", Subject("report", report_id)) as look:
        report = look.load(Report, report_id, Action.SEE)
        return _concerning(look, report, every)


def alike_beside(desk: Desk, actor: Actor, report_id: str) -> LooksAlike:
    """What concerns a report among the latest of each sign: for a glance beside a list, not for every candidate."""
    with looking(desk, actor, "report.compare", Subject("report", report_id)) as look:
        return alike_at_once(look, look.load(Report, report_id, Action.SEE))


def alike_at_once(look: Look, report: Report) -> LooksAlike:
    """The same in the use case that takes a report in or adds to it: what concerns it, by the latest of each sign."""
    return _concerning(look, report, _latest)


def _concerning(look: Look, report: Report, read: _Read) -> LooksAlike:
    """Pairs in which the report or a clue of its own stands; what two others have in common is said beside them."""
    found = _alike(look, report, read)
    own = {clue.id for clue in every(look.unit.records(Clue), Query(mentions={"report": report.id}))}
    return replace(found, clues=tuple(offer for offer in found.clues if {offer.kept, offer.absorbed} & own))


def _alike(look: Look, report: Report, read: _Read) -> LooksAlike:
    found = _candidates(look, report, read)
    same_body = [other for other in found if other.organisation == report.organisation]
    offers = casework.find_duplicates(report, same_body, look.rules.casework.duplicates)
    own = {paid.payee.number for paid in report.payments}
    payees = tuple(payee for payee in casework.repeat_payees([report, *found]) if payee.account in own)
    return LooksAlike(offers, casework.repeat_clues(_clues_alike(look, report, read)), payees)


def _latest(records: RecordsView[Any], query: Query) -> Iterable[Any]:
    latest = replace(query, order_by="received_at_us", descending=True, limit=AT_ONCE_MOST)
    return records.find(latest).rows


def _candidates(look: Look, report: Report, read: _Read) -> list[Report]:
    """The other reports that share a sign with it and that the actor may see."""
    found: dict[str, Report] = {}
    for term in sorted(look_up_terms(report)):
        for other in read(look.unit.records(Report), Query(mentions={"look_up": term})):
            found.setdefault(other.id, other)
    found.pop(report.id, None)
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    return [other for other in found.values() if sight.sees(other)]


def _clues_alike(look: Look, report: Report, read: _Read) -> list[Clue]:
    """The report's clues with the body's others about the same thing."""
    clues = look.unit.records(Clue)
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    found: dict[str, Clue] = {}
    for own in [clue for clue in every(clues, Query(mentions={"report": report.id})) if sight.sees(clue)]:
        same = read(clues, Query(equals={"subject": own.subject, "organisation": own.organisation}))
        found |= {clue.id: clue for clue in same if own.subject and clue.kind is own.kind and sight.sees(clue)}
    return list(found.values())
