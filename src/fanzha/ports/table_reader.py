"""Reads a table that somebody filled in: a workbook or a CSV file, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row by the heads of its columns; blank cells are left out."""

    sheet: str
    number: int  # as the sheet counts it, from 1
    cells: Mapping[str, str]


class TableReader(Protocol):
    """Reads the bytes of a file."""

    def rows(self, content: bytes, name: str) -> tuple[TableRow, ...]:
        """Every filled row below the first filled row of each sheet, which names the columns.

        Raises BadInput that names the file, where it is broken or no table.
        """
