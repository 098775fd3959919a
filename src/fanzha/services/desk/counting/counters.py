"""Which counter tells which measures, and which of them a body does not keep: what nobody enters is not recorded there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fanzha.casework.errand_model import Errand
from fanzha.casework.publicity import PublicityEntry
from fanzha.measures.model import Measure, MeasureKind
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import Look
from fanzha.services.desk.counting import (
    count_cases,
    count_clues,
    count_errands,
    count_measures,
    count_publicity,
    count_reports,
    count_results,
)
from fanzha.services.desk.counting.entries import Counting, Entry, Span
from fanzha.statistics import Catalogue

Counter = Callable[[Counting], Iterator[Entry]]


def counters_of(catalogue: Catalogue) -> tuple[tuple[tuple[str, ...], Counter], ...]:
    """Each counter with the measures of the catalogue that it tells."""

    def out_of(records: str) -> tuple[str, ...]:
        return tuple(own.measure for own in catalogue.own.values() if own.records == records)

    return (
        (count_reports.MEASURES, count_reports.count_reports),
        (count_cases.MEASURES, count_cases.count_cases),
        (count_cases.MAJOR, count_cases.count_major),
        (count_clues.MEASURES, count_clues.count_clues),
        (count_measures.MEASURES, count_measures.count_measures),
        (out_of("results"), count_results.count_results),
        (count_results.STRIKES, count_results.count_strikes),
        (out_of("errands"), count_errands.count_errands),
        (count_publicity.MEASURES, count_publicity.count_publicity),
    )


def unkept(look: Look, span: Span, measures: tuple[str, ...]) -> frozenset[str]:
    """The measures of records that the bodies did not keep in the span: they have no value, which is not nothing."""
    own = look.rules.indicators.own
    needed = {one: own[one].needs for one in measures if one in own and own[one].needs}
    kept = {needs: _KEPT[needs](look, span) for needs in set(needed.values())}
    return frozenset(one for one, needs in needed.items() if not kept[needs])


def _operations(look: Look, span: Span) -> bool:
    """Whether an operation was under way, into which results were entered."""
    led = count_results.operations_of(look, span)
    return any(one.was_open(span.from_us, span.until_us, span.as_of_us) for one in led)


def _governance(look: Look, span: Span) -> bool:
    """Whether any matter had been asked by the end."""
    matters = tuple(sorted(look.rules.governance.matters))
    wanted = Query(
        within={"organisation": span.bodies, "matter": matters}, ranges={"sent_at_us": _until(span)},
        order_by="sent_at_us", limit=1,
    )  # fmt: skip
    return bool(look.unit.records(Errand).find(wanted).rows)


def _publicity(look: Look, span: Span) -> bool:
    """Whether anything had been entered for a day before the end."""
    wanted = Query(within={"organisation": span.bodies}, ranges={"at_us": _until(span)}, order_by="at_us", limit=1)
    return bool(look.unit.records(PublicityEntry).find(wanted).rows)


def _holds(look: Look, span: Span) -> bool:
    """Whether any payment had been asked to be held back at the payer's bank by the end."""
    wanted = Query(
        equals={"kind": MeasureKind.PAYER_HOLD.value}, within={"organisation": span.bodies},
        ranges={"drafted_us": _until(span)}, order_by="drafted_us", limit=1,
    )  # fmt: skip
    return bool(look.unit.records(Measure).find(wanted).rows)


def _until(span: Span) -> Range:
    return Range(None, min(span.until_us, span.as_of_us + 1))


_KEPT: Final[Mapping[str, Callable[[Look, Span], bool]]] = {
    count_results.NEEDS: _operations, count_errands.NEEDS: _governance, count_publicity.NEEDS: _publicity,
    count_measures.NEEDS: _holds,
}  # fmt: skip
