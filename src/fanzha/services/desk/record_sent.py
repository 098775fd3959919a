"""An order left: the outbox noted it, or an officer handed it over or issued it elsewhere under its own number."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound
from fanzha.measures import sending
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk


def record_sent(desk: Desk, actor: Actor, order_id: str, channel: Channel, *, document: str = "") -> Measure:
    """Notes that the order of that request id left; noting it again changes nothing.

    Raises NotAllowed when the measure is void or over by now, or an order issued elsewhere has no number (文号).
    """
    with acting(desk, actor, "order.send", Subject("order", order_id)) as work:
        found = work.unit.records(Measure).find(Query(mentions={"order": order_id}, limit=1)).rows
        if not found:
            raise NotFound(f"there is no order {order_id}, or you may not see it")
        measure = work.load(Measure, found[0].id, Action.ORDER_SENT)
        change = sending.record_sent(
            measure, order_id, actor, work.rules.measures, work.now_us, channel=channel, document=document
        )
        return keep_measure(work, change) if change.events else measure
