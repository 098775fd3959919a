"""The picture of many bulletins: for each measure that is said more than once, its values by period and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any, Final

from fanzha.services.chart_marks import BAR, FAULT, RULE, drawing, text_at

WIDTH, LEFT, RIGHT, TOP, ROW, PANEL_HEAD, PANEL_GAP = 960, 330, 150, 72, 26, 34, 18
PANELS_MAX: Final = 24
LABEL_MAX: Final = 26


def bulletin_picture(document: Mapping[str, Any]) -> str:
    """An SVG of the series of a comparison document; a bar that contradicts another is red and says so."""
    panels = _panels(document["series"])
    faulty = {
        (side["bulletin"], side["figure"]) for one in document["contradictions"] for side in (one["one"], one["other"])
    }
    shown, height, parts = panels[:PANELS_MAX], TOP, []
    for name, rows in shown:
        parts += _panel(name, rows, document["bulletins"], faulty, height)
        height += PANEL_HEAD + ROW * len(rows) + PANEL_GAP
    left_out = f" · 另有 {len(panels) - PANELS_MAX} 项未画" if len(panels) > PANELS_MAX else ""
    title = f"{len(document['bulletins'])} 份通报，{len(panels)} 项指标出现两次以上{left_out}"
    height += 20
    note = "≥ 至少  ≈ 约数  红色：与另一份通报或整体矛盾"
    return drawing(WIDTH, height, title, note, parts)


def _panels(series: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, Mapping[str, Any]]]]]:
    """One panel a measure and unit, with the points of all places; those said once are no series."""
    found = []
    ordered = sorted(series, key=lambda one: (one["measure"], one["unit"], one["average_per"] or ""))
    for (_, unit, per), group in groupby(
        ordered, key=lambda one: (one["measure"], one["unit"], one["average_per"] or "")
    ):
        several = list(group)
        rows = [(one["place"] or "", point) for one in several for point in one["points"]]
        if len(rows) > 1 and unit not in ("倍", "%"):
            found.append((f"{several[0]['name']}（{unit}{'/日' if per == 'day' else ''}）", rows))
    return found


def _panel(
    name: str,
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    bulletins: Sequence[Mapping[str, Any]],
    faulty: set[tuple[int, int]],
    top: int,
) -> list[str]:
    most = max(abs(point["value"]) for _, point in rows) or 1
    parts = [
        text_at(24, top + 18, name, size=14, bold=True),
        f'<line x1="24" x2="{WIDTH - 24}" y1="{top + 25}" y2="{top + 25}" stroke="{RULE}"/>',
    ]
    for number, (place, point) in enumerate(rows):
        y = top + PANEL_HEAD + ROW * number
        wrong = (point["bulletin"], point["figure"]) in faulty
        colour = FAULT if wrong else BAR
        width = max(1.0, (WIDTH - LEFT - RIGHT) * abs(point["value"]) / most)
        label = f"{place or '？'} {_period(point['closed_period'] or point['period'])}"
        title = bulletins[point["bulletin"]]["title"]
        parts += [
            text_at(LEFT - 10, y + 15, _short(label), size=12, anchor="end"),
            (
                f'<rect x="{LEFT}" y="{y + 4}" width="{width:.1f}" height="{ROW - 11}" fill="{colour}">'
                f"<title>{escape(title)}</title></rect>"
            ),
            text_at(LEFT + width + 6, y + 15, _value(point) + (" ✗" if wrong else ""), size=12, colour=colour),
        ]
    return parts


def _value(point: Mapping[str, Any]) -> str:
    value, sure = point["value"], ("≥" if point["at_least"] else "") + ("≈" if point["approximate"] else "")
    for unit, word in ((10**8, "亿"), (10**4, "万")):
        if abs(value) >= unit:
            return (
                f"{sure}{value / unit:,.4g}{word}" if abs(value) < 10**4 * unit else f"{sure}{value / unit:,.0f}{word}"
            )
    return f"{sure}{value:,}"


def _period(period: Mapping[str, str | None] | None) -> str:
    if period is None:
        return "时段未载"
    first, last = period["from"] or "…", period["to"] or "…"
    return first if first == last else f"{first}–{last}"


def _short(label: str) -> str:
    return label if len(label) <= LABEL_MAX + 8 else label[: LABEL_MAX + 7] + "…"
