"""One file into one batch of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Final

import polars as pl

from fanzha.core.errors import BadInput
from fanzha.intake.camt import read_camt053
from fanzha.intake.cells import BLANK_CHARACTERS, as_text
from fanzha.intake.entries import read_entries
from fanzha.intake.findings import Findings, Table
from fanzha.intake.layout import Layout, find_layout, head_scores, nearest_table
from fanzha.intake.mapping import ColumnMapping
from fanzha.intake.mt940 import looks_like_mt940, read_mt940
from fanzha.intake.parquet_tables import read_parquet_table
from fanzha.intake.preamble import institution_of, read_preamble
from fanzha.intake.registers import (
    read_accounts,
    read_holders,
    read_measures,
    read_queries,
    read_sub_accounts,
    read_wallets,
)
from fanzha.intake.sections import Section, Sections, find_sections
from fanzha.intake.sheets import Sheet
from fanzha.intake.sources import SourceFile
from fanzha.intake.tenpay import read_tenpay
from fanzha.intake.text_tables import decode_text, read_text_table
from fanzha.intake.transfers import read_transfers
from fanzha.intake.workbooks import read_workbook
from fanzha.records import FactBatch

TABLE_READERS: Final[Mapping[str, Callable[[Table], Findings]]] = {
    "transfers": read_transfers,
    "entries": read_entries,
    "tenpay": read_tenpay,
    "tenpay_accounts": read_wallets,
    "accounts": read_accounts,
    "holders": read_holders,
    "sub_accounts": read_sub_accounts,
    "measures": read_measures,
    "queries": read_queries,
}


SECTIONED: Final = frozenset({"entries"})
_XML_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"
_SNIFFED: Final = 4096
_STRANGE_MAX: Final = 0.1  # of a text's letters; more means that it is none
_ROWS_NAMED: Final = 5


def read_file(source: SourceFile, mapping: ColumnMapping | None = None) -> FactBatch:
    """The facts of one file, with everything that is no fact beside them.

    Raises BadInput, and nothing else, when nothing can be made of the file.
    """
    try:
        findings, notes = _read_sheets(source, mapping)
    except BadInput as error:
        raise BadInput(f"{source.path}: {error}") from None
    return _batch(source, findings, notes)


def open_sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a file, by what its first bytes say it is.

    Raises BadInput when it is broken or no table at all.
    """
    if data.startswith(b"PAR1"):
        yield read_parquet_table(data)
    elif data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from read_workbook(data)
    elif data[:512].lstrip(_XML_BLANKS).lower().startswith((b"<!doctype html", b"<html", b"<table", b"<head")):
        raise BadInput("this is a web page, whatever its name says; open it in a spreadsheet program, save as XLSX")
    elif _is_binary(data[:_SNIFFED]):
        raise BadInput(
            "this is no workbook and no text, whatever its name says; get the file again, or save it as XLSX or CSV"
        )
    else:
        yield read_text_table(data)


def _is_binary(sample: bytes) -> bool:
    """Whether bytes make no text in any encoding that is read."""
    text = decode_text(sample)[0].decode(errors="replace")
    strange = sum(letter == "\ufffd" or (letter < " " and letter not in "\t\r\n\f\v") for letter in text)
    return strange > len(text) * _STRANGE_MAX


def notes_of_surplus(table: Table) -> tuple[str, ...]:
    """A note on rows with more cells than the header: what stands beyond it has no name and is not read."""
    width = len(table.sheet.head[table.layout.header])
    beyond = [as_text(table.frame.to_series(place)) for place in range(width, table.frame.width)]
    filled = [series.str.strip_chars(BLANK_CHARACTERS).fill_null("") != "" for series in beyond]
    if not filled:
        return ()
    rows = table.row_numbers().filter(pl.DataFrame(filled).select(pl.any_horizontal(pl.all())).to_series()).to_list()
    if not rows:
        return ()
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED]) + (" …" if len(rows) > _ROWS_NAMED else "")
    said = f"row {named} has" if len(rows) == 1 else f"{len(rows)} rows ({named}) have"
    return (f"{said} more cells than the header; what stands beyond it was not read: is a separator within a text?",)


def read_messages(data: bytes) -> Iterator[Findings] | None:
    """The statements of a bank message (camt.053, MT940); None where the file is a table."""
    beginning = data[:_SNIFFED]
    if beginning.lstrip(_XML_BLANKS).startswith((b"<?xml", b"<Document")) or b"<\x00?\x00x\x00m" in beginning:
        return read_camt053(data)
    return read_mt940(data) if looks_like_mt940(beginning) else None


def make_table(source: SourceFile, sheet: Sheet, layout: Layout, mapping: ColumnMapping | None) -> Table:
    """The rows of a sheet by field, with what stands above them and in the file's name."""
    stem = PurePath(source.member_name).stem
    frame = sheet.below(layout.header)
    above = sheet.head[: layout.header]
    return Table(
        sheet=sheet,
        layout=layout,
        frame=frame,
        sections=find_sections(above, frame)
        if layout.table in SECTIONED
        else Sections((Section(0, read_preamble(above)),)),
        institution=institution_of(stem),
        mapping=mapping,
        file_stem=stem,
    )


def _read_sheets(source: SourceFile, mapping: ColumnMapping | None) -> tuple[list[Findings], list[str]]:
    data = source.load()
    messages = read_messages(data) if mapping is None else None
    if messages is not None:
        findings = list(messages)
        if not findings:
            raise BadInput("the message holds no statement")
        return findings, []
    findings, notes, unknown = [], [], []
    for sheet in open_sheets(data):
        layout = find_layout(sheet, PurePath(source.member_name).stem, mapping)
        if layout is None:
            place = f"sheet {sheet.name!r}: " if sheet.name else ""
            unknown.append(f"{place}no table was recognised ({nearest_table(head_scores(sheet))})")
            continue
        table = make_table(source, sheet, layout, mapping)
        findings.append(TABLE_READERS[layout.table](table))
        notes += [*sheet.notes, *layout.notes, *notes_of_surplus(table)]
    if not findings:
        said = "; ".join(unknown) or "it holds no sheet with cells"
        raise BadInput(f"{said}; say what its columns mean with a mapping file (--map), or see --explain")
    return findings, notes + unknown


def _batch(source: SourceFile, findings: Iterable[Findings], notes: Iterable[str]) -> FactBatch:
    findings = list(findings)
    facts: dict[str, list[pl.DataFrame]] = {}
    for found in findings:
        for name, frame in found.facts.items():
            facts.setdefault(name, []).append(frame)
    return FactBatch(
        path=source.path,
        sha256=source.sha256,
        table="+".join(dict.fromkeys(found.table for found in findings)),
        rows=sum(found.rows for found in findings),
        facts={name: frames[0] if len(frames) == 1 else pl.concat(frames) for name, frames in facts.items()},
        quarantine=tuple(row for found in findings for row in found.quarantine),
        windows=tuple(window for found in findings for window in found.windows),
        complete_ledger=any(found.complete_ledger for found in findings),
        notes=tuple(dict.fromkeys([*notes, *(note for found in findings for note in found.notes)])),
        kept=tuple(row for found in findings for row in found.kept),
        closings=tuple(closing for found in findings for closing in found.closings),
    )
