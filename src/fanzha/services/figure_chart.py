"""A chart of own figures that a newspaper could print: title, unit, source and data time on it; nothing by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from fanzha.core.time import format_instant
from fanzha.services.chart_marks import BAR, INK, MARGIN, QUIET, RULE, drawing, text_at
from fanzha.statistics import Catalogue, OwnFigure, period_zh
from fanzha.statistics.wording import comparison_zh, number_zh

WIDTH, LEFT, RIGHT, TOP, ROW, PANEL_HEAD, PANEL_GAP, FOOT = 960, 250, 270, 76, 30, 34, 16, 64
NOT_STATED_ZH: Final = "未载明"
UNRECORDED_ZH: Final = "未记录"
HATCH: Final = (
    '<defs><pattern id="base" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="#ffffff"/><rect width="2" height="6" fill="{QUIET}"/></pattern></defs>'
)


def figure_chart(
    title: str, source: str, figures: Sequence[OwnFigure], catalogue: Catalogue, names: Mapping[str, str]
) -> str:
    """The SVG: a panel for each measure, a bar for each part of it, and under a bar, hatched, the base it is compared with.

    names: what the parts are called. Charts of the same figures are the same bytes.
    """
    height, parts = TOP, [HATCH]
    for measure in dict.fromkeys(one.measure for one in figures):
        rows = [one for one in figures if one.measure == measure]
        known = catalogue.measures[measure]
        name = f"{known.zh}（{rows[0].unit}）"
        drawn, bottom = _panel(name, rows, names, height)
        parts += drawn
        height = bottom + PANEL_GAP
    first = figures[0]
    as_of = format_instant(first.as_of_us)[:16].replace("T", " ")
    parts += [
        text_at(MARGIN, height + 14, f"来源：{source}　数据截至 {as_of}", size=12, colour=QUIET),
        text_at(MARGIN, height + 34, "实心：本期　斜线：对比期　未记录不等于零", size=12, colour=QUIET),
    ]
    note = f"{period_zh(first.period)}　单位见各项"
    return drawing(WIDTH, height + FOOT, title, note, parts)


def _panel(name: str, rows: Sequence[OwnFigure], names: Mapping[str, str], top: int) -> tuple[list[str], int]:
    values = [
        value for one in rows for value in (one.value, *(said.base.value for said in one.comparisons[:1])) if value
    ]
    most = max((abs(value) for value in values), default=Decimal(1))
    y = top + PANEL_HEAD
    parts = [
        text_at(MARGIN, top + 18, name, size=14, bold=True),
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{top + 25}" y2="{top + 25}" stroke="{RULE}"/>',
    ]
    for one in rows:
        label = names.get(one.group, one.group) if one.group else "合计"
        parts.append(text_at(LEFT - 10, y + 15, label, size=12, anchor="end"))
        if one.value is None:
            parts.append(text_at(LEFT, y + 15, UNRECORDED_ZH, size=12, colour=QUIET))
        else:
            said = "，".join(filter(None, (comparison_zh(each, one.unit) for each in one.comparisons)))
            words = number_zh(one.value, one.unit) + (f"　{said}" if said else "")
            parts += _bar(y, one.value, most, BAR, words)
        y += ROW - 8
        base = one.comparisons[0] if one.comparisons else None
        if base is not None and base.base.value is not None:
            words = f"{number_zh(base.base.value, one.unit)}（{period_zh(base.base_period)}）"
            parts += _bar(y, base.base.value, most, "url(#base)", words)
            y += ROW - 8
        y += 8
    return parts, y


def _bar(y: int, value: Decimal, most: Decimal, fill: str, words: str) -> list[str]:
    width = max(1.0, float((WIDTH - LEFT - RIGHT) * abs(value) / most))
    edge = f' stroke="{INK}" stroke-width="0.5"'
    return [
        f'<rect x="{LEFT}" y="{y + 4}" width="{width:.1f}" height="15" fill="{fill}"{edge}/>',
        text_at(LEFT + width + 6, y + 16, words, size=12),
    ]
