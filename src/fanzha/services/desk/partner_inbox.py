"""The inbox of an institution's desk: the orders addressed to it, those without an answer first, and its own measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import NotFound
from fanzha.measures.lifecycle import ENDED, HOLDING, WAITING, Status
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.orders import UNANSWERED, Order, Receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.lists import ListWanted, Reading
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import ORDERED, Sight

LOOKED_AT_MAX: Final = 500  # measures of a state that are looked through for orders without an answer
_NEW: Final = tuple(sorted((Status.APPROVED, *WAITING)))
_LATER: Final = tuple(sorted(HOLDING)), tuple(sorted(ENDED & frozenset(ORDERED)))


@dataclass(frozen=True, slots=True)
class PartnerOrder:
    """An order as its institution sees it: no more of the measure than the order says, and the institution's answers."""

    measure: Measure
    order: Order
    status: Status
    receipts: tuple[Receipt, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits for the institution's last word."""
        return self.order.status in UNANSWERED


@dataclass(frozen=True, slots=True)
class Inbox:
    """The orders of an institution; `more` where there may be others among measures that were not looked through."""

    institution: str
    orders: tuple[PartnerOrder, ...]
    own: tuple[Measure, ...]
    counts: dict[MeasureKind, int]
    more: bool


def partner_inbox(desk: Desk, actor: Actor, *, answered: bool = False) -> Inbox:
    """The orders that wait for an answer, the next due first; or those that were answered, the newest first."""
    with desk.store.reading() as view:
        reading = Reading(desk, view, actor)
        found, more = _orders(reading)
        own = reading.measures(ListWanted(organisation=actor.organisation)).rows if actor.organisation else ()
    waiting = [one for one in found if one.is_open]
    counts: dict[MeasureKind, int] = {}
    for one in waiting:
        counts[one.measure.kind] = counts.get(one.measure.kind, 0) + 1
    if answered:
        shown = sorted((one for one in found if not one.is_open), key=lambda one: -one.order.prepared_us)
    else:
        shown = sorted(waiting, key=_due)
    return Inbox(reading.sight.institution, tuple(shown), own, counts, more)


def partner_order(desk: Desk, actor: Actor, order_id: str) -> PartnerOrder:
    """One order. Raises NotFound where it was not addressed to the actor's body."""
    with looking(desk, actor, "order.see", Subject("order", order_id)) as look:
        found = look.unit.records(Measure).find(Query(mentions={"order": order_id}, limit=1)).rows
        if not found:
            raise NotFound(f"there is no {order_id}, or you may not see it")
        measure = look.load(Measure, found[0].id, Action.SEE)
        sight = Sight(look.unit, actor, look.rules.access.permissions)
        order = measure.order(order_id)
        assert order is not None, "it was found by this order"
        return _seen(sight.shown(measure), order, look.now_us)


def institution_of(desk: Desk, actor: Actor) -> str:
    """The name of the institution whose desk the actor sits at; that of its body where it has none."""
    with desk.store.reading() as view:
        bodies = view.records(Organisation).get_many((actor.organisation,))
    return next((body.institution or body.name for body in bodies), actor.organisation)


def _orders(reading: Reading) -> tuple[list[PartnerOrder], bool]:
    institution, found, more = reading.sight.institution, list[PartnerOrder](), False
    if not institution:
        return found, more
    for statuses in (_NEW, *_LATER):
        wanted = ListWanted(
            status=tuple(status.value for status in statuses), institution=institution, limit=LOOKED_AT_MAX
        )
        page = reading.measures(wanted)
        more = more or page.next_cursor is not None
        found += [one for measure in page.rows for one in _of(measure, reading.now_us)]
    return found, more


def _of(measure: Measure, now_us: int) -> Iterator[PartnerOrder]:
    for order in measure.orders:
        yield _seen(measure, order, now_us)


def _seen(measure: Measure, order: Order, now_us: int) -> PartnerOrder:
    answers = tuple(receipt for receipt in measure.receipts if receipt.order == order.id)
    return PartnerOrder(measure, order, effective_status(measure, now_us), answers)


def _due(one: PartnerOrder) -> tuple[int, str]:
    due_us = one.order.receipt_due_us
    return (one.order.prepared_us if due_us is None else due_us, one.order.id)
