"""What measures add to figures: money asked to be stopped, stopped, frozen, paid back, and held back at the payer's bank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fanzha.measures.model import CallBackOutcome, Measure, MeasureKind, OriginKind
from fanzha.measures.orders import Order, Outcome
from fanzha.measures.stood import begin_order, stood_at
from fanzha.services.desk.counting.entries import Counting, Entry, Parts, class_of

NEEDS: Final = "holds"
ASKED = ("funds_stop_asked", "receipts_in_time")
MEASURES = (
    *ASKED, "funds_stopped", "funds_stopped_again", "accounts_stopped", "funds_frozen", "accounts_frozen",
    "money_returned", "victims_repaid", "funds_intercepted", "loss_recovered",
)  # fmt: skip
_BY_KIND = {
    MeasureKind.STOP_PAYMENT: ("funds_stopped", "funds_stopped_again", "accounts_stopped"),
    MeasureKind.FREEZE: ("funds_frozen", "accounts_frozen"),
    MeasureKind.RETURN: ("money_returned", "victims_repaid", "loss_recovered"),
    MeasureKind.PAYER_HOLD: ("funds_intercepted", "loss_recovered"),
}


def count_measures(counting: Counting) -> Iterator[Entry]:
    """The entries of the measures carried out during the span, and of the stops asked for in it."""
    for kind, told in _BY_KIND.items():
        if counting.wants(*told):
            for rows, parts in _rows(counting, "starts_us", kind):
                yield from _entries(counting, kind, rows, parts)
    if counting.wants(*ASKED):
        for rows, parts in _rows(counting, "drafted_us", MeasureKind.STOP_PAYMENT):
            for measure in rows:
                yield from _asked(measure, parts[measure.id], counting.span.as_of_us)


def _rows(counting: Counting, instant: str, kind: MeasureKind) -> Iterator[tuple[list[Measure], dict[str, Parts]]]:
    """The measures of a kind page by page, each with its parts; the place and the class are those of its case."""
    span = counting.span
    for rows in span.pages(counting.look.unit.records(Measure), instant, kind=kind.value):
        cases = counting.cases(measure.request.case for measure in rows)
        parts = {}
        for measure in rows:
            case = cases.get(measure.request.case)
            place = "" if case is None else case.jurisdiction
            if span.covers(place):
                parts[measure.id] = Parts(measure.organisation, place, class_of(case, span.as_of_us))
        yield [measure for measure in rows if measure.id in parts], parts


def _entries(
    counting: Counting, kind: MeasureKind, rows: Sequence[Measure], parts: dict[str, Parts]
) -> Iterator[Entry]:
    earlier = repeated(counting, rows) if kind is MeasureKind.STOP_PAYMENT else {}
    for measure in rows:
        stood = stood_at(measure, counting.span.as_of_us)
        if not stood.executed:
            continue
        mine, currency, minor = parts[measure.id], measure.request.scope.currency, stood.executed_minor
        account = f"{measure.target.reference}@{measure.target.institution}"
        match kind:
            case MeasureKind.STOP_PAYMENT:
                yield Entry("funds_stopped", measure.id, mine, minor, currency=currency)
                yield Entry("accounts_stopped", measure.id, mine, key=account)
                if measure.id in earlier:
                    again = min(minor or 0, earlier[measure.id])
                    yield Entry("funds_stopped_again", measure.id, mine, again, currency=currency)
            case MeasureKind.FREEZE:
                yield Entry("funds_frozen", measure.id, mine, minor, currency=currency)
                yield Entry("accounts_frozen", measure.id, mine, key=account)
            case MeasureKind.RETURN:
                yield Entry("money_returned", measure.id, mine, minor, currency=currency)
                yield Entry("loss_recovered", measure.id, mine, minor, currency=currency)
                yield Entry("victims_repaid", measure.id, mine, key=measure.request.beneficiary)
            case _:
                if _given_up(measure, counting.span.as_of_us):
                    held = measure.request.scope.amount_minor if minor is None else minor
                    yield Entry("funds_intercepted", measure.id, mine, held, currency=currency)
                    yield Entry("loss_recovered", measure.id, mine, held, currency=currency)


def repeated(counting: Counting, stops: Sequence[Measure]) -> dict[str, int]:
    """Of the stops that repeat an earlier one, what the earlier one held: that is the same money once more."""
    origins = {
        stop.id: stop.request.origin.id
        for stop in stops
        if stop.request.origin is not None and stop.request.origin.kind is OriginKind.REPEAT
    }
    found = counting.look.unit.records(Measure).get_many(sorted(set(origins.values())))
    held = {stop.id: stood_at(stop, counting.span.as_of_us).executed_minor or 0 for stop in found}
    return {stop: held.get(origin, 0) for stop, origin in origins.items()}


def left(order: Order | None, as_of_us: int) -> bool:
    """Whether the order had left by then; one that was answered has, whoever forgot to note it."""
    return order is not None and order.sent_us is not None and order.sent_us <= as_of_us


def _asked(measure: Measure, parts: Parts, as_of_us: int) -> Iterator[Entry]:
    order = begin_order(measure)
    answers = [one for one in measure.receipts if order is not None and one.order == order.id]
    deciding = [one.arrived_us for one in answers if one.outcome is not Outcome.RECEIVED and one.arrived_us <= as_of_us]
    if order is None or not (left(order, as_of_us) or deciding):
        return
    yield Entry("funds_stop_asked", measure.id, parts, order.amount_minor, currency=measure.request.scope.currency)
    due_us = order.receipt_due_us
    if due_us is not None and (deciding or as_of_us > due_us):
        in_time = bool(deciding) and min(deciding) <= due_us
        yield Entry("receipts_in_time", measure.id, parts, int(in_time), weight=1)


def _given_up(hold: Measure, as_of_us: int) -> bool:
    return any(call.outcome is CallBackOutcome.GIVES_UP and call.at_us <= as_of_us for call in hold.call_backs)
