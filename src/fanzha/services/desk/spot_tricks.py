"""Reports of the last days that may tell of a trick that the taxonomy does not know, by what earlier ones are like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from fanzha.casework import Case, Report
from fanzha.core.time import DAY_US
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import Look
from fanzha.services.desk.count_figures import FiguresWanted, span_of
from fanzha.services.desk.counting.entries import class_of
from fanzha.services.desk.listing import every
from fanzha.statistics import Period
from fanzha.statistics.new_tricks import Narrative, TrickFinding, find_tricks

LATE_DAYS: Final = 7
EARLIER_DAYS: Final = 60
LATE_MAX, EARLIER_MAX = 900, 1500  # the newest; more would only take longer


def tricks_of(look: Look, body: str, day: Period) -> TrickFinding:
    """What the reports of a week up to the day tell, against those of sixty days before; of a body and those below it."""
    span = span_of(look, FiguresWanted(day, organisation=body))
    until_us = min(span.until_us, span.as_of_us + 1)
    late_us = span.until_us - LATE_DAYS * DAY_US
    late = _newest(look, span.bodies, Range(late_us, until_us), LATE_MAX)
    earlier = _newest(look, span.bodies, Range(late_us - EARLIER_DAYS * DAY_US, late_us), EARLIER_MAX)
    return find_tricks(list(_narratives(look, earlier, span.as_of_us)), list(_narratives(look, late, span.as_of_us)))


def _newest(look: Look, bodies: tuple[str, ...], time: Range, most: int) -> list[Report]:
    query = Query(
        within={"organisation": bodies}, ranges={"received_at_us": time}, order_by="received_at_us", descending=True
    )
    told = (report for report in every(look.unit.records(Report), query) if not report.merged_into)
    return list(islice(told, most))


def _narratives(look: Look, reports: Iterable[Report], as_of_us: int) -> Iterator[Narrative]:
    held = list(reports)
    ids = sorted({report.case for report in held if report.case})
    cases = {case.id: case for case in look.unit.records(Case).get_many(ids)}
    for report in held:
        yield Narrative(report.id, report.narrative, class_of(cases.get(report.case), as_of_us))
