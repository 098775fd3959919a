"""How things stand around a target: the case, the other measures on it, and whether its fact still is one."""

from __future__ import annotations

from dataclasses import replace

from fanzha import casework
from fanzha.casework import Case, Fact
from fanzha.core.errors import NotFound
from fanzha.measures.model import Measure, Request
from fanzha.measures.obstacles import CaseStanding, Standing
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.listing import every


def case_standing(work: Work, case_id: str) -> CaseStanding | None:
    """What a measure needs to know of its case; None where it names none."""
    if not case_id:
        return None
    case = work.unit.records(Case).get(case_id)
    filing = case.filing
    return CaseStanding(case.id, case.organisation, "" if filing is None else filing.number)


def standing_of(work: Work, request: Request) -> Standing:
    """The case and every measure on the same account, whichever body's; what is in the account is not known here.

    Raises NotAllowed when the fact that the request rests on was withdrawn.
    """
    if request.fact is not None and request.fact.evidence:
        _check_fact_stands(work, request.fact.evidence)
    others: tuple[Measure, ...] = ()
    if request.target.reference:
        others = tuple(every(work.unit.records(Measure), Query(equals={"account": request.target.reference})))
    return Standing(case_standing(work, request.case), others)


def with_filing(request: Request, standing: Standing) -> Request:
    """The request with the filing of its case, where it was worded before 立案."""
    if request.filing or standing.case is None:
        return request
    return replace(request, filing=standing.case.filing)


def _check_fact_stands(work: Work, evidence: str) -> None:
    try:
        fact = work.unit.records(Fact).get(evidence)
    except NotFound:
        return  # a bank's receipt or statement, which is kept elsewhere
    casework.check_is_fact(fact)
