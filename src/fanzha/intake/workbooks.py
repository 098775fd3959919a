"""XLSX, XLSM, XLSB, ODS and XLS workbooks, each sheet with the true type of its cells.

A spreadsheet keeps 15 digits of a number. Numbers beyond that are written in scientific form here, so that no reader
takes a long card number at its word once it went through a number cell.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from fanzha.core.errors import BadInput
from fanzha.intake.panics import turning_panics_into
from fanzha.intake.sheets import HEAD_ROWS, Sheet, column_names

UNPACKED_MAX: Final = 4 << 30
RATIO_MAX: Final = 400
_RATIO_FREE: Final = 32 << 20  # small parts may be as repetitive as they like
_CHUNK_ROWS: Final = 20_000
_DIGITS: Final = 1e15


def read_workbook(data: bytes) -> Iterator[Sheet]:
    """Every sheet that has cells, hidden ones too.

    Raises BadInput when the workbook is broken, encrypted or unpacks to an unreasonable size.
    """
    _check_unpacked_size(data)
    with turning_panics_into(BadInput("the workbook is broken; open it in a spreadsheet program and save it again")):
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            names = workbook.sheet_names
        except (CalamineError, OSError, ValueError) as error:
            raise BadInput(_explain(error)) from None
    for name in names:
        yield from _read_sheet(workbook, name)


def _read_sheet(workbook: CalamineWorkbook, name: str) -> Iterator[Sheet]:
    with turning_panics_into(BadInput(f"sheet {name!r} is broken; open it in a spreadsheet program and save it again")):
        try:
            sheet = workbook.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError) as error:
            if "not found" in str(error).lower():  # charts and macros are listed but hold no cells
                return
            raise BadInput(f"sheet {name!r}: {_explain(error)}") from None
        if sheet.start is None:
            return
        first_row = sheet.start[0] + 1
        rows = sheet.to_python(skip_empty_area=True, nrows=HEAD_ROWS)
    head = tuple(tuple(cell_text(cell) or "" for cell in row) for row in rows)
    yield Sheet(name=name, head=head, below=_rows_reader(sheet, name), first_row=first_row)


def _rows_reader(sheet: CalamineSheet, name: str) -> Callable[[int], pl.DataFrame]:
    def below(header: int) -> pl.DataFrame:
        broken = BadInput(f"sheet {name!r} is broken; open it in a spreadsheet program and save it again")
        with turning_panics_into(broken):
            return _frame(iter(sheet.to_python(skip_empty_area=True)), header)

    return below


def _frame(rows: Iterator[list[Any]], header: int) -> pl.DataFrame:
    parts = []
    rows = islice(rows, header + 1, None)
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        columns = list(zip(*chunk, strict=True))
        series = [
            pl.Series(name, _texts(cells), pl.String)
            for name, cells in zip(column_names(len(columns)), columns, strict=True)
        ]
        parts.append(pl.DataFrame(series))
    return pl.concat(parts) if parts else pl.DataFrame()


def _texts(cells: tuple[Any, ...]) -> list[str | None]:
    if set(map(type, cells)) == {str}:
        return [cell or None for cell in cells]
    return [(cell or None) if type(cell) is str else cell_text(cell) for cell in cells]


def cell_text(cell: object) -> str | None:
    """A cell as text: whole numbers without a tail, numbers beyond 15 digits scientific, times in ISO form."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if not -_DIGITS < cell < _DIGITS:
            return f"{cell:.14E}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _check_unpacked_size(data: bytes) -> None:
    """A workbook is an archive; one that unpacks to gigabytes is refused before it is opened."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError) as error:
        raise BadInput(_explain(error)) from None
    total = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > _RATIO_FREE and member.file_size > RATIO_MAX * max(member.compress_size, 1)
        for member in members
    )
    if total > UNPACKED_MAX or swollen:
        raise BadInput(f"the workbook unpacks to {total} bytes, which no statement needs; it was not opened")


def _explain(error: Exception) -> str:
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return "the workbook is encrypted; save it without a password"
    return f"the workbook cannot be read ({error}); open it in a spreadsheet program and save it again"
