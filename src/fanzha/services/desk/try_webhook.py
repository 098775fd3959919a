"""A webhook is tried: one message that tells of no record goes to it at once, and what came back is told to whoever keeps it."""

from __future__ import annotations

import json
from typing import Final

from fanzha.access import Action, Person
from fanzha.access.webhooks import HookState, Webhook
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound
from fanzha.core.time import format_instant
from fanzha.ports.dispatcher import Handed
from fanzha.ports.webhook_sender import WebhookSender
from fanzha.ports.work_queues import MessageState, OutMessage
from fanzha.services.desk.acting import Look, acting, looking
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.model import Desk
from fanzha.services.desk.tell_webhooks import FORMAT, TOPIC

TRIAL: Final = "webhook_trial"


def try_webhook(desk: Desk, sender: WebhookSender, actor: Actor, hook_id: str) -> Handed:
    """Sends the trial and gives what its program said; neither success nor failure changes the webhook's state.

    Raises NotFound for none or a removed one, NotAllowed where its program's tokens are not the actor's to keep.
    """
    subject = Subject("webhook", hook_id)
    with looking(desk, actor, "webhook.try", subject) as look:
        hook = _kept(look, hook_id)
        now_us = look.now_us
    said = {"format": FORMAT, "type": TRIAL, "at": format_instant(now_us), "record": None}
    trial = OutMessage(
        request_id=f"{hook.id}.trial.{now_us}", recipient=hook.id, topic=TOPIC + TRIAL, body=json.dumps(said),
        created_us=now_us, due_us=now_us, subject_id=hook.id,
    )  # fmt: skip
    handed = sender.send(hook, trial)
    with acting(desk, actor, "webhook.try", subject) as work:
        came: dict[str, DetailValue] = {"person": hook.person, "verdict": handed.verdict.value, "answer": handed.reason}
        work.unit.audit.append(done(actor, work.now_us, "webhook.try", subject, details=came))
    return handed


def list_deliveries(desk: Desk, actor: Actor, hook_id: str, limit: int = 50) -> tuple[MessageState, ...]:
    """What a webhook was told and what became of it, newest first. Raises as `try_webhook`."""
    with looking(desk, actor, "webhook.list", Subject("webhook", hook_id)) as look:
        hook = _kept(look, hook_id)
        return tuple(reversed(look.unit.outbox.about(hook.id)[-limit:]))


def _kept(look: Look, hook_id: str) -> Webhook:
    hook = next(iter(look.unit.records(Webhook).get_many((hook_id,))), None)
    if hook is None or hook.state is HookState.REMOVED:
        raise NotFound(f"there is no webhook {hook_id}; see: fanzha office webhook list LOGIN")
    kept_body(look, look.unit.records(Person).get(hook.person).organisation, Action.TOKEN_KEEP)
    return hook
