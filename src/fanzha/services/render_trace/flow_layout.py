"""Where every card and ribbon of a picture stands: hop columns, weighted barycentre order, heights in proportion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Link, Stub

SWEEPS: Final = 4
CARD_WIDTH: Final = 174  # at least; six columns then fit a page 1366 pixels wide
COLUMN_GAP: Final = 40
MARGIN: Final = 8
HEAD: Final = 40  # the column's title
FULL_FLOOR: Final = 58  # three lines of text
COMPACT_FLOOR: Final = 22
EXIT_FLOOR: Final = 40
STUB_LINE: Final = 16
NAME_LINE: Final = 17  # a long name has a line of its own
ORIGIN_HEIGHT: Final = 260  # pixels that the whole traced amount is tall
_PINNED: Final = {"victim": 0, "account": 0, "exit": 1, "other": 2}


@dataclass(frozen=True, slots=True)
class Box:
    """A card in its place at the least width; `stubs` are written below its other lines, `tall` has a name of its own line."""

    card: Card
    x: int
    y: int
    width: int
    height: int
    stubs: tuple[Stub, ...]
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link in its place: from x0 to x1 in pixels, y0 to y1 and its width in tenths of a pixel."""

    link: Link
    x0: int
    y0: int
    x1: int
    y1: int
    width_tenths: int
    pale: bool


@dataclass(frozen=True, slots=True)
class FlowLayout:
    """The whole drawing in pixels."""

    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    columns: tuple[tuple[int, int], ...]  # hop, x
    width: int
    height: int


def layout_of(picture: FlowPicture, tall: AbstractSet[str] = frozenset()) -> FlowLayout:
    """Place the cards of a picture; the same picture gives the same places. `tall` cards have one line more."""
    stubs: dict[str, list[Stub]] = defaultdict(list)
    for stub in picture.stubs:
        stubs[stub.source].append(stub)
    columns = _ordered(picture.cards, picture.links)
    heights = {card.key: _height(card, picture, len(stubs[card.key]), tall=card.key in tall) for card in picture.cards}
    gap = 5 if picture.compact else 12
    tops = _tops(columns, heights, picture.links, gap)
    boxes = tuple(
        Box(
            card,
            MARGIN + place * (CARD_WIDTH + COLUMN_GAP),
            tops[card.key],
            CARD_WIDTH,
            heights[card.key],
            tuple(stubs[card.key]),
            card.key in tall,
        )
        for place, column in enumerate(columns)
        for card in column
    )
    return FlowLayout(
        boxes=boxes,
        ribbons=_ribbons(boxes, picture),
        columns=tuple(
            (column[0].column, MARGIN + place * (CARD_WIDTH + COLUMN_GAP))
            for place, column in enumerate(columns)
            if column
        ),
        width=2 * MARGIN + len(columns) * CARD_WIDTH + max(0, len(columns) - 1) * COLUMN_GAP,
        height=max((box.y + box.height for box in boxes), default=HEAD) + MARGIN,
    )


def _height(card: Card, picture: FlowPicture, stubs: int, *, tall: bool) -> int:
    floor = EXIT_FLOOR if card.kind == "exit" else FULL_FLOOR
    if picture.compact:
        floor = COMPACT_FLOOR if card.kind in {"account", "exit"} else FULL_FLOOR
    floor += NAME_LINE if tall else 0
    return max(floor + stubs * STUB_LINE, card.size * ORIGIN_HEIGHT // max(1, picture.origin))


def _ordered(cards: Sequence[Card], links: Sequence[Link]) -> list[list[Card]]:
    """Cards by column from top to bottom: four barycentre sweeps, exits and the rest of the hop pinned below."""
    by_column: dict[int, list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda card: (-card.size, card.key)):
        by_column[card.column].append(card)
    columns = [by_column[column] for column in sorted(by_column)]
    sources: dict[str, list[tuple[str, int]]] = defaultdict(list)
    targets: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for link in links:
        sources[link.target].append((link.source, link.traced))
        targets[link.source].append((link.target, link.traced))
    place = {card.key: number / max(1, len(column)) for column in columns for number, card in enumerate(column)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = sources if forward else targets
        for column in columns if forward else columns[::-1]:
            wanted = {card.key: _centre(neighbours[card.key], place, place[card.key]) for card in column}
            column.sort(key=lambda card: (_PINNED[card.kind], wanted[card.key], -card.size, card.key))
            place.update({card.key: number / len(column) for number, card in enumerate(column)})
    return columns


def _centre(neighbours: Sequence[tuple[str, int]], place: Mapping[str, float], otherwise: float) -> float:
    weight = sum(traced for _, traced in neighbours)
    return sum(place[key] * traced for key, traced in neighbours) / weight if weight else otherwise


def _tops(
    columns: Sequence[Sequence[Card]], heights: Mapping[str, int], links: Sequence[Link], gap: int
) -> dict[str, int]:
    """The upper edge of every card: near its sources, never over another, no column longer than the longest must be."""
    bottom = HEAD + max((sum(heights[card.key] + gap for card in column) for column in columns), default=0)
    sources: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for link in links:
        sources[link.target].append((link.source, link.traced))
    tops: dict[str, int] = {}
    for column in columns:
        free = HEAD
        for card in column:
            middle = {key: float(tops[key] + heights[key] / 2) for key, _ in sources[card.key]}
            wanted = _centre(sources[card.key], middle, free) - heights[card.key] / 2 if middle else free
            tops[card.key] = max(free, int(wanted))
            free = tops[card.key] + heights[card.key] + gap
        limit = bottom
        for card in reversed(column):
            tops[card.key] = min(tops[card.key], limit - heights[card.key] - gap)
            limit = tops[card.key]
    return tops


def _ribbons(boxes: Sequence[Box], picture: FlowPicture) -> tuple[Ribbon, ...]:
    """Ribbons stacked along the sides of their cards, in the order of the cards at the other end."""
    by_key = {box.card.key: box for box in boxes}
    leaving: dict[str, list[Link]] = defaultdict(list)
    arriving: dict[str, list[Link]] = defaultdict(list)
    for link in picture.links:
        leaving[link.source].append(link)
        arriving[link.target].append(link)
    start = _stacked(leaving, by_key, picture, lambda link: by_key[link.target].y, lambda link: link.target)
    end = _stacked(arriving, by_key, picture, lambda link: by_key[link.source].y, lambda link: link.source)
    ribbons = []
    for link in picture.links:
        source, target = by_key[link.source], by_key[link.target]
        ribbons.append(
            Ribbon(
                link=link,
                x0=source.x + source.width,
                y0=start[link.source, link.target],
                x1=target.x,
                y1=end[link.source, link.target],
                width_tenths=_width_tenths(link.traced, picture),
                pale=source.card.kind == "other" and target.card.kind == "other",
            )
        )
    return tuple(sorted(ribbons, key=lambda ribbon: (-ribbon.link.traced, ribbon.link.source, ribbon.link.target)))


def _width_tenths(traced: int, picture: FlowPicture) -> int:
    return max(10, traced * ORIGIN_HEIGHT * 10 // max(1, picture.origin))


def _stacked(
    sides: Mapping[str, list[Link]],
    boxes: Mapping[str, Box],
    picture: FlowPicture,
    height_of_other: Callable[[Link], int],
    name_of_other: Callable[[Link], str],
) -> dict[tuple[str, str], int]:
    """The middle of each ribbon on one side of its card; ribbons that would not fit overlap evenly."""
    places: dict[tuple[str, str], int] = {}
    for key, links in sides.items():
        box = boxes[key]
        widths = [_width_tenths(link.traced, picture) for link in links]
        room, need = box.height * 10, sum(widths)
        scale = min(1.0, room / need) if need else 1.0
        at = box.y * 10 + (room - need * scale) / 2
        ordered = sorted(
            zip(links, widths, strict=True), key=lambda pair: (height_of_other(pair[0]), name_of_other(pair[0]))
        )
        for link, width in ordered:
            places[link.source, link.target] = int(at + width * scale / 2)
            at += width * scale
    return places
