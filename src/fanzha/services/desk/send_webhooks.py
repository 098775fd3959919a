"""What programs are told leaves the outbox: at least once, with pauses that grow; a webhook that stays silent is dead.

Orders never wait for it: each is leased by its own topic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fanzha.access.webhooks import HookState, Webhook, with_state
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import MACHINE
from fanzha.core.errors import StaleVersion
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.dispatcher import Verdict
from fanzha.ports.webhook_sender import WebhookSender
from fanzha.ports.work_queues import LeasedMessage
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_incidents
from fanzha.services.desk.lease_messages import lease_messages
from fanzha.services.desk.model import Desk
from fanzha.services.desk.tell_webhooks import TOPIC

LEASE_S: Final = 180
BATCH: Final = 8
ATTEMPTS_MAX: Final = 20  # at the outbox's pauses, 5 s to 15 min: about three hours
OVER: Final = "this webhook is told nothing any more"


@dataclass(slots=True)
class HookRun:
    """One round of one worker: requests by what became of them."""

    sent: list[str] = field(default_factory=list[str])
    again: list[str] = field(default_factory=list[str])
    given_up: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        return any((self.sent, self.again, self.given_up))


def send_webhooks(desk: Desk, sender: WebhookSender, worker: str, *, limit: int = BATCH) -> HookRun:
    """Hands over what is due and what nobody else has in hand; call it again until it says nothing.

    A webhook that did not answer is not tried again in the same round.
    """
    run, silent = HookRun(), dict[str, str]()
    for each in lease_messages(desk, worker, TOPIC, LEASE_S, limit):
        try:
            _leave(desk, sender, each, run, silent)
        except StaleVersion:
            continue  # another worker has it, or the webhook changed meanwhile: it comes again after its lease
    return run


def _leave(desk: Desk, sender: WebhookSender, leased: LeasedMessage, run: HookRun, silent: dict[str, str]) -> None:
    message = leased.message
    with desk.store.reading() as view:
        hook = next(iter(view.records(Webhook).get_many((message.recipient,))), None)
    if hook is None or hook.state is not HookState.ACTIVE:
        _settle(desk, leased, OVER)
        run.given_up.append(message.request_id)
        return
    reason = silent.get(hook.id, "")
    if not reason:
        handed = sender.send(hook, message)
        if handed.verdict is Verdict.ACCEPTED:
            _settle(desk, leased)
            run.sent.append(message.request_id)
            return
        reason = silent[hook.id] = handed.reason
        if handed.verdict is Verdict.REFUSED or leased.attempts >= ATTEMPTS_MAX:
            _declare_dead(desk, hook, leased, reason)
            run.given_up.append(message.request_id)
            return
    with desk.store.begin() as unit:
        unit.outbox.retry(leased, desk.clock.now_us(), reason)
        unit.commit()
    run.again.append(message.request_id)


def _settle(desk: Desk, leased: LeasedMessage, failure: str = "") -> None:
    with desk.store.begin() as unit:
        if failure:
            unit.outbox.give_up(leased, desk.clock.now_us(), failure)
        else:
            unit.outbox.done(leased, desk.clock.now_us())
        unit.commit()


def _declare_dead(desk: Desk, hook: Webhook, leased: LeasedMessage, reason: str) -> None:
    """Nothing more is told to it until somebody takes it up again; that is one incident, however much waits."""
    subject = Subject("webhook", hook.id)
    with acting(desk, MACHINE, "webhook.give_up", subject) as work:
        dead = work.unit.records(Webhook).save(with_state(hook, HookState.DEAD))
        sentence = f"webhook {hook.id} of {hook.person} took nothing in {leased.attempts} attempts: {reason}"
        keep_incidents(work, (
            Incident(f"{hook.id}.{dead.version}.dead", 0, hook.organisation, IncidentKind.WEBHOOK_DEAD, sentence, work.now_us),
        ))  # fmt: skip
        said: dict[str, DetailValue] = {"person": hook.person, "attempts": leased.attempts}
        work.unit.audit.append(done(MACHINE, work.now_us, "webhook.give_up", subject, reason=reason, details=said))
        work.unit.outbox.give_up(leased, work.now_us, reason)
