"""XLSX, XLSM, XLSB, ODS and XLS workbooks, each sheet with the true type of its cells.

A spreadsheet keeps 15 digits of a number. Numbers beyond that are written in scientific form here, so that no reader
takes a long card number at its word once it went through a number cell.
"""

from __future__ import annotations

import gc
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from fanzha.core.errors import BadInput
from fanzha.intake import workbook_process
from fanzha.intake.panics import turning_panics_into
from fanzha.intake.sheets import HEAD_ROWS, Sheet, column_names, frame_of_rows
from fanzha.intake.workbook_process import DIGITS, cell_text

UNPACKED_MAX: Final = 4 << 30
RATIO_MAX: Final = 400
ROWS_MAX: Final = 1_048_576
PROCESS_SECONDS_MAX: Final = 600
_RATIO_FREE: Final = 32 << 20  # small parts may be as repetitive as they like
_CHUNK_ROWS: Final = 20_000
_SCANNED: Final = 32 << 20
_SCANNED_END: Final = 1 << 16
_OVERLAP: Final = 64
# The reader reserves room for the whole rectangle between the first and the last cell, and every column up to ZZ counts.
_FAR_COLUMN: Final = re.compile(rb""" r=["'][A-Za-z]{3,}\d""")
_CELL: Final = re.compile(rb""" r=["']([A-Za-z]{1,2})(\d{1,10})["']""")
_WIDE: Final = re.compile(rb""" r=["'][B-Zb-z][A-Za-z]\d""")
_BEYOND_Z: Final = re.compile(rb""" r=["'][A-Za-z][A-Za-z]""")
_COLUMNS_NARROW: Final = 52
_COLUMNS_MAX: Final = 702
_RECTANGLE_FREE: Final = 50_000_000
_EMPTINESS_MAX: Final = 50  # cells of the rectangle for each cell that is there
_BROKEN: Final = "open it in a spreadsheet program and save it again as XLSX"
_ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, LookupError, RuntimeError,
)  # fmt: skip


def read_workbook(data: bytes) -> Iterator[Sheet]:
    """Every sheet that has cells, hidden ones too.

    Raises BadInput when the workbook is broken, encrypted or unpacks to an unreasonable size.
    """
    if not data.startswith(b"PK") or not _is_plain_xlsx(data):
        yield from _read_apart(data)
        return
    with turning_panics_into(BadInput(f"the workbook is broken; {_BROKEN}")):
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            names = workbook.sheet_names
        except (CalamineError, OSError, ValueError) as error:
            raise BadInput(_explain(str(error))) from None
    for name in names:
        yield from _read_sheet(workbook, name)


def _read_sheet(workbook: CalamineWorkbook, name: str) -> Iterator[Sheet]:
    with turning_panics_into(BadInput(f"sheet {name!r} is broken; {_BROKEN}")):
        try:
            sheet = workbook.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError) as error:
            if "not found" in str(error).lower():  # charts and macros are listed but hold no cells
                return
            raise BadInput(f"sheet {name!r}: {_explain(str(error))}") from None
        if sheet.start is None:
            return
        start = sheet.start[0]
        rows = list(islice(sheet.iter_rows(), start, start + HEAD_ROWS))
    yield Sheet(name=name, head=_head(rows), below=_rows_reader(sheet, name), first_row=start + 1)


def _head(rows: list[list[Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell_text(cell) or "" for cell in row) for row in rows)


def _rows_reader(sheet: CalamineSheet, name: str) -> Callable[[int], pl.DataFrame]:
    def below(header: int) -> pl.DataFrame:
        with turning_panics_into(BadInput(f"sheet {name!r} is broken; {_BROKEN}")):
            assert sheet.start is not None
            return _frame(islice(sheet.iter_rows(), sheet.start[0] + header + 1, None))

    return below


def _frame(rows: Iterator[list[Any]]) -> pl.DataFrame:
    """Rows as text columns, a chunk at a time, so that few cells are Python objects at once."""
    parts = []
    collecting = gc.isenabled()
    gc.disable()  # rows and cells hold no circles; looking for some among a million takes a sixth of the time
    try:
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            columns = list(zip(*chunk, strict=True))
            cells = zip(column_names(len(columns)), columns, strict=True)
            parts.append(pl.DataFrame([pl.Series(name, _texts(column), pl.String) for name, column in cells]))
    finally:
        if collecting:
            gc.enable()
    return pl.concat(parts) if parts else pl.DataFrame()


def _texts(cells: tuple[Any, ...]) -> list[str | None]:
    if set(map(type, cells)) == {str}:
        return [cell or None for cell in cells]
    return [(cell or None) if type(cell) is str else _number_text(cell) for cell in cells]


def _number_text(cell: Any) -> str | None:
    """The commonest case of `cell_text` without its questions."""
    if type(cell) is float and -DIGITS < cell < DIGITS:
        whole = int(cell)
        return str(whole) if whole == cell else repr(cell)
    return cell_text(cell)


def _is_plain_xlsx(data: bytes) -> bool:
    """Whether this is an XLSX whose sheets are of a size that can be held; other archives are read apart.

    Raises BadInput when it unpacks to gigabytes or its cells lie absurdly far apart.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_unpacked_size(members)
            sheets = [member for member in members if re.search(r"worksheets/[^/]*\.xml$", member.filename.lower())]
            for member in sheets:
                _check_rectangle(archive, member)
    except _ZIP_ERRORS as error:
        raise BadInput(_explain(str(error))) from None
    return bool(sheets)


def _check_unpacked_size(members: list[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > _RATIO_FREE and member.file_size > RATIO_MAX * max(member.compress_size, 1)
        for member in members
    )
    if total > UNPACKED_MAX or swollen:
        raise BadInput(f"the workbook unpacks to {total} bytes, which no statement needs; it was not opened")


def _check_rectangle(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """One cell in a far corner would make the reader reserve room for billions."""
    cells, rows, kept, wide = 0, 1, b"", False
    with archive.open(member) as stream:
        while part := stream.read(_SCANNED):
            text = kept + part
            ends = _CELL.findall(text[-_SCANNED_END:])  # rows are in order: the last cell is in the last one
            rows = int(ends[-1][1]) if ends else rows
            beyond_z = _BEYOND_Z.search(text) is not None  # most sheets have no such column, and one look is enough
            if rows > ROWS_MAX or (beyond_z and _FAR_COLUMN.search(text) is not None):
                raise BadInput(f"a cell of the workbook lies beyond column ZZ or row {ROWS_MAX}; {_BROKEN}")
            wide = wide or (beyond_z and _WIDE.search(text) is not None)
            cells += part.count(b" r=")
            kept = text[-_OVERLAP:]
    rectangle = rows * (_COLUMNS_MAX if wide else _COLUMNS_NARROW)
    if rectangle > _RECTANGLE_FREE and rectangle > _EMPTINESS_MAX * max(cells, 1):
        raise BadInput(f"the workbook has {cells} cells on {rows} rows, nearly all of them empty; {_BROKEN}")


def _read_apart(data: bytes) -> Iterator[Sheet]:
    """Workbooks of other kinds, read by a process of its own."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and our own file
            [sys.executable, "-I", workbook_process.__file__],
            input=data,
            capture_output=True,
            timeout=PROCESS_SECONDS_MAX,
            check=False,
        )
        answer = json.loads(done.stdout)
    except (json.JSONDecodeError, UnicodeDecodeError, subprocess.TimeoutExpired):
        raise BadInput(f"the workbook is broken or claims more cells than can be held; {_BROKEN}") from None
    except OSError as error:
        raise BadInput(f"no process could be started to read the workbook ({error.strerror}); {_BROKEN}") from None
    if "error" in answer:
        raise BadInput(_explain(answer["error"]))
    for sheet in answer["sheets"]:
        rows, start = sheet["rows"], sheet["start"]
        yield Sheet(
            name=sheet["name"],
            head=_head(rows[start : start + HEAD_ROWS]),
            below=_kept_rows(rows[start:]),
            first_row=start + 1,
        )


def _kept_rows(rows: list[list[str | None]]) -> Callable[[int], pl.DataFrame]:
    return lambda header: frame_of_rows(rows[header + 1 :])


def _explain(error: str) -> str:
    if "password" in error.lower() or "encrypt" in error.lower():
        return "the workbook is encrypted; save it without a password"
    return f"the workbook cannot be read ({error.splitlines()[0] if error else 'no reason given'}); {_BROKEN}"
