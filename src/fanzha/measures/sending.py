"""An order leaves: by wire, as a signed file, or issued elsewhere under its own number."""

from __future__ import annotations

from dataclasses import replace

from fanzha.core.actor import Actor
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened, replaced_order
from fanzha.measures.lifecycle import Answer, Event
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel, OrderStatus, Verb
from fanzha.measures.rules import MeasureRules


def record_sent(
    measure: Measure,
    order_id: str,
    actor: Actor,
    rules: MeasureRules,
    now_us: int,
    *,
    channel: Channel,
    document: str = "",
) -> Change:
    """Notes that an order left; noting it again changes nothing, so that the outbox may repeat itself.

    document: its number on the other platform, where it was issued elsewhere; the decision's own 文号 stays with the order.
    Until the institution says when it acted, the term is counted from the sending: no earlier can it have begun.
    """
    policy.check_send(measure, order_id, channel, document, now_us)
    order = measure.order(order_id)
    assert order is not None, "the check lets no unknown order through"
    if order.sent_us is not None:
        return Change(measure)
    elsewhere = document.strip() if channel is Channel.ISSUED_ELSEWHERE else ""
    status = OrderStatus.SENT if order.status is OrderStatus.PREPARED else order.status
    sent = replace(
        order,
        status=status,
        channel=channel,
        document=order.document or ("" if elsewhere else document.strip()),
        elsewhere=elsewhere,
        sent_us=now_us,
        sent_by=actor.id,
        receipt_due_us=rules.of(measure.kind, now_us).receipt_within.end_of(now_us, rules.work),
    )
    changed = replaced_order(measure, sent)
    if order.verb is Verb.BEGIN:
        step = policy.check_event(measure, Event.SEND, now_us)
        if step.answer is Answer.MOVES:
            changed = replace(changed, status=step.to, sent_us=now_us, ends_us=rules.end_of(measure.request, now_us))
    detail = {"order": order_id, "channel": channel.value, "document": document}
    return Change(changed, (happened(Happening.ORDER_SENT, changed, actor, now_us, **detail),))
