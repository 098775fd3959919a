"""An institution's answer comes in, by wire or typed from paper; the same answer twice does one thing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from fanzha.access import Action, Scope
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import TaskStep
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.time import format_instant
from fanzha.measures.ending import ended_if_empty, mark_converted
from fanzha.measures.model import Measure, MeasureKind, OriginKind, held_minor, holds, stands
from fanzha.measures.orders import Incident, IncidentKind, OnwardTransfer, Receipt
from fanzha.measures.receipts import ReceiptDecision, Taken, as_it_counts, decide_receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.after_answer import follow_up
from fanzha.services.desk.draft_release import RELEASE
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.keeping import keep_incidents, keep_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.pay_return import book_receipt_of_payment
from fanzha.services.desk.put_to_follow import put_to_follow

_BY_WIRE = frozenset({Role.MACHINE, Role.API_CLIENT})


@dataclass(frozen=True, slots=True)
class ReceiptTaken:
    """What was done with an answer, and where it says that the money went on."""

    taken: Taken
    measure: Measure | None
    incidents: tuple[Incident, ...]
    onward: tuple[OnwardTransfer, ...]
    late: bool


def record_receipt(
    desk: Desk, actor: Actor, receipt: Receipt, *, currency: str = "", typed: bool = False, another: bool = False
) -> ReceiptTaken:
    """Takes an answer in; one to an order that nobody sent, or that cannot be true, opens an incident and is kept.

    What comes by wire arrives now; what is typed in arrived when the officer says, and names him.

    currency: in which it counts, where it says so; empty: as its order does. typed: an officer wrote the order's id, not
    the institution. another: what was typed is a further answer, however much it looks like an earlier one. Raises BadInput
    where it speaks of money in another one than its order, NotFound where an id that was typed is no order's, NotAllowed
    (receipt.again) where it may be an answer that was typed in before.
    """
    with acting(desk, actor, "receipt.record", Subject("order", receipt.order)) as work:
        receipt = as_arrived(work, receipt)
        found = work.unit.records(Measure).find(Query(mentions={"order": receipt.order}, limit=1)).rows
        if not found and typed:
            raise NotFound(
                f"there is no order {receipt.order}, or you may not see it: nothing was recorded; "
                "fanzha measure show MEASURE has the ids of its orders"
            )
        if not found:
            return _unknown(work, receipt)
        measure = work.load(Measure, found[0].id, Action.RECEIPT_ENTER)
        _check_currency(measure, receipt, currency)
        if typed and not another:
            _check_not_again(measure, as_it_counts(measure, receipt))
        decision = decide_receipt(measure, receipt, work.rules.measures, work.now_us, work.ids)
        if decision.change is not None:
            rules, arrived_us = work.rules.measures, receipt.arrived_us
            measure = keep_measure(work, ended_if_empty(decision.change, rules, work.now_us, told_us=arrived_us))
            end_what_it_continues(work, measure)
            book_receipt_of_payment(work, measure)
            follow_up(work, measure)
            put_to_follow(work, measure, receipt)
    return _told(decision, measure)


def _check_not_again(measure: Measure, receipt: Receipt) -> None:
    """One paper that two hands enter, or one hand twice, is one answer: whether it is, only a person can say."""
    if any(each.says_the_same_as(receipt) for each in measure.receipts):
        return  # the same under the same number: it does nothing
    earlier = next((each for each in reversed(measure.receipts) if receipt.may_be(each)), None)
    if earlier is not None:
        sentence = (
            f"answer {earlier.id}, which came at {format_instant(earlier.arrived_us)}, says the same of {receipt.order}: is it "
            "the same? nothing was recorded; where the institution answered once more, say that it is another (--another)"
        )
        raise NotAllowed("receipt.again", sentence)


def _check_currency(measure: Measure, receipt: Receipt, currency: str) -> None:
    """30,000 of one currency's least units are not 30,000 of another's."""
    ordered = measure.request.scope.currency
    speaks = receipt.onward or receipt.amount_minor is not None or receipt.balance_minor is not None
    if currency not in {"", ordered} and speaks:
        raise BadInput(f"receipt: field currency: order {receipt.order} counts in {ordered}, this answer in {currency}")


def as_arrived(work: Work, receipt: Receipt) -> Receipt:
    """The answer with when it came and who entered it. Raises BadInput for an instant that lies in the future."""
    if _BY_WIRE & work.actor.roles:
        return replace(receipt, arrived_us=work.now_us, entered_by="")
    for option, at_us in (("--at", receipt.answered_us), ("--balance-at", receipt.balance_us)):
        if at_us is not None and at_us > work.latest_us:
            raise BadInput(f"receipt: {option}: {format_instant(at_us)} lies in the future")
    return replace(receipt, arrived_us=min(receipt.arrived_us, work.now_us), entered_by=work.actor.id)


def _unknown(work: Work, receipt: Receipt) -> ReceiptTaken:
    own = work.actor.organisation
    work.check(Action.RECEIPT_ENTER, Scope(own, addressed_to=(own,)))
    decision = decide_receipt(None, receipt, work.rules.measures, work.now_us, work.ids)
    sender = own if _BY_WIRE & work.actor.roles else ""
    named = tuple(replace(each, id=_incident_id(sender, receipt)) for each in decision.incidents)
    decision = replace(decision, incidents=named)
    if any(_is_known(work, each) for each in named):
        return ReceiptTaken(Taken.ALREADY, None, (), (), late=False)
    keep_incidents(work, decision.incidents)
    for incident in decision.incidents:
        said: dict[str, DetailValue] = {"kind": incident.kind, "order": receipt.order, "receipt": receipt.id}
        subject = Subject("incident", incident.id)
        work.unit.audit.append(done(work.actor, work.now_us, "incident.open", subject, details=said))
    return _told(decision, None)


def _incident_id(sender: str, receipt: Receipt) -> str:
    """Made of what was said, so that the same answer once more opens no second incident, whoever brings it.

    sender: the partner whose system sent it; empty for a file that an officer reads in.
    """
    said = repr((sender, replace(receipt, arrived_us=0, entered_by="", evidence="", note="")))
    return f"INC-{hashlib.sha256(said.encode()).hexdigest()[:24]}"


def _is_known(work: Work, incident: Incident) -> bool:
    try:
        work.unit.records(Incident).get(incident.id)
    except NotFound:
        return False
    return True


def end_what_it_continues(work: Work, measure: Measure) -> None:
    """A stop ends as the freeze that it turned into begins to hold money; where that holds nothing, it stays.

    A queued freeze holds nothing by itself.
    """
    origin = measure.request.origin
    if origin is None or origin.kind is not OriginKind.CONVERSION or not holds(measure, work.now_us):
        return
    stop = work.unit.records(Measure).get(origin.id)
    if held_minor([measure], work.now_us) == 0 and stands(stop, work.now_us):
        if measure.kind is not MeasureKind.QUEUED_FREEZE:
            _say_that_it_is_empty(work, measure, stop)
        return
    converted = mark_converted(stop, measure, work.now_us)
    if converted is not None:
        ended = keep_measure(work, converted)
        end_task(work, ended, RELEASE, f"{ended.id} 已转为 {measure.id}", TaskStep.CANCEL)


def _say_that_it_is_empty(work: Work, freeze: Measure, stop: Measure) -> None:
    sentence = f"{freeze.id} was to take over from {stop.id} and holds nothing; the stop stays until its own end"
    incident = Incident(
        f"{freeze.id}.empty", 0, freeze.organisation, IncidentKind.FREEZE_EMPTY, sentence, work.now_us, freeze.id
    )
    if not _is_known(work, incident):
        keep_incidents(work, (incident,))


def _told(decision: ReceiptDecision, measure: Measure | None) -> ReceiptTaken:
    return ReceiptTaken(decision.taken, measure, decision.incidents, decision.onward, decision.late)
