"""`fanzha opening`: who opened a card, a SIM or a corporate account, where, by which clerk, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.record_options import (
    CursorOption,
    ForCaseOption,
    LimitOption,
    RevealOption,
    WhyOption,
    list_mask,
    read_file,
    show_fields,
    show_page,
)

PUT_ASIDE = 3
app = typer.Typer(
    name="opening", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="开户登记: tables of openings that banks and operators gave; what is seized is compared with them.",
)  # fmt: skip


@app.command("import")
def import_table(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX or CSV; its content is kept by its SHA-256.")],
    institution: Annotated[str, typer.Option("--institution", metavar="NAME", help="Where its rows do not say.")] = "",
    login: AsOption = None,
) -> int:
    """Take in a table row by row; the same table again changes nothing. Rows put aside: exit code 3."""
    from fanzha import bootstrap
    from fanzha.services.desk.import_openings import import_openings
    from fanzha.services.desk.import_seizures import SheetFile

    brought = read_file(file)
    with at_desk(context, login) as seat:
        evidence, reader = bootstrap.evidence_store(seat.home), bootstrap.table_reader()
        sheet = SheetFile(brought.name, brought.content)
        done = import_openings(seat.desk, evidence, reader, seat.actor, sheet, institution)
        aside = [{"sheet": one.sheet, "row": one.row, "field": one.field, "reason": one.reason} for one in done.aside]
        if seat.json:
            columns = list(done.unknown_columns)
            write_json(
                {
                    "sha256": done.sha256,
                    "taken": done.taken,
                    "again": done.again,
                    "aside": aside,
                    "unknown_columns": columns,
                }
            )
            return PUT_ASIDE if aside else 0
    say(f"{counted(done.taken, 'opening')} taken in, {done.again} there already")
    for head in done.unknown_columns:
        say(f"column {head!r} is not read")
    if aside:
        show_table("Put aside", ["sheet", "row", "field", "reason"], [[str(x) for x in one.values()] for one in aside])
    return PUT_ASIDE if aside else 0


@app.command("list")
def list_all(
    context: typer.Context,
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help="Of this card, line or licence.")] = "",
    institution: Annotated[str, typer.Option("--institution", metavar="NAME", help="Opened there.")] = "",
    outlet: Annotated[str, typer.Option("--outlet", metavar="NAME", help="Opened at this outlet.")] = "",
    kind: Annotated[list[str] | None, typer.Option("--kind", help="account, line, corporate; repeatable.")] = None,
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """Openings, the last brought first; persons masked."""
    from fanzha.services.desk.documents.opening import opening_document
    from fanzha.services.desk.lists import ListWanted, list_openings

    wanted = ListWanted(
        account=number,
        institution=institution,
        outlet=outlet,
        status=tuple(kind or ()),
        limit=limit,
        cursor=cursor or None,
    )
    with at_desk(context, login) as seat:
        page = list_openings(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [opening_document(one, mask) for one in page.rows]
        columns = ["id", "kind", "number", "institution", "opener", "outlet", "clerk", "opened"]
        show_page(seat, "openings", lines, columns, page.next_cursor)


@app.command()
def show(
    context: typer.Context,
    opening: Annotated[str, typer.Argument(metavar="OPENING", help="Id of the opening.")],
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    reason: WhyOption = "",
    login: AsOption = None,
) -> None:
    """One opening; unmasked for a case and a reason, which are written down."""
    from fanzha.casework.openings import Opening
    from fanzha.services.desk.documents.opening import opening_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, Opening, opening, reveal=reveal, case=case, reason=reason)
        document = opening_document(opened.record, opened.mask)
        if seat.json:
            write_json(document)
        else:
            show_fields(opening, document)
