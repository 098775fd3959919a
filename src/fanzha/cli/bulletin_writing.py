"""`fanzha bulletin draft … export`: bulletins of one's own, from the first text to what is sent out."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.bulletin import app
from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.services.desk.keeping_bulletins import BulletinContent
    from fanzha.statistics.bulletin_checks import FoundFault
    from fanzha.statistics.drafting import OwnBulletin

BulletinId = Annotated[str, typer.Argument(metavar="BULLETIN", help="Its id.")]
ContentFile = Annotated[Path | None, typer.Argument(metavar="[FILE.toml]", help="Title, blocks and figures.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", help="The version you looked at; refused if it changed since.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; stands in the audit.")]


@app.command()
def draft(
    context: typer.Context,
    file: ContentFile = None,
    *,
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="Without a file: every main figure of this period.")
    ] = None,
    against: Annotated[
        list[str] | None, typer.Option("--against", metavar="BASE[:WORDING]", help="With --period: compared with this.")
    ] = None,
    login: AsOption = None,
) -> None:
    """Begin a bulletin: from a file, or from a period alone; its figures are counted now."""
    from fanzha.services.desk.bulletin_content import first_content, read_against
    from fanzha.services.desk.draft_bulletin import draft_bulletin
    from fanzha.statistics import day_of, read_period

    if (file is None) == (period is None):
        raise BadInput("name a file, or give --period for a first text of its main figures")
    with at_desk(context, login) as seat:
        if file is not None:
            content = read_content(file, seat)
        else:
            assert period is not None
            span = read_period(period, day_of(seat.desk.clock.now_us()))
            content = first_content(
                span, [read_against(one) for one in against or ("yoy",)], seat.desk.rules.indicators
            )
        _say(seat, draft_bulletin(seat.desk, seat.actor, content), "drafted")


@app.command()
def daily(
    context: typer.Context,
    *,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="The analysis of this day; yesterday's if not given.")
    ] = None,
    every: Annotated[bool, typer.Option("--every-morning", help="Have the clocks make it every morning.")] = False,
    off: Annotated[bool, typer.Option("--off", help="No longer every morning.")] = False,
    login: AsOption = None,
) -> None:
    """Make the analysis of a day 每日研判: figures, types, how the desk did; or have it made every morning by eight."""
    from fanzha.services.desk.daily_analysis import draft_daily_analysis, schedule_daily_analysis
    from fanzha.statistics import day_of, read_period
    from fanzha.statistics.periods import days_of

    if every and off:
        raise BadInput("--every-morning and --off: take one of them")
    with at_desk(context, login) as seat:
        if every or off:
            due_us = schedule_daily_analysis(seat.desk, seat.actor, off=off)
            told = None if due_us is None else format_instant(due_us)
            if seat.json:
                write_json({"next": told})
            else:
                say("no longer made" if told is None else f"made next at {told}, by: fanzha clocks")
            return
        today = day_of(seat.desk.clock.now_us())
        wanted = None if day is None else days_of(read_period(day, today))
        if wanted is not None and wanted[0] != wanted[1]:
            raise BadInput(f"--day {day}: is more than one day")
        made = draft_daily_analysis(seat.desk, seat.actor, day=None if wanted is None else wanted[0])
        _say(seat, made, "drafted")


@app.command()
def edit(
    context: typer.Context,
    bulletin: BulletinId,
    file: Annotated[Path, typer.Argument(metavar="FILE.toml")],
    *,
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Give a draft another content; its figures are counted anew."""
    from fanzha.services.desk.draft_bulletin import edit_bulletin

    with at_desk(context, login) as seat:
        content = read_content(file, seat)
        _say(seat, edit_bulletin(seat.desk, seat.actor, bulletin, content, version=version), "changed")


@app.command()
def figure(
    context: typer.Context,
    bulletin: BulletinId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the text calls the figure.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="In the figure's unit, money in yuan.")],
    *,
    reason: ReasonOption = "",
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Put a value by hand in place of the counted one; it is marked, and needs a reason."""
    from fanzha.services.desk.change_figure import change_figure

    try:
        said = Decimal(value)
    except InvalidOperation:
        raise BadInput(f"{value!r} is no number; write it with a point, without 万 or 亿") from None
    with at_desk(context, login) as seat:
        changed = change_figure(seat.desk, seat.actor, bulletin, name, said, reason, version=version)
        _say(seat, changed, f"{name} is said by hand now")


@app.command()
def versions(
    context: typer.Context,
    bulletin: BulletinId,
    *,
    number: Annotated[
        int | None, typer.Option("--number", metavar="N", help="What this version says otherwise than the draft now.")
    ] = None,
    login: AsOption = None,
) -> None:
    """Show what a draft said each time it was saved, newest first; or what one of them says otherwise."""
    from fanzha.services.desk.documents.bulletin import version_row
    from fanzha.services.desk.open_draft_versions import list_draft_versions

    with at_desk(context, login) as seat:
        if number is not None:
            _version(seat, bulletin, number)
            return
        page = list_draft_versions(seat.desk, seat.actor, bulletin)
        if seat.json:
            write_json({"versions": [version_row(one) for one in page.rows], "next": page.next_cursor})
            return
        rows = [[str(one.number), format_instant(one.at_us), one.by, one.deed] for one in page.rows]
        show_table(
            f"{bulletin}: versions", ["number", "saved", "by", "deed"], rows, right=["number"], nothing="none yet"
        )


@app.command()
def restore(
    context: typer.Context,
    bulletin: BulletinId,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="See: fanzha bulletin versions.")],
    *,
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Have a draft say again what it said in an earlier version; what it says now stays among the versions."""
    from fanzha.services.desk.restore_draft import restore_draft

    with at_desk(context, login) as seat:
        restored = restore_draft(seat.desk, seat.actor, bulletin, number, version=version)
        _say(seat, restored, f"says again what it said in version {number}")


@app.command()
def check(context: typer.Context, bulletin: BulletinId, *, login: AsOption = None) -> None:
    """Say what still keeps a draft from being issued; its text is read back as anybody would read it."""
    from fanzha import bootstrap
    from fanzha.services.desk.check_bulletin import check_bulletin
    from fanzha.services.desk.documents.bulletin import faults_document

    with at_desk(context, login) as seat:
        faults = check_bulletin(seat.desk, seat.actor, bulletin, bootstrap.bulletin_reader())
        if seat.json:
            write_json(faults_document(faults))
            return
        _show_faults(bulletin, faults)


@app.command()
def issue(
    context: typer.Context,
    bulletin: BulletinId,
    *,
    number: Annotated[str, typer.Option("--number", help="Its 文号.")] = "",
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Issue a bulletin that another wrote: it is checked, frozen and hashed."""
    from fanzha import bootstrap
    from fanzha.services.desk.issue_bulletin import issue_bulletin

    with at_desk(context, login) as seat:
        reader = bootstrap.bulletin_reader()
        _say(seat, issue_bulletin(seat.desk, seat.actor, bulletin, reader, number=number, version=version), "issued")


@app.command()
def withdraw(
    context: typer.Context,
    bulletin: BulletinId,
    *,
    reason: ReasonOption = "",
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Take a bulletin back, with the reason; what it said stays readable as withdrawn."""
    from fanzha.services.desk.issue_bulletin import withdraw_bulletin

    with at_desk(context, login) as seat:
        _say(seat, withdraw_bulletin(seat.desk, seat.actor, bulletin, reason, version=version), "withdrawn")


@app.command()
def revise(context: typer.Context, bulletin: BulletinId, *, login: AsOption = None) -> None:
    """Begin the next edition of an issued or withdrawn bulletin; its figures are counted anew."""
    from fanzha.services.desk.issue_bulletin import revise_bulletin

    with at_desk(context, login) as seat:
        _say(seat, revise_bulletin(seat.desk, seat.actor, bulletin), "begun")


@app.command(name="list")
def list_them(
    context: typer.Context,
    *,
    body: Annotated[str, typer.Option("--body", metavar="ID", help="Whose; your own body's if not given.")] = "",
    login: AsOption = None,
) -> None:
    """Show the bulletins of a body, newest first."""
    from fanzha.services.desk.documents.bulletin import bulletin_row
    from fanzha.services.desk.open_bulletin import list_bulletins

    with at_desk(context, login) as seat:
        page = list_bulletins(seat.desk, seat.actor, organisation=body)
        if seat.json:
            write_json({"bulletins": [bulletin_row(one) for one in page.rows], "next": page.next_cursor})
            return
        rows = [[one.id, one.title_zh, one.published, one.status.value, str(one.edition)] for one in page.rows]
        show_table(
            "Bulletins", ["id", "title", "published", "status", "edition"], rows, right=["edition"], nothing="none yet"
        )


@app.command()
def show(context: typer.Context, bulletin: BulletinId, *, login: AsOption = None) -> None:
    """Show a bulletin with every figure, its comparisons and what it was made of."""
    from fanzha.services.desk.documents.bulletin import bulletin_document
    from fanzha.services.desk.open_bulletin import open_bulletin
    from fanzha.statistics.bulletin_text import bulletin_text

    with at_desk(context, login) as seat:
        opened = open_bulletin(seat.desk, seat.actor, bulletin)
        if seat.json:
            write_json(bulletin_document(opened))
            return
        say(bulletin_text(opened.bulletin, seat.desk.rules.indicators))
        if opened.intact is False:
            say("it is NOT what was issued: its content does not have the hash that was written down")


@app.command()
def export(
    context: typer.Context,
    bulletin: BulletinId,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="By its ending: .txt .docx .pdf .svg .png")],
    *,
    english: Annotated[bool, typer.Option("--en", help="In English; else in Chinese.")] = False,
    login: AsOption = None,
) -> None:
    """Write a bulletin as text for a chat, DOCX, PDF, chart or picture; drafts are marked as such."""
    from fanzha.services.desk.open_bulletin import open_bulletin
    from fanzha.statistics.bulletin_text import Language

    with at_desk(context, login) as seat:
        opened = open_bulletin(seat.desk, seat.actor, bulletin)
        if opened.intact is False:
            raise BadInput(f"{bulletin} is not what was issued: its content was changed; see: fanzha verify")
        if english and not opened.bulletin.title_en:
            raise BadInput(f"{bulletin} has no English: give title_en and the blocks' en")
        language = Language.EN if english else Language.ZH
        write_whole(out, rendered(opened.bulletin, out.suffix.lower(), language, seat), public=True)
        say(f"written: {out}")


def rendered(bulletin: OwnBulletin, suffix: str, language: object, seat: AtDesk) -> bytes:
    """The bulletin in the form of a file's ending. Raises BadInput for another."""
    from fanzha import bootstrap
    from fanzha.services.desk.papers.bulletin_docx import bulletin_docx
    from fanzha.services.desk.papers.bulletin_paper import bulletin_paper, bulletin_picture_page
    from fanzha.services.figure_chart import bulletin_chart
    from fanzha.statistics.bulletin_text import Language, bulletin_text

    assert isinstance(language, Language)
    catalogue = seat.desk.rules.indicators
    match suffix:
        case ".txt":
            return bulletin_text(bulletin, catalogue, language).encode()
        case ".docx":
            return bulletin_docx(bulletin, catalogue, language)
        case ".pdf":
            return bootstrap.paper_press().press(bulletin_paper(bulletin, catalogue, language))
        case ".png":
            return bootstrap.paper_press().picture(bulletin_picture_page(bulletin, catalogue))
        case ".svg" if bulletin.figures:
            return bulletin_chart(bulletin.title_zh, bulletin.publisher_zh, bulletin.figures, catalogue).encode()
    raise BadInput(f"a file ending in {suffix or 'nothing'} cannot be written: take .txt, .docx, .pdf, .svg or .png")


def read_content(file: Path, seat: AtDesk) -> BulletinContent:
    """The content of a TOML file. Raises BadInput that names the file and the field."""
    from fanzha.services.desk.bulletin_content import content_of
    from fanzha.statistics import day_of

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{file}: is no TOML: {error}") from None
    return content_of(table, seat.desk.rules.indicators, day_of(seat.desk.clock.now_us()), str(file))


def _version(seat: AtDesk, bulletin: str, number: int) -> None:
    from fanzha.services.desk.documents.bulletin import changes_document, version_row
    from fanzha.services.desk.open_bulletin import open_bulletin
    from fanzha.services.desk.open_draft_versions import open_draft_version
    from fanzha.statistics.edition_diff import Changed, diff_editions

    now = open_bulletin(seat.desk, seat.actor, bulletin).bulletin
    earlier = open_draft_version(seat.desk, seat.actor, bulletin, number)
    found = diff_editions(earlier.said, now, seat.desk.rules.indicators)
    if seat.json:
        write_json({**version_row(earlier), **changes_document(found)})
        return
    marks = {Changed.SAME: " ", Changed.CAME: "+", Changed.WENT: "-"}
    for change, text in found.lines:
        say(f"{marks[change]} {text}")


def _say(seat: AtDesk, bulletin: OwnBulletin, what: str) -> None:
    from fanzha.services.desk.documents.bulletin import bulletin_document
    from fanzha.services.desk.open_bulletin import OpenedBulletin

    if seat.json:
        write_json(bulletin_document(OpenedBulletin(bulletin, None if bulletin.issued is None else True)))
        return
    say(f"{bulletin.id} {what}: {bulletin.title_zh} (version {bulletin.version})")
    unknown = [one.variable.name for one in bulletin.figures if one.value is None]
    if unknown:
        say(f"without a value, so that it cannot be issued: {', '.join(unknown)}")


def _show_faults(bulletin: str, faults: Sequence[FoundFault]) -> None:
    if not faults:
        say(f"{bulletin}: nothing keeps it from being issued")
        return
    rows = [[one.where, one.sentence] for one in faults]
    show_table(f"{bulletin} cannot be issued", ["where", "what"], rows)
