"""What cases add to figures, by their decisions: filed, solved, major ones among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fanzha.casework import Case, CaseStatus, CaseStep, Decision, EventKind, Report, WorkEvent
from fanzha.casework.lifecycle import CASE_TABLE
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.counting.entries import Counting, Entry, Parts, class_of
from fanzha.services.desk.listing import pages

MEASURES = ("cases_filed", "cases_solved", "major_cases_solved", "solve_rate")
MAJOR = ("major_cases",)
_STEPS = {CaseStatus.FILED.value, CaseStatus.SOLVED.value}


def count_cases(counting: Counting) -> Iterator[Entry]:
    """The entries of the cases filed or solved during the span; a case is filed once, whatever was undone since."""
    for case in stepped_cases(counting):
        parts = Parts(case.organisation, case.jurisdiction, class_of(case, counting.span.as_of_us))
        if counting.span.holds(filed_us(case)):
            yield Entry("cases_filed", case.id, parts)
            yield Entry("solve_rate", case.id, parts, 0, weight=1)
        if counting.span.holds(solved_us(case, counting.span.as_of_us)):
            yield Entry("cases_solved", case.id, parts)
            yield Entry("solve_rate", case.id, parts, 1)
            if counting.wants("major_cases_solved") and is_major(counting, case):
                yield Entry("major_cases_solved", case.id, parts)


def count_major(counting: Counting) -> Iterator[Entry]:
    """The entries of the cases opened during the span in which as much was lost as makes a case a major one."""
    span = counting.span
    for rows in span.pages(counting.look.unit.records(Case), "opened_at_us"):
        cases = [case for case in rows if not case.merged_into and span.covers(case.jurisdiction)]
        lost = lost_minor(counting, cases)
        for case in cases:
            if lost[case.id] >= counting.look.rules.operations.major_loss_minor:
                parts = Parts(case.organisation, case.jurisdiction, class_of(case, span.as_of_us))
                yield Entry("major_cases", case.id, parts)


def stepped_cases(counting: Counting) -> Iterator[Case]:
    """The cases of the bodies that were filed or solved during the span, each once."""
    span, unit = counting.span, counting.look.unit
    until = min(span.until_us, span.as_of_us + 1)
    steps = Query(
        equals={"kind": EventKind.CASE_STEPPED.value}, ranges={"at_us": Range(span.from_us, until)}, order_by="at_us"
    )
    seen: set[str] = set()
    for events in pages(unit.records(WorkEvent), steps):
        fresh = {event.record for event in events if event.after in _STEPS} - seen
        seen |= fresh
        for case in unit.records(Case).get_many(sorted(fresh)):
            if case.organisation in span.bodies and not case.merged_into and span.covers(case.jurisdiction):
                yield case


def filed_us(case: Case) -> int | None:
    """When the case was first filed 立案; None where it never was."""
    return next((one.at_us for one in case.decisions if one.step is CaseStep.FILE), None)


def solved_us(case: Case, as_of_us: int) -> int | None:
    """When the case was solved 破案, as it stood then; None where it was not, or was reopened since."""
    solved = None
    for decision in _until(case.decisions, as_of_us):
        if decision.step is CaseStep.SOLVE:
            solved = decision.at_us
        elif decision.step in {CaseStep.REOPEN, CaseStep.WITHDRAW}:
            solved = None
    return solved


def status_at(case: Case, as_of_us: int) -> str:
    """Where the case's procedure stood then, by its decisions; empty where none was taken yet."""
    status = None
    for decision in _until(case.decisions, as_of_us):
        held = CaseStatus.ACCEPTED if status is None else status
        status = CASE_TABLE[held][decision.step] or held
    return "" if status is None else status.value


def _until(decisions: Iterable[Decision], as_of_us: int) -> Iterator[Decision]:
    return (decision for decision in decisions if decision.at_us <= as_of_us)


def is_major(counting: Counting, case: Case) -> bool:
    """百万元以上: whether its reports say that so much was lost."""
    return lost_minor(counting, (case,))[case.id] >= counting.look.rules.operations.major_loss_minor


def lost_minor(counting: Counting, cases: Sequence[Case]) -> dict[str, int]:
    """What was lost in each case by its reports, CNY; a duplicate's counts in the report that it was merged into."""
    named = sorted({report for case in cases for report in case.reports})
    reports = {one.id: one for one in counting.look.unit.records(Report).get_many(named)}
    return {
        case.id: sum(
            reports[one].lost_minor.get(DEFAULT_CURRENCY, 0)
            for one in dict.fromkeys(case.reports)
            if one in reports and not reports[one].merged_into
        )
        for case in cases
    }
