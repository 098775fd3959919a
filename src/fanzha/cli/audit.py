"""`fanzha audit`: sign and export where the chain ends, and read who did what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, at_desk, open_desk
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.cli.whole_file import write_whole
from fanzha.core.time import SECOND_US, format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fanzha.audit import AuditEvent, DetailValue
    from fanzha.services.desk.mask import Mask

KEY_FILE: Final = Path("keys") / "audit.pem"  # in the home where nobody says otherwise
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key", metavar="FILE", envvar="FANZHA_AUDIT_KEY", help="The signing key; best kept by another user."
    ),
]

app = typer.Typer(
    name="audit", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Sign and export where the chain ends, and read who did what.",
)  # fmt: skip


def key_path(context: typer.Context, key: Path | None) -> Path:
    """Where the signing key lies."""
    return key or invocation_of(context).home / KEY_FILE


@app.command()
def head(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to; a folder gets a file of its own for each head.")],
    key: KeyOption = None,
) -> None:
    """Sign how long the audit is and what it ends with; keep the file where its owner cannot rewrite it."""
    from fanzha import bootstrap
    from fanzha.audit import head_document, sign_head

    signer = bootstrap.audit_signer(key_path(context, key))
    invocation = invocation_of(context)
    with open_desk(invocation) as desk, desk.store.reading() as view:
        now_us = desk.clock.now_us()
        document = head_document(sign_head(view.audit.head(), now_us, signer.key_id, signer.sign))
    if file.is_dir():
        at = datetime.fromtimestamp(now_us // SECOND_US, UTC)
        file = file / f"audit-head-{at:%Y%m%dT%H%M%SZ}-{document['count']}.json"
    write_whole(file, json.dumps(document, indent=2).encode() + b"\n", public=True)
    if invocation.json:
        write_json({**document, "file": str(file)})
        return
    say(f"{file}: {counted(document['count'], 'row')}, {document['hash']}, signed by {document['key']}")


@app.command("key")
def public_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to.")],
    key: KeyOption = None,
) -> None:
    """Export the public key, once, to whoever keeps the heads: with it they check them without this house."""
    from fanzha import bootstrap

    signer = bootstrap.audit_signer(key_path(context, key))
    document = {"key": signer.key_id, "public_key": signer.public_key.hex()}
    write_whole(file, json.dumps(document, indent=2).encode() + b"\n", public=True)
    if invocation_of(context).json:
        write_json({**document, "file": str(file)})
        return
    say(f"{file}: public key {signer.key_id}")


@app.command()
def show(
    context: typer.Context,
    login: AsOption = None,
    case: Annotated[str, typer.Option(metavar="ID", help="Only of this case.")] = "",
    actor: Annotated[str, typer.Option(metavar="PERSON", help="Only what this person did.")] = "",
    record: Annotated[str, typer.Option(metavar="ID", help="Only about this record.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 50,
) -> None:
    """Who did what, newest first; for auditors, who see their own body's people and those below."""
    from fanzha.services.desk.open_record import mask_for
    from fanzha.services.desk.read_audit import AuditWanted, read_audit

    with at_desk(context, login) as at:
        events = read_audit(at.desk, at.actor, AuditWanted(case, actor, record, limit))
        mask = mask_for(at.desk, at.actor, events)
    if at.json:
        write_json({"events": [event_document(event, mask) for event in events]})
        return
    columns = ["row", "at", "who", "body", "what", "about", "case", "outcome", "reason", "details"]
    show_table(
        "Audit", columns, [_line(event, mask) for event in events], right=["row"], spare=["body", "case", "details", "reason"],
        nothing="nothing that you may read answers to this",
    )  # fmt: skip


def event_document(event: AuditEvent, mask: Mask) -> dict[str, Any]:
    """A row of the audit; what it says of the records that it wrote stands apart. What people wrote may name others."""
    from fanzha.audit import said, written_by

    return {
        "seq": event.seq,
        "at": format_instant(event.at_us),
        "actor": event.actor,
        "organisation": event.organisation,
        "action": event.action,
        "outcome": event.outcome.value,
        "subject": {"kind": event.subject_kind, "id": event.subject_id},
        "case": event.case,
        "reason": mask.text(event.reason),
        "details": _masked(said(event), mask),
        "wrote": [
            {"record": f"{one.table}/{one.id}", "version": one.version, "fingerprint": one.fingerprint}
            for one in written_by(event)
        ],
        "hash": event.hash,
    }


def _masked(details: Mapping[str, DetailValue], mask: Mask) -> dict[str, DetailValue]:
    return {name: mask.text(value) if isinstance(value, str) else value for name, value in details.items()}


def _line(event: AuditEvent, mask: Mask) -> list[str]:
    from fanzha.audit import said

    about = f"{event.subject_kind} {event.subject_id}".strip()
    details = ", ".join(f"{name}={value}" for name, value in _masked(said(event), mask).items())
    return [
        str(event.seq), format_instant(event.at_us)[:19], event.actor, event.organisation, event.action, about,
        event.case, event.outcome.value, mask.text(event.reason), details,
    ]  # fmt: skip
