"""Why so much was stopped and so little frozen: the money asked to be stopped in a period, followed to what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.stood import begin_order, stood_at
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.count_figures import FiguresWanted, counting_of, span_of
from fanzha.services.desk.counting.count_measures import left, repeated
from fanzha.services.desk.counting.entries import Counting
from fanzha.services.desk.model import Desk
from fanzha.statistics import Fate, FreezeRow, Funnel, StopRow, make_funnel

FATES: Final[Mapping[Status, Fate]] = {
    Status.LIFTED: Fate.LIFTED, Status.LAPSED: Fate.LAPSED, Status.CONVERTED: Fate.FROZEN,
    Status.EXECUTED: Fate.STANDING, Status.PARTIAL: Fate.STANDING, Status.REFUSED: Fate.REFUSED,
    Status.REJECTED: Fate.REFUSED, Status.WITHDRAWN: Fate.REFUSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoppedMoney:
    """The way of the money, and the measures in other currencies that are not in it."""

    funnel: Funnel
    as_of_us: int
    other_currencies: tuple[str, ...]


def follow_stopped_money(desk: Desk, actor: Actor, wanted: FiguresWanted) -> StoppedMoney:
    """The stops carried out in the period or asked for in it and not carried out, and the freezes carried out in it.

    Stops are those of the headline `funds_stopped`, so that its value is the funnel's. Only amounts in CNY add up.
    Raises as `count_figures`.
    """
    with looking(
        desk, actor, "figure.follow", Subject("organisation", wanted.organisation or actor.organisation)
    ) as look:
        return stopped_money_of(look, wanted)


def stopped_money_of(look: Look, wanted: FiguresWanted) -> StoppedMoney:
    """The same for a use case that is at work already."""
    span = span_of(look, wanted)
    counting = counting_of(look, span, ())
    others: list[str] = []
    stops = tuple(_stops(counting, others))
    freezes = tuple(_freezes(counting, others))
    return StoppedMoney(make_funnel(stops, freezes), span.as_of_us, tuple(others))


def _stops(counting: Counting, others: list[str]) -> Iterator[StopRow]:
    as_of_us, stops = counting.span.as_of_us, counting.look.unit.records(Measure)
    for rows in counting.span.pages(stops, "starts_us", kind=MeasureKind.STOP_PAYMENT.value):
        again = repeated(counting, rows)
        into = {
            one.id: one for one in stops.get_many(sorted({row.converted_into for row in rows if row.converted_into}))
        }
        for row in rows:
            if _skips(counting, row, others):
                continue
            stood, order = stood_at(row, as_of_us), begin_order(row)
            freeze = into.get(row.converted_into)
            went_on = 0 if freeze is None else stood_at(freeze, as_of_us).executed_minor or 0
            yield StopRow(
                row.id, None if order is None else order.amount_minor, stood.executed_minor if stood.executed else None,
                FATES.get(stood.status, Fate.WAITING), again.get(row.id, 0), went_on,
            )  # fmt: skip
    for rows in counting.span.pages(stops, "drafted_us", kind=MeasureKind.STOP_PAYMENT.value):
        for row in rows:
            order, stood = begin_order(row), stood_at(row, as_of_us)
            gone = left(order, as_of_us) or bool(row.receipts)
            if order is None or stood.executed or not gone or _skips(counting, row, others):
                continue
            yield StopRow(row.id, order.amount_minor, None, FATES.get(stood.status, Fate.WAITING))


def _freezes(counting: Counting, others: list[str]) -> Iterator[FreezeRow]:
    as_of_us = counting.span.as_of_us
    freezes = counting.look.unit.records(Measure)
    for rows in counting.span.pages(freezes, "starts_us", kind=MeasureKind.FREEZE.value):
        for row in rows:
            stood = stood_at(row, as_of_us)
            if not stood.executed or _skips(counting, row, others):
                continue
            yield FreezeRow(
                row.id, stood.executed_minor or 0, FATES.get(stood.status, Fate.STANDING),
                "" if row.request.origin is None else row.request.origin.id, stood.returned_minor, stood.released_minor,
            )  # fmt: skip


def _skips(counting: Counting, measure: Measure, others: list[str]) -> bool:
    """Whether it is of another currency, which is told beside the sums, or of another place."""
    if measure.request.scope.currency != DEFAULT_CURRENCY:
        others.append(measure.id)
        return True
    if not counting.span.jurisdiction:
        return False
    case = counting.cases([measure.request.case]).get(measure.request.case)
    return not counting.span.covers("" if case is None else case.jurisdiction)
