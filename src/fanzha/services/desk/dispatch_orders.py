"""Orders leave the outbox: checked again at the instant of sending, handed over, noted; at least once, done once.

A crash between handing over and noting it repeats the handing over after the lease: the partner knows the request id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fanzha.access import Action, LinkChannel, PartnerLink
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import MACHINE
from fanzha.core.errors import NotAllowed, NotFound, StaleVersion
from fanzha.measures import policy, sending
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel, Incident, IncidentKind, Order, OrderStatus, Verb
from fanzha.ports.dispatcher import Dispatcher, Verdict
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import LeasedMessage
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_incidents, keep_measure
from fanzha.services.desk.lease_messages import lease_messages
from fanzha.services.desk.model import Desk
from fanzha.services.desk.orders_out import ORDER_TOPIC, is_as_prepared
from fanzha.services.desk.standing import check_fact_stands

LEASE_S: Final = 180  # a batch at a partner that answers slowly stays within it
BATCH: Final = 8
NO_LINK: Final = "no link to this partner: print it, hand it over as a file, or connect the partner"
NOT_OURS: Final = "no measure has this order; only orders of measures leave by this way"
CHANGED: Final = "order.changed"
_LOOKED_INTO: Final = frozenset({"partner", CHANGED})
_CHANNELS: Final = {LinkChannel.HTTP: Channel.HTTP, LinkChannel.SIGNED_FILE: Channel.SIGNED_FILE}
_FAILED: Final = {Verb.RELEASE: IncidentKind.RELEASE_FAILED, Verb.RELEASE_PART: IncidentKind.RELEASE_FAILED,
                  Verb.EXTEND: IncidentKind.EXTENSION_FAILED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Left:
    """What became of one order in this round."""

    order: str
    partner: str
    reason: str = ""


@dataclass(slots=True)
class DispatchRun:
    """One round of one worker."""

    sent: list[Left] = field(default_factory=list[Left])
    again: list[Left] = field(default_factory=list[Left])  # tried again later by itself
    given_up: list[Left] = field(default_factory=list[Left])
    unlinked: list[Left] = field(default_factory=list[Left])  # waiting to be printed, exported or issued elsewhere
    settled: list[Left] = field(default_factory=list[Left])  # reached the partner by another way, or were answered

    def __bool__(self) -> bool:
        return any((self.sent, self.again, self.given_up, self.unlinked, self.settled))


def dispatch_orders(desk: Desk, dispatcher: Dispatcher, worker: str, *, limit: int = BATCH) -> DispatchRun:
    """Hands over what is due and what nobody else has in hand; call it again until it says nothing.

    A partner that could not be reached is not tried again in the same round.
    """
    run, silent = DispatchRun(), dict[str, str]()
    for each in lease_messages(desk, worker, ORDER_TOPIC, LEASE_S, limit):
        try:
            _leave(desk, dispatcher, each, run, silent)
        except StaleVersion:
            continue  # another worker has it, or the measure changed meanwhile: it comes again after its lease
    return run


def _leave(desk: Desk, dispatcher: Dispatcher, leased: LeasedMessage, run: DispatchRun, silent: dict[str, str]) -> None:
    message = leased.message
    told = Left(message.request_id, message.recipient)
    order, link, obstacle = _look(desk, leased)
    if order is None:
        _try_again(desk, leased, NOT_OURS)
        run.again.append(_because(told, NOT_OURS))
    elif order.sent_us is not None or order.status is not OrderStatus.PREPARED:
        _settle(desk, leased)
        run.settled.append(told)
    elif obstacle is not None:
        _give_up(desk, leased, obstacle.rule, str(obstacle))
        run.given_up.append(_because(told, str(obstacle)))
    elif link is None:
        _try_again(desk, leased, NO_LINK)
        run.unlinked.append(_because(told, NO_LINK))
    elif link.id in silent:
        _try_again(desk, leased, silent[link.id])
        run.again.append(_because(told, silent[link.id]))
    else:
        handed = dispatcher.send(link, message)
        match handed.verdict:
            case Verdict.ACCEPTED:
                _note_sent(desk, leased, _CHANNELS[link.channel])
                run.sent.append(told)
            case Verdict.REFUSED:
                _give_up(desk, leased, "partner", handed.reason)
                run.given_up.append(_because(told, handed.reason))
            case Verdict.AGAIN:
                silent[link.id] = handed.reason
                _try_again(desk, leased, handed.reason)
                run.again.append(_because(told, handed.reason))


def _because(left: Left, reason: str) -> Left:
    return Left(left.order, left.partner, reason)


def _look(desk: Desk, leased: LeasedMessage) -> tuple[Order | None, PartnerLink | None, NotAllowed | None]:
    """The order as it stands at this instant, the way to its partner, and what forbids that it leaves."""
    message = leased.message
    with desk.store.reading() as view:
        links = (
            view.records(PartnerLink).find(Query(equals={"organisation": message.recipient, "state": "active"})).rows
        )
        try:
            measure = view.records(Measure).get(message.subject_id)
        except NotFound:
            return None, None, None
        wrong = policy.why_not(check_fact_stands, view, measure.fact_id)
    link = links[0] if links else None
    channel = Channel.SIGNED_FILE if link is None else _CHANNELS[link.channel]
    order = measure.order(message.request_id)
    obstacle = policy.why_not(policy.check_send, measure, message.request_id, channel, "", desk.clock.now_us())
    if obstacle is None and order is not None and order.verb is Verb.BEGIN:
        obstacle = wrong
    if order is not None and not is_as_prepared(message, measure, order):
        obstacle = NotAllowed(CHANGED, f"order {order.id} in the outbox asks for something else than its measure says")
    return order, link, obstacle


def _note_sent(desk: Desk, leased: LeasedMessage, channel: Channel) -> None:
    """Notes that it left, in one commit with the end of its waiting.

    Where the measure ended while the order was on its way, that is noted all the same: its release follows.
    """
    order_id = leased.message.request_id
    with acting(desk, MACHINE, "order.send", Subject("order", order_id)) as work:
        measure = work.load(Measure, leased.message.subject_id, Action.ORDER_SENT)
        try:
            change = sending.record_sent(measure, order_id, MACHINE, work.rules.measures, work.now_us, channel=channel)
        except NotAllowed as over:
            said: dict[str, DetailValue] = {"order": order_id, "channel": channel.value, "overtaken": over.rule}
            _tell(work, "order.send", leased, str(over), said)
        else:
            if change.events:
                keep_measure(work, change)
        work.unit.outbox.done(leased, work.now_us)


def _settle(desk: Desk, leased: LeasedMessage) -> None:
    """It was issued elsewhere, or answered, before it was its turn: the partner has it."""
    with desk.store.begin() as unit:
        unit.outbox.done(leased, desk.clock.now_us())
        unit.commit()


def _try_again(desk: Desk, leased: LeasedMessage, reason: str) -> None:
    with desk.store.begin() as unit:
        unit.outbox.retry(leased, desk.clock.now_us(), reason)
        unit.commit()


def _give_up(desk: Desk, leased: LeasedMessage, rule: str, reason: str) -> None:
    """It never leaves, and that is noted with the reason; what the partner will not take, somebody must look into."""
    order_id = leased.message.request_id
    with acting(desk, MACHINE, "order.give_up", Subject("order", order_id)) as work:
        measure = work.load(Measure, leased.message.subject_id, Action.ORDER_SENT)
        _tell(work, "order.give_up", leased, reason, {"order": order_id, "rule": rule})
        order = measure.order(order_id)
        if rule in _LOOKED_INTO and order is not None:
            _open_incident(work, _not_taken(work, measure, order, reason))
        work.unit.outbox.give_up(leased, work.now_us, reason)


def _tell(work: Work, action: str, leased: LeasedMessage, reason: str, said: dict[str, DetailValue]) -> None:
    subject = Subject("measure", leased.message.subject_id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, case=work.case, reason=reason, details=said))


def _open_incident(work: Work, incident: Incident) -> None:
    """Once: the clock of a release may have opened it before."""
    try:
        work.unit.records(Incident).get(incident.id)
    except NotFound:
        keep_incidents(work, (incident,))


def _not_taken(work: Work, measure: Measure, order: Order, reason: str) -> Incident:
    kind = _FAILED.get(order.verb, IncidentKind.NOT_DELIVERED)
    sentence = f"order {order.id} was not taken by {order.institution}: {reason}"
    return Incident(
        f"{order.id}.{kind.value}", 0, measure.organisation, kind, sentence, work.now_us,
        measure.id, order.id,
    )  # fmt: skip
