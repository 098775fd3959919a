"""What operations add to figures: what was taken down, who was brought in, what was seized, who was sent; by when it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fanzha.casework import Case
from fanzha.casework.operations import Category, Operation, OperationResult
from fanzha.casework.operations.tally import measures_of
from fanzha.core.actor import Organisation
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import Look
from fanzha.services.desk.counting.entries import Counting, Entry, Parts, Span, class_of
from fanzha.services.desk.listing import every

NEEDS: Final = "operations"
STRIKES: Final = ("cluster_strikes", "cross_border_operations", "cluster_cases", "cross_border_cases")
_BY_CATEGORY: Final[Mapping[Category, tuple[str, str]]] = {
    Category.CLUSTER: ("cluster_strikes", "cluster_cases"),
    Category.CROSS_BORDER: ("cross_border_operations", "cross_border_cases"),
}


def operations_of(look: Look, span: Span) -> Iterator[Operation]:
    """The operations that the bodies lead."""
    drafted = Range(None, min(span.until_us, span.as_of_us + 1))
    wanted = Query(within={"organisation": span.bodies}, ranges={"drafted_at_us": drafted}, order_by="drafted_at_us")
    return every(look.unit.records(Operation), wanted)


def count_results(counting: Counting) -> Iterator[Entry]:
    """The entries of what happened in the span; a correction counts when and as what it corrects, with its sign.

    A den is of the place where it stood, as its entry says; everything else, and a den that says none, of the place of the
    body that entered it.
    """
    span, look = counting.span, counting.look
    entered = Range(span.from_us, span.as_of_us + 1)  # nothing is entered before it happened
    wanted = Query(within={"organisation": span.bodies}, ranges={"entered_us": entered}, order_by="entered_us")
    known = {one.id: one for one in every(look.unit.records(OperationResult), wanted)}
    places, classes = _places(look, known.values()), _classes(look, known.values())
    for result in known.values():
        about = known.get(result.corrects) if result.corrects else result
        if about is None or not span.holds(about.draft.at_us):
            continue
        den = about.draft.take_down
        place = (den.jurisdiction if den is not None else "") or places.get(about.body, "")
        if span.covers(place):
            target = "" if den is None else den.target
            parts = Parts(result.organisation, place, classes.get(result.operation, ""), target=target)
            yield from _counted(counting, result, known, parts)


def _counted(
    counting: Counting, result: OperationResult, known: Mapping[str, OperationResult], parts: Parts
) -> Iterator[Entry]:
    """What one entry adds; cash of another currency stands beside the figure of the first."""
    rules = counting.look.rules.operations
    goods = result.draft.goods
    if goods is not None and goods.currency != DEFAULT_CURRENCY:
        yield Entry(rules.items[goods.item].measure, result.id, parts, result.quantity, currency=goods.currency)
        return
    for measure in measures_of(result, known, rules, counting.span.as_of_us):
        yield Entry(measure, result.id, parts, result.quantity)


def count_strikes(counting: Counting) -> Iterator[Entry]:
    """The entries of the cluster and cross-border operations that began in the span, and of their cases."""
    span = counting.span
    for operation in operations_of(counting.look, span):
        told = _BY_CATEGORY.get(operation.plan.category)
        if told is None or not span.holds(operation.begun_us(span.as_of_us)):
            continue
        place = _place(counting.look, operation.organisation)
        if span.covers(place):
            yield Entry(told[0], operation.id, Parts(operation.organisation, place, operation.plan.class_slug))
        for case in counting.look.unit.records(Case).get_many(dict.fromkeys(operation.cases)):
            if not case.merged_into and span.covers(case.jurisdiction):
                parts = Parts(case.organisation, case.jurisdiction, class_of(case, span.as_of_us))
                yield Entry(told[1], case.id, parts)


def _places(look: Look, results: Iterable[OperationResult]) -> dict[str, str]:
    bodies = look.unit.records(Organisation).get_many(sorted({one.body for one in results}))
    return {body.id: body.jurisdiction for body in bodies}


def _place(look: Look, body: str) -> str:
    return next((one.jurisdiction for one in look.unit.records(Organisation).get_many((body,))), "")


def _classes(look: Look, results: Iterable[OperationResult]) -> dict[str, str]:
    operations = look.unit.records(Operation).get_many(sorted({one.operation for one in results}))
    return {one.id: one.plan.class_slug for one in operations}
