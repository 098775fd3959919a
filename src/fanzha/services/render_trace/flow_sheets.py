"""The picture on paper: one sheet where its words are still read there, or ranges of hops that share a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from fanzha.services.render_trace.flow_layout import COLUMN_GAP, FlowLayout

PAPER_WIDTH: Final = 1040  # pixels of A4 landscape between its margins, at 96 to the inch
PAPER_HEIGHT: Final = 528  # below the head of the page and its sums
POINTS_TENTHS: Final = 90  # how large the picture's words are on the screen
LEAST_TENTHS: Final = 60  # and on paper at least
MARGIN: Final = 12


@dataclass(frozen=True, slots=True)
class FlowSheet:
    """What of the drawing `whole` stands on one sheet: pixels from the left, and the hops of its first and last column."""

    x: int
    width: int
    height: int
    first_hop: int
    last_hop: int
    whole: str  # the drawing's id, and how wide it is
    whole_width: int
    points_tenths: int  # how large the smallest words are printed


def too_tall(layout: FlowLayout) -> bool:
    """Whether the words of a picture that is put on one sheet by its height alone would be too small."""
    return LEAST_TENTHS * layout.height > POINTS_TENTHS * PAPER_HEIGHT


def sheets_of(layout: FlowLayout, whole: str) -> tuple[FlowSheet, ...]:
    """The sheets from left to right: one where the words stay readable, else every two neighbours are together on one."""
    columns = layout.columns
    if not columns:
        return ()
    widest = PAPER_WIDTH * POINTS_TENTHS // LEAST_TENTHS
    if layout.width <= widest or len(columns) == 1:
        return (_sheet(columns, layout, whole, layout.width),)
    most = max(2, (widest - 2 * MARGIN + COLUMN_GAP) // (layout.card_width + COLUMN_GAP))
    gaps = len(columns) - 1
    step = ceil(gaps / ceil(gaps / (most - 1)))  # sheets of about the same width
    cut = [columns[at : at + step + 1] for at in range(0, gaps, step)]
    return tuple(_sheet(part, layout, whole) for part in cut)


def _sheet(columns: Sequence[tuple[int, int]], layout: FlowLayout, whole: str, width: int = 0) -> FlowSheet:
    (first_hop, left), (last_hop, right) = columns[0], columns[-1]
    x = 0 if width else max(0, left - MARGIN)
    width = width or min(layout.width, right + layout.card_width + MARGIN) - x
    points = min(POINTS_TENTHS, POINTS_TENTHS * PAPER_WIDTH // width, POINTS_TENTHS * PAPER_HEIGHT // layout.height)
    return FlowSheet(x, width, layout.height, first_hop, last_hop, whole, layout.width, points)
