"""What every chart is drawn with: its frame, its title and note, its words; black on white, so that it prints."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

INK, QUIET, RULE, BAR, FAULT = "#1f2933", "#52606d", "#d9dee4", "#2f6690", "#b42318"
FONT: Final = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
MARGIN: Final = 24


def drawing(width: int, height: int, title: str, note: str, parts: Iterable[str]) -> str:
    """The SVG of these parts under a title and a note; the title is what a reader of screens is told."""
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
                f'aria-label="{escape(title)}" font-family="{escape(FONT)}">'
            ),
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            text_at(MARGIN, 34, title, size=18, bold=True),
            text_at(MARGIN, 54, note, size=12, colour=QUIET),
            *parts,
            "</svg>",
            "",
        ]
    )


def text_at(
    x: float, y: float, words: str, *, size: int, colour: str = INK, anchor: str = "start", bold: bool = False
) -> str:
    """Words at a place; what is in them is shown, never obeyed."""
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{colour}"{weight}>{escape(words)}</text>'
