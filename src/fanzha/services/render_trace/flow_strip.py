"""The overview by hop: one bar for each, cut into what became of its money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fanzha.services.render_trace.flow_sums import HopSums
from fanzha.services.render_trace.flow_texts import drawable
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.funds_flow_svg import NAMESPACE, hatch
from fanzha.services.render_trace.wording import ICONS, STATES, money_text

WIDTH: Final = 1_000  # units; it is drawn as wide as its place
BAR: Final = 14
LINE: Final = 20
LABEL: Final = 150
AMOUNT: Final = 190


def overview_strip(hops: Sequence[HopSums], exponent: int, speech: Speech, prefix: str) -> str:
    """The bars as SVG text: their length is what came into the hop, against the largest."""
    shown = [hop for hop in hops if hop.hop > 0]
    if not shown:
        return ""
    most = max(1, *(hop.incoming for hop in shown))
    height = LINE * len(shown) + 4
    parts = [
        (
            f'<svg xmlns="{NAMESPACE}" class="flow strip" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'role="list" aria-label="{speech.say("strip")}">'
        ),
        hatch(f"{prefix}-strip-hatch"),
    ]
    for place, hop in enumerate(shown):
        parts.append(_bar(hop, place * LINE + 2, most, exponent, speech, prefix))
    return "\n".join([*parts, "</svg>"])


def _parts(hop: HopSums) -> tuple[tuple[str, int], ...]:
    return (
        ("stoppable", hop.stoppable),
        ("stopped", hop.controlled),
        ("held", max(0, hop.held - hop.stoppable - hop.controlled)),
        ("cashed", hop.cashed),
        ("returned", hop.returned),
        ("spent", hop.exited - hop.cashed - hop.returned),
        ("unknown", hop.unknown),
        ("gone", hop.passed_on),
    )


def _bar(hop: HopSums, y: int, most: int, exponent: int, speech: Speech, prefix: str) -> str:
    room = WIDTH - LABEL - AMOUNT
    parts = [(name, minor) for name, minor in _parts(hop) if minor]
    total, length = sum(minor for _, minor in parts), room * hop.incoming // most
    bars, summed, x = [], 0, LABEL
    for name, minor in parts:
        summed += minor
        until = LABEL + length * summed // total
        if until > x:
            fill = f' fill="url(#{prefix}-strip-hatch)"' if name == "unknown" else ""
            bars.append(f'<rect class="bar {name}" x="{x}" y="{y}" width="{until - x}" height="{BAR}"{fill}/>')
        x = until
    name = speech.say("hop", hop=hop.hop)
    said = speech.say("comma").join(
        f"{speech.word(STATES, state)} {money_text(minor, exponent)}" for state, minor in parts
    )
    label = drawable(speech.say("strip_hop", hop=name, parts=said))
    count = speech.say("accounts", count=hop.accounts)
    amount = f"{ICONS['stoppable']} {money_text(hop.stoppable, exponent)}"
    return (
        f'<g role="listitem" class="hop-bar" data-hop="{hop.hop}" aria-label="{label}">'
        f'<text class="main" x="0" y="{y + 12}">{name}</text><text class="small end" x="{LABEL - 8}" y="{y + 12}">{count}'
        f'</text>{"".join(bars)}<g class="stoppable"><text class="amount" x="{WIDTH}" y="{y + 12}">{amount}</text></g></g>'
    )
