"""The drill's picture: of the money reported, what each policy stops, against the innocent money that it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, Final

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 920, 520, 84, 230, 64, 76
INK, QUIET, GRID, OURS_COLOUR, LIMIT_COLOUR = "#1f2933", "#52606d", "#d9dee4", "#0b6e4f", "#9a6700"
LABELS: Final = {
    "first_only": "first account only", "by_hand": "hop by hop by hand", "everything": "everything downstream",
    "everything_at_our_harm": "everything, at our harm", "newest": "newest first", "value_only": "value only",
    "planned": "ours", "limit": "no desk can do better",
}  # fmt: skip


def drill_picture(document: Mapping[str, Any]) -> str:
    """An SVG of the document's policies with their 95 % intervals."""
    policies: Sequence[Mapping[str, Any]] = document["policies"]
    most_harm = max(one["innocent_share"]["high"] for one in policies) * 1.08 or 1.0
    most = max(one["stopped_share"]["high"] for one in policies) * 1.08 or 1.0
    plane = _Plane(most_harm, most)
    title = f"Interception drill (模拟): {len(document['seeds'])} made cities, 95 % intervals"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
            'font-family="system-ui, sans-serif">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="32" font-size="17" font-weight="600" fill="{INK}">{escape(title)}</text>',
        *plane.axes(),
    ]
    labels = _apart([plane.y(one["stopped_share"]["mean"]) for one in policies])
    parts += [line for one, at in zip(policies, labels, strict=True) for line in plane.mark(one, at)]
    return "\n".join([*parts, "</svg>", ""])


class _Plane:
    """Where a share of harm and a share stopped lie."""

    def __init__(self, most_harm: float, most: float) -> None:
        self._most_harm, self._most = most_harm, most

    def x(self, harm: float) -> float:
        """Across."""
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(harm / self._most_harm, 0), 1)

    def y(self, stopped: float) -> float:
        """Up."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(stopped / self._most, 0), 1)

    def axes(self) -> list[str]:
        """Lines, figures and what they are."""
        lines = []
        for step in range(6):
            share, harm = self._most * step / 5, self._most_harm * step / 5
            y, x, below = self.y(share), self.x(harm), HEIGHT - BOTTOM + 20
            lines += [
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>',
                f'<text x="{LEFT - 8}" y="{y + 4:.1f}" font-size="12" text-anchor="end" fill="{QUIET}">{share:.0%}</text>',
                f'<text x="{x:.1f}" y="{below}" font-size="12" text-anchor="middle" fill="{QUIET}">{harm:.1f}</text>',
            ]
        middle = (LEFT + WIDTH - RIGHT) / 2
        lines += [
            (
                f'<text x="{middle:.0f}" y="{HEIGHT - 24}" font-size="13" text-anchor="middle" fill="{INK}">innocent money held, '
                "in 元 for each 元 reported</text>"
            ),
            (
                f'<text transform="translate(22 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" font-size="13" '
                f'text-anchor="middle" fill="{INK}">of the money reported, stopped</text>'
            ),
        ]
        return lines

    def mark(self, one: Mapping[str, Any], label_y: float) -> list[str]:
        """A policy with its two intervals, and its name at the right."""
        stopped, harm = one["stopped_share"], one["innocent_share"]
        colour = {"planned": OURS_COLOUR, "limit": LIMIT_COLOUR}.get(one["policy"], INK)
        x, y = self.x(harm["mean"]), self.y(stopped["mean"])
        right = WIDTH - RIGHT + 14
        return [
            (
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self.y(stopped["low"]):.1f}" y2="{self.y(stopped["high"]):.1f}" '
                f'stroke="{colour}" stroke-width="1.5"/>'
            ),
            (
                f'<line x1="{self.x(harm["low"]):.1f}" x2="{self.x(harm["high"]):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{colour}" stroke-width="1.5"/>'
            ),
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>',
            (
                f'<line x1="{x + 6:.1f}" x2="{right - 4}" y1="{y:.1f}" y2="{label_y:.1f}" stroke="{colour}" stroke-width="0.5" '
                'stroke-dasharray="2 3"/>'
            ),
            (
                f'<text x="{right}" y="{label_y + 4:.1f}" font-size="13" fill="{colour}">'
                f"{escape(LABELS[one['policy']])}: {stopped['mean']:.1%}</text>"
            ),
        ]


def _apart(places: Sequence[float], least: float = 19.0) -> list[float]:
    """Places moved so that no two labels lie on each other, and none off the plane."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    found = list(places)
    for before, here in pairwise(order):
        found[here] = max(found[here], found[before] + least)
    ceiling = float(HEIGHT - BOTTOM)
    for here in reversed(order):
        found[here] = min(found[here], ceiling)
        ceiling = found[here] - least
    return found
