"""How things stand around a target: the case, the other measures on it, and whether its fact still is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fanzha import casework
from fanzha.casework import Case, CaseStatus, Fact, in_words
from fanzha.core.actor import Level
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.measures.model import Request
from fanzha.measures.obstacles import CaseStanding, Standing
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Look
from fanzha.services.desk.carried_amounts import carried_on
from fanzha.services.desk.weighing import on_account, view_of

_OVER: Final = frozenset({CaseStatus.NOT_FILED, CaseStatus.WITHDRAWN, CaseStatus.REFERRED})


def case_standing(look: Look, case_id: str) -> CaseStanding | None:
    """What a measure needs to know of its case; None where it names none."""
    return _standing_of_case(look.unit.records(Case).get(case_id)) if case_id else None


def _standing_of_case(case: Case) -> CaseStanding:
    if case.merged_into:
        raise NotAllowed("merged", f"{case.id} was merged into {case.merged_into}; act in that case")
    filing = case.filing
    over = in_words(case.status) if case.status in _OVER else ""
    return CaseStanding(case.id, case.organisation, "" if filing is None else filing.number, over)


def standing_of(look: Look, request: Request, *, itself: str = "") -> Standing:
    """The case, every measure on the same account, whichever body's, what is known of it, and how much is carried to it.

    itself: the id of the measure of the request. Raises NotAllowed when the fact that it rests on was withdrawn.
    """
    check_fact_stands(look.unit, "" if request.fact is None else request.fact.evidence)
    return standing_around(look, request, itself=itself)


def standing_around(look: Look, request: Request, *, itself: str = "") -> Standing:
    """The same for somebody who only looks: of a measure whose fact was withdrawn too."""
    others = on_account(look, request)
    case = look.unit.records(Case).get(request.case) if request.case else None
    standing = None if case is None else _standing_of_case(case)
    carried = carried_on(look, request, case)
    view = view_of(look, request, others, itself, None if carried is None else carried.hop)
    by_institution = look.actor.level is Level.PARTNER
    return Standing(standing, others, view, by_institution, carried)


def with_filing(request: Request, standing: Standing) -> Request:
    """The request with the filing of its case, where it was worded before 立案."""
    if request.filing or standing.case is None:
        return request
    return replace(request, filing=standing.case.filing)


def check_fact_stands(view: WorkView, fact_id: str) -> None:
    """Raises NotAllowed when the fact that a measure rests on was withdrawn; one without an id is nobody's record."""
    if not fact_id:
        return
    try:
        fact = view.records(Fact).get(fact_id)
    except NotFound:
        return  # a bank's receipt or statement, which is kept elsewhere
    casework.check_is_fact(fact)
