"""A picture too wide for one sheet of paper, cut into ranges of hops; neighbours share a column, so that no link is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from fanzha.services.render_trace.flow_layout import FlowLayout

COLUMNS_MAX: Final = 6  # of cards, whose words are still read on A4 landscape
MARGIN: Final = 12


@dataclass(frozen=True, slots=True)
class FlowSheet:
    """What of the picture stands on one sheet: pixels from the left, and the hops of its first and last column."""

    x: int
    width: int
    first_hop: int
    last_hop: int


def sheets_of(layout: FlowLayout) -> tuple[FlowSheet, ...]:
    """The sheets from left to right; none where the whole picture fits on one.

    Every column is on a sheet, and every two neighbours are together on one.
    """
    columns = layout.columns
    if len(columns) <= COLUMNS_MAX:
        return ()
    gaps = len(columns) - 1
    step = ceil(gaps / ceil(gaps / (COLUMNS_MAX - 1)))  # sheets of about the same width
    cut = [columns[at : at + step + 1] for at in range(0, gaps, step)]
    return tuple(_sheet(part, layout) for part in cut)


def _sheet(columns: Sequence[tuple[int, int]], layout: FlowLayout) -> FlowSheet:
    (first_hop, left), (last_hop, right) = columns[0], columns[-1]
    x = max(0, left - MARGIN)
    return FlowSheet(x, min(layout.width, right + layout.card_width + MARGIN) - x, first_hop, last_hop)
