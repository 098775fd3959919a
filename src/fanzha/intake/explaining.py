"""Why a file was read the way it was: for the officer who looks at a new export for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.intake.findings import Findings
from fanzha.intake.layout import find_layout, head_scores, nearest_table, table_by_name
from fanzha.intake.mapping import ColumnMapping
from fanzha.intake.reading import TABLE_READERS, make_table, notes_of_surplus, open_sheets, read_messages
from fanzha.intake.rulebook import rulebook
from fanzha.intake.sheets import Sheet
from fanzha.intake.sources import SourceFile
from fanzha.records import QuarantinedRow

_SAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class ColumnExplanation:
    """What one header was taken for, and why: exact, alias, mapping, duplicate, known but not used, unmatched, unknown."""

    column: int  # 1-based
    header: str
    field: str | None
    why: str


@dataclass(frozen=True, slots=True)
class ReasonExplanation:
    """One reason for quarantine: how many rows, and some of them."""

    field: str
    reason: str
    rows: int
    samples: tuple[int, ...]  # physical rows


@dataclass(frozen=True, slots=True)
class SheetExplanation:
    """How one sheet was read; `table` is None where none was recognised."""

    sheet: str
    table: str | None
    title: str
    scores: Mapping[str, int]  # known columns in the best row, by table
    named: str | None  # the table that the file's or sheet's name says
    header_row: int | None
    columns: tuple[ColumnExplanation, ...]
    rows: int
    accepted: int
    quarantine: tuple[ReasonExplanation, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file was read, or why it was not."""

    path: str
    sha256: str
    sheets: tuple[SheetExplanation, ...]
    problem: str | None = None


def explain_file(source: SourceFile, mapping: ColumnMapping | None = None) -> Explanation:
    """What every sheet and header of a file was taken for; what cannot be read is told, not raised."""
    sheets: list[SheetExplanation] = []
    try:
        data = source.load()
        messages = read_messages(data) if mapping is None else None
        if messages is not None:
            sheets.extend(_explain_message(found) for found in messages)
            return Explanation(source.path, source.sha256, tuple(sheets))
        sheets.extend(_explain_sheet(source, sheet, mapping) for sheet in open_sheets(data))
    except BadInput as error:
        return Explanation(source.path, _sha256(source), tuple(sheets), str(error))
    return Explanation(source.path, source.sha256, tuple(sheets))


def _sha256(source: SourceFile) -> str:
    try:
        return source.sha256
    except BadInput:
        return ""


def _explain_message(found: Findings) -> SheetExplanation:
    return SheetExplanation(
        sheet="", table=found.table, title="bank message", scores={}, named=None, header_row=None, columns=(),
        rows=found.rows, accepted=found.rows - len(found.quarantine), quarantine=_reasons(found.quarantine),
        notes=found.notes,
    )  # fmt: skip


def _explain_sheet(source: SourceFile, sheet: Sheet, mapping: ColumnMapping | None) -> SheetExplanation:
    stem = PurePath(source.member_name).stem
    named = table_by_name(sheet.name) or table_by_name(stem)
    layout = find_layout(sheet, stem, mapping)
    if layout is None:
        return _explain_unknown(sheet, named)
    table = make_table(source, sheet, layout, mapping)
    findings = TABLE_READERS[layout.table](table)
    return SheetExplanation(
        sheet=sheet.name,
        table=layout.table,
        title=rulebook().tables[layout.table].title,
        scores=layout.scores,
        named=named,
        header_row=sheet.first_row + layout.header,
        columns=tuple(
            ColumnExplanation(match.column + 1, match.header, match.field, match.why) for match in layout.matches
        ),
        rows=findings.rows,
        accepted=findings.rows - len(findings.quarantine),
        quarantine=_reasons(findings.quarantine),
        notes=(*sheet.notes, *layout.notes, *notes_of_surplus(table), *findings.notes),
    )


def _explain_unknown(sheet: Sheet, named: str | None) -> SheetExplanation:
    """What stands in the fullest of the first rows, which is most likely the header."""
    scores = head_scores(sheet)
    header = max(
        range(len(sheet.head)), key=lambda row: sum(bool(cell.strip()) for cell in sheet.head[row]), default=None
    )
    cells = sheet.head[header] if header is not None else ()
    return SheetExplanation(
        sheet=sheet.name, table=None, title="", scores=scores, named=named,
        header_row=None if header is None else sheet.first_row + header,
        columns=tuple(
            ColumnExplanation(column, cell, None, "unknown") for column, cell in enumerate(cells, start=1) if cell.strip()
        ),
        rows=0 if header is None else sheet.below(header).height, accepted=0, quarantine=(),
        notes=(nearest_table(scores), *sheet.notes),
    )  # fmt: skip


def _reasons(quarantine: tuple[QuarantinedRow, ...]) -> tuple[ReasonExplanation, ...]:
    counts = Counter((row.field, row.reason) for row in quarantine)
    return tuple(
        ReasonExplanation(
            field=name,
            reason=reason,
            rows=count,
            samples=tuple(row.row for row in quarantine if (row.field, row.reason) == (name, reason))[:_SAMPLES],
        )
        for (name, reason), count in counts.most_common()
    )
