"""A sheet as it was stored: some first rows to find the header in, and the rows below it on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

HEAD_ROWS: Final = 40  # the header is looked for in these


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `head` holds its first rows as text, `below(i)` gives the rows under head[i] as columns c0 and so on.

    Row n of the frame stands in physical row `first_row + i + 1 + n`. Notes may grow while rows are read.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    below: Callable[[int], pl.DataFrame]
    first_row: int = 1
    notes: list[str] = field(default_factory=list)

    def physical_row(self, header: int, offset: int = 0) -> int:
        """The 1-based row in the sheet of the offset-th row below head[header]."""
        return self.first_row + header + 1 + offset


def column_names(width: int) -> list[str]:
    """Names of the columns of a frame without header."""
    return [f"c{index}" for index in range(width)]


def frame_of_rows(rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """A frame of text columns from rows of differing width; short rows are filled with nulls."""
    width = max((len(row) for row in rows), default=0)
    padded = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]
    columns = zip(*padded, strict=True) if padded else ([] for _ in range(width))
    return pl.DataFrame(
        [pl.Series(name, values, pl.String) for name, values in zip(column_names(width), columns, strict=True)]
    )
