"""Where every card and ribbon of a picture stands: hop columns, the order of the whole trace, heights in proportion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Link, Stub

CARD_WIDTH: Final = 188  # at least, and more in English; six columns then fit a page 1366 pixels wide
COLUMN_GAP: Final = 30
MARGIN: Final = 8
HEAD: Final = 40  # the column's title
FULL_FLOOR: Final = 75  # four lines of text
VICTIM_FLOOR: Final = 58
COMPACT_FLOOR: Final = 22
EXIT_FLOOR: Final = 40
STUB_LINE: Final = 16
LINE: Final = 17
ORIGIN_HEIGHT: Final = 150  # pixels that the whole traced amount is tall: no card is mostly empty
_PINNED: Final = {"exit": 1, "other": 2}  # below the accounts


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
    card_width: int


def layout_of(
    picture: FlowPicture,
    tall: AbstractSet[str] = frozenset(),
    frame: FlowLayout | None = None,
    card_width: int = CARD_WIDTH,
    lines_more: Mapping[str, int] | None = None,
) -> FlowLayout:
    """Place the cards of a picture; the same picture gives the same places.

    `tall` cards have one line more, for the name; `lines_more` says how many more others have. With a `frame` every card
    stands where it stands there: the layout of the whole, of which the picture is a part.
    """
    stubs: dict[str, list[Stub]] = defaultdict(list)
    for stub in picture.stubs:
        stubs[stub.source].append(stub)
    if frame is not None:
        return _framed(picture, frame, stubs)
    columns = _ordered(picture)
    heights = {
        card.key: _height(
            card,
            picture,
            len(stubs[card.key]) + (card.folded > 0),
            (card.key in tall) + (lines_more or {}).get(card.key, 0),
        )
        for card in picture.cards
    }
    gap = 5 if picture.compact else 12
    tops = _tops(columns, heights, picture.links, gap)
    boxes = tuple(
        Box(
            card,
            MARGIN + place * (card_width + COLUMN_GAP),
            tops[card.key],
            card_width,
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
            (column[0].column, MARGIN + place * (card_width + COLUMN_GAP))
            for place, column in enumerate(columns)
            if column
        ),
        width=2 * MARGIN + len(columns) * card_width + max(0, len(columns) - 1) * COLUMN_GAP,
        height=max((box.y + box.height for box in boxes), default=HEAD) + MARGIN,
        card_width=card_width,
    )


def _framed(picture: FlowPicture, frame: FlowLayout, stubs: Mapping[str, list[Stub]]) -> FlowLayout:
    cards = {card.key: card for card in picture.cards}
    boxes = tuple(
        replace(box, card=cards[box.card.key], stubs=tuple(stubs.get(box.card.key, ())))
        for box in frame.boxes
        if box.card.key in cards
    )
    return replace(frame, boxes=boxes, ribbons=_ribbons(boxes, picture))


def _height(card: Card, picture: FlowPicture, lines_below: int, lines_more: int) -> int:
    floor = {"exit": EXIT_FLOOR, "victim": VICTIM_FLOOR}.get(card.kind, FULL_FLOOR)
    if picture.compact:
        floor = floor if card.kind in {"victim", "other"} else COMPACT_FLOOR
    floor += lines_more * LINE
    return max(floor + lines_below * STUB_LINE, card.size * ORIGIN_HEIGHT // max(1, picture.origin))


def _ordered(picture: FlowPicture) -> list[list[Card]]:
    """Cards by column from top to bottom; exits and the rest of the hop are pinned below."""
    by_column: dict[int, list[Card]] = defaultdict(list)
    for card in picture.cards:
        by_column[card.column].append(card)
    for column in by_column.values():
        column.sort(key=lambda card: (_PINNED.get(card.kind, 0), picture.order[card.key], card.key))
    return [by_column[column] for column in sorted(by_column)]


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
        if not link.faint:
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
    start = _stacked(leaving, by_key, picture, lambda link: by_key[link.target].y)
    end = _stacked(arriving, by_key, picture, lambda link: by_key[link.source].y)
    ribbons = []
    for link in picture.links:
        source, target = by_key[link.source], by_key[link.target]
        ribbons.append(
            Ribbon(
                link=link,
                x0=source.x + source.width,
                y0=start[_name(link)],
                x1=target.x,
                y1=end[_name(link)],
                width_tenths=_width_tenths(link.traced, picture),
                pale=source.card.kind == "other" and target.card.kind == "other",
            )
        )
    return tuple(sorted(ribbons, key=lambda ribbon: (-ribbon.link.traced, *_name(ribbon.link))))


def _name(link: Link) -> tuple[str, str, str]:
    return link.source, link.target, link.transfer


def _width_tenths(traced: int, picture: FlowPicture) -> int:
    return max(10, traced * ORIGIN_HEIGHT * 10 // max(1, picture.origin))


def _stacked(
    sides: Mapping[str, list[Link]],
    boxes: Mapping[str, Box],
    picture: FlowPicture,
    height_of_other: Callable[[Link], int],
) -> dict[tuple[str, str, str], int]:
    """The middle of each ribbon on one side of its card; ribbons that would not fit overlap evenly."""
    places: dict[tuple[str, str, str], int] = {}
    for key, links in sides.items():
        box = boxes[key]
        # A faint ribbon is shown by itself: it takes no room from those that are always there.
        widths = {_name(link): 0 if link.faint else _width_tenths(link.traced, picture) for link in links}
        room, need = box.height * 10, sum(widths.values())
        scale = min(1.0, room / need) if need else 1.0
        at = box.y * 10 + (room - need * scale) / 2
        for link in sorted(links, key=lambda link: (height_of_other(link), *_name(link))):
            width = widths[_name(link)]
            places[_name(link)] = int(at + width * scale / 2)
            at += width * scale
    return places
