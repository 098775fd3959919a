"""A table that somebody filled in, as rows of text: the first filled row of each sheet names the columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.intake.reading import open_sheets
from fanzha.intake.sheets import Sheet
from fanzha.ports.table_reader import TableRow

ROWS_MAX: Final = 100_000


def read_filled_table(content: bytes, name: str) -> tuple[TableRow, ...]:
    """Every filled row of every sheet. Raises BadInput that names the file, where it is broken, no table, or too long."""
    try:
        found = tuple(islice((row for sheet in open_sheets(content) for row in _rows(sheet)), ROWS_MAX + 1))
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from None
    if len(found) > ROWS_MAX:
        raise BadInput(f"{name}: it has more than {ROWS_MAX} rows; cut it into several files")
    return found


def _rows(sheet: Sheet) -> Iterator[TableRow]:
    header = next((at for at, row in enumerate(sheet.head) if any(cell.strip() for cell in row)), None)
    if header is None:
        return
    # A head may carry its English below the Chinese; the first line is its name.
    heads = [cell.strip().splitlines()[0].strip() if cell.strip() else "" for cell in sheet.head[header]]
    for offset, row in enumerate(sheet.below(header).iter_rows()):
        cells = {
            head: str(cell).strip() for head, cell in zip(heads, row, strict=False) if head and str(cell or "").strip()
        }
        if cells:
            yield TableRow(sheet.name, sheet.physical_row(header, offset), cells)
