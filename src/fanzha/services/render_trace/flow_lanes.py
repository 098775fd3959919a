"""Time lanes: where every lane stands, how time runs across, what lies in an account when, and each payment's place."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.core.time import MINUTE_US
from fanzha.services.render_trace.flow_cards import Card, FlowPicture
from fanzha.services.render_trace.flow_draft import Draft

GAP_US: Final = 30 * MINUTE_US  # a longer time without a payment is folded
SEGMENTS_MAX: Final = 16  # with more the gap that is folded doubles until there are fewer
LABEL_WIDTH: Final = 230
WIDTH_MIN: Final = 900
RIGHT: Final = 24
FOLD_WIDTH: Final = 46
SEGMENT_MIN: Final = 26
AXIS: Final = 58  # the time scale above
LANE: Final = 26
HOP_LINE: Final = 22  # the name of a hop
BALANCE_HEIGHT: Final = 20  # of the most that ever lies in one lane
JUMPS_MAX: Final = 300
FAINT_PERMILLE: Final = 3  # of the traced amount; thinner jumps of a group are left out
THICK_MAX: Final = 9


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time without a folded gap."""

    from_us: int
    to_us: int
    x0: int
    x1: int


@dataclass(frozen=True, slots=True)
class TimeScale:
    """How time runs across; between two segments a gap is folded."""

    segments: tuple[Segment, ...]
    gap_us: int

    def x(self, at_us: int) -> int:
        """The place of an instant; inside a folded gap the middle of its mark."""
        place = bisect_right(self.segments, at_us, key=lambda segment: segment.from_us) - 1
        if place < 0:
            return self.segments[0].x0
        segment = self.segments[place]
        if at_us > segment.to_us:
            return segment.x1 + (FOLD_WIDTH // 2 if place + 1 < len(self.segments) else RIGHT // 2)
        span = segment.to_us - segment.from_us
        return segment.x0 + ((segment.x1 - segment.x0) * (at_us - segment.from_us) // span if span else 0)


@dataclass(frozen=True, slots=True)
class Lane:
    """An account or a group in time; `steps` are (x, tenths of a pixel of balance) from each step on."""

    card: Card
    y: int  # its middle
    steps: tuple[tuple[int, int], ...]
    until_x: int


@dataclass(frozen=True, slots=True)
class Jump:
    """A payment from lane to lane, or out of a lane where `target` is empty."""

    source: str
    target: str
    exit_code: str
    at_us: int
    x: int
    traced: int
    width: int


@dataclass(frozen=True, slots=True)
class LaneLayout:
    """The whole drawing in pixels."""

    scale: TimeScale
    lanes: tuple[Lane, ...]
    hops: tuple[tuple[int, int], ...]  # hop, y of its name
    jumps: tuple[Jump, ...]
    jumps_left_out: int
    width: int
    height: int


def time_scale(instants: Iterable[int], width: int) -> TimeScale:
    """A scale for these instants; gaps of more than half an hour are folded, or longer ones where they are too many."""
    ordered = sorted(set(instants)) or [0]
    gap = GAP_US
    while len(stretches := _stretches(ordered, gap)) > SEGMENTS_MAX:
        gap *= 2
    room = max(width, WIDTH_MIN) - LABEL_WIDTH - RIGHT - FOLD_WIDTH * (len(stretches) - 1)
    spare = max(0, room - SEGMENT_MIN * len(stretches))
    moving = sum(until - start for start, until in stretches)
    segments, x = [], LABEL_WIDTH
    for start, until in stretches:
        length = SEGMENT_MIN + (spare * (until - start) // moving if moving else spare // len(stretches))
        segments.append(Segment(start, until, x, x + length))
        x += length + FOLD_WIDTH
    return TimeScale(tuple(segments), gap)


def _stretches(ordered: Sequence[int], gap_us: int) -> list[tuple[int, int]]:
    found = [(ordered[0], ordered[0])]
    for at in ordered[1:]:
        start, until = found[-1]
        if at - until > gap_us:
            found.append((at, at))
        else:
            found[-1] = (start, at)
    return found


def lanes_of(whole: FlowPicture, scale: TimeScale, part: FlowPicture, draft: Draft, until_us: int | None) -> LaneLayout:
    """Lanes of the whole picture, in which stands what `part` and its `draft` have until an instant."""
    present = {card.key: card for card in part.cards}
    ordered = sorted(
        (card for card in whole.cards if card.kind != "exit"),
        key=lambda card: (card.column, card.kind == "other", card.first_us is None, card.first_us or 0, card.key),
    )
    hops: list[tuple[int, int]] = []
    places: dict[str, int] = {}
    y = AXIS
    for card in ordered:
        if not hops or hops[-1][0] != card.column:
            hops.append((card.column, y + HOP_LINE - 7))
            y += HOP_LINE
        places[card.key] = y + LANE // 2
        y += LANE
    last = scale.segments[-1]
    end = last.x1 if until_us is None else min(last.x1, scale.x(until_us))
    across = {
        payment.at_us: scale.x(payment.at_us)
        for payments in draft.payments.values()
        for payment in payments
        if payment.at_us is not None
    }
    moves = _moves(part, draft)
    most = max((balance for found in moves.values() for _, balance in _balances(found)), default=0)
    jumps = _jumps(part, draft, across)
    grouped = {card.key for card in whole.cards if card.kind == "other"}
    faint = whole.origin * FAINT_PERMILLE // 1000
    worth = [jump for jump in jumps if jump.traced >= faint or not {jump.source, jump.target} & grouped][:JUMPS_MAX]
    return LaneLayout(
        scale=scale,
        lanes=tuple(
            Lane(present[key], place, _steps(moves.get(key, ()), across, max(1, most)), end)
            for key, place in places.items()
            if key in present
        ),
        hops=tuple(hops),
        jumps=tuple(worth),
        jumps_left_out=len(jumps) - len(worth),
        width=last.x1 + RIGHT,
        height=y + 8,
    )


def _moves(part: FlowPicture, draft: Draft) -> dict[str, list[tuple[int, int]]]:
    """What came to and went from each card, with its time; a victim's own payments start from nothing."""
    kinds = {card.key: card.kind for card in part.cards}
    moves: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (source, target), payments in draft.payments.items():
        payer, payee = part.home[source], part.home[target]
        for payment in payments:
            if payment.at_us is None or payer == payee:
                continue
            if kinds[payer] != "victim":
                moves[payer].append((payment.at_us, -payment.traced))
            if kinds[payee] not in {"exit", "victim"}:
                moves[payee].append((payment.at_us, payment.traced))
    return moves


def _steps(moves: Sequence[tuple[int, int]], across: Mapping[int, int], most: int) -> tuple[tuple[int, int], ...]:
    """The balance after each payment, one step for a pixel."""
    steps: dict[int, int] = {}
    for at, balance in _balances(moves):
        steps[across[at]] = max(15, balance * BALANCE_HEIGHT * 10 // most) if balance > 0 else 0
    return tuple(steps.items())


def _balances(moves: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    balance = 0
    for at, minor in sorted(moves, key=lambda move: (move[0], -move[1])):
        balance += minor
        yield at, balance


def _jumps(part: FlowPicture, draft: Draft, across: Mapping[int, int]) -> list[Jump]:
    """Payments between lanes, the largest first; those of one place are one, inside one lane nothing is drawn."""
    codes = {card.key: card.code for card in part.cards if card.kind == "exit"}
    found: dict[tuple[str, str, int], tuple[int, int]] = {}  # payer, payee, place → first instant, traced
    for (source, target), payments in draft.payments.items():
        payer, payee = part.home[source], part.home[target]
        if payer == payee:
            continue
        for payment in payments:
            if payment.at_us is not None:
                key = (payer, payee, across[payment.at_us])
                first, traced = found.get(key, (payment.at_us, 0))
                found[key] = (min(first, payment.at_us), traced + payment.traced)
    jumps = [
        Jump(
            source=payer,
            target="" if payee in codes else payee,
            exit_code=codes.get(payee, ""),
            at_us=first,
            x=x,
            traced=traced,
            width=max(1, min(THICK_MAX, traced * THICK_MAX * 2 // max(1, part.origin))),
        )
        for (payer, payee, x), (first, traced) in found.items()
    ]
    return sorted(jumps, key=lambda jump: (-jump.traced, jump.at_us, jump.source, jump.target, jump.exit_code))


def lane_number(layout: LaneLayout) -> Mapping[str, int]:
    """The number of each lane in the drawing."""
    return {lane.card.key: place for place, lane in enumerate(layout.lanes)}
