"""`fanzha measure query`: ask institutions for the statements that a trace lacks, and take their answers in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.file_export import ApproverOption, export_document, say_alarm, second_person, write_export
from fanzha.cli.ingest import ROWS_PUT_ASIDE, show_files
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin
from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor

if TYPE_CHECKING:
    from fanzha.core.actor import Actor
    from fanzha.services.desk.answer_query import QueryAnswered
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.note_export import ExportNote
    from fanzha.services.desk.query_for_file import QueryForFile

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)

QueryId = Annotated[str, typer.Argument(metavar="QUERY", help="Id of the query.")]
CaseOption = Annotated[str, typer.Option("--case", metavar="ID", help="Only queries of this case.")]
ForCase = Annotated[str, typer.Option("--case", metavar="ID", help="For which case, where it is none of yours.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the persons are needed, then.")]


@app.command("draft")
def draft(
    context: typer.Context,
    *,
    case: Annotated[str, typer.Option("--case", metavar="ID", help="The case; it must have been traced.")],
    basis: Annotated[str, typer.Option(help="The article.")] = "procedure-238",
    reason: Annotated[str, typer.Option(help="Why it is asked for.")] = "查明涉案资金去向",
    document: Annotated[
        list[str] | None, typer.Option("--document", help="文号 of a letter; repeatable, in the order of the drafts.")
    ] = None,
    least: Annotated[
        str, typer.Option(metavar="YUAN", help="Leave questions alone behind which less is traced.")
    ] = "0",
    login: AsOption = None,
) -> None:
    """Draft one query for each institution whose statements the last trace of the case lacks."""
    from fanzha.services.desk.answer_query import OpenQuery
    from fanzha.services.desk.documents.trace import open_query_document, question_document
    from fanzha.services.desk.draft_queries import draft_queries

    with at_desk(context, login) as at:
        found = draft_queries(
            at.desk, at.actor, case, basis=basis, reason=reason, documents=tuple(document or ()),
            least_minor=parse_minor(least),
        )  # fmt: skip
        mask = _mask(at)
        drafted = [open_query_document(OpenQuery(one, one.request.questions), mask) for one in found.drafted]
        if at.json:
            write_json(
                {
                    "drafted": drafted,
                    "asked_already": [question_document(one, mask) for one in found.asked_already],
                    "answered_already": [question_document(one, mask) for one in found.answered_already],
                    "without_institution": [question_document(one, mask) for one in found.without_institution],
                    "too_little": [question_document(one, mask) for one in found.too_little],
                }
            )
            return
        _show_queries("Queries drafted", drafted, "no query was drafted")
        if found.asked_already:
            say(f"{counted(len(found.asked_already), 'question')} wait for an answer already")
        if found.answered_already:
            say(
                f"{counted(len(found.answered_already), 'question')} left open though the institution told all that it has"
            )
        if found.too_little:
            say(f"{counted(len(found.too_little), 'question')} left alone: less than {least} yuan is traced there")
        for one in found.without_institution:
            say(f"nobody to ask about {mask.account(one.account) or 'a payment'}: the institution is not known")
        unnumbered = " ".join(one["query"] for one in drafted if not one["document"])
        if unnumbered:
            say(f"number each before it is proposed: fanzha measure amend QUERY --document 文号 ({unnumbered})")
        if drafted:
            say("propose each with: fanzha measure propose QUERY; then: fanzha measure query letter QUERY --out FILE")


@app.command("letter")
def letter(
    context: typer.Context,
    query: QueryId,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it: .pdf or .txt.")],
    contact: Annotated[
        str, typer.Option("--contact", metavar="TEXT", help="Whom the bank calls: name and number.")
    ] = "",
    for_case: ForCase = "",
    why: Why = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """Write the letter (协助查询财产通知书) of a query; the persons in it are revealed for the case."""
    from fanzha.services.desk.papers.query_form import query_text

    with at_desk(context, login) as at:
        if out.suffix.lower() not in {".pdf", ".txt"}:
            raise BadInput(f"{out}: a letter is written as .pdf or .txt")
        purpose = FilePurpose(for_case, why, second_person(at, approver, from_stdin=password_stdin))
        if out.suffix.lower() == ".txt":
            asked = _revealed(at, query, purpose, "query_letter")
            text = query_text(asked.measure, asked.rules, asked.body, contact, asked.note.watermark_outside)
            _write(at, out, text.encode(), asked.note)
            return
        _write(at, out, *_letter(at, query, contact, purpose))


@app.command("sheet")
def sheet(
    context: typer.Context,
    query: QueryId,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the workbook (.xlsx).")],
    for_case: ForCase = "",
    why: Why = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """Write the questions of a query as a workbook that the institution fills in."""
    if out.suffix.lower() != ".xlsx":
        raise BadInput(f"{out}: the questions are written as a workbook, .xlsx")
    with at_desk(context, login) as at:
        purpose = FilePurpose(for_case, why, second_person(at, approver, from_stdin=password_stdin))
        _write(at, out, *_sheet(at, query, purpose))


@app.command("papers")
def papers(
    context: typer.Context,
    *,
    case: Annotated[str, typer.Option("--case", metavar="ID", help="The case whose open queries are written.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder; it is made where it is not there.")],
    contact: Annotated[
        str, typer.Option("--contact", metavar="TEXT", help="Whom the banks call: name and number.")
    ] = "",
    why: Why = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """Write letter and workbook of every open query of a case, two files for each institution."""
    from fanzha.services.desk.answer_query import open_queries

    with at_desk(context, login) as at:
        waiting = list(dict.fromkeys(one.measure.id for one in open_queries(at.desk, at.actor, case=case)))
        if not waiting:
            raise BadInput(f"{case}: no query waits for an answer; draft them first: fanzha measure query draft")
        _make_folder(out)
        purpose = FilePurpose(case if why else "", why, second_person(at, approver, from_stdin=password_stdin))
        written = []
        for query in waiting:
            files = {
                "letter": (".pdf", _letter(at, query, contact, purpose)),
                "sheet": (".xlsx", _sheet(at, query, purpose)),
            }
            for suffix, (content, note) in files.values():
                write_export(at, out / f"{query}{suffix}", content, note)
                say_alarm(note)
            paths = {name: str(out / f"{query}{suffix}") for name, (suffix, _) in files.items()}
            exports = [note.export.id for _, (_, note) in files.values() if note is not None]
            written.append({"query": query, **paths, "exports": exports})
        if at.json:
            write_json({"written": written})
            return
        columns = ["query", "letter", "sheet"]
        show_table("Written", columns, [[str(row[column]) for column in columns] for row in written])


@app.command("answer")
def answer(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Statements that came: files, folders, ZIPs.")],
    *,
    case: CaseOption = "",
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="Only this query.")] = "",
    complete: Annotated[
        bool, typer.Option("--complete", help="The bank has no more: its rows stand for all the time asked about.")
    ] = False,
    although: Annotated[
        str,
        typer.Option(
            "--although", metavar="TEXT", help="Why rows of other banks' accounts go in that nobody asked about."
        ),
    ] = "",
    login: AsOption = None,
) -> int:
    """Read statements in as the answer to open queries, and trace their cases again; exit 3 if rows were put aside.

    A query that nobody sent is not answered: it is taken back where all that it asks for has come.
    """
    from fanzha import bootstrap
    from fanzha.services.desk.answer_query import answer_query

    with at_desk(context, login) as at:
        missing = [path for path in files if not path.exists()]
        if missing:
            raise BadInput(f"{missing[0]}: there is no such file or folder; nothing was read in")
        books = bootstrap.books(at.home)
        told = answer_query(
            at.desk, books, at.actor, files, case=case, query=query, complete=complete, although=although
        )
        for path in files:
            if path.is_file():
                books.evidence.put(path.read_bytes(), path.name)
        _tell(at, told)
    return ROWS_PUT_ASIDE if told.put_aside else 0


@app.command("nothing")
def nothing(
    context: typer.Context,
    query: QueryId,
    *,
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Only on this account; repeatable. All of them by default.")
    ] = None,
    scan: Annotated[Path | None, typer.Option(metavar="FILE", help="The institution's letter.")] = None,
    login: AsOption = None,
) -> None:
    """Note that the institution found nothing, and trace the case again."""
    from fanzha import bootstrap
    from fanzha.services.desk.answer_query import answer_nothing

    with at_desk(context, login) as at:
        books = bootstrap.books(at.home)
        evidence = "" if scan is None else books.evidence.put(_read(scan), scan.name)
        told = answer_nothing(at.desk, books, at.actor, query, accounts=tuple(account or ()), evidence=evidence)
        _tell(at, told)


@app.command("open")
def open_(context: typer.Context, *, case: CaseOption = "", login: AsOption = None) -> None:
    """What institutions were asked and have not answered yet."""
    from fanzha.services.desk.answer_query import open_queries
    from fanzha.services.desk.documents.trace import open_query_document

    with at_desk(context, login) as at:
        rows = [open_query_document(one, _mask(at)) for one in open_queries(at.desk, at.actor, case=case)]
        if at.json:
            write_json({"queries": rows})
        else:
            _show_queries("Open queries", rows, "no query waits for an answer")


def _mask(at: AtDesk) -> Mask:
    from fanzha.services.desk.mask import Mask

    return Mask(at.desk.rules.access.masks)


@dataclass(frozen=True, slots=True)
class FilePurpose:
    """What a file is for, and who approves it where many persons left."""

    case: str
    reason: str
    approver: Actor | None


def _letter(at: AtDesk, query: str, contact: str, purpose: FilePurpose) -> tuple[bytes, ExportNote | None]:
    from fanzha import bootstrap
    from fanzha.services.desk.read_notice import read_notice

    notice = read_notice(
        at.desk, at.actor, query,
        contact=contact, case=purpose.case, reason=purpose.reason, approver=purpose.approver,
    )  # fmt: skip
    return bootstrap.paper_press().press(notice.source), notice.note


def _sheet(at: AtDesk, query: str, purpose: FilePurpose) -> tuple[bytes, ExportNote | None]:
    from fanzha.services.desk.papers.query_form import query_sheet

    asked = _revealed(at, query, purpose, "query_sheet")
    return query_sheet(asked.measure, asked.rules, asked.body, asked.note.watermark_outside), asked.note


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder}: no folder can be made there ({error.strerror}); nothing was written") from None


def _revealed(at: AtDesk, query: str, purpose: FilePurpose, what: str) -> QueryForFile:
    """The query with its persons, counted as an export of that name."""
    from fanzha.services.desk.query_for_file import query_for_file

    return query_for_file(
        at.desk, at.actor, query, what, case=purpose.case, reason=purpose.reason, approver=purpose.approver
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None


def _write(at: AtDesk, path: Path, content: bytes, note: ExportNote | None) -> None:
    import hashlib

    write_export(at, path, content, note)
    if at.json:
        digest = hashlib.sha256(content).hexdigest()
        write_json({"path": str(path), "sha256": digest, "size": len(content)} | export_document(note))
        return
    say(f"wrote {path}" + ("" if note is None else f", {note.export.id}"))
    say_alarm(note)


def _show_queries(title: str, rows: Sequence[dict[str, Any]], nothing_said: str) -> None:
    lines = [
        [
            row["query"], row["status"], row["institution"], one["account"], one["from"], one["until"],
            "unknown" if one["traced"] is None else one["traced"],
        ]
        for row in rows
        for one in row["questions"]
    ]  # fmt: skip
    columns = ["query", "status", "institution", "account", "from", "until", "traced"]
    show_table(title, columns, lines, right=["traced"], nothing=nothing_said)


def _tell(at: AtDesk, told: QueryAnswered) -> None:
    from fanzha.services.desk.documents.trace import answered_document

    document = answered_document(told, _mask(at))
    if at.json:
        write_json(document)
        return
    show_files(document["files"])
    for one in document["answered"]:
        say(f"{one['query']}: {counted(one['questions'], 'account')} answered, it is {one['status']} now")
    if not document["answered"]:
        say("none of the files answers an open question; their rows are in the ledger")
    for query in document["not_needed"]:
        say(f"{query} is taken back: nobody had sent it, and all that it asks for is there")
    for query in document["not_sent"]:
        say(f"{query}: nobody has sent it, and this tells a part of what it asks for")
    for one in document["unasked"]:
        kept = one["institution"] or "an unknown institution"
        say(f"nobody asked about {one['account']} ({kept}): {counted(one['rows'], 'row')} of {one['path']} went in")
    _show_queries("Still open", document["still_open"], "nothing is open any more")
    for one in document["traces"]:
        say(f"{one['case']}: {one['run']}, {'a new run' if one['new'] else 'nothing changed'}")
