"""What an institution's answer does: once, in whatever order answers come, and nothing is thrown away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.core.actor import MACHINE, Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.core.ids import Ids
from fanzha.core.time import format_instant
from fanzha.measures.changes import Change, Happening, MeasureEvent, happened, replaced_order
from fanzha.measures.ending import lapse, let_go
from fanzha.measures.guard import AccountView, holds_whole, innocent_money
from fanzha.measures.lifecycle import HOLDING, TRANSITIONS, Answer, Event, Status
from fanzha.measures.model import (
    FactCheck,
    FactSource,
    FourFields,
    Measure,
    MeasureKind,
    Origin,
    OriginKind,
    Request,
    Target,
    TargetKind,
)
from fanzha.measures.orders import (
    Incident,
    IncidentKind,
    OnwardTransfer,
    Order,
    OrderStatus,
    Outcome,
    Receipt,
    Verb,
)
from fanzha.measures.queries import open_questions
from fanzha.measures.rules import MeasureRules
from fanzha.measures.words import ORDER_WORDS, OUTCOME_WORDS, STATUS_WORDS


@unique
class Taken(StrEnum):
    """What was done with a receipt."""

    APPLIED = "applied"
    ALREADY = "already"  # the same answer once more: nothing
    KEPT = "kept"  # written down, overtaken by what is known
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class ReceiptDecision:
    """What to write: the change of the measure, if one is meant, the incidents, and where the money went on."""

    taken: Taken
    change: Change | None
    incidents: tuple[Incident, ...] = ()
    onward: tuple[OnwardTransfer, ...] = ()  # for the ledger, the trace and the follow-on stops
    late: bool = False


NOTHING_FOUND_CODE = "查无"
_EVENTS = {
    Outcome.RECEIVED: Event.ACKNOWLEDGE,
    Outcome.EXECUTED: Event.EXECUTE,
    Outcome.PARTIAL: Event.EXECUTE_PART,
    Outcome.REFUSED: Event.REFUSE,
    Outcome.NOTHING_FOUND: Event.EXECUTE,
}
_HAPPENINGS = {
    Event.ACKNOWLEDGE: Happening.ACKNOWLEDGED,
    Event.EXECUTE: Happening.EXECUTED,
    Event.EXECUTE_PART: Happening.EXECUTED_PART,
    Event.REFUSE: Happening.REFUSED,
}
_ORDER_STATUS = {
    Outcome.RECEIVED: OrderStatus.ACKNOWLEDGED,
    Outcome.EXECUTED: OrderStatus.DONE,
    Outcome.NOTHING_FOUND: OrderStatus.DONE,
    Outcome.PARTIAL: OrderStatus.PARTIAL,
    Outcome.REFUSED: OrderStatus.REFUSED,
}


def decide_receipt(
    measure: Measure | None, receipt: Receipt, rules: MeasureRules, now_us: int, ids: Ids
) -> ReceiptDecision:
    """What an answer does to the measure whose order it names (None where no order has that request id).

    The same answer twice does one thing; one that was overtaken is kept; one that cannot be true opens an incident.
    """
    order = None if measure is None else measure.order(receipt.order)
    if measure is None or order is None:
        sentence = f"an answer to order {receipt.order}, which nobody here has sent"
        return ReceiptDecision(
            Taken.INCIDENT, None, (_incident(IncidentKind.UNKNOWN_ORDER, sentence, receipt, now_us, ids),)
        )
    receipt = as_it_counts(measure, receipt)
    namesakes = [each for each in measure.receipts if each.id == receipt.id and each.order == receipt.order]
    if any(each.says_the_same_as(receipt) for each in namesakes):
        return ReceiptDecision(Taken.ALREADY, None)
    late = order.receipt_due_us is not None and receipt.arrived_us > order.receipt_due_us
    lapsed = lapse(measure, min(receipt.arrived_us, now_us))
    first = Change(measure) if lapsed is None else lapsed
    kept = replace(first.measure, receipts=(*first.measure.receipts, receipt))
    noted = happened(
        Happening.RECEIPT, kept, MACHINE, now_us, receipt=receipt.id, outcome=receipt.outcome.value, code=receipt.code
    )
    start = Change(kept, (*first.events, noted), first.incidents)
    if namesakes:
        sentence = f"answer {receipt.id} to order {receipt.order} came twice and says different things"
        return _as_incident(start, IncidentKind.CONTRADICTION, sentence, receipt, now_us, ids, late=late)
    if order.verb is Verb.BEGIN:
        return _begin_answered(start, order, receipt, rules, now_us, ids, late=late)
    return _later_order_answered(start, order, receipt, rules, now_us, ids, late=late)


def as_it_counts(measure: Measure, receipt: Receipt) -> Receipt:
    """Nothing found answers a question; where something was to be held, paid or let go, it is a refusal (查无此户)."""
    if receipt.outcome is not Outcome.NOTHING_FOUND or Outcome.NOTHING_FOUND in outcomes_of(measure.kind):
        return receipt
    return replace(receipt, outcome=Outcome.REFUSED, code=receipt.code or NOTHING_FOUND_CODE)


def outcomes_of(kind: MeasureKind) -> tuple[Outcome, ...]:
    """What an institution may say of an order of the kind."""
    return tuple(one for one in Outcome if kind is MeasureKind.QUERY or one is not Outcome.NOTHING_FOUND)


_ANSWERS = frozenset({Outcome.EXECUTED, Outcome.PARTIAL, Outcome.NOTHING_FOUND})


def _begin_answered(
    start: Change, order: Order, receipt: Receipt, rules: MeasureRules, now_us: int, ids: Ids, *, late: bool
) -> ReceiptDecision:
    measure = start.measure
    event = _event_of(measure, order, receipt)
    step = TRANSITIONS[measure.status, event]
    deciding = max((each.answered_us for each in measure.receipts[:-1] if _decides(each, order)), default=None)
    overtaken = deciding is not None and receipt.answered_us < deciding and not measure.request.questions
    # Carried out before it ended, and told late: the release is under way already, nothing contradicts.
    in_time = measure.ended_us is not None and receipt.answered_us <= measure.ended_us and bool(measure.orders)
    told_late = measure.status in _ENDED_BY_US and in_time
    if told_late and event in {Event.EXECUTE, Event.EXECUTE_PART}:
        was = _executed(measure, order, receipt, rules)
        held = replace(measure, starts_us=was.starts_us, executed_minor=was.executed_minor)
        start = replace(start, measure=held)
    if step.answer is Answer.KEPT or told_late or (overtaken and measure.status in HOLDING):
        return ReceiptDecision(Taken.KEPT, start, onward=receipt.onward, late=late)
    if step.answer is Answer.INCIDENT:
        holds_all_the_same = event in {Event.EXECUTE, Event.EXECUTE_PART} and measure.request.period is not None
        if measure.status is Status.REFUSED and holds_all_the_same:
            start = replace(start, measure=let_go(measure, now_us))
        kind = IncidentKind.ANSWER_AFTER_END if measure.status in _ENDED_BY_US else IncidentKind.CONTRADICTION
        said, is_now = OUTCOME_WORDS[receipt.outcome], STATUS_WORDS[measure.status]
        sentence = f"the institution says {said}, but {measure.id} is {is_now}"
        return _as_incident(start, kind, sentence, receipt, now_us, ids, late=late)
    changed = replaced_order(measure, replace(order, status=_ORDER_STATUS[receipt.outcome]))
    changed = _counted(replace(changed, status=step.to), receipt, rules, now_us)
    if event in {Event.EXECUTE, Event.EXECUTE_PART}:
        changed = _executed(changed, order, receipt, rules)
    if event is Event.ACKNOWLEDGE and changed.ends_us is None:
        changed = replace(
            changed, ends_us=_term(changed, order, receipt, rules)[1]
        )  # it overtook the note of the sending
    if event is Event.REFUSE:
        changed = replace(changed, ended_us=receipt.arrived_us, end_reason=receipt.code or receipt.note)
    incidents = _doubts(order, receipt, measure, rules, now_us, ids)
    told = happened(_HAPPENINGS[event], changed, MACHINE, now_us, order=order.id, late="late" if late else "")
    change = Change(
        changed, (*start.events, told, *_opened(changed, incidents, now_us)), (*start.incidents, *incidents)
    )
    return ReceiptDecision(Taken.APPLIED, change, incidents, receipt.onward, late)


def _counted(measure: Measure, receipt: Receipt, rules: MeasureRules, now_us: int) -> Measure:
    """With what the institution states, the innocent money that is held besides is counted anew.

    That is the balance, and what it holds where that is more than was ordered: then at least so much is there.
    """
    request, scope = measure.request, measure.request.scope
    asked, held = scope.amount_minor, receipt.amount_minor
    more = held if asked is not None and held is not None and held > asked else None
    if receipt.outcome not in {Outcome.EXECUTED, Outcome.PARTIAL}:
        more = None
    if receipt.balance_minor is None and more is None:
        return measure
    scope = scope if more is None else replace(scope, amount_minor=more)
    whole = holds_whole(scope, rules.of(request.kind, now_us))
    there = max(each for each in (receipt.balance_minor, more) if each is not None)
    innocent = innocent_money(scope, AccountView(there), whole=whole)
    counted = replace(request, scope=replace(request.scope, innocent_minor=innocent))
    before = measure.innocent_before or (request.scope.innocent_minor,)
    return replace(measure, request=counted, innocent_before=before)


_ENDED_BY_US = frozenset({Status.LIFTED, Status.LAPSED, Status.CONVERTED, Status.WITHDRAWN, Status.REJECTED})


def _event_of(measure: Measure, order: Order, receipt: Receipt) -> Event:
    """An answer "executed" with less than was asked is a part, and so is one that leaves questions open."""
    if measure.request.questions and receipt.outcome in _ANSWERS:
        return Event.EXECUTE_PART if open_questions(measure) else Event.EXECUTE
    told = _amount_told(measure, receipt)
    less = order.amount_minor is not None and told is not None and told < order.amount_minor
    if receipt.outcome is Outcome.EXECUTED and less:
        return Event.EXECUTE_PART
    return _EVENTS[receipt.outcome]


def _decides(receipt: Receipt, order: Order) -> bool:
    return receipt.order == order.id and receipt.outcome is not Outcome.RECEIVED


def _executed(measure: Measure, order: Order, receipt: Receipt, rules: MeasureRules) -> Measure:
    """The term begins at the instant the institution gives, cut to what can be: not before approval, not after arriving.

    An order may reach its institution long before we know that it did: when the answer to every earlier attempt was lost.
    """
    executed = _held_by(measure, order, receipt)
    if measure.starts_us is not None:
        return replace(measure, executed_minor=executed)
    starts_us, ends_us = _term(measure, order, receipt, rules)
    return replace(measure, starts_us=starts_us, ends_us=ends_us, executed_minor=executed)


def _held_by(measure: Measure, order: Order, receipt: Receipt) -> int | None:
    """What the institution holds by its answer; a part of which it does not say how much is as much as it said before."""
    if receipt.amount_minor is not None:
        return receipt.amount_minor
    if receipt.outcome is Outcome.PARTIAL:
        return measure.executed_minor
    asked = measure.request.scope.traced_minor if order.amount_minor is None else order.amount_minor
    there = _amount_told(measure, receipt)
    return asked if asked is None or there is None else min(asked, there)


_HOLD_THE_BALANCE = frozenset({MeasureKind.STOP_PAYMENT, MeasureKind.FREEZE})


def _amount_told(measure: Measure, receipt: Receipt) -> int | None:
    """How much the institution says; where it names a balance alone, no more than that is there to be held."""
    if receipt.amount_minor is not None or measure.kind not in _HOLD_THE_BALANCE:
        return receipt.amount_minor
    since = receipt.balance_us is None or receipt.balance_us >= receipt.answered_us
    return receipt.balance_minor if since else None


def _term(measure: Measure, order: Order, receipt: Receipt, rules: MeasureRules) -> tuple[int, int | None]:
    """From when to when, by the instant that the institution gives, cut to what can be."""
    earliest_us = min(order.prepared_us, receipt.arrived_us)
    starts_us = min(max(receipt.answered_us, earliest_us), receipt.arrived_us)
    return starts_us, rules.end_of(measure.request, starts_us)


def _doubts(
    order: Order, receipt: Receipt, measure: Measure, rules: MeasureRules, now_us: int, ids: Ids
) -> tuple[Incident, ...]:
    doubts: list[tuple[IncidentKind, str]] = []
    if order.amount_minor is not None and (receipt.amount_minor or 0) > order.amount_minor:
        doubts.append((IncidentKind.MORE_THAN_ASKED, f"the institution holds more than order {order.id} asked for"))
    apart = rules.answers(now_us).clocks_apart
    early = apart.end_of(receipt.answered_us) < order.prepared_us
    if early or receipt.answered_us > apart.end_of(receipt.arrived_us):
        at = format_instant(receipt.answered_us)
        doubts.append((IncidentKind.IMPOSSIBLE_TIME, f"order {order.id} cannot have been answered at {at}"))
    return tuple(_incident(kind, sentence, receipt, now_us, ids, measure) for kind, sentence in doubts)


def _later_order_answered(
    start: Change, order: Order, receipt: Receipt, rules: MeasureRules, now_us: int, ids: Ids, *, late: bool
) -> ReceiptDecision:
    """An answer to a release or an extension changes that order; the measure itself is decided by us.

    Only what the institution will not hold longer ends as it did before: nothing is held that nobody holds.
    """
    if order.status in {OrderStatus.DONE, OrderStatus.REFUSED} and receipt.outcome is Outcome.RECEIVED:
        return ReceiptDecision(Taken.KEPT, start, late=late)
    answered = replaced_order(start.measure, replace(order, status=_ORDER_STATUS[receipt.outcome]))
    changed = Change(
        _with_end(answered, order, receipt, rules) if order.verb is Verb.EXTEND else answered,
        start.events,
        start.incidents,
    )
    if receipt.outcome in {Outcome.REFUSED, Outcome.PARTIAL}:
        kind = IncidentKind.EXTENSION_FAILED if order.verb is Verb.EXTEND else IncidentKind.RELEASE_FAILED
        what, said = ORDER_WORDS[order.verb], OUTCOME_WORDS[receipt.outcome]
        sentence = f"{what}, order {order.id}, was answered: {said} {receipt.code}".rstrip()
        return _as_incident(changed, kind, sentence, receipt, now_us, ids, late=late)
    return ReceiptDecision(Taken.APPLIED, changed, late=late)


def _with_end(measure: Measure, order: Order, receipt: Receipt, rules: MeasureRules) -> Measure:
    """The end as the institution has it: the extension's, or that of before where it refuses."""
    if measure.status not in HOLDING or measure.starts_us is None or order.until_us is None:
        return measure
    if receipt.outcome is Outcome.EXECUTED and measure.ends_us is not None:
        return replace(measure, ends_us=max(measure.ends_us, order.until_us))
    if receipt.outcome is not Outcome.REFUSED or measure.ends_us != order.until_us:
        return measure
    granted = [each.ends_us for each in measure.renewals if each.ends_us is not None and each.ends_us < order.until_us]
    first_us = rules.end_of(measure.request, measure.starts_us)
    return replace(measure, ends_us=max(granted, default=first_us))


def _as_incident(
    start: Change, kind: IncidentKind, sentence: str, receipt: Receipt, now_us: int, ids: Ids, *, late: bool
) -> ReceiptDecision:
    incident = _incident(kind, sentence, receipt, now_us, ids, start.measure)
    events = (*start.events, *_opened(start.measure, (incident,), now_us))
    change = Change(start.measure, events, (*start.incidents, incident))
    return ReceiptDecision(Taken.INCIDENT, change, (incident,), receipt.onward, late)


def _opened(measure: Measure, incidents: tuple[Incident, ...], now_us: int) -> tuple[MeasureEvent, ...]:
    return tuple(
        happened(Happening.INCIDENT, measure, MACHINE, now_us, incident=each.id, kind=each.kind.value)
        for each in incidents
    )


def _incident(
    kind: IncidentKind, sentence: str, receipt: Receipt, now_us: int, ids: Ids, measure: Measure | None = None
) -> Incident:
    return Incident(
        ids.new("INC"),
        0,
        "" if measure is None else measure.organisation,
        kind,
        sentence,
        now_us,
        "" if measure is None else measure.id,
        receipt.order,
        receipt,
    )


def close_incident(incident: Incident, actor: Actor, finding: str, now_us: int) -> Incident:
    """An officer of the body says in writing what was found; where nobody's order was meant, any officer may."""
    if incident.organisation not in {"", actor.organisation}:
        raise NotAllowed("organisation", f"{incident.id} belongs to another body")
    if incident.closed_us is not None:
        raise NotAllowed("transition", f"{incident.id} is closed already")
    if not finding.strip():
        raise NotAllowed("reason", "say in writing what was found")
    return replace(incident, closed_by=actor.id, closed_us=now_us, finding=finding.strip())


def follow_on_request(
    measure: Measure, onward: OnwardTransfer, traced_minor: int, receipt: Receipt, rules: MeasureRules, now_us: int
) -> Request | None:
    """The stop that follows the money to where the institution says it went (延伸止付), or None where the kind has none.

    traced_minor: what of the onward payment is traced money, by the trace; minor units. Somebody still proposes it.
    """
    kind = rules.of(measure.kind, now_us)
    if not kind.extends:
        return None
    before = measure.request
    account = plain_identifier(onward.account)
    fields = FourFields(onward.holder, account, onward.amount_minor, onward.time_us)
    hop = 1 if before.fact is None else before.fact.hop
    term = kind.term(before.term) or kind.terms[0]
    return replace(
        before,
        target=Target(TargetKind.ACCOUNT, account, onward.institution, onward.holder),
        scope=replace(
            before.scope,
            modes=(kind.modes[0].name,),
            amount_minor=traced_minor or None,
            traced_minor=traced_minor,
            innocent_minor=None,
            reason="",
        ),
        basis=None if before.basis is None else kind.basis(before.basis.id),
        term=term.name,
        period=term.period,
        reason=f"延伸止付: money of {measure.id} went on, by receipt {receipt.id}",
        fact=FactCheck(fields, FactSource.BANK_RECEIPT, "", receipt.arrived_us, hop + 1, receipt.id),
        overrides=(),
        origin=Origin(OriginKind.EXTENSION, measure.id),
    )
