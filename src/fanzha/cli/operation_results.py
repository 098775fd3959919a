"""What an operation achieved on the command line: entered, corrected, carried on, tallied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.operation_options import (
    AtOption,
    DocumentOption,
    NoteOption,
    OperationArgument,
    PlaceOption,
    ResultArgument,
    TeamOption,
)
from fanzha.cli.operation_words import ENTRY_COLUMNS, chosen, entry_row, instant_or_now, show_tally, when
from fanzha.cli.output import show_table, write_json
from fanzha.cli.record_options import (
    ForCaseOption,
    ReasonOption,
    RequestOption,
    RevealOption,
    WhyOption,
    answer,
    list_mask,
    show_fields,
)
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.casework.operations import OperationResult, ResultKind

results = typer.Typer()  # their commands stand among those of `operation` itself


@results.command("take-down")
def take_down(
    context: typer.Context,
    operation: OperationArgument,
    target: Annotated[
        str, typer.Argument(metavar="KIND", help="Kind of den or gang; see: fanzha operation catalogue.")
    ],
    place: PlaceOption = "",
    jurisdiction: Annotated[
        str, typer.Option("--jurisdiction", metavar="CODE", help="Where it stood, as 530102; your body's if not given.")
    ] = "",
    at: AtOption = "",
    team: TeamOption = "",
    note: NoteOption = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Enter a den or a gang that was taken down."""
    from fanzha.casework.operations import ResultKind, TakeDown

    with at_desk(context, login) as seat:
        said = {"team": team, "note": note, "request": request, "take_down": TakeDown(target, place, jurisdiction)}
        _enter(seat, operation, ResultKind.TAKE_DOWN, at, said)


@results.command()
def suspect(
    context: typer.Context,
    operation: OperationArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in his papers; 不明 where nobody knows it yet.")],
    charges: Annotated[list[str], typer.Option("--charge", metavar="CHARGE", help="Suspected of; repeatable.")],
    id_number: Annotated[str, typer.Option("--id-number", metavar="NUMBER", help="Of his papers.")] = "",
    capacity: Annotated[
        str, typer.Option("--capacity", metavar="SLUG", help="In which capacity; see the catalogue.")
    ] = "",
    arrival: Annotated[
        str, typer.Option("--arrival", metavar="SLUG", help="How he came; see the catalogue.")
    ] = "caught",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="The case against him.")] = "",
    den: Annotated[str, typer.Option("--den", metavar="ENTRY", help="The den in which he was found.")] = "",
    at: AtOption = "",
    team: TeamOption = "",
    note: NoteOption = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Enter a suspect, with what the procedure needs of him and nothing else."""
    from fanzha.casework.operations import ResultKind, Suspect

    with at_desk(context, login) as seat:
        person = Suspect(name, id_number, tuple(charges), capacity, arrival, case)
        said = {"team": team, "note": note, "request": request, "take_down_of": den, "suspect": person}
        _enter(seat, operation, ResultKind.SUSPECT, at, said)


@results.command()
def seize(
    context: typer.Context,
    operation: OperationArgument,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="What; see: fanzha operation catalogue.")],
    quantity: Annotated[str, typer.Option("--quantity", metavar="N", help="Pieces; yuan of cash.")] = "1",
    numbers: Annotated[
        list[str] | None,
        typer.Option("--number", metavar="KIND:NUMBER", help="As imei:86…; a bare one is of its first kind."),
    ] = None,
    marks: Annotated[str, typer.Option("--marks", metavar="TEXT", help="特征: by what it is known again.")] = "",
    den: Annotated[str, typer.Option("--den", metavar="ENTRY", help="The den in which it was found.")] = "",
    document: DocumentOption = "",
    place: PlaceOption = "",
    at: AtOption = "",
    team: TeamOption = "",
    note: NoteOption = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Enter things that were seized; every number is compared at once with everything known."""
    from fanzha.casework.operations import Goods, ResultKind
    from fanzha.services.desk.import_seizures import read_identifiers, read_quantity

    with at_desk(context, login) as seat:
        rules = seat.desk.rules.operations
        if item not in rules.items:
            raise BadInput(f"item: {item!r} is not in the catalogue; see: fanzha operation catalogue")
        identifiers = tuple(read_identifiers(",".join(numbers or ()), item, rules))
        goods = Goods(item, identifiers, marks, place)
        said = {
            "team": team, "note": note, "request": request, "document": document, "take_down_of": den, "goods": goods,
            "quantity": read_quantity(quantity, item, rules),
        }  # fmt: skip
        _enter(seat, operation, ResultKind.SEIZURE, at, said)


@results.command()
def force(
    context: typer.Context,
    operation: OperationArgument,
    whose: Annotated[str, typer.Argument(metavar="WHOSE", help="officers, or other-bodies.")],
    number: Annotated[int, typer.Argument(metavar="N", help="How many.", min=1)],
    at: AtOption = "",
    team: TeamOption = "",
    note: NoteOption = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Enter how many people were sent."""
    from fanzha.casework.operations import Force, ResultKind

    sent = chosen(Force, whose, "whose")
    with at_desk(context, login) as seat:
        said = {"team": team, "note": note, "request": request, "quantity": number, "force": sent}
        _enter(seat, operation, ResultKind.DEPLOYMENT, at, said)


@results.command()
def correct(
    context: typer.Context,
    entry: ResultArgument,
    change: Annotated[int, typer.Option("--change", metavar="N", help="How many more or less, such as -2.")],
    reason: ReasonOption,
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """修正: correct an entry by one beside it, so that both stay visible."""
    from fanzha.casework.operations import Correction
    from fanzha.services.desk.correct_result import correct_result

    with at_desk(context, login) as seat:
        made = correct_result(seat.desk, seat.actor, entry, Correction(change, reason, request))
        _tell(seat, made, f"{made.id}: {entry} counts {change:+d}")


@results.command()
def advance(
    context: typer.Context,
    entry: ResultArgument,
    taken: Annotated[str, typer.Argument(metavar="STEP", help="detain, bail, ask-arrest, arrest, transfer, …")],
    number: Annotated[str, typer.Option("--document", metavar="文号", help="Of the paper that the step rests on.")],
    at: AtOption = "",
    login: AsOption = None,
) -> None:
    """Take the next step of a suspect's procedure, by its paper."""
    from fanzha.casework.operations import SuspectMove, SuspectStep, words_of
    from fanzha.services.desk.advance_suspect import advance_suspect

    step = chosen(SuspectStep, taken, "step")
    with at_desk(context, login) as seat:
        move = SuspectMove(step, number, instant_or_now(seat, at))
        stepped = advance_suspect(seat.desk, seat.actor, entry, move)
        _tell(seat, stepped, f"{entry} is {words_of(stepped.status)}")


@results.command()
def custody(
    context: typer.Context,
    entry: ResultArgument,
    taken: Annotated[
        str, typer.Argument(metavar="STEP", help="hand-over, store, take-out, examine, forward, return, destroy.")
    ],
    receiver: Annotated[str, typer.Argument(metavar="RECEIVER", help="Who gets it: a login, a store, a laboratory.")],
    place: PlaceOption = "",
    document: DocumentOption = "",
    at: AtOption = "",
    login: AsOption = None,
) -> None:
    """保管链: hand a seized thing on; who gives or who gets it enters it."""
    from fanzha.casework.operations import CustodyMove, CustodyStep, words_of
    from fanzha.services.desk.move_evidence import move_evidence

    step = chosen(CustodyStep, taken, "step")
    with at_desk(context, login) as seat:
        move = CustodyMove(step, receiver, instant_or_now(seat, at), place, document)
        moved = move_evidence(seat.desk, seat.actor, entry, move)
        _tell(seat, moved, f"{entry} is {words_of(moved.where)}, with {moved.holder}")


@results.command()
def entry(
    context: typer.Context,
    result: ResultArgument,
    reveal: RevealOption = False,
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    login: AsOption = None,
) -> None:
    """One entry whole: a suspect's procedure with its papers, a thing's chain of custody."""
    from fanzha.casework.operations import OperationResult
    from fanzha.services.desk.documents.operation import result_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, OperationResult, result, reveal=reveal, case=for_case, reason=why)
        document = result_document(opened.record, opened.mask)
        if seat.json:
            write_json(document)
        else:
            show_fields(result, document)


@results.command()
def tally(
    context: typer.Context,
    operation: OperationArgument,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="TIME", help="As it was known then; now, if not given.")
    ] = "",
    login: AsOption = None,
) -> None:
    """战果: every number of the operation, by its measure in the catalogue of figures; with --json the ids behind each."""
    from fanzha import bootstrap
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.operation import tally_document
    from fanzha.services.desk.operation_tally import operation_tally

    as_of_us = parse_instant(as_of) if as_of else None
    catalogue = bootstrap.indicator_catalogue()
    with at_desk(context, login) as seat:
        lines = operation_tally(seat.desk, seat.actor, operation, as_of_us=as_of_us)
        if seat.json:
            write_json({"operation": operation, "tally": tally_document(lines, catalogue)})
        else:
            show_tally("Tally", lines, catalogue)


@results.command()
def entries(
    context: typer.Context,
    operation: OperationArgument,
    measure: Annotated[str, typer.Option("--measure", metavar="ID", help="Only what stands behind this number.")] = "",
    login: AsOption = None,
) -> None:
    """The entries in the order in which they were made, corrections among them; or those behind one number."""
    from fanzha.services.desk.documents.operation import result_document
    from fanzha.services.desk.operation_page import operation_page

    with at_desk(context, login) as seat:
        page = operation_page(seat.desk, seat.actor, operation)
        if measure and all(line.measure != measure for line in page.lines):
            known = ", ".join(line.measure for line in page.lines) or "none yet"
            raise BadInput(f"measure: {operation} has no number {measure!r}; there are: {known}")
        shown = page.behind(measure) if measure else page.results
        mask = list_mask(seat, shown)
        lines = [result_document(one, mask) for one in shown]
        if seat.json:
            write_json({"entries": lines})
            return
        rows = [entry_row(line) for line in lines]
        show_table(
            "Entries", ENTRY_COLUMNS, rows, right=["quantity"], spare=["body", "stands", "numbers"],
            nothing="nothing was entered yet",
        )  # fmt: skip


@results.command()
def year(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="YEAR", help="Of Shanghai.", min=2000, max=2999)],
    login: AsOption = None,
) -> None:
    """What the operations that you may see achieved in a year, each entry once; how much of it each campaign is."""
    from fanzha import bootstrap
    from fanzha.services.desk.documents.operation import year_document
    from fanzha.services.desk.operation_tally import year_tally

    catalogue = bootstrap.indicator_catalogue()
    with at_desk(context, login) as seat:
        told = year_tally(seat.desk, seat.actor, number)
        if seat.json:
            write_json(year_document(told, catalogue))
            return
        show_tally(str(number), told.total, catalogue)
        for campaign, lines in told.parts.items():
            show_tally(f"of which {campaign or 'outside any campaign'}", lines, catalogue)


def _enter(seat: AtDesk, operation: str, kind: ResultKind, at: str, said: dict[str, Any]) -> None:
    """Enters what was said of one thing; at: when it was, as somebody wrote it."""
    from fanzha.casework.operations import ResultDraft
    from fanzha.services.desk.documents.operation import entered_document, match_document
    from fanzha.services.desk.enter_result import enter_result

    at_us, timed = when(seat, at)
    draft = ResultDraft(kind, at_us, timed=timed, **said)
    entered = enter_result(seat.desk, seat.actor, operation, draft)
    mask = list_mask(seat, [entered.result])
    told = [f"{entered.result.id} was entered before" if entered.again else f"{entered.result.id} is entered"]
    for match in entered.matches:
        one = match_document(match, mask)
        where = one["id"] or (
            f"a {one['kind']} of {one['organisation']}: ask there" if one["organisation"] else one["kind"]
        )
        told.append(f"{one['number']} is known: {where}" + (f" in {one['case']}" if one["case"] else ""))
    if entered.result.clues:
        told.append(f"to be checked: {', '.join(entered.result.clues)}")
    answer(seat, entered_document(entered, mask), *told)


def _tell(seat: AtDesk, result: OperationResult, *sentences: str) -> None:
    from fanzha.services.desk.documents.operation import result_document

    answer(seat, result_document(result, list_mask(seat, [result])), *sentences)
