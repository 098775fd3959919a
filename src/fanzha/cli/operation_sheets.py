"""Sheets of an operation on the command line: the catalogue, the template, a list of seizures in, a workbook out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.operation_options import AtOption, OperationArgument
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin, ask_password
from fanzha.cli.record_options import ForCaseOption, ReasonOption, RevealOption, list_mask, read_file
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput

PUT_ASIDE = 3
sheets = typer.Typer()  # their commands stand among those of `operation` itself


@sheets.command()
def catalogue(context: typer.Context) -> None:
    """What can be entered: dens and gangs, things, charges, capacities, ways of arrival."""
    from fanzha import bootstrap

    parts = bootstrap.desk_rules().operations.words
    if invocation_of(context).json:
        write_json({
            part: [{"slug": slug, "zh": zh, "en": en} for slug, zh, en in known] for part, known in parts.items()
        })  # fmt: skip
        return
    for part, known in parts.items():
        show_table(part.capitalize(), ["slug", "zh", "en"], known)


@sheets.command()
def template(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Is written whole or not at all.")],
) -> None:
    """Write the empty sheet in which seized things are listed; filled in, it is read by: fanzha operation import."""
    from fanzha import bootstrap
    from fanzha.services.desk.papers.operation_book import seizure_template

    write_whole(file, seizure_template(bootstrap.desk_rules().operations), public=True)
    if invocation_of(context).json:
        write_json({"file": str(file)})
    else:
        say(f"{file}: fill it in, then: fanzha operation import OPERATION {file}")


@sheets.command("import")
def import_sheet(
    context: typer.Context,
    operation: OperationArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX or CSV; its content is kept by its SHA-256.")],
    at: AtOption = "",
    login: AsOption = None,
) -> int:
    """Enter a list of seized things row by row; the same sheet again changes nothing. --at: where its rows say no time."""
    from fanzha import bootstrap
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.operation import imported_document
    from fanzha.services.desk.import_seizures import SheetFile, import_seizures

    brought = read_file(file)
    sheet = SheetFile(brought.name, brought.content, parse_instant(at) if at else None)
    with at_desk(context, login) as seat:
        evidence = bootstrap.evidence_store(seat.home)
        done = import_seizures(seat.desk, evidence, bootstrap.table_reader(), seat.actor, operation, sheet)
        if seat.json:
            write_json(imported_document(done, list_mask(seat, [line.entered.result for line in done.lines])))
            return PUT_ASIDE if done.aside else 0
    again = sum(1 for line in done.lines if line.entered.again)
    known = sum(1 for line in done.lines if line.entered.matches)
    say(
        f"{counted(len(done.lines) - again, 'row')} entered, {again} there already, {known} with numbers that are known"
    )
    for head in done.unknown_columns:
        say(f"column {head!r} is not read")
    for name in done.left_out:
        say(f"sheet {name!r} lists no things and is not read")
    rows = [[one.sheet, str(one.row), one.field, one.reason] for one in done.aside]
    if rows:
        show_table("Put aside", ["sheet", "row", "field", "reason"], rows, right=["row"])
    return PUT_ASIDE if done.aside else 0


@sheets.command()
def export(
    context: typer.Context,
    operation: OperationArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Is written whole or not at all.")],
    reason: ReasonOption,
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    approver: Annotated[str, typer.Option(metavar="LOGIN", help="The second person, who gives his password.")] = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """The operation as a workbook, marked with who took it out: the tally, and every entry behind it; persons masked."""
    from fanzha import bootstrap
    from fanzha.services.desk.export_list import note_not_written
    from fanzha.services.desk.export_operation import export_operation
    from fanzha.services.desk.papers.operation_book import operation_book
    from fanzha.services.desk.sign_in import confirm_person

    with at_desk(context, login) as seat:
        second = None
        if approver:
            password = ask_password(f"Password of {approver}, who approves", from_stdin=password_stdin)
            second = confirm_person(seat.desk, bootstrap.secret_hasher(), approver, password)
        exported = export_operation(seat.desk, seat.actor, operation, reason, reveal=reveal, case=case, approver=second)
        note = exported.note
        try:
            write_whole(file, operation_book(exported, seat.desk.rules.operations, bootstrap.indicator_catalogue()))
        except BadInput as failure:
            note_not_written(seat.desk, seat.actor, note.export, str(failure))
            raise
        if seat.json:
            write_json({"export": note.export.id, "file": str(file), "watermark": note.watermark})
            return
    say(f"{file}: {len(exported.page.results)} entries, {note.export.id}")
