"""Sheets of plain cells as an XLSX workbook: exact amounts, times of Shanghai, heads in both languages, nothing a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from fanzha.core.errors import BadInput
from fanzha.core.time import SECOND_US, SHANGHAI, parse_instant
from fanzha.services.render_trace.wording import Words

SHEET_NAME_MAX: Final = 31  # characters that a spreadsheet allows
EXACT_MAX: Final = 10**15  # a spreadsheet keeps fifteen digits; longer amounts are written as text
EPOCH: Final = datetime(1980, 1, 1)  # noqa: DTZ001 -- the workbook's own time has no zone
CELL_MAX: Final = 32_000  # characters that a cell can hold


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units and how many decimals they have."""

    minor: int
    exponent: int


@dataclass(frozen=True, slots=True)
class When:
    """A time as the document states it; the workbook writes it as a date of Shanghai."""

    at: str


Cell = str | int | Amount | When | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head and how wide it is printed, in characters."""

    words: Words
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, heads and rows."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    filtered: bool = True  # whether its heads carry filters


def sheet_book(title: str, at: str, foot: str, sheets: Iterable[Sheet]) -> bytes:
    """The workbook of these sheets, in memory; the same sheets give the same bytes.

    at: the time of its data, which is its date too; foot: stands at the foot of every printed page, after the sheet's name.
    """
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties({"title": title, "created": _created(at)})
    formats = _Formats(book)
    for sheet in sheets:
        _write(book, formats, sheet, foot)
    book.close()
    return memory.getvalue()


def _created(at: str) -> datetime:
    """The workbook's date is that of its data, so that it does not depend on when it was written."""
    try:
        return datetime.fromtimestamp(parse_instant(at) // SECOND_US, UTC).replace(tzinfo=None)
    except BadInput:
        return EPOCH


class _Formats:
    """The formats of one workbook, made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._amounts: dict[int, Format] = {}
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E4E7EB", "border": 1}
        )
        self.english = book.add_format({"font_size": 8, "bold": False})
        self.chinese = book.add_format({"font_size": 11, "bold": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"})
        self.number = book.add_format({"valign": "top"})

    def amount(self, exponent: int) -> Format:
        """The format of an amount with so many decimals."""
        if exponent not in self._amounts:
            pattern = "#,##0" + (f".{'0' * exponent}" if exponent else "")
            self._amounts[exponent] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._amounts[exponent]


def _write(book: Workbook, formats: _Formats, sheet: Sheet, foot: str) -> None:
    page = book.add_worksheet(sheet.name)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
        if column.words.en == column.words.zh:
            page.write_string(0, number, column.words.zh, formats.head)
        else:
            page.write_rich_string(
                *(0, number, formats.chinese, f"{column.words.zh}\n", formats.english, column.words.en, formats.head)
            )
    page.set_row(0, 32)
    for line, row in enumerate(sheet.rows, start=1):
        for number, cell in enumerate(row):
            _write_cell(page, formats, line, number, cell)
    page.freeze_panes(1, 0)
    if sheet.filtered:
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    shown = foot.replace("&", "&&")  # which begins a code there
    page.set_footer(f"&L&8{sheet.name}　{shown}&R&8&P / &N")


def _write_cell(page: Any, formats: _Formats, line: int, number: int, cell: Cell) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Amount):
        if abs(cell.minor) < EXACT_MAX:
            page.write_number(line, number, Decimal(cell.minor).scaleb(-cell.exponent), formats.amount(cell.exponent))
        else:
            page.write_string(line, number, str(Decimal(cell.minor).scaleb(-cell.exponent)), formats.text)
    elif isinstance(cell, When):
        _write_time(page, formats, line, number, cell.at)
    elif isinstance(cell, int):
        page.write_number(line, number, cell, formats.number)
    else:
        page.write_string(line, number, cell[:CELL_MAX], formats.text)  # never as a formula


def _write_time(page: Any, formats: _Formats, line: int, number: int, at: str) -> None:
    """A time as a date of Shanghai, which sorts and subtracts; a text that is no time stays as it is."""
    try:
        instant = datetime.fromtimestamp(parse_instant(at) // SECOND_US, SHANGHAI)
    except BadInput:
        if at:
            page.write_string(line, number, at[:CELL_MAX], formats.text)
        return
    page.write_datetime(line, number, instant.replace(tzinfo=None), formats.time)
