"""Holds the orders that wait in the outbox against the measures that they are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fanzha.audit import without_numbers
from fanzha.core.actor import Organisation
from fanzha.core.time import SECOND_US, format_instant
from fanzha.measures.lifecycle import ENDED
from fanzha.measures.model import Measure
from fanzha.measures.orders import Order, OrderStatus
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.work_queues import BACKOFF_MAX_S, Delivery, MessageState
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.bodies import partner_of
from fanzha.services.desk.orders_out import is_as_prepared, order_message
from fanzha.services.proof.findings import Findings, Part

# What the audit says of an order that waits no more though its measure does not know that it left.
_SETTLED: Final = {Delivery.DONE: "order.send", Delivery.GIVEN_UP: "order.give_up"}


class OrderProof:
    """Checks the orders of one measure after another."""

    def __init__(self, view: WorkView, index: ProofIndex, found: Findings, now_us: int) -> None:
        self._view, self._index, self._found, self._now_us = view, index, found, now_us
        self._partners: dict[str, str] = {}

    def look(self, measure: Measure) -> None:
        """Names each order that should wait to leave and does not, or that would leave as another."""
        for order in measure.orders:
            if order.status is not OrderStatus.PREPARED or order.sent_us is not None:
                continue
            partner = self._partner(measure.target.institution)
            state = self._view.outbox.state(order.id)
            where = f"outbox/{order.id}"
            if state is None:
                if partner and measure.status not in ENDED:
                    sentence = f"it does not wait to leave to {partner}, and its measure does not say that it left"
                    self._found.add(Part.ORDER, "missing", where, f"{sentence}; or {partner} was entered only since")
                continue
            for fault in self._faults(state, measure, order, partner):
                self._found.add(Part.ORDER, "changed", where, fault)

    def _partner(self, institution: str) -> str:
        if institution not in self._partners:
            self._partners[institution] = partner_of(self._view.records(Organisation), institution)
        return self._partners[institution]

    def _faults(self, state: MessageState, measure: Measure, order: Order, partner: str) -> Iterator[str]:
        message = state.message
        wanted = order_message(measure, order, partner or message.recipient, message.due_us)
        if not is_as_prepared(message, measure, order):
            yield "it asks for something else than its measure says"
        for name in ("recipient", "topic", "subject_id", "created_us"):
            said, meant = getattr(message, name), getattr(wanted, name)
            if said != meant:
                yield f"its {name} is {said!r}; by its measure {meant!r}"
        if message.due_us > self._now_us:
            yield f"it is not to leave before {format_instant(message.due_us)}, which nobody decided"
        if state.delivery is Delivery.WAITING and state.next_us > self._now_us + BACKOFF_MAX_S * SECOND_US:
            yield f"it is tried again only at {format_instant(state.next_us)}, which is longer than any pause"
        deed = _SETTLED.get(state.delivery)
        said_so = deed is None or f"{deed} order {without_numbers(order.id)}" in self._index.deeds(measure.id)
        if not said_so:
            yield f"it is {state.delivery}, of which neither its measure nor the audit knows"
