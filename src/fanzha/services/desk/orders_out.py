"""Prepared orders go into the outbox of the partner that they are for."""

from __future__ import annotations

import json
from typing import Any

from fanzha.core.actor import Organisation
from fanzha.core.time import format_instant
from fanzha.measures.model import FactCheck, Measure, Scope
from fanzha.measures.orders import Order, OrderStatus
from fanzha.ports.work_queues import OutMessage
from fanzha.services.desk.acting import Work
from fanzha.services.desk.bodies import partner_of


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
        message = OutMessage(
            request_id=order.id, recipient=recipient, topic=f"measure.{order.verb}",
            body=order_body(measure, order), created_us=order.prepared_us, due_us=work.now_us, subject_id=measure.id,
        )  # fmt: skip
        work.unit.outbox.put(message)


def order_body(measure: Measure, order: Order) -> str:
    """The order as JSON: what the institution must know to carry it out, and nothing about the case besides its id."""
    request = measure.request
    body: dict[str, Any] = {
        "request_id": order.id,
        "verb": order.verb,
        "original": order.original,
        "measure": measure.id,
        "kind": measure.kind,
        "organisation": measure.organisation,
        "case": request.case,
        "filing": request.filing,
        "document": order.document or request.document,
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
        "fact": None if request.fact is None else _four_fields(request.fact),
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
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def _scope(scope: Scope, order: Order) -> dict[str, Any]:
    return {"modes": scope.modes, "amount_minor": order.amount_minor, "currency": scope.currency}


def _four_fields(fact: FactCheck) -> dict[str, Any]:
    fields = fact.fields
    return {
        "holder": fields.holder,
        "account": fields.account,
        "amount_minor": fields.amount_minor,
        "time": format_instant(fields.time_us),
        "hop": fact.hop,
    }
