"""Prepared orders go into the outbox of the partner that they are for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from fanzha.core.actor import Organisation
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import FactCheck, Measure, OriginKind, Request, Scope
from fanzha.measures.orders import Order, OrderStatus, Verb
from fanzha.ports.work_queues import OutMessage
from fanzha.services.desk.acting import Work
from fanzha.services.desk.bodies import partner_of

ORDER_TOPIC: Final = "measure."  # begins the topic of every order
ORDER_FORMAT: Final = "fanzha-order/1"
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
# Of an order, what may not change from its preparing to its leaving: what its institution does, to whom, with how much,
# for how long, and by which article. The case, its filing and the body may change by a merge, a filing or a hand-over.
ASKED_FOR: Final = (
    "format", "request_id", "verb", "original", "continues", "measure", "kind", "document", "basis", "target", "scope",
    "period", "until", "fact", "questions", "payee", "prepared_at",
)  # fmt: skip


def put_orders_down(work: Work, measure: Measure) -> None:
    """Puts every order down that was prepared and is not in the outbox yet.

    An order to an institution that is no connected partner waits to be printed or issued elsewhere.
    """
    waiting = [
        order
        for order in measure.orders
        if order.status is OrderStatus.PREPARED and work.unit.outbox.state(order.id) is None
    ]
    if not waiting:
        return
    recipient = partner_of(work.unit.records(Organisation), measure.target.institution)
    if not recipient:
        return
    for order in waiting:
        work.unit.outbox.put(order_message(measure, order, recipient, work.now_us))


def put_new_orders_down(work: Work, measures: Sequence[Measure]) -> None:
    """Puts the orders of many measures down of which none can be in the outbox yet."""
    recipients: dict[str, str] = {}
    messages: list[OutMessage] = []
    for measure in measures:
        institution = measure.target.institution
        if institution not in recipients:
            recipients[institution] = partner_of(work.unit.records(Organisation), institution)
        if recipients[institution]:
            messages += [
                order_message(measure, order, recipients[institution], work.now_us) for order in measure.orders
            ]
    work.unit.outbox.put_many(messages)


def order_message(measure: Measure, order: Order, recipient: str, due_us: int) -> OutMessage:
    """The order as it is handed over; its id is the request id."""
    return OutMessage(
        request_id=order.id, recipient=recipient, topic=f"{ORDER_TOPIC}{order.verb}",
        body=order_body(measure, order), created_us=order.prepared_us, due_us=due_us, subject_id=measure.id,
    )  # fmt: skip


def is_as_prepared(message: OutMessage, measure: Measure, order: Order) -> bool:
    """Whether a message asks for what its measure says: the audit vouches for measures, but not for the outbox.

    The case and its filing are not compared, which a merge or a filing may have changed since. A body must have put its
    name to the measure, or answer for it now.
    """
    try:
        said = json.loads(message.body)
    except ValueError:
        return False
    wanted = json.loads(order_body(measure, order))
    bodies = {measure.organisation, *(sign.organisation for sign in measure.approvals)}
    return (
        isinstance(said, dict)
        and all(said.get(name) == wanted[name] for name in ASKED_FOR)
        and said.get("organisation") in bodies
    )


def order_body(measure: Measure, order: Order) -> str:
    """The order as JSON: what the institution must know to carry it out, and nothing about the case besides its id."""
    request = measure.request
    currency = request.scope.currency
    body: dict[str, Any] = {
        "format": ORDER_FORMAT,
        "request_id": order.id,
        "verb": order.verb,
        "original": order.original,
        "continues": _continued(request, order),
        "measure": measure.id,
        "kind": measure.kind,
        "organisation": measure.organisation,
        "case": request.case,
        "filing": request.filing,
        "document": request.document,
        "basis": "" if request.basis is None else str(request.basis),
        "target": {
            "kind": request.target.kind,
            "reference": request.target.reference,
            "holder": request.target.holder,
            "institution": request.target.institution,
        },
        "scope": _scope(request.scope, order),
        "period": None if request.period is None else {"count": request.period.count, "unit": request.period.unit},
        "until": None if order.until_us is None else format_instant(order.until_us),
        "fact": None if request.fact is None else _four_fields(request.fact, currency),
        "questions": [
            {
                "account": question.account,
                "holder": question.holder,
                "from": format_instant(question.from_us),
                "until": format_instant(question.until_us),
            }
            for question in request.questions
        ],
        "payee": request.payee,
        "prepared_at": format_instant(order.prepared_us),
    }
    return _WRITER.encode(body)


def _continued(request: Request, order: Order) -> str:
    """The order whose measure ends in the moment in which this one begins: a stop that turns into a freeze."""
    origin = request.origin
    if order.verb is not Verb.BEGIN or origin is None or origin.kind is not OriginKind.CONVERSION:
        return ""
    return f"{origin.id}.{Verb.BEGIN.value}"


def _scope(scope: Scope, order: Order) -> dict[str, Any]:
    return {"modes": scope.modes, "amount": _amount(order.amount_minor, scope.currency), "currency": scope.currency}


def _amount(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else format_minor(amount_minor, exponent_of(currency))


def _four_fields(fact: FactCheck, currency: str) -> dict[str, Any]:
    fields = fact.fields
    return {
        "holder": fields.holder,
        "account": fields.account,
        "amount": _amount(fields.amount_minor, currency),
        "time": format_instant(fields.time_us),
        "hop": fact.hop,
    }
