"""`fanzha clue`: the quick check (快查快打), from the queue to a fact and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.clue_queue import allot, figure, list_them
from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.record_options import (
    ForCaseOption,
    ReasonOption,
    RevealOption,
    WhyOption,
    answer,
    for_people,
    list_mask,
    show_fields,
    show_history,
)
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.casework import Clue, Document, Fact

app = typer.Typer(
    name="clue", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Clues: check each against the clock, make facts of them, act.",
)  # fmt: skip
app.command("list")(list_them)
app.command("allot")(allot)
app.command("figure")(figure)
ClueArgument = Annotated[str, typer.Argument(metavar="CLUE", help="Id of the clue.")]
DocumentOption = Annotated[
    str,
    typer.Option("--document", metavar="KIND", help="transfer_slip, statement, victim_screen, bank_receipt or other."),
]
ReferenceOption = Annotated[str, typer.Option("--reference", metavar="FILE", help="Id or SHA-256 of the document.")]
PlaceOption = Annotated[str, typer.Option("--place", help="Page, row, part of the screen.")]


@app.command()
def show(
    context: typer.Context,
    clue: ClueArgument,
    reveal: RevealOption = False,
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    login: AsOption = None,
) -> None:
    """A clue with its clock and its place in the queue; persons behind the mask."""
    from fanzha.casework import Clue
    from fanzha.services.desk.documents.clue import clue_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, Clue, clue, reveal=reveal, case=for_case, reason=why)
        rules, now_us = seat.desk.rules.casework, seat.desk.clock.now_us()
        document = clue_document(opened.record, opened.mask, rules, now_us)
        answer(seat, document)
        if not seat.json:
            show_fields(f"Clue {clue}", document)


@app.command()
def claim(context: typer.Context, clue: ClueArgument, login: AsOption = None) -> None:
    """Take a clue out of the queue for yourself."""
    from fanzha.services.desk.claim_clue import claim_clue

    with at_desk(context, login) as seat:
        claimed = claim_clue(seat.desk, seat.actor, clue)
        _tell(seat, claimed, f"{clue} is yours", f"next: fanzha clue assess {clue} --finding …")


@app.command()
def assign(
    context: typer.Context,
    clue: ClueArgument,
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Who takes it forward.")],
    reason: Annotated[str, typer.Option("--reason", help="Needed where it is taken from another.")] = "",
    login: AsOption = None,
) -> None:
    """Give a clue to an officer of its body, or of one below yours."""
    from fanzha.services.desk.assign_clue import assign_clue

    with at_desk(context, login) as seat:
        assigned = assign_clue(seat.desk, seat.actor, clue, officer, reason=reason)
        _tell(seat, assigned, f"{clue} is with {assigned.officer}")


@app.command()
def assess(
    context: typer.Context,
    clue: ClueArgument,
    finding: Annotated[str, typer.Option("--finding", metavar="TEXT", help="What you make of it (研判).")],
    login: AsOption = None,
) -> None:
    """Say what you make of a clue, before you verify or dismiss it."""
    from fanzha.services.desk.assess_clue import assess_clue

    with at_desk(context, login) as seat:
        assessed = assess_clue(seat.desk, seat.actor, clue, finding)
        following = f"next: fanzha clue verify {clue} …, or fanzha clue dismiss {clue} --reason …"
        _tell(seat, assessed, f"{clue} is assessed", following)


@app.command()
def verify(
    context: typer.Context,
    clue: ClueArgument,
    holder: Annotated[str, typer.Option("--holder", metavar="NAME", help="户名, as the document has it.")],
    account: Annotated[str, typer.Option("--account", metavar="NUMBER", help="账号.")],
    institution: Annotated[str, typer.Option("--institution", metavar="NAME", help="The bank that keeps it.")],
    amount: Annotated[str, typer.Option("--amount", metavar="YUAN", help="金额.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="交易时间.")],
    document: DocumentOption,
    reference: ReferenceOption,
    place: PlaceOption = "",
    hop: Annotated[int, typer.Option("--hop", min=1, help="1: the victim paid it; more: the money moved on.")] = 1,
    currency: Annotated[str, typer.Option("--currency")] = "CNY",
    reason: Annotated[str, typer.Option("--reason", help="Needed where the account is not the clue's.")] = "",
    another: Annotated[
        bool, typer.Option("--another", help="It is a payment of its own, though a fact has that instant.")
    ] = False,
    login: AsOption = None,
) -> None:
    """Make a fact of an account's clue: you read all four fields in a document; only a fact leads to an order."""
    from fanzha import bootstrap
    from fanzha.casework import VerifiedFields
    from fanzha.core.money import exponent_of, parse_minor
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.clue import clue_document, fact_document
    from fanzha.services.desk.documents.report_form import account_number
    from fanzha.services.desk.verify_clue import verify_clue

    fields = VerifiedFields(
        holder, account_number(account, "--account"), institution, parse_minor(amount, exponent_of(currency)),
        parse_instant(at), currency,
    )  # fmt: skip
    read_in = _document(document, reference, place)
    with at_desk(context, login) as seat:
        kept = bootstrap.evidence_store(seat.home)
        verified = verify_clue(
            seat.desk, seat.actor, clue, fields, read_in, hop=hop, reason=reason, another=another, evidence=kept
        )
        mask = list_mask(seat, [verified.clue, verified.fact])
        rules, now_us = seat.desk.rules.casework, seat.desk.clock.now_us()
        answer(
            seat,
            {
                "clue": clue_document(verified.clue, mask, rules, now_us),
                "fact": fact_document(verified.fact, mask),
                "differs": list(verified.differs),
                "related": list(verified.related),
            },
            f"{clue} is verified: fact {verified.fact.id}",
            *(f"note: the {name.replace('_', ' ')} is not what was reported" for name in verified.differs),
            *(f"{measure} rests on it: it need not be lifted any more" for measure in verified.related),
            *_next_steps(verified.clue, verified.fact, verified.to_open),
        )  # fmt: skip


@app.command()
def confirm(
    context: typer.Context,
    clue: ClueArgument,
    finding: Annotated[str, typer.Option("--finding", metavar="TEXT", help="What you found.")],
    document: DocumentOption,
    reference: ReferenceOption,
    place: PlaceOption = "",
    login: AsOption = None,
) -> None:
    """Verify a clue about a line, a site or anything that is no account."""
    from fanzha.services.desk.confirm_clue import confirm_clue

    read_in = _document(document, reference, place)
    with at_desk(context, login) as seat:
        _tell(seat, confirm_clue(seat.desk, seat.actor, clue, read_in, finding), f"{clue} is verified")


@app.command()
def act(
    context: typer.Context,
    clue: ClueArgument,
    actions: Annotated[list[str], typer.Argument(metavar="ID…", help="The measures or cases that came of it.")],
    reason: Annotated[str, typer.Option("--reason", help="In a few words.")] = "",
    login: AsOption = None,
) -> None:
    """Note what came of a verified clue; from here its clock stands."""
    from fanzha.services.desk.act_on_clue import act_on_clue

    with at_desk(context, login) as seat:
        acted = act_on_clue(seat.desk, seat.actor, clue, tuple(actions), reason)
        _tell(seat, acted, f"{clue} is followed through: {', '.join(actions)}")


@app.command()
def dismiss(context: typer.Context, clue: ClueArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Close an assessed clue that leads nowhere."""
    from fanzha.services.desk.close_clue import dismiss_clue

    with at_desk(context, login) as seat:
        _tell(seat, dismiss_clue(seat.desk, seat.actor, clue, reason), f"{clue} is dismissed; reopen takes it back")


@app.command()
def reopen(context: typer.Context, clue: ClueArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Open a closed clue again, for yourself."""
    from fanzha.services.desk.close_clue import reopen_clue

    with at_desk(context, login) as seat:
        _tell(seat, reopen_clue(seat.desk, seat.actor, clue, reason), f"{clue} is open again, with {seat.actor.id}")


@app.command()
def pause(
    context: typer.Context,
    clue: ClueArgument,
    reason: Annotated[str, typer.Option("--reason", help="awaiting_reporter, awaiting_institution, system_outage.")],
    login: AsOption = None,
) -> None:
    """Let the clock of a clue stand still, for a reason of the table; it runs on by itself after the longest time."""
    from fanzha.core.time import format_instant
    from fanzha.services.desk.pause_clue import pause_clue

    with at_desk(context, login) as seat:
        paused = pause_clue(seat.desk, seat.actor, clue, reason)
        ends = for_people(format_instant(paused.pauses[-1].ends_at_us))
        _tell(seat, paused, f"{clue} is paused until {ends} at the longest; next: fanzha clue resume {clue}")


@app.command()
def resume(context: typer.Context, clue: ClueArgument, login: AsOption = None) -> None:
    """Let the clock of a paused clue run again."""
    from fanzha.services.desk.pause_clue import resume_clue

    with at_desk(context, login) as seat:
        _tell(seat, resume_clue(seat.desk, seat.actor, clue), f"the clock of {clue} runs again")


@app.command()
def route(
    context: typer.Context,
    clue: ClueArgument,
    body: Annotated[str, typer.Argument(metavar="BODY", help="The body whose it is.")],
    reason: ReasonOption,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", metavar="CODE", help="Where it happened.")] = "",
    login: AsOption = None,
) -> None:
    """Send a clue into another body's queue; its clock runs on there."""
    from fanzha.services.desk.route_clue import route_clue

    with at_desk(context, login) as seat:
        routed = route_clue(seat.desk, seat.actor, clue, body, reason, jurisdiction=jurisdiction)
        _tell(seat, routed, f"{clue} waits in the queue of {body}; its clock runs on")


@app.command()
def reestimate(
    context: typer.Context,
    clue: ClueArgument,
    recoverable: Annotated[
        list[str], typer.Argument(metavar="CLAIM=YUAN…", help="What is still recoverable of each claim.")
    ],
    login: AsOption = None,
) -> None:
    """Say what is still recoverable; the clue's place in the queue hangs on it."""
    from fanzha.core.money import parse_minor
    from fanzha.services.desk.reestimate_clue import reestimate_clue

    amounts = {}
    for pair in recoverable:
        claim_id, _, yuan = pair.partition("=")
        amounts[claim_id] = parse_minor(yuan)
    with at_desk(context, login) as seat:
        _tell(seat, reestimate_clue(seat.desk, seat.actor, clue, amounts), f"{clue} is estimated anew")


@app.command()
def merge(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="OLDER", help="The clue that stays.")],
    absorbed: Annotated[str, typer.Argument(metavar="YOUNGER", help="The clue that will rest.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Say that two clues are about one thing; take it back with: fanzha report unmerge."""
    from fanzha.services.desk.documents.case import merge_document
    from fanzha.services.desk.merge_reports import merge_clues

    with at_desk(context, login) as seat:
        made = merge_clues(seat.desk, seat.actor, kept, absorbed, reason)
        answer(
            seat, merge_document(made), f"{absorbed} was merged into {kept} ({made.id})",
            f"to take it back: fanzha report unmerge {made.id}",
        )  # fmt: skip


@app.command("withdraw-fact")
def withdraw_a_fact(
    context: typer.Context,
    fact: Annotated[str, typer.Argument(metavar="FACT", help="Id of the fact.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Withdraw a fact that turned out wrong; the measures that rest on it are named."""
    from fanzha.casework import in_words
    from fanzha.services.desk.documents.clue import fact_document
    from fanzha.services.desk.withdraw_fact import withdraw_fact

    with at_desk(context, login) as seat:
        gone = withdraw_fact(seat.desk, seat.actor, fact, reason)
        hints = [f"look at {measure} again: it rests on this fact" for measure in gone.measures]
        hints += [f"{measure} is to be lifted: a clock says by when" for measure in gone.to_be_lifted]
        document: dict[str, Any] = {
            "fact": fact_document(gone.fact, list_mask(seat, [gone.fact])),
            "measures": list(gone.measures),
            "to_be_lifted": list(gone.to_be_lifted),
        }
        document["clue"] = {"id": gone.clue.id, "stage": gone.clue.stage.value}
        answer(seat, document, f"{fact} is withdrawn; {gone.clue.id} is {in_words(gone.clue.stage)}", *hints)


@app.command()
def history(context: typer.Context, clue: ClueArgument, login: AsOption = None) -> None:
    """Everything that happened to a clue, its clock included."""
    from fanzha.casework import Clue
    from fanzha.services.desk.case_history import record_history

    with at_desk(context, login) as seat:
        show_history(seat, record_history(seat.desk, seat.actor, Clue, clue), Clue, clue)


def _tell(seat: AtDesk, clue: Clue, *sentences: str) -> None:
    from fanzha.services.desk.documents.clue import clue_document

    rules, now_us = seat.desk.rules.casework, seat.desk.clock.now_us()
    answer(seat, clue_document(clue, list_mask(seat, [clue]), rules, now_us), *sentences)


def _next_steps(clue: Clue, fact: Fact, to_open: Sequence[str]) -> tuple[str, ...]:
    """What is done about a fact: a case, a stop in it, and the note that it was done."""
    from fanzha.core.money import exponent_of, format_minor

    amount = format_minor(fact.fields.amount_minor, exponent_of(fact.fields.currency))
    first = (f"next: fanzha case open {' '.join(to_open)} --title …",) if to_open else ()
    stop = f"fanzha measure draft stop_payment --case {clue.case or 'CASE'} --fact {fact.id} --basis afl-20"
    return (
        *first,
        f"{'then' if first else 'next'}: {stop} --traced {amount} --reason …",
        f"then: fanzha clue act {clue.id} MEASURE",
    )


def _document(kind: str, reference: str, place: str) -> Document:
    from fanzha.casework import Document, DocumentKind

    if kind not in {one.value for one in DocumentKind}:
        raise BadInput(f"--document {kind!r} is none of {', '.join(DocumentKind)}")
    return Document(DocumentKind(kind), reference, place)
