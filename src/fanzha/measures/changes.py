"""What a verb gives back: the measure as it is now, what happened, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.core.actor import Actor
from fanzha.measures.model import Approval, Measure, Signature
from fanzha.measures.orders import Incident, Order


@unique
class Happening(StrEnum):
    """What is written into the history and the audit."""

    DRAFTED = "measure.drafted"
    AMENDED = "measure.amended"
    PROPOSED = "measure.proposed"
    APPROVED = "measure.approved"
    REJECTED = "measure.rejected"
    WITHDRAWN = "measure.withdrawn"
    ACTED_FIRST = "measure.acted_first"
    COUNTERSIGNED = "measure.countersigned"
    ORDER_PREPARED = "order.prepared"
    ORDER_SENT = "order.sent"
    RECEIPT = "order.receipt"
    RECEIPT_CORRECTED = "order.receipt_corrected"
    ACKNOWLEDGED = "measure.acknowledged"
    EXECUTED = "measure.executed"
    EXECUTED_PART = "measure.executed_part"
    REFUSED = "measure.refused"
    RENEWAL_ASKED = "measure.renewal_asked"
    RENEWED = "measure.renewed"
    RELEASED_PART = "measure.released_part"
    UNRELATED = "measure.unrelated"
    RELATED = "measure.related"  # what had made it unrelated is there again: it need not be lifted
    LIFTED = "measure.lifted"
    LAPSED = "measure.lapsed"
    CONVERTED = "measure.converted"
    CONVERSION_UNDONE = "measure.conversion_undone"
    MOVED = "measure.moved"  # to another case, or with its case to another body
    EVIDENCE_GIVEN = "measure.evidence_given"
    EVIDENCE_LOOKED_AT = "measure.evidence_looked_at"
    CALLED_BACK = "measure.called_back"
    TOLD = "measure.told"
    EMPTIED = "measure.emptied"  # all that it held was paid back or let go: it is over
    INCIDENT = "incident.opened"


@dataclass(frozen=True, slots=True)
class MeasureEvent:
    """One thing that happened to a measure; detail is pairs of key and text, never a name, number or card."""

    happening: Happening
    measure: str
    at_us: int
    by: str
    organisation: str
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The new value of a measure, to be saved with the version that was read."""

    measure: Measure
    events: tuple[MeasureEvent, ...] = ()
    incidents: tuple[Incident, ...] = ()


def happened(happening: Happening, measure: Measure, actor: Actor, now_us: int, **detail: str) -> MeasureEvent:
    """An event of this measure by this actor."""
    told = tuple((key, value) for key, value in detail.items() if value)
    return MeasureEvent(happening, measure.id, now_us, actor.id, measure.organisation, told)


def signed_by(
    measure: Measure, signature: Signature, actor: Actor, now_us: int, note: str = ""
) -> tuple[Approval, ...]:
    """The names put to a measure, with one more."""
    approval = Approval(signature, actor.id, actor.organisation, actor.level, now_us, note)
    return (*measure.approvals, approval)


def with_order(measure: Measure, order: Order) -> tuple[Order, ...]:
    """The orders of a measure with this one in the place of its namesake, or at the end."""
    if measure.order(order.id) is None:
        return (*measure.orders, order)
    return tuple(order if each.id == order.id else each for each in measure.orders)


def replaced_order(measure: Measure, order: Order) -> Measure:
    """The measure with this order in its place."""
    return replace(measure, orders=with_order(measure, order))
