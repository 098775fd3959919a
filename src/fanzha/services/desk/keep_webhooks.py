"""Webhooks of programs: registered, taken up again after they were dead, and removed by the administrator of their body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fanzha.access import Action, Person
from fanzha.access.partner_link import is_this_machine
from fanzha.access.webhooks import HookState, HookTopic, Webhook, check_address, with_state
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.ports.record_query import Query
from fanzha.ports.webhook_sender import WebhookSender
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

HOOKS_MAX: Final = 10  # of one program: whatever changes is put down once for each


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook, and its secret as it is told once."""

    hook: Webhook
    secret: str


def add_webhook(
    desk: Desk, sender: WebhookSender, actor: Actor, login: str, address: str, topics: tuple[HookTopic, ...]
) -> NewWebhook:
    """One more webhook for a program.

    Raises NotAllowed when the login is a person's, has too many, or its body's tokens are not the actor's to keep, and for
    a partner's that would lead to this machine; BadInput for a bad address, or when nothing is to be told.
    """
    check_address(address)
    if not topics:
        raise BadInput("a webhook needs something that it is told of")
    subject = Subject("person", login)
    with acting(desk, actor, "webhook.add", subject) as work:
        person = _program(work, login)
        if actor.level is Level.PARTNER and is_this_machine(urlsplit(address).hostname or ""):
            raise NotAllowed("webhook.here", "a partner's program is elsewhere: this address is the desk's own machine")
        there = [one for one in _of_program(work, login) if one.state is not HookState.REMOVED]
        if len(there) >= HOOKS_MAX:
            raise NotAllowed("webhook.many", f"{login} has {HOOKS_MAX} webhooks; remove one first")
        hook = work.unit.records(Webhook).add(
            Webhook(work.ids.new("HOOK"), 0, actor.organisation, person.id, address, topics, work.now_us)
        )
        said: dict[str, DetailValue] = {"webhook": hook.id, "address": address, "topics": " ".join(sorted(topics))}
        work.unit.audit.append(done(actor, work.now_us, "webhook.add", subject, details=said))
    return NewWebhook(hook, sender.secret_of(hook))


def list_webhooks(desk: Desk, actor: Actor, login: str) -> tuple[Webhook, ...]:
    """The webhooks of a program that were not removed, oldest first. Raises NotAllowed as `add_webhook`."""
    with looking(desk, actor, "webhook.list", Subject("person", login)) as look:
        _program(look, login)
        return tuple(one for one in _of_program(look, login) if one.state is not HookState.REMOVED)


def resume_webhook(desk: Desk, actor: Actor, hook_id: str) -> Webhook:
    """A dead webhook is told of what changes from now on; what was missed, its program reads from the lists.

    Raises NotFound for none, NotAllowed as `add_webhook`.
    """
    return _become(desk, actor, "webhook.resume", hook_id, HookState.ACTIVE)


def remove_webhook(desk: Desk, actor: Actor, hook_id: str) -> Webhook:
    """The webhook is told nothing any more, nor what still waits. Raises as `resume_webhook`."""
    return _become(desk, actor, "webhook.remove", hook_id, HookState.REMOVED)


def _become(desk: Desk, actor: Actor, action: str, hook_id: str, state: HookState) -> Webhook:
    subject = Subject("webhook", hook_id)
    with acting(desk, actor, action, subject) as work:
        records = work.unit.records(Webhook)
        hook = next(iter(records.get_many((hook_id,))), None)
        if hook is None:
            raise NotFound(f"there is no webhook {hook_id}")
        kept_body(work, work.unit.records(Person).get(hook.person).organisation, Action.TOKEN_KEEP)
        changed = with_state(hook, state)
        if changed != hook:
            hook = records.save(changed)
            work.unit.audit.append(done(actor, work.now_us, action, subject, details={"person": hook.person}))
    return hook


def _program(look: Look, login: str) -> Person:
    person = next(iter(look.unit.records(Person).get_many((login,))), None)
    if person is None:
        raise NotFound(f"there is no login {login}; see: fanzha office person list")
    kept_body(look, person.organisation, Action.TOKEN_KEEP)
    if Role.API_CLIENT not in person.roles:
        raise NotAllowed("webhook.person", f"{login} is a person: only programs are told by webhooks")
    return person


def _of_program(look: Look | Work, login: str) -> tuple[Webhook, ...]:
    return tuple(every(look.unit.records(Webhook), Query(equals={"person": login}, order_by="created_at_us")))
