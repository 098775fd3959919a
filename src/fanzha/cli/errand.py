"""`fanzha errand`: what one body asks of another, with its clocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.casework.errand_model import ErrandKind, ErrandOutcome
from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.record_options import (
    CursorOption,
    ForCaseOption,
    LimitOption,
    ReasonOption,
    RevealOption,
    WhyOption,
    answer,
    for_people,
    list_mask,
    read_file,
    show_fields,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework.errand_model import Errand

app = typer.Typer(
    name="errand", rich_markup_mode=None, no_args_is_help=True, help="Orders down, help from the side, and notices."
)
ErrandArgument = Annotated[str, typer.Argument(metavar="ERRAND", help="Id of the errand.")]
TextOption = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is asked, or what came of it.")]
FileOption = Annotated[list[Path] | None, typer.Option("--file", metavar="FILE", help="What goes with it; repeatable.")]


@app.command()
def send(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="The body that is asked.")],
    kind: Annotated[ErrandKind, typer.Option("--kind", help="An order runs down, a request for help to the side.")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What it is about.")],
    text: TextOption,
    number: Annotated[
        str, typer.Option("--document", metavar="文号", help="Of its paper; a notice may have none.")
    ] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="For which case.")] = "",
    file: FileOption = None,
    matter: Annotated[
        str, typer.Option("--matter", metavar="MATTER", help="Of joint governance; see: fanzha governance table.")
    ] = "",
    about: Annotated[str, typer.Option("--about", metavar="TEXT", help="The outlet, company, market.")] = "",
    login: AsOption = None,
) -> None:
    """Ask another body; it signs for it and answers in its time."""
    from fanzha import bootstrap
    from fanzha.core.time import format_instant
    from fanzha.services.desk.errands import ErrandWanted, send_errand

    brought = tuple(read_file(path) for path in file or ())
    with at_desk(context, login) as seat:
        wanted = ErrandWanted(kind, body, title, text, number, case, brought, matter, about)
        sent = send_errand(seat.desk, bootstrap.evidence_store(seat.home), seat.actor, wanted)
        due = (
            "" if sent.sign_due_us is None else f"; to be signed for by {for_people(format_instant(sent.sign_due_us))}"
        )
        _tell(seat, sent, f"{sent.id} is sent to {body}{due}")


@app.command("list")
def list_of(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option("--status", help="Only these; repeatable.")] = None,
    case: Annotated[str, typer.Option("--case", help="For this case.")] = "",
    person: Annotated[str, typer.Option("--officer", metavar="ID", help="With this officer.")] = "",
    matter: Annotated[str, typer.Option("--matter", metavar="MATTER", help="Of joint governance.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """What your body asked and what it is asked: open ones first, the next due of them first."""
    from fanzha.services.desk.documents.errand import errand_document
    from fanzha.services.desk.lists import ListWanted, list_errands

    wanted = ListWanted(
        status=tuple(status or ()), case=case, officer=person, matter=matter, limit=limit, cursor=cursor or None
    )
    with at_desk(context, login) as seat:
        page = list_errands(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [errand_document(errand, mask) for errand in page.rows]
        columns = ["id", "kind", "title", "organisation", "to_organisation", "status", "due", "officer"]
        show_page(seat, "errands", lines, columns, page.next_cursor)


@app.command()
def show(
    context: typer.Context,
    errand: ErrandArgument,
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    reason: WhyOption = "",
    login: AsOption = None,
) -> None:
    """An errand with its answers; whoever has it in hand may see it unmasked."""
    from fanzha.casework.errand_model import Errand
    from fanzha.services.desk.documents.errand import errand_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, Errand, errand, reveal=reveal, case=case, reason=reason)
        document = errand_document(opened.record, opened.mask)
        if seat.json:
            answer(seat, document)
        else:
            show_fields(errand, document)


@app.command("sign-for")
def sign_for(
    context: typer.Context,
    errand: ErrandArgument,
    person: Annotated[str, typer.Option("--officer", metavar="LOGIN", help="Who does it; you, if left out.")] = "",
    login: AsOption = None,
) -> None:
    """签收: take in hand what another body asks."""
    from fanzha.services.desk.errands import sign_for_errand

    with at_desk(context, login) as seat:
        signed = sign_for_errand(seat.desk, seat.actor, errand, officer=person)
        _tell(seat, signed, f"{errand} is with {signed.officer}")


@app.command("answer")
def answer_it(
    context: typer.Context,
    errand: ErrandArgument,
    outcome: Annotated[ErrandOutcome, typer.Option("--outcome", help="What came of it.")],
    text: TextOption,
    file: FileOption = None,
    login: AsOption = None,
) -> None:
    """反馈: say what came of it, with what shows it."""
    from fanzha import bootstrap
    from fanzha.services.desk.errands import answer_errand

    brought = tuple(read_file(path) for path in file or ())
    with at_desk(context, login) as seat:
        evidence = bootstrap.evidence_store(seat.home)
        answered = answer_errand(seat.desk, evidence, seat.actor, errand, outcome, text, brought)
        late = ", late" if answered.answers[-1].late else ""
        _tell(seat, answered, f"{errand} is answered{late}")


@app.command("send-back")
def send_back(context: typer.Context, errand: ErrandArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """退回补充: the answer is not enough; the clock of the answer runs anew."""
    from fanzha.services.desk.errands import send_back_errand

    with at_desk(context, login) as seat:
        returned = send_back_errand(seat.desk, seat.actor, errand, reason)
        _tell(seat, returned, f"{errand} is back with {returned.officer} of {returned.to_organisation}")


@app.command()
def confirm(context: typer.Context, errand: ErrandArgument, text: TextOption, login: AsOption = None) -> None:
    """回头看: a matter of joint governance was looked at again after a while, and it stands."""
    from fanzha.services.desk.errands import confirm_errand

    with at_desk(context, login) as seat:
        _tell(seat, confirm_errand(seat.desk, seat.actor, errand, text), f"{errand} stands")


@app.command()
def recall(context: typer.Context, errand: ErrandArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Take back what your body asked, before it is answered."""
    from fanzha.services.desk.errands import recall_errand

    with at_desk(context, login) as seat:
        recalled = recall_errand(seat.desk, seat.actor, errand, reason)
        _tell(seat, recalled, f"{errand} is taken back")


def _tell(seat: AtDesk, errand: Errand, *sentences: str) -> None:
    from fanzha.services.desk.documents.errand import errand_document

    answer(seat, errand_document(errand, list_mask(seat, [errand])), *sentences)
