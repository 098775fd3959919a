"""`fanzha ingest`: statement exports into the ledger, with a quality report."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, at_office
from fanzha.cli.output import Invocation, counted, invocation_of, progress, say, show_table, write_json
from fanzha.cli.reason_words import reason_words
from fanzha.core.errors import BadInput
from fanzha.core.time import parse_period
from fanzha.ledger.assembly import CoverageOverride

if TYPE_CHECKING:
    from fanzha.services.ingest_files import IngestReport

ROWS_PUT_ASIDE: Final = 3
REASONS_MAX: Final = 12  # sorts of reasons shown to people; --json has every row
COVERED_SHOWN_MAX: Final = 12
ROWS_SHOWN_MAX: Final = 6
FILES_SHOWN_MAX: Final = 60
MAPPING_SKETCH: Final = """
Say what the columns mean in a file, columns.toml, and give it with --map columns.toml (docs/how-to/ingest.md):

[table]
kind = "entries"   # rows of one account's statement; "transfers" for rows that name payer and payee
[columns]          # field = "header"; the headers are: {headers}
at = "…"
amount = "…"
direction = "…"
card = "…"         # whose statement it is; or account = "NUMBER" below [table]
counterparty = "…"
balance = "…"
"""


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH…", help="Files, folders, ZIP archives.")] = None,
    *,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="TOML", help="What the columns of an unknown table mean.")
    ] = None,
    explain: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show what each column of a file is taken for, and why.")
    ] = None,
    coverage: Annotated[
        Path | None, typer.Option(metavar="CSV", help="account,from,to: replaces what rows say of coverage.")
    ] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Import the rest if a PATH is not there.")] = False,
    login: AsOption = None,
) -> int:
    """Read statement exports and other files into the ledger, with a quality report."""
    invocation = invocation_of(context)
    if explain is not None:
        return _explain(explain, mapping, as_json=invocation.json)
    missing = [path for path in paths or () if not path.exists()]
    if not paths or (missing and not keep_going):
        raise BadInput(
            f"{missing[0]}: there is no such file or folder; nothing was imported (--keep-going imports the rest)"
            if missing
            else "give at least one file, folder or ZIP archive: fanzha ingest PATH…"
        )
    report = read_in_by(context, login, paths, mapping, coverage)
    if invocation.json:
        write_json(report.document)
    else:
        _show(report.document)
    return ROWS_PUT_ASIDE if report.put_aside else 0


def read_in_by(
    context: typer.Context,
    login: str | None,
    paths: Sequence[Path],
    mapping: Path | None = None,
    coverage: Path | None = None,
) -> IngestReport:
    """Reads the files in; where the home has an office, by somebody who may trace, and it is written down."""
    invocation = invocation_of(context)
    with at_office(context, login) as seat:
        if seat is None:
            return read_in(invocation, paths, mapping, coverage)
        from fanzha.services.desk.keep_ledger import check_may_ingest, note_ingested

        check_may_ingest(seat.desk, seat.actor)
        report = read_in(invocation, paths, mapping, coverage)
        note_ingested(seat.desk, seat.actor, report.document["files"])
    return report


def read_in(
    invocation: Invocation, paths: Sequence[Path], mapping: Path | None = None, coverage: Path | None = None
) -> IngestReport:
    """Reads the files into the home's ledger, with a progress bar."""
    from fanzha import bootstrap
    from fanzha.services.ingest_files import ingest_files

    with progress("reading") as step:

        def watch(path: str) -> None:
            step(1)
            if not path:
                say("building the ledger …")

        return ingest_files(
            bootstrap.fact_store(invocation.home),
            bootstrap.statement_reader(mapping),
            paths,
            rules=bootstrap.ledger_rules(),
            coverage=None if coverage is None else read_coverage(coverage),
            mapped=mapping is not None,
            watch=watch,
        )


def read_coverage(path: Path) -> tuple[CoverageOverride, ...]:
    """The lines of a coverage file.

    Raises BadInput naming the file and the line at fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text ({error})") from None
    rows = csv.DictReader(text.splitlines())
    if not {"account", "from", "to"} <= set(rows.fieldnames or ()):
        raise BadInput(f"{path}: the first line must name the columns account,from,to")
    found = []
    for number, row in enumerate(rows, start=2):
        try:
            line = CoverageOverride(row["account"].strip(), parse_period(row["from"])[0], parse_period(row["to"])[1])
        except (BadInput, AttributeError) as error:
            raise BadInput(f"{path}, line {number}: {error}") from None
        if not line.account or line.from_us > line.to_us:
            raise BadInput(f"{path}, line {number}: it needs an account, and a `from` that is not after `to`")
        found.append(line)
    return tuple(found)


def _explain(path: Path, mapping: Path | None, *, as_json: bool) -> int:
    from fanzha import bootstrap

    explained = bootstrap.explain_file(path, mapping)
    if as_json:
        write_json(explained)
        return 0
    for file in explained["files"]:
        if file["problem"]:
            say(f"{file['path']}: {file['problem']}")
        for sheet in file["sheets"]:
            _show_explanation(file["path"], sheet)
    return 0


def _show_explanation(path: str, sheet: Mapping[str, Any]) -> None:
    place = f"{path}, sheet {sheet['sheet']}" if sheet["sheet"] else path
    title = f"{place}: {sheet['title'] or 'no table was recognised'}"
    lines = [[str(c["column"]), c["header"], c["field"] or "–", c["why"]] for c in sheet["columns"]]
    show_table(title, ["", "header", "taken for", "why"], lines, nothing=title)
    say(f"{sheet['accepted']} of {counted(sheet['rows'], 'row')} accepted")
    for reason in sheet["quarantine"]:
        rows = ", ".join(str(row) for row in reason["samples"])
        where = reason["field"] or "the row"
        say(
            f"put aside: {reason['rows']} × {reason['reason']} in {where} ({reason_words(reason['reason'])}), "
            f"{'row' if reason['rows'] == 1 else 'rows'} {rows}"
        )
    for note in sheet["notes"]:
        say(f"note: {note}")
    if sheet["table"] is None and sheet["columns"]:
        say(MAPPING_SKETCH.format(headers=" | ".join(c["header"] for c in sheet["columns"])))


def _show(document: Mapping[str, Any]) -> None:
    read = show_files(document["files"])
    ledger = document["ledger"]
    if read and all(file["already_known"] for file in read):
        say("Every file was known already; nothing was added.")
    counts = f"{counted(ledger['transfers'], 'transfer')}, {counted(ledger['accounts'], 'account')}"
    say(f"Ledger: {counts}, digest {ledger['digest'][:16]}…")
    _advise(read)


def show_files(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What became of the rows of each file: counts, what was put aside and why, what is blocked; gives those read."""
    read = [file for file in files if "sha256" in file]
    figures = ["rows", "new", "known", "put aside", "reversals", "gaps", "gap amount"]
    columns = ["file", "table", *figures, "order"]
    lines = [(file, [*_figures(file), file["gap_amount"]]) for file in read]
    rows = [
        [file["path"], file["table"], *(str(n) for n in numbers), _order(file)]
        for file, numbers in lines[:FILES_SHOWN_MAX]
    ]
    if len(read) > 1:
        sums = [str(sum(found)) for found in zip(*(_figures(file) for file in read), strict=True)]
        rows.append([f"{len(read)} files", "", *sums, "", ""])
    narrow = ["gaps", "gap amount", "table", "reversals", "order"]
    show_table("Files", columns, rows, right=figures, paths=["file"], spare=narrow)
    if len(read) > FILES_SHOWN_MAX:
        say(f"… and {len(read) - FILES_SHOWN_MAX} more files; --json has all of them")
    _show_covered(read)
    _show_reasons(read)
    for file in files:
        for word in ("error", "skipped"):
            if file.get(word):
                say(f"{word}: {file['path']}: {file[word]}")
        for note in file.get("notes", ()):
            say(f"note: {file['path']}: {note}")
        if file.get("answered_nothing"):
            say(f"note: {file['path']}: answered with nothing for {', '.join(file['answered_nothing'])}")
        if file.get("not_answered"):
            say(
                f"note: {file['path']}: the query failed for {', '.join(file['not_answered'])}; ask the institution again"
            )
    _show_blocked(read)
    return read


def _figures(file: Mapping[str, Any]) -> list[int]:
    """Rows read, new, known already, put aside; reversals, gaps."""
    known = file["accepted"] if file["already_known"] else min(file["duplicates"], file["accepted"])
    return [file["rows"], file["accepted"] - known, known, file["quarantined"], file["reversals"], file["gaps"]]


def _show_covered(read: Sequence[Mapping[str, Any]]) -> None:
    """For which period each new file tells of which account."""
    read = [file for file in read if not file["already_known"]]
    spans = [(span["account"], span["from"], span["to"], file["path"]) for file in read for span in file["covered"]]
    rows = [[account, start[:16], end[:16], path] for account, start, end, path in spans[:COVERED_SHOWN_MAX]]
    if rows:
        show_table("Periods covered", ["account", "from", "to", "file"], rows, paths=["file"], spare=["file"])
    left = sum(file["covered_accounts"] for file in read) - len(rows)
    if rows and left > 0:
        say(f"… and {counted(left, 'more account')}; fanzha ledger info has every one")


def _show_blocked(read: Sequence[Mapping[str, Any]]) -> None:
    lines = [(file["path"], line) for file in read for line in file["blocked"]]
    for path, line in lines[:REASONS_MAX]:
        row = f"{line['sheet']}!{line['row']}" if "sheet" in line else str(line["row"])
        word = f" ({line['raw']})" if "raw" in line else ""
        say(f"blocked: no totals for {line['account']}: {path}, row {row}: {reason_words(line['reason'])}{word}")
    if len(lines) > REASONS_MAX:
        say(f"… and {counted(len(lines) - REASONS_MAX, 'more blocked account')}; --json has all of them")
    if lines:
        say("Next: say what the word means in a mapping ([directions], --map), or ask the institution for its legend.")


def _order(file: Mapping[str, Any]) -> str:
    words = [f"{file[f'order_{word}']} {word}" for word in ("repaired", "uncertain") if file[f"order_{word}"]]
    return ", ".join(words)


def _show_reasons(read: Sequence[Mapping[str, Any]]) -> None:
    for title, kept in (("Put aside", False), ("Kept without a field", True)):
        _show_reasons_of(title, [(f, r) for f in read for r in f["reasons"] if r.get("kept", False) == kept])


def _show_reasons_of(title: str, reasons: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    counted: Counter[tuple[str, str, str]] = Counter()
    rows: dict[tuple[str, str, str], list[str]] = {}
    for file, reason in reasons:
        key = (reason["reason"], reason["field"], file["path"])
        counted[key] += 1
        rows.setdefault(key, []).append(
            f"{reason['sheet']}!{reason['row']}" if "sheet" in reason else str(reason["row"])
        )
    if not counted:
        return
    lines = [
        [
            why,
            reason_words(why),
            field,
            path,
            str(count),
            ", ".join(rows[why, field, path][:ROWS_SHOWN_MAX]) + (" …" if count > ROWS_SHOWN_MAX else ""),
        ]
        for (why, field, path), count in counted.most_common(REASONS_MAX)
    ]
    columns = ["reason", "meaning", "field", "file", "count", "rows"]
    show_table(title, columns, lines, right=["count"], paths=["file"], spare=["field"])
    if len(counted) > REASONS_MAX:
        say(f"… and {len(counted) - REASONS_MAX} more reasons; --json has every row")


def _advise(read: Sequence[Mapping[str, Any]]) -> None:
    if any(file["quarantined"] for file in read):
        say("Next: rows put aside are in no total; correct them at the source or map the columns (--map, --explain).")
    if any(file["gaps"] for file in read):
        say("Next: gaps mean missing rows; ask the institution again (fanzha ledger info says for which account).")
    say("Next: fanzha trace --from ACCOUNT --at TIME --amount YUAN")
