"""One file into one batch of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Final

import polars as pl

from fanzha.core.errors import BadInput
from fanzha.intake.entries import read_entries
from fanzha.intake.findings import Findings, Table
from fanzha.intake.layout import find_layout, head_scores, nearest_table
from fanzha.intake.mapping import ColumnMapping
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
from fanzha.intake.sheets import Sheet
from fanzha.intake.sources import SourceFile
from fanzha.intake.tenpay import read_tenpay
from fanzha.intake.text_tables import read_text_table
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


def read_file(source: SourceFile, mapping: ColumnMapping | None = None) -> FactBatch:
    """The facts of one file, with everything that is no fact beside them.

    Raises BadInput, and nothing else, when nothing can be made of the file.
    """
    try:
        findings, notes = _read_sheets(source, mapping)
    except BadInput as error:
        raise BadInput(f"{source.path}: {error}") from None
    return _batch(source, findings, notes)


def open_sheets(source: SourceFile) -> Iterator[Sheet]:
    """The sheets of a file, by what its first bytes say it is."""
    data = source.load()
    if data.startswith(b"PAR1"):
        yield read_parquet_table(data)
    elif data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from read_workbook(data)
    elif data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<table")):
        raise BadInput("this is a web page, whatever its name says; open it in a spreadsheet program, save as XLSX")
    else:
        yield read_text_table(data)


def _read_sheets(source: SourceFile, mapping: ColumnMapping | None) -> tuple[list[Findings], list[str]]:
    findings: list[Findings] = []
    notes: list[str] = []
    unknown: list[str] = []
    for sheet in open_sheets(source):
        layout = find_layout(sheet, PurePath(source.member_name).stem, mapping)
        if layout is None:
            place = f"sheet {sheet.name!r}: " if sheet.name else ""
            unknown.append(f"{place}no table was recognised ({nearest_table(head_scores(sheet))})")
            continue
        table = Table(
            sheet=sheet,
            layout=layout,
            frame=sheet.below(layout.header),
            preamble=read_preamble(sheet.head[: layout.header]),
            institution=institution_of(PurePath(source.member_name).stem),
            mapping=mapping,
        )
        findings.append(TABLE_READERS[layout.table](table))
        notes += [*sheet.notes, *layout.notes]
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
    )
