"""Own figures as a workbook: the figures, their comparisons with the bases, and every record that they count."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fanzha.core.time import format_instant
from fanzha.services.render_trace.sheet_book import Amount, Cell, Column, Sheet, sheet_book
from fanzha.services.render_trace.wording import Words
from fanzha.statistics import NOT_RECORDED, Catalogue, OwnFigure, period_zh
from fanzha.statistics.wording import MONEY, UNRECORDED_ZH, UNSAID_ZH, comparison_zh

_FIGURES = (
    Column(Words("指标", "measure"), 24), Column(Words("分组", "part"), 16), Column(Words("数值", "value"), 18),
    Column(Words("单位", "unit"), 8), Column(Words("时段", "period"), 26), Column(Words("记录数", "records"), 10),
    Column(Words("统计内容", "counts"), 60), Column(Words("不含", "excludes"), 40), Column(Words("说明", "notes"), 60),
)  # fmt: skip
_COMPARISONS = (
    Column(Words("指标", "measure"), 24), Column(Words("分组", "part"), 16), Column(Words("比较", "comparison"), 26),
    Column(Words("对比期", "base period"), 26), Column(Words("对比期数", "base"), 18),
    Column(Words("当时公布口径数", "base as it stood then"), 18),
)  # fmt: skip
_RECORDS = (
    Column(Words("指标", "measure"), 24), Column(Words("分组", "part"), 16), Column(Words("记录编号", "record"), 34),
)  # fmt: skip


def figure_book(title: str, figures: Sequence[OwnFigure], catalogue: Catalogue) -> bytes:
    """The workbook, in memory; the same figures give the same bytes. It has ids of records and no persons."""
    at = format_instant(figures[0].as_of_us)
    sheets = (
        Sheet("指标", _FIGURES, tuple(_figure(one, catalogue) for one in figures)),
        Sheet("比较", _COMPARISONS, tuple(row for one in figures for row in _compared(one, catalogue))),
        Sheet(
            "记录", _RECORDS,
            tuple((catalogue.name_of(one.measure), one.group, each) for one in figures for each in sorted(one.ids)),
        ),
    )  # fmt: skip
    return sheet_book(title, at, f"数据截至 {at}", sheets)


def _figure(one: OwnFigure, catalogue: Catalogue) -> tuple[Cell, ...]:
    return (
        catalogue.name_of(one.measure), one.group,
        UNRECORDED_ZH if NOT_RECORDED in one.notes else _value(one.value, one.unit), one.unit, period_zh(one.period),
        len(one.ids), one.counts, one.excludes, "；".join(one.notes),
    )  # fmt: skip


def _compared(one: OwnFigure, catalogue: Catalogue) -> list[tuple[Cell, ...]]:
    return [
        (
            catalogue.name_of(one.measure), one.group,
            comparison_zh(said, one.unit) or (UNSAID_ZH[said.unsaid] if said.unsaid else ""),
            period_zh(said.base_period), _value(said.base.value, one.unit), _value(said.base.value_then, one.unit),
        )
        for said in one.comparisons
    ]  # fmt: skip


def _value(value: Decimal | None, unit: str) -> Cell:
    if value is None:
        return "—"
    if unit == MONEY:
        return Amount(int(value * 100), 2)
    return int(value) if value == int(value) else f"{value:.2f}"
