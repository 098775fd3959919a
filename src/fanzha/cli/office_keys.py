"""`fanzha office passkey` and `fanzha office webhook`: keys by which people sign in, addresses at which programs are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.office_people import LoginArgument
from fanzha.cli.output import invocation_of, say, show_table, write_json
from fanzha.core.errors import BadInput, Refused
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.access.passkeys import Passkey
    from fanzha.access.webhooks import HookTopic, Webhook
    from fanzha.ports.webhook_sender import WebhookSender
    from fanzha.ports.work_queues import MessageState

passkeys = typer.Typer(
    name="passkey", rich_markup_mode=None, no_args_is_help=True,
    help="Passkeys of people. One is made by its owner in the console (设置), on the device that will hold it.",
)  # fmt: skip
webhooks = typer.Typer(
    name="webhook", rich_markup_mode=None, no_args_is_help=True, help="Where programs are told of changes."
)
HookArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the webhook, as webhook list shows it.")]
ROWS = 50


@passkeys.command("list")
def list_passkeys(context: typer.Context, login: LoginArgument, seat_of: AsOption = None) -> None:
    """Somebody's passkeys, your own too; those that count no more say since when."""
    from fanzha.services.desk import keep_passkeys

    with at_desk(context, seat_of) as seat:
        own = login == seat.actor.id
        found = (
            keep_passkeys.own_passkeys(seat.desk, seat.actor)
            if own
            else keep_passkeys.list_passkeys(seat.desk, seat.actor, login)
        )
    shown = [_passkey_document(one) for one in found]
    if seat.json:
        write_json({"passkeys": shown})
        return
    columns = ["id", "label", "site", "created", "used", "removed"]
    rows = [[str(one[column] or "") for column in columns] for one in shown]
    show_table(f"Passkeys of {login}", columns, rows, spare=["site"], nothing=f"{login} has no passkey")


@passkeys.command("remove")
def remove_passkey(
    context: typer.Context,
    passkey: Annotated[str, typer.Argument(metavar="ID", help="Id of the passkey, as passkey list shows it.")],
    reason: Annotated[str, typer.Option("--reason", help="Of somebody else's: why; his sessions end too.")] = "",
    seat_of: AsOption = None,
) -> None:
    """Make a passkey count no more, at once: your own, or one of somebody whom you keep."""
    from fanzha.services.desk import keep_passkeys
    from fanzha.services.desk.remove_lost_passkey import remove_lost_passkey

    with at_desk(context, seat_of) as seat:
        own = {one.id for one in keep_passkeys.own_passkeys(seat.desk, seat.actor)}
        if passkey in own:
            removed = keep_passkeys.remove_own_passkey(seat.desk, seat.actor, passkey)
        else:
            removed = remove_lost_passkey(seat.desk, seat.actor, passkey, reason)
    if seat.json:
        write_json(_passkey_document(removed))
        return
    say(f"{removed.id} of {removed.person} counts no more")


@webhooks.command("add")
def add_webhook(
    context: typer.Context,
    login: LoginArgument,
    address: Annotated[str, typer.Argument(help="https://host/path of the program.")],
    topic: Annotated[list[str], typer.Option("--topic", help="measure_status_changed, case_changed; may be repeated.")],
    seat_of: AsOption = None,
) -> None:
    """Tell a program of changes at an address. Its secret is shown once, on stdout."""
    from fanzha.services.desk import keep_webhooks

    topics = tuple(_topic(word) for word in topic)
    sender = _sender(context)
    with at_desk(context, seat_of) as seat:
        made = keep_webhooks.add_webhook(seat.desk, sender, seat.actor, login, address, topics)
    if seat.json:
        write_json(_webhook_document(made.hook) | {"secret": made.secret})
        return
    say(f"{made.hook.id} tells {login} at {address}; its secret is not shown again:")
    typer.echo(made.secret)


@webhooks.command("list")
def list_webhooks(context: typer.Context, login: LoginArgument, seat_of: AsOption = None) -> None:
    """The webhooks of a program; a dead one is told nothing until it is taken up again."""
    from fanzha.services.desk import keep_webhooks

    with at_desk(context, seat_of) as seat:
        found = [_webhook_document(one) for one in keep_webhooks.list_webhooks(seat.desk, seat.actor, login)]
    if seat.json:
        write_json({"webhooks": found})
        return
    columns = ["id", "state", "address", "topics", "created"]
    rows = [[one["id"], one["state"], one["address"], ", ".join(one["topics"]), one["created"]] for one in found]
    show_table(f"Webhooks of {login}", columns, rows, spare=["created"], nothing=f"{login} has no webhook")


@webhooks.command("test")
def try_webhook(context: typer.Context, hook: HookArgument, seat_of: AsOption = None) -> None:
    """Send one message of type webhook_trial now, and say what came back; exit 1 where it was not taken."""
    from fanzha.ports.dispatcher import Verdict
    from fanzha.services.desk import try_webhook as use_case

    sender = _sender(context)
    with at_desk(context, seat_of) as seat:
        handed = use_case.try_webhook(seat.desk, sender, seat.actor, hook)
    taken = handed.verdict is Verdict.ACCEPTED
    if seat.json:
        write_json({"id": hook, "taken": taken, "answer": handed.reason})
        if not taken:
            raise typer.Exit(1)
        return
    if not taken:
        raise Refused(f"{hook} did not take it: {handed.reason}")
    say(f"{hook} took it")


@webhooks.command("deliveries")
def deliveries(
    context: typer.Context,
    hook: HookArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="So many, newest first.")] = ROWS,
    seat_of: AsOption = None,
) -> None:
    """What a webhook was told, and what became of it."""
    from fanzha.services.desk.try_webhook import list_deliveries

    with at_desk(context, seat_of) as seat:
        found = [_delivery_document(one) for one in list_deliveries(seat.desk, seat.actor, hook, limit)]
    if seat.json:
        write_json({"deliveries": found})
        return
    columns = ["message", "type", "delivery", "attempts", "created", "failure"]
    rows = [[str(one[column]) for column in columns] for one in found]
    show_table(f"Told to {hook}", columns, rows, spare=["created"], nothing=f"{hook} was told nothing yet")


@webhooks.command("resume")
def resume_webhook(context: typer.Context, hook: HookArgument, seat_of: AsOption = None) -> None:
    """Take a dead webhook up again; what it missed is in the lists."""
    from fanzha.services.desk import keep_webhooks

    with at_desk(context, seat_of) as seat:
        _show_webhook(keep_webhooks.resume_webhook(seat.desk, seat.actor, hook), as_json=seat.json)


@webhooks.command("remove")
def remove_webhook(context: typer.Context, hook: HookArgument, seat_of: AsOption = None) -> None:
    """Tell it nothing any more, nor what still waits."""
    from fanzha.services.desk import keep_webhooks

    with at_desk(context, seat_of) as seat:
        _show_webhook(keep_webhooks.remove_webhook(seat.desk, seat.actor, hook), as_json=seat.json)


def _sender(context: typer.Context) -> WebhookSender:
    from fanzha import bootstrap

    invocation = invocation_of(context)
    return bootstrap.webhook_sender(invocation.home, private=invocation.private_webhooks)


def _topic(word: str) -> HookTopic:
    from fanzha.access.webhooks import HookTopic

    try:
        return HookTopic(word.strip().lower().replace("-", "_"))
    except ValueError:
        raise BadInput(f"--topic {word}: it is one of {', '.join(HookTopic)}") from None


def _show_webhook(hook: Webhook, *, as_json: bool) -> None:
    if as_json:
        write_json(_webhook_document(hook))
        return
    say(f"{hook.id} of {hook.person}: {hook.state}")


def _shown(at_us: int | None) -> str | None:
    return None if at_us is None else format_instant(at_us)


def _passkey_document(one: Passkey) -> dict[str, Any]:
    return {
        "id": one.id, "login": one.person, "label": one.label, "site": one.site, "created": _shown(one.created_at_us),
        "used": _shown(one.used_at_us), "removed": _shown(one.revoked_at_us),
    }  # fmt: skip


def _webhook_document(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id, "login": one.person, "address": one.address, "topics": [topic.value for topic in one.topics],
        "state": one.state.value, "created": format_instant(one.created_at_us),
    }  # fmt: skip


def _delivery_document(one: MessageState) -> dict[str, Any]:
    return {
        "message": one.message.request_id, "type": one.message.topic.removeprefix("webhook."),
        "delivery": one.delivery.value, "attempts": one.attempts, "created": format_instant(one.message.created_us),
        "next": format_instant(one.next_us) if one.delivery.value == "waiting" else None, "failure": one.failure,
    }  # fmt: skip
