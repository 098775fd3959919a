"""Other orders on the very payment that a request is about: one victim's money is stopped once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, MeasureKind, Request, effective_status
from fanzha.services.desk.acting import Look
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class SamePayment:
    """Another order, of the same case or of another; of one that the actor may not see, only what it is and how it stands."""

    kind: MeasureKind
    status: Status
    id: str = ""
    case: str = ""
    organisation: str = ""


def same_payment(look: Look, measure: Measure, others: Iterable[Measure]) -> tuple[SamePayment, ...]:
    """The open orders among those on the account whose fact is the same payment, without what the measure continues.

    Amount and currency are equal, and the instants as close as those of a report that was told twice.
    """
    origin = measure.request.origin
    own = {measure.id} if origin is None else {measure.id, origin.id}
    return tuple(_seen(look, each) for each in _of_same(look, measure.request, others) if each.id not in own)


def _of_same(look: Look, request: Request, others: Iterable[Measure]) -> Iterator[Measure]:
    if request.fact is None:
        return
    fields, close_us = request.fact.fields, look.rules.casework.duplicates.payment_us
    for each in others:
        theirs = each.request.fact
        if theirs is None or each.kind is not request.kind:
            continue
        status = effective_status(each, look.now_us)
        same = (theirs.fields.amount_minor, each.request.scope.currency) == (
            fields.amount_minor,
            request.scope.currency,
        )
        if same and abs(theirs.fields.time_us - fields.time_us) <= close_us and status in OPEN - {Status.DRAFT}:
            yield each


def _seen(look: Look, measure: Measure) -> SamePayment:
    status = effective_status(measure, look.now_us)
    if not Sight(look.unit, look.actor, look.rules.access.permissions).sees(measure):
        return SamePayment(measure.kind, status)
    return SamePayment(measure.kind, status, measure.id, measure.request.case, measure.organisation)
