"""A case with the cases merged into it, and what rests on their reports: clues, measures, returns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from fanzha import casework
from fanzha.audit import Subject, done
from fanzha.casework import Case, CaseMove, Clue, Fact, Report
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.measures.lifecycle import OPEN
from fanzha.measures.model import Measure, effective_status
from fanzha.measures.moving import move_to_case
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import keep_clue, keep_measure
from fanzha.services.desk.listing import every

_OVER = frozenset({ProcedureStatus.DONE, ProcedureStatus.REJECTED, ProcedureStatus.WITHDRAWN})
_CAME_TO_NOTHING = frozenset({ProcedureStatus.REJECTED, ProcedureStatus.WITHDRAWN})


def family_of(view: WorkView, case: Case) -> tuple[Case, ...]:
    """The case and every case that was merged into it, directly or by another."""
    found = [case]
    for member in found:
        found += every(view.records(Case), Query(equals={"merged_into": member.id}))
    return tuple(found)


def measures_of(view: WorkView, case: Case) -> Iterator[Measure]:
    """The measures of the case, oldest first."""
    return every(view.records(Measure), Query(equals={"case_id": case.id}, order_by="drafted_us"))


def open_measures(view: WorkView, case: Case, now_us: int) -> tuple[Measure, ...]:
    """Those that are not over."""
    return tuple(measure for measure in measures_of(view, case) if effective_status(measure, now_us) in OPEN)


def returns_of(view: WorkView, case: Case) -> Iterator[ReturnProcedure]:
    """The returns of the case, oldest first."""
    return every(view.records(ReturnProcedure), Query(equals={"case_id": case.id}, order_by="drafted_us"))


def check_no_open_return(view: WorkView, case: Case, what: str) -> None:
    """Who shares in a return, and who decides it, does not change under way (公告 and 异议 are of one case and one body)."""
    under_way = [one.id for one in returns_of(view, case) if one.status not in _OVER]
    if under_way:
        raise NotAllowed(
            "case.open_return",
            f"{what} has to wait: {', '.join(under_way)} is under way; finish it, or withdraw it first",
        )


def check_no_return_since(view: WorkView, case: Case, move: CaseMove, what: str) -> None:
    """A return that was begun after two cases became one shares among the victims of both."""
    later = [one.id for one in returns_of(view, case) if one.drafted_us >= move.at_us and one.id not in move.returns]
    if later:
        raise NotAllowed(
            "case.returned", f"{what} is not possible: {', '.join(later)} was begun since, over both cases"
        )


def check_no_return(view: WorkView, case: Case, what: str) -> None:
    """What a victim got back is counted in the case whose loss it makes good, so the two are not taken apart."""
    paid = [one.id for one in returns_of(view, case) if one.status not in _CAME_TO_NOTHING]
    if paid:
        raise NotAllowed(
            "case.returned",
            f"{what} would part losses from what was returned for them by {', '.join(paid)}; link the cases in a series",
        )


def measures_resting_on(view: WorkView, case: Case, reports: Collection[str]) -> tuple[Measure, ...]:
    """The case's measures that rest on facts of these reports and of no other."""
    return tuple(measure for measure in measures_of(view, case) if _rests_only_on(view, measure, reports))


def _rests_only_on(view: WorkView, measure: Measure, reports: Collection[str]) -> bool:
    clue = _clue_behind(view, measure)
    return clue is not None and bool(clue.reports) and set(clue.reports) <= set(reports)


def _clue_behind(view: WorkView, measure: Measure) -> Clue | None:
    """The clue whose fact a measure rests on; a freeze rests on that of the stop which it came out of."""
    seen: set[str] = set()
    while True:
        seen.add(measure.id)
        checked, origin = measure.request.fact, measure.request.origin
        try:
            if checked is not None and checked.evidence:
                return view.records(Clue).get(view.records(Fact).get(checked.evidence).clue)
            if origin is None or origin.id in seen:
                return None
            measure = view.records(Measure).get(origin.id)
        except NotFound:
            return None  # it rests on a bank's receipt or statement, which is of no single report


def check_nothing_rests_on(work: Work, case: Case, report: Report) -> None:
    """A report leaves its case only when no open measure rests on it, and nothing was returned."""
    what = f"taking {report.id} out of {case.id}"
    check_no_return(work.unit, case, what)
    resting = measures_resting_on(work.unit, case, {report.id})
    still = [measure.id for measure in resting if effective_status(measure, work.now_us) in OPEN]
    if still:
        raise NotAllowed(
            "case.measure", f"{what} has to wait: {', '.join(still)} rests on it; lift or withdraw it first"
        )


def move_clues(work: Work, source: Case, target: Case, reports: Collection[str]) -> None:
    """The source's clues that are about these reports alone go to the target."""
    for clue in list(every(work.unit.records(Clue), Query(equals={"case_id": source.id}))):
        theirs = bool(clue.reports) and set(clue.reports) <= set(reports)
        if theirs and clue.organisation == target.organisation and not clue.merged_into:
            keep_clue(work, *casework.put_clue_in_case(clue, target.id, work.actor, work.now_us, work.ids))


def move_measures(work: Work, measures: Iterable[Measure], target: Case, *, merged: bool = False) -> tuple[str, ...]:
    """These measures are the target's from now on; gives their ids.

    Raises NotAllowed for one that rests on a filing which the target has not.
    """
    filing = "" if target.filing is None else target.filing.number
    moved = []
    for measure in list(measures):
        keep_measure(work, move_to_case(measure, target.id, filing, work.actor, work.now_us, merged=merged))
        moved.append(measure.id)
    return tuple(moved)


def move_returns(work: Work, returns: Iterable[ReturnProcedure], target: Case) -> tuple[str, ...]:
    """These finished returns count in the target from now on; gives their ids."""
    moved = []
    for procedure in list(returns):
        work.unit.records(ReturnProcedure).save(replace(procedure, case=target.id))
        said = {"left": procedure.case, "case": target.id}
        subject = Subject("return", procedure.id)
        work.unit.audit.append(done(work.actor, work.now_us, "return.move", subject, case=target.id, details=said))
        moved.append(procedure.id)
    return tuple(moved)
