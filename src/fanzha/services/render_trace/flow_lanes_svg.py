"""Time lanes as SVG text: time runs across, each account has a lane, a payment jumps from lane to lane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.core.time import MINUTE_US, format_instant
from fanzha.services.render_trace.flow_cards import EXIT_STATES
from fanzha.services.render_trace.flow_lanes import (
    AXIS,
    FOLD_WIDTH,
    LABEL_WIDTH,
    LANE,
    Jump,
    Lane,
    LaneLayout,
    lane_number,
)
from fanzha.services.render_trace.flow_layout import Box
from fanzha.services.render_trace.flow_texts import Pen, drawable, headline, sentence, title
from fanzha.services.render_trace.funds_flow_svg import NAMESPACE, card_facts
from fanzha.services.render_trace.text_width import fitted, width_of
from fanzha.services.render_trace.wording import ICONS, clock

_LAST_US: Final = 1 << 62  # after every step
LABEL_ROOM: Final = LABEL_WIDTH - 24
APART: Final = 8
TIME_APART: Final = 62  # pixels between two times of the scale


def lanes_drawing(pen: Pen, layout: LaneLayout, coverage: str, cursor_us: int | None) -> str:
    """The SVG text; colours are classes, as in the picture of hops."""
    number = lane_number(layout)
    words = drawable(pen.speech.say("lanes", coverage=coverage))
    size = f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
    parts = [
        f'<svg xmlns="{NAMESPACE}" class="flow lanes" {size} role="group" aria-labelledby="{pen.prefix}-title">',
        f'<title id="{pen.prefix}-title">{words}</title>',
        (
            f'<defs><marker id="{pen.prefix}-tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" '
            'markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0L6 3L0 6z"/></marker></defs>'
        ),
        *_axis(pen, layout),
        '<g class="balances" aria-hidden="true">',
        *(_balance(pen, lane) for lane in layout.lanes),
        '</g><g class="jumps" aria-hidden="true">',
        *_jumps(pen, layout, number),
        "</g>",
    ]
    for hop, y in layout.hops:
        name = pen.hop(hop)
        parts.append(f'<text class="column" x="4" y="{y}">{name}</text><g role="list" aria-label="{name}">')
        parts += [_label(pen, lane, number[lane.card.key]) for lane in layout.lanes if lane.card.column == hop]
        parts.append("</g>")
    if cursor_us is not None:
        x = layout.scale.x(cursor_us)
        parts.append(f'<path class="cursor" aria-hidden="true" d="M{x} {AXIS - 6}V{layout.height}"/>')
    parts.append("</svg>")
    return "\n".join(parts)


def gap_words(pen: Pen, layout: LaneLayout) -> str:
    """How many gaps are folded, and from which length on."""
    folded = len(layout.scale.segments) - 1
    if not folded:
        return ""
    return pen.speech.say("gaps_folded", minutes=layout.scale.gap_us // MINUTE_US, count=folded)


def _axis(pen: Pen, layout: LaneLayout) -> list[str]:
    """Times at the start of each stretch, and a zig-zag with its length where a gap is folded."""
    parts, day, free = ['<g class="axis">'], "", 0
    segments = layout.scale.segments
    for place, segment in enumerate(segments):
        if place:
            x, length = segment.x0 - FOLD_WIDTH // 2, segment.from_us - segments[place - 1].to_us
            words = drawable(pen.speech.say("gap_folded", length=pen.speech.length(length)))
            zigzag = "".join(f"l{-4 if turn % 2 else 4} 6" for turn in range((layout.height - AXIS) // 6))
            parts.append(f'<path class="fold" d="M{x - 2} {AXIS}{zigzag}"><title>{words}</title></path>')
            short = drawable(pen.speech.length(length, short=True))
            parts.append(f'<text class="small fold" x="{x}" y="{AXIS - 4}">{short}</text>')
        date, _, time = clock(format_instant(segment.from_us)).partition(" ")
        parts.append(f'<path class="tick" d="M{segment.x0} {AXIS - 8}V{layout.height}"/>')
        if segment.x0 >= free:
            parts.append(f'<text class="small" x="{segment.x0}" y="30">{time[:8]}</text>')
            if date != day:
                shown = date if not day else date[5:]
                parts.append(f'<text class="column" x="{segment.x0}" y="14">{shown}</text>')
                day = date
            free = segment.x0 + TIME_APART
    last = segments[-1]
    if last.x1 - last.x0 > 2 * TIME_APART:
        time = clock(format_instant(last.to_us)).partition(" ")[2]
        parts.append(f'<text class="small end" x="{last.x1}" y="30">{time[:8]}</text>')
    return [*parts, "</g>"]


def _balance(pen: Pen, lane: Lane) -> str:
    """What lies in the account from payment to payment, as a band around its lane."""
    base = f'<path class="lane" d="M{LABEL_WIDTH} {lane.y}H{lane.until_x}"/>'
    if not lane.steps:
        return base
    upper, lower = [], []
    for place, (x, tenths) in enumerate(lane.steps):
        until = lane.steps[place + 1][0] if place + 1 < len(lane.steps) else max(x, lane.until_x)
        half = tenths // 2
        upper.append(f"{x} {_tenths(lane.y * 10 - half)} {until} {_tenths(lane.y * 10 - half)}")
        lower.append(f"{until} {_tenths(lane.y * 10 + half)} {x} {_tenths(lane.y * 10 + half)}")
    # It is one band over all of time: in playback it comes when nothing changes there any more.
    settled = pen.when(*(lane.card.settled_us or _LAST_US,) * 2)
    outline = "M" + "L".join([*upper, *reversed(lower)]) + "z"
    return f'{base}<path class="balance {lane.card.state}" d="{outline}"{settled}/>'


def _tenths(value: int) -> str:
    whole, part = divmod(value, 10)
    return f"{whole}.{part}" if part else str(whole)


def _jumps(pen: Pen, layout: LaneLayout, number: Mapping[str, int]) -> list[str]:
    middle = {lane.card.key: lane.y for lane in layout.lanes}
    return [_jump(pen, jump, middle, number) for jump in layout.jumps if jump.source in middle]


def _jump(pen: Pen, jump: Jump, middle: Mapping[str, int], number: Mapping[str, int]) -> str:
    at = pen.when(jump.at_us, jump.at_us)
    y0, ends = middle[jump.source], f'data-from="{number[jump.source]}"'
    if jump.exit_code:
        state = EXIT_STATES.get(jump.exit_code, "spent")
        return f'<text class="out {state}" x="{jump.x}" y="{y0 - 3}" {ends}{at}>{ICONS[state]}</text>'
    y1 = middle[jump.target]
    ends += f' data-to="{number[jump.target]}"{at}'
    back = ' class="back"' if y1 < y0 else ""
    return (
        f'<path{back} d="M{jump.x} {y0}V{y1 - (3 if y1 > y0 else -3)}" stroke-width="{jump.width}" '
        f'marker-end="url(#{pen.prefix}-tip)" {ends}/>'
    )


def _label(pen: Pen, lane: Lane, number: int) -> str:
    """Who the lane is and the amount that its state is about."""
    card, top = lane.card, lane.y - LANE // 2 + 2
    amount, icon = headline(card)
    money = pen.money(amount)
    room = LABEL_ROOM - APART - width_of(money, bold=True)
    name = title(pen, card, cut=False)
    if card.kind == "account":
        name = f"{name} {pen.name(card.code) or pen.institution(card.code)}".strip()
    words = drawable(sentence(pen, Box(card, 0, top, LABEL_WIDTH, LANE - 4, ())))
    return (
        f'<g role="listitem" tabindex="0" class="card {card.kind} {card.state}" data-c="{number}"{card_facts(pen, card)} '
        f'aria-label="{words}"><rect class="box" x="4" y="{top}" width="{LABEL_WIDTH - 12}" height="{LANE - 4}" rx="4"/>'
        f'<text class="main" x="10" y="{lane.y + 4}">{drawable(fitted(f"{icon} {name}", room, bold=True))}</text>'
        f'<text class="amount" x="{LABEL_WIDTH - 14}" y="{lane.y + 4}">{money}</text></g>'
    )
