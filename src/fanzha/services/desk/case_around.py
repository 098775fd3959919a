"""What stands around a case: its series, offers to hand it over, merges and splits, its last trace, cases with its accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseMove, Clue, HandOver, Series
from fanzha.casework.errand_model import Errand
from fanzha.core.actor import Actor
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.case_family import family_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight
from fanzha.services.desk.trace_case import last_run
from fanzha.tracing.runs import TraceRun

ACCOUNTS_MAX: Final = 200  # of a case, by which others are looked for


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that names the same accounts."""

    case: Case
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseAround:
    """The surroundings of a case that the actor may see."""

    series: tuple[Series, ...]
    members: tuple[Case, ...]  # of these series, without the case itself
    hand_overs: tuple[HandOver, ...]  # newest first
    errands: tuple[Errand, ...]  # what was asked of other bodies for it, newest first
    moves: tuple[CaseMove, ...]  # newest first
    related: tuple[Related, ...]
    run: TraceRun | None


def case_around(desk: Desk, actor: Actor, case_id: str) -> CaseAround:
    """Around the case as the actor may see it. Raises NotFound where it is not there or may not be seen."""
    with looking(desk, actor, "case.see", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        sight, unit = Sight(look.unit, actor, desk.rules.access.permissions), look.unit
        series = unit.records(Series).get_many(case.series)
        ids = {member.case for one in series for member in one.members} - {case.id}
        moves = {
            move.id: move
            for side in ("source", "target")
            for move in every(unit.records(CaseMove), Query(equals={side: case.id}))
        }
        offers = every(unit.records(HandOver), Query(equals={"case_id": case.id}))
        family = [member.id for member in family_of(unit, case)]
        errands = every(unit.records(Errand), Query(within={"case_id": family}))
        return CaseAround(
            series, _seen(sight, unit.records(Case).get_many(sorted(ids))),
            tuple(sorted(offers, key=lambda offer: -offer.offered_at_us)),
            tuple(sorted(errands, key=lambda errand: -errand.sent_at_us)),
            tuple(sorted(moves.values(), key=lambda move: -move.at_us)),
            _related(look, sight, case), last_run(look, case.id),
        )  # fmt: skip


def _seen(sight: Sight, cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(case for case in cases if sight.sees(case))


def _related(look: Look, sight: Sight, case: Case) -> tuple[Related, ...]:
    clues = look.unit.records(Clue)
    own = {clue.subject for clue in every(clues, Query(equals={"case_id": case.id})) if clue.subject}
    subjects = sorted(own)[:ACCOUNTS_MAX]
    if not subjects:
        return ()
    named: dict[str, set[str]] = {}
    for clue in clues.find(Query(within={"subject": subjects}, limit=LIMIT_MAX)).rows:
        if clue.case and clue.case != case.id:
            named.setdefault(clue.case, set()).add(clue.subject)
    found = _seen(sight, look.unit.records(Case).get_many(sorted(named)))
    return tuple(Related(one, tuple(sorted(named[one.id]))) for one in found)
