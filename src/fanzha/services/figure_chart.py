"""A chart of own figures that a newspaper could print: title, unit, source and data time on it; nothing by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fanzha.core.time import format_instant
from fanzha.services.chart_marks import BAR, INK, MARGIN, QUIET, RULE, drawing, text_at
from fanzha.statistics import Catalogue, OwnComparison, OwnFigure, period_zh
from fanzha.statistics.bulletin_text import comparisons_of
from fanzha.statistics.drafting import SaidFigure
from fanzha.statistics.wording import UNRECORDED_ZH, comparison_zh, number_zh

WIDTH, LEFT, RIGHT, TOP, BAR_STEP, ROW_GAP, PANEL_HEAD, PANEL_GAP, FOOT = 960, 250, 270, 76, 22, 8, 34, 16, 64
HATCH: Final = (
    '<defs><pattern id="base" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="#ffffff"/><rect width="2" height="6" fill="{QUIET}"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A bar: what it is of, its value, what is said of it, and the base that it is compared with."""

    panel: str
    label: str
    value: Decimal | None
    unit: str
    said: str = ""
    base: Decimal | None = None
    base_label: str = ""


def figure_chart(
    title: str, source: str, figures: Sequence[OwnFigure], catalogue: Catalogue, names: Mapping[str, str]
) -> str:
    """The SVG: a panel for each measure, a bar for each part of it, and under a bar, hatched, the base it is compared with.

    names: what the parts are called. Charts of the same figures are the same bytes.
    """
    rows = [
        _row(catalogue, one.measure, names.get(one.group, one.group) or "合计", one.value, one.unit, one.comparisons)
        for one in figures
    ]
    return draw_chart(title, period_zh(figures[0].period), source, figures[0].as_of_us, rows)


def bulletin_chart(title: str, source: str, figures: Sequence[SaidFigure], catalogue: Catalogue) -> str:
    """The same of figures of a bulletin, as it says them; a value by hand has no comparison."""
    rows = [
        _row(
            catalogue,
            one.variable.measure,
            one.label or period_zh(one.variable.period),
            one.value,
            one.unit,
            comparisons_of(one),
        )
        for one in figures
    ]
    return draw_chart(title, "", source, min(one.as_of_us for one in figures), rows)


def _row(
    catalogue: Catalogue,
    measure: str,
    label: str,
    value: Decimal | None,
    unit: str,
    comparisons: Sequence[OwnComparison],
) -> ChartRow:
    base = comparisons[0] if comparisons else None
    return ChartRow(
        f"{catalogue.name_of(measure)}（{unit}）",
        label,
        value,
        unit,
        "，".join(filter(None, (comparison_zh(each, unit) for each in comparisons))),
        None if base is None else base.base.value,
        "" if base is None else period_zh(base.base_period),
    )


def draw_chart(title: str, period: str, source: str, as_of_us: int, rows: Sequence[ChartRow]) -> str:
    """The SVG of these rows, a panel for each of their names."""
    height, parts = TOP, [HATCH]
    for panel in dict.fromkeys(row.panel for row in rows):
        drawn, bottom = _panel(panel, [row for row in rows if row.panel == panel], height)
        parts += drawn
        height = bottom + PANEL_GAP
    as_of = format_instant(as_of_us)[:16].replace("T", " ")
    parts += [
        text_at(MARGIN, height + 14, f"来源：{source}　数据截至 {as_of}", size=12, colour=QUIET),
        text_at(MARGIN, height + 34, "实心：本期　斜线：对比期　未记录不等于零", size=12, colour=QUIET),
    ]
    return drawing(WIDTH, height + FOOT, title, f"{period}　单位见各项".strip("　"), parts)


def _panel(name: str, rows: Sequence[ChartRow], top: int) -> tuple[list[str], int]:
    values = [value for row in rows for value in (row.value, row.base) if value]
    most = max((abs(value) for value in values), default=Decimal(1))
    y = top + PANEL_HEAD
    parts = [
        text_at(MARGIN, top + 18, name, size=14, bold=True),
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{top + 25}" y2="{top + 25}" stroke="{RULE}"/>',
    ]
    for row in rows:
        parts.append(text_at(LEFT - 10, y + 15, row.label, size=12, anchor="end"))
        if row.value is None:
            parts.append(text_at(LEFT, y + 15, UNRECORDED_ZH, size=12, colour=QUIET))
        else:
            words = number_zh(row.value, row.unit) + (f"　{row.said}" if row.said else "")
            parts += _bar(y, row.value, most, BAR, words)
        y += BAR_STEP
        if row.base is not None:
            parts += _bar(y, row.base, most, "url(#base)", f"{number_zh(row.base, row.unit)}（{row.base_label}）")
            y += BAR_STEP
        y += ROW_GAP
    return parts, y


def _bar(y: int, value: Decimal, most: Decimal, fill: str, words: str) -> list[str]:
    width = max(1.0, float((WIDTH - LEFT - RIGHT) * abs(value) / most))
    edge = f' stroke="{INK}" stroke-width="0.5"'
    return [
        f'<rect x="{LEFT}" y="{y + 4}" width="{width:.1f}" height="15" fill="{fill}"{edge}/>',
        text_at(LEFT + width + 6, y + 16, words, size=12),
    ]
