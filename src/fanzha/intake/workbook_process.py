"""Reads a workbook of an older or rarer kind in a process of its own, with a bound on memory and time.

A broken XLS, XLSB or ODS file can claim billions of cells, and the reader would reserve room for them before anything
can be checked; here only this process ends. It is started by path, reads the workbook on stdin, answers JSON on stdout,
and so imports nothing of the package.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

MEMORY_MAX = 2 << 30
PROCESSOR_SECONDS_MAX = 300
DIGITS = 1e15  # a spreadsheet's number vouches for 15 digits


def cell_text(cell: object) -> str | None:
    """A cell as text: whole numbers without a tail, numbers beyond 15 digits scientific, times in ISO form."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if not -DIGITS < cell < DIGITS:
            return f"{cell:.14E}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def limit_resources() -> None:
    """Bound memory and processor time, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  absent on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX))


def read_sheets(data: bytes) -> list[dict[str, object]]:
    """Name, first physical row and rows of every sheet that has cells."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets: list[dict[str, object]] = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            rows = [[cell_text(cell) for cell in row] for row in sheet.iter_rows()]
            sheets.append({"name": name, "start": sheet.start[0], "rows": rows})
    return sheets


def main() -> None:
    """One workbook from stdin, one JSON document to stdout."""
    limit_resources()
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"sheets": read_sheets(data)}
    except Exception as error:  # noqa: BLE001  this process exists to turn any failure into an answer
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
