"""An answer that was typed in wrongly is put right, and the measure is made anew from the answers that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha.core.actor import MACHINE, Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.core.ids import Ids
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.ending import ended_if_empty, is_emptied
from fanzha.measures.lifecycle import ENDED, HOLDING, Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Correction, Incident, Order, OrderStatus, Outcome, Receipt, Verb
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.rules import MeasureRules

ENDED_HERE = ENDED - {Status.REFUSED}  # by us or by the clock; no answer changes that


@dataclass(frozen=True, slots=True)
class Correcting:
    """Who puts an answer right, and why."""

    actor: Actor
    reason: str


def entered_receipt(measure: Measure, number: str, order: str = "") -> Receipt:
    """The answer of that number, if somebody typed it in.

    order: request id, where answers to two orders have one number. Raises NotFound when there is none, NotAllowed when it
    came from the institution's own system, or was made of statements that were read in.
    """
    found = [each for each in measure.receipts if each.id == number and order in {"", each.order}]
    if not found:
        raise NotFound(f"{measure.id} has no answer {number}")
    if len(found) > 1:
        orders = ", ".join(dict.fromkeys(each.order for each in found))
        raise NotAllowed(
            "ambiguous", f"{measure.id} has {len(found)} answers {number}: to {orders}; say to which order"
        )
    (receipt,) = found
    if not receipt.entered_by:
        raise NotAllowed(
            "by_wire", f"answer {number} came from the institution's own system: the institution must send another"
        )
    if receipt.answered:
        raise NotAllowed("statement", f"answer {number} was made of what was read in: take that file out of the ledger")
    if measure.kind is MeasureKind.RETURN and receipt.outcome in {Outcome.EXECUTED, Outcome.PARTIAL}:
        raise NotAllowed("booked", f"what answer {number} says was paid is booked: record what the bank says besides")
    return receipt


def correct_receipt(
    measure: Measure, was: Receipt, corrected: Receipt, by: Correcting, rules: MeasureRules, now_us: int, ids: Ids
) -> Change:
    """The corrected answer in the place of the other, which stays in the history; the same content changes nothing.

    was: by `entered_receipt`. Incidents are those that the other answers, and the one before, did not open.

    Raises NotAllowed without a reason, where another answer has the number, or where a release went out since that only
    an answer as it was called for.
    """
    if replace(corrected, entered_by=was.entered_by) == was:
        return Change(measure)
    if not is_reason(by.reason):
        raise NotAllowed("reason", reason_sentence("a correction"))
    if any(each.id == corrected.id and each.order == was.order and each is not was for each in measure.receipts):
        raise NotAllowed("number", f"{measure.id} has another answer {corrected.id} already")
    receipts = tuple(corrected if each is was else each for each in measure.receipts)
    _, known = rederived(measure, measure.receipts, rules, ids)
    after, found = rederived(measure, receipts, rules, ids)
    if after.status not in ENDED and any(order.verb is Verb.RELEASE for order in measure.orders):
        raise NotAllowed(
            "released", f"{measure.id} is let go by an order of its own: word a new measure if it must hold"
        )
    correction = Correction(was, corrected.id, by.actor.id, now_us, by.reason.strip())
    emptied = is_emptied(after) and not is_emptied(measure)
    after = replace(after, corrections=(*measure.corrections, correction))
    told = happened(
        Happening.RECEIPT_CORRECTED, after, by.actor, now_us, receipt=was.id, order=was.order,
        instead=corrected.id if corrected.id != was.id else "", outcome=corrected.outcome.value,
        before=measure.status.value, after=after.status.value, reason=by.reason.strip(),
    )  # fmt: skip
    before = {_doubt(incident) for incident in known}
    fresh = tuple(replace(each, at_us=now_us) for each in found if _doubt(each) not in before)
    opened = (
        happened(Happening.INCIDENT, after, by.actor, now_us, incident=each.id, kind=each.kind.value) for each in fresh
    )
    over = happened(Happening.EMPTIED, after, MACHINE, now_us, reason=after.end_reason) if emptied else None
    return Change(after, (told, *opened, *((over,) if over else ())), fresh)


def undo_conversion(
    earlier: Measure, into: Measure, actor: Actor, rules: MeasureRules, now_us: int, ids: Ids
) -> Change:
    """The stop that ended as a freeze began to hold goes on, if only a wrong answer said that the freeze held."""
    freed = replace(earlier, status=Status.SENT, ended_us=None, end_reason="", converted_into="")
    restored, _ = rederived(freed, freed.receipts, rules, ids)
    return Change(restored, (happened(Happening.CONVERSION_UNDONE, restored, actor, now_us, into=into.id),))


def rederived(
    measure: Measure, receipts: Sequence[Receipt], rules: MeasureRules, ids: Ids
) -> tuple[Measure, tuple[Incident, ...]]:
    """The measure by these answers, taken one after the other among what was decided here, and what does not fit.

    What was decided here stands: approval, sending, renewals, part releases, what was paid out of it, and the end, if it
    ended by us or by the clock. That nothing was left to hold is no decision: it is found anew by the answers, or not.
    """
    state = _unanswered(measure, rules)
    stays_over = measure.status in ENDED_HERE and not is_emptied(measure)
    extensions = [order for order in measure.orders if order.verb is Verb.EXTEND]
    incidents: list[Incident] = []
    for receipt in receipts:
        while extensions and extensions[0].prepared_us <= receipt.arrived_us:
            state = _extended(state, extensions.pop(0))
        at_us = receipt.arrived_us
        state = _ended(state, measure, at_us) if stays_over else _paid_out(state, measure, rules, at_us)
        decision = decide_receipt(state, receipt, rules, at_us, ids)
        incidents += decision.incidents
        if decision.change is not None:
            after = decision.change
            state = after.measure if stays_over else ended_if_empty(after, rules, at_us).measure
    for order in extensions:
        state = _extended(state, order)
    if stays_over:
        assert measure.ended_us is not None, "what has ended says when"
        state = replace(_ended(state, measure, measure.ended_us), ends_us=measure.ends_us)
    else:
        state = _paid_out(state, measure, rules, None)
    return replace(state, receipts=tuple(receipts)), tuple(incidents)


def _unanswered(measure: Measure, rules: MeasureRules) -> Measure:
    """As it was sent, before any answer; the orders that were prepared since are there, each as it left."""
    begun = next(order for order in measure.orders if order.verb is Verb.BEGIN)
    scope = measure.request.scope
    innocent = measure.innocent_before[0] if measure.innocent_before else scope.innocent_minor
    return replace(
        measure,
        status=Status.APPROVED if begun.sent_us is None else Status.SENT,
        request=replace(measure.request, scope=replace(scope, innocent_minor=innocent)),
        orders=tuple(replace(order, status=_left(order)) for order in measure.orders),
        receipts=(),
        starts_us=None,
        ends_us=None if measure.sent_us is None else rules.end_of(measure.request, measure.sent_us),
        executed_minor=None,
        ended_us=None,
        end_reason="",
        innocent_before=(),
    )


def _left(order: Order) -> OrderStatus:
    return OrderStatus.PREPARED if order.sent_us is None else OrderStatus.SENT


def _extended(state: Measure, order: Order) -> Measure:
    return replace(state, ends_us=order.until_us) if state.status in HOLDING else state


def _paid_out(state: Measure, measure: Measure, rules: MeasureRules, until_us: int | None) -> Measure:
    """With what was let go and paid out up to an instant (None: all of it); over, if that left nothing to hold."""
    own = {order.id for order in measure.orders}
    known = (each for each in measure.part_releases if until_us is None or each.order in own or each.at_us <= until_us)
    return ended_if_empty(Change(replace(state, part_releases=tuple(known))), rules, 0).measure


def _ended(state: Measure, measure: Measure, at_us: int) -> Measure:
    if measure.status not in ENDED_HERE or measure.ended_us is None or measure.ended_us > at_us:
        return state
    return replace(state, status=measure.status, ended_us=measure.ended_us, end_reason=measure.end_reason)


def _doubt(incident: Incident) -> tuple[str, str, str]:
    number = "" if incident.receipt is None else incident.receipt.id
    return incident.kind.value, incident.order, number
