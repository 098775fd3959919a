"""`fanzha exchange`: partners, orders out, receipts in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_desk, open_desk
from fanzha.cli.machines import FollowOption, OnceOption, run_rounds, worker_name
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.core.errors import BadInput, FanzhaError

if TYPE_CHECKING:
    from fanzha.access import PartnerLink
    from fanzha.services.desk.dispatch_orders import DispatchRun

app = typer.Typer(
    name="exchange", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Partners: connect them, send orders, receive answers.",
)  # fmt: skip
links = typer.Typer(
    name="link", rich_markup_mode=None, no_args_is_help=True, help="How partners are reached and known."
)
app.add_typer(links)
OUTCOMES = ("sent", "settled", "again", "unlinked", "given_up")


@links.command("add")
def add_link(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="The partner's body.")],
    *,
    url: Annotated[str, typer.Option("--url", help="Its service: https://host/path.")] = "",
    folder: Annotated[Path | None, typer.Option("--folder", help="Or the folder in which signed files lie.")] = None,
    key: Annotated[str, typer.Option("--key", metavar="ID", help="What the partner calls its key.")] = "",
    public_key: Annotated[str, typer.Option("--public-key", metavar="HEX", help="Its Ed25519 key, 64 digits.")] = "",
    own_key: Annotated[str, typer.Option("--own-key", metavar="FILE", help="Our key, in the home's folder keys.")] = "",
    login: AsOption = None,
) -> None:
    """Connect a partner, or connect it anew; prints the key that the partner needs to know us by."""
    from fanzha import bootstrap
    from fanzha.access import OWN_KEY, LinkChannel, PartnerLink
    from fanzha.services.desk.link_partner import link_partner

    if bool(url) == (folder is not None):
        raise BadInput("say how the partner is reached: --url ADDRESS or --folder FOLDER")
    channel = LinkChannel.HTTP if folder is None else LinkChannel.SIGNED_FILE
    address = url if folder is None else str(folder.resolve())
    wanted = PartnerLink("", 0, body, channel, address, key, public_key.lower(), own_key or OWN_KEY)
    with at_desk(context, login) as at:
        link = link_partner(at.desk, at.actor, wanted)
        own_id, own_public = bootstrap.exchange_public_key(at.home, link.own_key)
        if at.json:
            write_json(_link_document(link) | {"our_key": own_id, "our_public_key": own_public})
            return
        say(f"{body} is connected by {link.channel}: {link.address}")
        say(f"Give the partner our key {own_id}: {own_public}")


@links.command("list")
def show_links(context: typer.Context, *, login: AsOption = None) -> None:
    """The connected partners."""
    from fanzha.services.desk.link_partner import list_links

    with at_desk(context, login) as at:
        documents = [_link_document(link) for link in list_links(at.desk, at.actor)]
        if at.json:
            write_json({"links": documents})
            return
        columns = ["body", "channel", "address", "key", "cursor"]
        rows = [[str(document[column]) for column in columns] for document in documents]
        show_table("Partners", columns, rows, spare=["key", "cursor"], nothing="no partner is connected")


@links.command("remove")
def remove_link(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="The partner's body.")],
    *,
    login: AsOption = None,
) -> None:
    """Let a partner go; its orders wait from now on."""
    from fanzha.services.desk.link_partner import unlink_partner

    with at_desk(context, login) as at:
        link = unlink_partner(at.desk, at.actor, body)
        if at.json:
            write_json(_link_document(link))
            return
        say(f"{body} is not connected any more; see what waits: fanzha exchange export")


def _link_document(link: PartnerLink) -> dict[str, Any]:
    return {
        "body": link.organisation, "channel": link.channel.value, "address": link.address, "key": link.key_id,
        "public_key": link.public_key, "own_key": link.own_key, "cursor": link.cursor, "active": link.active,
    }  # fmt: skip


@app.command()
def send(context: typer.Context, *, once: OnceOption = False, follow: FollowOption = None) -> None:
    """Hand over the orders that wait in the outbox; each is checked again at this instant.

    Needs no sign-in: whoever owns the home directory runs it, and the audit names the machine.
    """
    from fanzha import bootstrap
    from fanzha.services.desk.dispatch_orders import dispatch_orders

    invocation = invocation_of(context)
    with open_desk(invocation) as desk, bootstrap.partners(invocation.home, desk.clock) as partners:

        def leave() -> dict[str, Any]:
            document: dict[str, list[dict[str, str]]] = {name: [] for name in OUTCOMES}
            while run := dispatch_orders(desk, partners, worker_name()):
                _add(document, run)
            if not invocation.json and (any(document.values()) or follow is None):
                _show_sent(document)
            return document

        run_rounds(leave, once=once, follow=follow, as_json=invocation.json)


def _add(document: dict[str, list[dict[str, str]]], run: DispatchRun) -> None:
    for name in OUTCOMES:
        document[name] += [
            {"order": left.order, "partner": left.partner, "reason": left.reason} for left in getattr(run, name)
        ]


def _show_sent(document: dict[str, list[dict[str, str]]]) -> None:
    columns = ["order", "partner", "reason"]
    rows = [[name.replace("_", " "), *(line[c] for c in columns)] for name in OUTCOMES for line in document[name]]
    show_table("Orders", ["became", *columns], rows, nothing="no order was due")
    if document["unlinked"]:
        say("Not connected: fanzha exchange export --to FOLDER writes them as signed files")


@app.command()
def tell(context: typer.Context, *, once: OnceOption = False, follow: FollowOption = None) -> None:
    """Tell programs' webhooks what changed; apart from the orders, which never wait for a program.

    Needs no sign-in: whoever owns the home directory runs it, and the audit names the machine.
    """
    from fanzha import bootstrap
    from fanzha.services.desk.send_webhooks import send_webhooks

    invocation = invocation_of(context)
    sender = bootstrap.webhook_sender(invocation.home, private=invocation.private_webhooks)
    with open_desk(invocation) as desk:

        def leave() -> dict[str, Any]:
            document: dict[str, list[str]] = {"sent": [], "again": [], "given_up": []}
            while run := send_webhooks(desk, sender, worker_name()):
                for name, told in document.items():
                    told += getattr(run, name)
            if not invocation.json and (any(document.values()) or follow is None):
                say(", ".join(f"{name.replace('_', ' ')}: {len(told)}" for name, told in document.items()))
            return document

        run_rounds(leave, once=once, follow=follow, as_json=invocation.json)


@app.command()
def receive(context: typer.Context, *, once: OnceOption = False, follow: FollowOption = None) -> None:
    """Fetch the partners' answers and record them; what cannot be read or believed becomes an incident.

    What they say of money is followed at once: statements go into the ledger, cases are traced again, and stops are
    drafted where the money went on; an officer proposes them.

    Needs no sign-in: whoever owns the home directory runs it; an answer is recorded in the name of its partner.
    """
    from fanzha import bootstrap
    from fanzha.services.desk.collect_receipts import collect_receipts
    from fanzha.services.desk.follow_answers import follow_answers

    invocation = invocation_of(context)
    with open_desk(invocation) as desk, bootstrap.partners(invocation.home, desk.clock) as partners:
        by, books = bootstrap.receipt_desk(invocation.home, partners), bootstrap.books(invocation.home)

        def fetch() -> dict[str, Any]:
            run = collect_receipts(desk, by)
            followed = follow_answers(desk, books, worker_name())
            document: dict[str, Any] = {
                "recorded": [
                    {
                        "receipt": one.receipt, "order": one.order, "partner": one.partner, "taken": one.taken.taken.value,
                        "late": one.taken.late, "onward": len(one.taken.onward),
                        "incidents": [incident.id for incident in one.taken.incidents],
                    }
                    for one in run.recorded
                ],
                "incidents": [
                    {"incident": one.id, "kind": one.kind.value, "sentence": one.sentence, "evidence": one.evidence}
                    for one in run.incidents
                ],
                "followed": [asdict(one) for one in followed],
                "silent": run.silent,
                "unknown_fields": sorted(run.unknown_fields),
            }  # fmt: skip
            if not invocation.json and (any(document.values()) or follow is None):
                _show_received(document)
            return document

        run_rounds(fetch, once=once, follow=follow, as_json=invocation.json)


def _show_received(document: dict[str, Any]) -> None:
    columns = ["receipt", "order", "partner", "taken"]
    rows = [[line[column] for column in columns] for line in document["recorded"]]
    show_table("Receipts", columns, rows, nothing="no answer came")
    for one in document["incidents"]:
        say(f"incident {one['incident']} ({one['kind']}): {one['sentence']}")
    for one in document["followed"]:
        done = (
            f"{counted(len(one['statements']), 'statement')} taken in, {counted(len(one['drafted']), 'stop')} drafted"
        )
        say(f"{one['case']}: {one['failure'] or done}{''.join(f' {draft}' for draft in one['drafted'])}")
    for partner, reason in document["silent"].items():
        say(f"{partner} could not be asked: {reason}")
    if document["unknown_fields"]:
        say(f"fields that nobody knows, kept with the answers: {', '.join(document['unknown_fields'])}")


@app.command()
def export(
    context: typer.Context,
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Write them there, as signed files.")
    ] = None,
) -> int:
    """List the orders of institutions that are not connected; --to writes each as a signed file for somebody to carry.

    An order goes on waiting until somebody notes that it left. Exit code 1: some may not leave any more, or could not be
    written.
    """
    from fanzha import bootstrap
    from fanzha.services.desk.export_orders import export_order, list_waiting_orders

    invocation = invocation_of(context)
    with open_desk(invocation) as desk, bootstrap.partners(invocation.home, desk.clock) as partners:
        documents, failed = [], False
        for waiting in list_waiting_orders(desk):
            folder, obstacle = "", waiting.obstacle
            if to is not None and not obstacle:
                try:
                    folder = export_order(desk, partners, waiting, str(to.resolve()))
                except FanzhaError as refusal:
                    obstacle = str(refusal)
            failed = failed or bool(to is not None and obstacle)
            documents.append(
                {
                    "order": waiting.message.request_id, "measure": waiting.measure, "institution": waiting.institution,
                    "verb": waiting.verb, "became": _became(folder, obstacle), "obstacle": obstacle, "folder": folder,
                }
            )  # fmt: skip
    if invocation.json:
        write_json({"waiting": documents})
    else:
        columns = ["order", "institution", "verb", "became", "obstacle"]
        rows = [[document[column] for column in columns] for document in documents]
        show_table("Orders", columns, rows, nothing="no order waits for an institution that is not connected")
        if to is not None and documents:
            say(f"{counted(sum(bool(one['folder']) for one in documents), 'order')} written under {to}")
    return int(failed)


def _became(folder: str, obstacle: str) -> str:
    """What was done with an order: a file that could not be written is none that left."""
    return "not written" if obstacle else "written" if folder else "waits"
