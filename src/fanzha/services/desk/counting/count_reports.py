"""What reports add to figures: how many, what was lost, and how soon money was stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fanzha.casework import Case, Report
from fanzha.core.time import MINUTE_US
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.stood import stood_at
from fanzha.ports.record_query import Query
from fanzha.services.desk.counting.entries import Counting, Entry, Parts, class_of
from fanzha.services.desk.listing import every
from fanzha.statistics import Theme

MEASURES = ("cases_reported", "loss_reported", "minutes_to_stop")


def count_reports(counting: Counting) -> Iterator[Entry]:
    """The entries of the reports taken in during the span; duplicates are counted in the report that they were merged into."""
    records = counting.look.unit.records(Report)
    for rows in counting.span.pages(records, "received_at_us"):
        told = [one for one in rows if not one.merged_into and counting.span.covers(one.jurisdiction)]
        cases = counting.cases(report.case for report in told)
        stops = _first_stops(counting, told) if counting.wants("minutes_to_stop") else {}
        for report in told:
            parts = _parts(report, cases.get(report.case), counting)
            yield Entry("cases_reported", report.id, parts)
            for currency, minor in report.lost_minor.items():
                yield Entry("loss_reported", report.id, parts, minor, currency=currency)
            stopped = [at for at in stops.get(report.case, ()) if at >= report.received_at_us]
            if stopped:
                yield Entry("minutes_to_stop", report.id, parts, (min(stopped) - report.received_at_us) // MINUTE_US)


def themes_of(narrative: str, themes: Sequence[Theme]) -> tuple[str, ...]:
    """The themes whose words a narrative has; none or several."""
    return tuple(theme.id for theme in themes if any(word in narrative for word in theme.words))


def _parts(report: Report, case: Case | None, counting: Counting) -> Parts:
    return Parts(
        report.organisation,
        report.jurisdiction,
        class_of(case, counting.span.as_of_us),
        themes_of(report.narrative, counting.catalogue.themes),
    )


def _first_stops(counting: Counting, reports: Sequence[Report]) -> dict[str, list[int]]:
    """When the stops of the reports' cases were carried out."""
    cases = sorted({report.case for report in reports if report.case})
    found: dict[str, list[int]] = {}
    if not cases:
        return found
    stops = Query(equals={"kind": MeasureKind.STOP_PAYMENT.value}, within={"case_id": cases})
    for stop in every(counting.look.unit.records(Measure), stops):
        if stop.starts_us is not None and stood_at(stop, counting.span.as_of_us).executed:
            found.setdefault(stop.request.case, []).append(stop.starts_us)
    return found
