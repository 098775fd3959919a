"""Sheets that hold several statements one below the other, each with its own title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from fanzha.intake.cells import BLANK_CHARACTERS
from fanzha.intake.preamble import Preamble, read_preamble
from fanzha.intake.rulebook import rulebook

_TITLE_CELLS_MAX: Final = 2


@dataclass(frozen=True, slots=True)
class Section:
    """Rows from `start` on belong to the statement that the title above them describes."""

    start: int  # 0-based row of the frame
    preamble: Preamble


@dataclass(frozen=True, slots=True)
class Sections:
    """The statements of a sheet in their order; `titles` are the frame's rows that only describe."""

    parts: tuple[Section, ...]
    titles: frozenset[int] = frozenset()

    def stated(self, name: str, height: int) -> pl.Series | None:
        """What the titles say, for every row; None where no title says it."""
        values = [getattr(part.preamble, name) for part in self.parts]
        if not any(values):
            return None
        ends = [*(part.start for part in self.parts[1:]), height]
        runs = [
            pl.Series([value], dtype=pl.String).new_from_index(0, end - part.start)
            for part, value, end in zip(self.parts, values, ends, strict=True)
        ]
        return pl.concat(runs)


def find_sections(above: Sequence[Sequence[str]], frame: pl.DataFrame) -> Sections:
    """The statements of a sheet: one under the rows above its header, others under titles between rows."""
    parts = [Section(0, read_preamble(above))]
    titles: list[int] = []
    if frame.width <= _TITLE_CELLS_MAX or frame.height == 0:
        return Sections(tuple(parts))
    filled = frame.select(filled=pl.lit(frame.width) - pl.sum_horizontal(pl.all().is_null())).to_series()
    last_title = -2
    for index in filled.is_between(1, _TITLE_CELLS_MAX).arg_true().to_list():
        cells = [str(cell).strip(BLANK_CHARACTERS) for cell in frame.row(index) if cell is not None]
        preamble = read_preamble([cells])
        first = next((cell for cell in cells if cell), "")
        described = preamble.account or preamble.holder_name or preamble.period
        if not described or rulebook().formats.footer.match(first):
            continue
        titles.append(index)
        if index == last_title + 1:  # a title of several rows
            parts[-1] = Section(parts[-1].start, parts[-1].preamble.completed_by(preamble))
        else:
            parts.append(Section(index, preamble))
        last_title = index
    return Sections(tuple(parts), frozenset(titles))
