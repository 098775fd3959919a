"""What a month at the desk came to: everybody's money, how fast it was stopped, what was ordered, and whether it adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, Final

from fanzha import casework
from fanzha.casework import Case, Clue, EventKind, QuickCheckFigure, Report, WorkEvent
from fanzha.core.money import format_minor
from fanzha.core.time import MINUTE_US
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.case_law import LawRow, case_law
from fanzha.services.desk.listing import every
from fanzha.simulation.demo.play import Place

SUMS: Final = ("lost", "reattributed", "held", "returned", "exited", "unknown", "difference")
MARK: Final = "模拟: nobody and nothing in this city is real"


def summary_of(place: Place, begins_us: int) -> dict[str, Any]:
    """The figures of the month, as JSON; the same city, seed and version give the same."""
    with place.desk.store.reading() as view:
        cases = tuple(every(view.records(Case), Query()))
        measures = tuple(every(view.records(Measure), Query()))
        reports = tuple(every(view.records(Report), Query()))
        laws = [case_law(view, case, place.books.evidence) for case in cases]
        clues = _clues_figure(place, view, begins_us)
        returns = tuple(every(view.records(ReturnProcedure), Query()))
    rows = [row for law in laws for row in law.totals]
    minutes = minutes_to_stop(reports, measures)
    faults = [fault for law in laws for fault in law.faults]
    return {
        "reports": len(reports), "cases": len(cases), **_sums(rows),
        "median_minutes_to_stop": round(median(minutes), 1) if minutes else None,
        "reports_with_a_stop": len(minutes),
        "clues": clues.counted + len(clues.pending), "clues_within_3h": _share(clues),
        "measures": _counted(measures), "returns": dict(sorted(Counter(one.status.value for one in returns).items())),
        "orders": sum(len(measure.orders) for measure in measures), "faults": faults, "mark": MARK,
    }  # fmt: skip


def _sums(rows: Iterable[LawRow]) -> dict[str, str]:
    told = list(rows)
    return {name: format_minor(sum(getattr(row, f"{name}_minor") for row in told)) for name in SUMS}


def _clues_figure(place: Place, view: WorkView, begins_us: int) -> QuickCheckFigure:
    counted = {clue.id for clue in every(view.records(Clue), Query())}
    kinds = tuple(kind.value for kind in EventKind if kind.partition(".")[0] in {"clue", "record"})
    events = (
        event
        for event in every(view.records(WorkEvent), Query(within={"kind": kinds}, order_by="at_us"))
        if event.record in counted
    )
    now_us = place.desk.clock.now_us()
    return casework.quick_check_figure(events, place.desk.rules.casework, begins_us, now_us, now_us)


def _share(figure: QuickCheckFigure) -> float | None:
    points = figure.share_basis_points
    return None if points is None else points / 10_000


def minutes_to_stop(reports: Sequence[Report], measures: Sequence[Measure]) -> list[float]:
    """Of each report that led to one, how long until the first stop of its case held."""
    held: dict[str, int] = {}
    for measure in measures:
        if measure.kind is MeasureKind.STOP_PAYMENT and measure.starts_us is not None and measure.request.case:
            held[measure.request.case] = min(measure.starts_us, held.get(measure.request.case, measure.starts_us))
    return [
        (held[report.case] - report.received_at_us) / MINUTE_US
        for report in reports
        if report.case and report.case in held
    ]


def _counted(measures: Iterable[Measure]) -> dict[str, dict[str, int]]:
    """By kind and state."""
    found: dict[str, Counter[str]] = {}
    for measure in measures:
        found.setdefault(measure.kind.value, Counter())[measure.status.value] += 1
    return {kind: dict(sorted(states.items())) for kind, states in sorted(found.items())}
