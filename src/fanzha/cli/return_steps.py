"""The steps of a return on the command line: notice, objections, decision, payment, papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.file_export import ApproverOption, export_document, say_alarm, second_person, write_export
from fanzha.cli.output import say, write_json
from fanzha.cli.passwords import PasswordStdin
from fanzha.cli.returns import ForCaseOption, ReasonOption, ReturnId, RevealOption, VersionOption, app, tell

if TYPE_CHECKING:
    from fanzha.services.desk.note_export import ExportNote

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to; RETURN.xlsx or .pdf here.")]


@app.command()
def publish(context: typer.Context, return_id: ReturnId, version: VersionOption = None, login: AsOption = None) -> None:
    """Begin the public notice (公告) of a plan by proportion; nothing is paid before it ends."""
    from fanzha.services.desk.publish_return import publish_return

    with at_desk(context, login) as seat:
        tell(seat, publish_return(seat.desk, seat.actor, return_id, version=version))


@app.command("object")
def object_(
    context: typer.Context,
    return_id: ReturnId,
    by: Annotated[str, typer.Option("--by", help="Who objects: a victim, or anybody concerned.")],
    text: Annotated[str, typer.Option("--text", help="What he says.")],
    login: AsOption = None,
) -> None:
    """Take an objection in; it is answered before anything is paid."""
    from fanzha.services.desk.object_to_return import receive_objection

    with at_desk(context, login) as seat:
        tell(seat, receive_objection(seat.desk, seat.actor, return_id, by, text))


@app.command("decide-objection")
def decide_objection(
    context: typer.Context,
    return_id: ReturnId,
    objection: Annotated[str, typer.Argument(metavar="OBJECTION", help="Its id.")],
    *,
    upheld: Annotated[bool, typer.Option("--upheld/--dismissed", help="Whether he is right.")],
    finding: Annotated[str, typer.Option("--finding", help="What was examined and found, in writing.")],
    login: AsOption = None,
) -> None:
    """Answer an objection; one that is upheld asks for a corrected plan: fanzha return replan RETURN --third-parties YUAN."""
    from fanzha.services.desk.object_to_return import decide_objection as decide

    with at_desk(context, login) as seat:
        tell(seat, decide(seat.desk, seat.actor, return_id, objection, finding, upheld=upheld))


@app.command()
def propose(context: typer.Context, return_id: ReturnId, version: VersionOption = None, login: AsOption = None) -> None:
    """Send it to the deciding level (呈请返还资金报告书)."""
    from fanzha.services.desk.decide_return import propose_return

    with at_desk(context, login) as seat:
        tell(seat, propose_return(seat.desk, seat.actor, return_id, version=version))


@app.command()
def approve(
    context: typer.Context,
    return_id: ReturnId,
    decision: Annotated[str, typer.Option("--document", metavar="文号", help="Of the 返还决定书.")],
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Decide it, at the level of the prefecture (设区的市) or above; the banks' orders leave at once."""
    from fanzha.services.desk.decide_return import approve_return

    with at_desk(context, login) as seat:
        tell(seat, approve_return(seat.desk, seat.actor, return_id, decision, version=version))


@app.command()
def reject(
    context: typer.Context,
    return_id: ReturnId,
    reason: ReasonOption = "",
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Say no, and why."""
    from fanzha.services.desk.decide_return import reject_return

    with at_desk(context, login) as seat:
        tell(seat, reject_return(seat.desk, seat.actor, return_id, reason, version=version))


@app.command()
def withdraw(
    context: typer.Context,
    return_id: ReturnId,
    reason: ReasonOption = "",
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Take it back before it is decided."""
    from fanzha.services.desk.decide_return import withdraw_return

    with at_desk(context, login) as seat:
        tell(seat, withdraw_return(seat.desk, seat.actor, return_id, reason, version=version))


@app.command("pay-again")
def pay_again(
    context: typer.Context,
    return_id: ReturnId,
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="The refused one.")],
    to: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="The victim's other account.")],
    reason: ReasonOption = "",
    login: AsOption = None,
) -> None:
    """Propose to pay a refused payment elsewhere; another officer approves it: fanzha measure approve PAYMENT."""
    from fanzha.services.desk.documents.return_ import payment_document
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.pay_return import pay_again as pay

    with at_desk(context, login) as seat:
        again = pay(seat.desk, seat.actor, return_id, payment, to, reason)
        found = payment_document(again, Mask(seat.desk.rules.access.masks))
    if seat.json:
        write_json(found)
        return
    say(
        f"{again.id} is proposed: {found['amount']} to {found['pay_to']}; approve it: fanzha measure approve {again.id}"
    )


@app.command()
def worksheet(
    context: typer.Context,
    return_id: ReturnId,
    out: OutOption = None,
    *,
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    reason: ReasonOption = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """The worksheet (XLSX): per account what came in, the losses, the shares by every way, the payments."""
    from fanzha.services.desk.papers.return_worksheet import return_worksheet
    from fanzha.services.desk.return_papers import open_return

    with at_desk(context, login) as seat:
        opened = open_return(
            seat.desk, seat.actor, return_id, reveal=reveal, case=case, reason=reason,
            approver=second_person(seat, approver, from_stdin=password_stdin),
        )  # fmt: skip
        content = return_worksheet(opened.procedure, opened.mask, opened.names, opened.watermark)
        file = out or Path(f"{return_id}.xlsx")
        write_export(seat, file, content, opened.note)
    _say_file(file, len(content), opened.note, as_json=seat.json)


@app.command()
def paper(
    context: typer.Context,
    return_id: ReturnId,
    kind: Annotated[str, typer.Argument(help="report, announcement, decision or notice.")],
    out: OutOption = None,
    *,
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    reason: ReasonOption = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """A paper (PDF): 呈请返还资金报告书, 返还公告, 返还决定书, 协助返还通知书; masked unless --reveal."""
    from fanzha import bootstrap
    from fanzha.services.desk.return_papers import paper_kind, return_paper_of

    named = paper_kind(kind)
    with at_desk(context, login) as seat:
        made = return_paper_of(
            seat.desk, seat.actor, return_id, named, reveal=reveal, case=case, reason=reason,
            approver=second_person(seat, approver, from_stdin=password_stdin),
        )  # fmt: skip
        content = bootstrap.paper_press().press(made.source)
        file = out or Path(f"{return_id}-{named.value}.pdf")
        write_export(seat, file, content, made.note)
    _say_file(file, len(content), made.note, as_json=seat.json)


def _say_file(file: Path, size: int, note: ExportNote | None, *, as_json: bool) -> None:
    if as_json:
        write_json({"file": str(file), "bytes": size} | export_document(note))
        return
    say(f"{file}: {size} bytes" + ("" if note is None else f", {note.export.id}"))
    say_alarm(note)
