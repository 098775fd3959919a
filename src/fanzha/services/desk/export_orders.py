"""Orders whose institution is not connected: listed, and written as signed files for somebody to carry there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fanzha.access import OWN_KEY, Action, LinkChannel, PartnerLink
from fanzha.audit import Subject, done
from fanzha.core.actor import MACHINE
from fanzha.core.errors import NotAllowed, NotFound, Refused
from fanzha.measures import policy
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel, Order, OrderStatus
from fanzha.ports.dispatcher import Dispatcher, Verdict
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import Delivery, OutMessage
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import acting
from fanzha.services.desk.dispatch_orders import CHANGED
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.orders_out import ORDER_TOPIC, is_as_prepared, order_message

LISTED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An approved order that no connected partner takes."""

    message: OutMessage
    measure: str
    institution: str
    verb: str
    obstacle: str = ""  # why it may not leave any more


def list_waiting_orders(desk: Desk) -> tuple[WaitingOrder, ...]:
    """Every order that waits to be printed, carried or issued elsewhere, oldest first."""
    now_us = desk.clock.now_us()
    with desk.store.reading() as view:
        linked = {link.organisation for link in every(view.records(PartnerLink), Query(equals={"state": "active"}))}
        found = [
            (measure, order, state.message)
            for state in view.outbox.undelivered(LISTED_MAX, topic=ORDER_TOPIC)
            if state.delivery is Delivery.WAITING and state.message.recipient not in linked
            for measure, order in _order_of(view, state.message)
        ]
        for measure in every(view.records(Measure), Query(equals={"status": Status.APPROVED.value})):
            found += [
                (measure, order, order_message(measure, order, measure.target.institution, now_us))
                for order in measure.orders
                if view.outbox.state(order.id) is None
            ]
    prepared = (each for each in found if each[1].status is OrderStatus.PREPARED and each[1].sent_us is None)
    return tuple(_waiting(measure, order, message, now_us) for measure, order, message in prepared)


def export_order(desk: Desk, dispatcher: Dispatcher, waiting: WaitingOrder, folder: str) -> str:
    """Writes one as a signed file under the folder and gives where; it goes on waiting until somebody notes that it left.

    Raises NotAllowed when it may not leave any more, Refused when it cannot be written.
    """
    order_id = waiting.message.request_id
    with acting(desk, MACHINE, "order.export", Subject("order", order_id)) as work:
        measure = work.load(Measure, waiting.measure, Action.ORDER_SENT)
        policy.check_send(measure, order_id, Channel.SIGNED_FILE, "", work.now_us)
        order = measure.order(order_id)
        if order is None or not is_as_prepared(waiting.message, measure, order):
            raise NotAllowed(CHANGED, f"order {order_id} in the outbox asks for something else than its measure says")
        address = f"{folder}/{_folder_name(waiting.message.recipient)}"
        link = PartnerLink("", 0, waiting.message.recipient, LinkChannel.SIGNED_FILE, address, "", "", OWN_KEY)
        handed = dispatcher.send(link, waiting.message)
        if handed.verdict is not Verdict.ACCEPTED:
            raise Refused(handed.reason)
        subject, said = Subject("measure", measure.id), {"order": order_id, "to": waiting.message.recipient}
        work.unit.audit.append(done(MACHINE, work.now_us, "order.export", subject, case=work.case, details={**said}))
    return address


def _folder_name(recipient: str) -> str:
    """An institution's name as somebody typed it, fit for a folder."""
    return re.sub(r"[^\w-]", "_", recipient) or "_"


def _order_of(view: WorkView, message: OutMessage) -> tuple[tuple[Measure, Order], ...]:
    try:
        measure = view.records(Measure).get(message.subject_id)
    except NotFound:
        return ()
    order = measure.order(message.request_id)
    return () if order is None else ((measure, order),)


def _waiting(measure: Measure, order: Order, message: OutMessage, now_us: int) -> WaitingOrder:
    obstacle: NotAllowed | None = policy.why_not(policy.check_send, measure, order.id, Channel.SIGNED_FILE, "", now_us)
    said = "" if obstacle is None else str(obstacle)
    return WaitingOrder(message, measure.id, order.institution, order.verb.value, said)
