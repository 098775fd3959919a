"""Own figures: what was counted, against what, and every record behind a figure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fanzha.core.errors import BadInput
from fanzha.services.desk.bulletin_content import read_against
from fanzha.services.desk.count_figures import FiguresWanted, count_figures
from fanzha.services.desk.counting.entries import By
from fanzha.services.figure_chart import figure_chart
from fanzha.statistics import NOT_RECORDED, Catalogue, OwnFigure, day_of, period_zh, read_period
from fanzha.statistics.periods import is_unfinished, period_en
from fanzha.statistics.wording import (
    UNSAID_EN,
    UNSAID_ZH,
    comparison_en,
    comparison_zh,
    number_en,
    number_zh,
)
from fanzha.web.answers import Answer, Download, Page
from fanzha.web.asking import Ask
from fanzha.web.record_lists import counted_at, record_list
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_, InBoth, sayer

PERIOD: Final = InBoth("本月", "this month")
PERIODS: Final = (
    InBoth("本月", "this month"), InBoth("上月", "last month"), InBoth("昨日", "yesterday"), InBoth("上周", "last week"),
    InBoth("本季度", "this quarter"), InBoth("本年", "this year"),
)  # fmt: skip
DIVISIONS: Final = (
    ("", N_("不分组")), (By.JURISDICTION.value, N_("按管辖")), (By.TYPE.value, N_("按案件类型")), (By.BODY.value, N_("按单位")),
    (By.THEME.value, N_("按专题")), (By.TARGET.value, N_("按窝点团伙种类")),
)  # fmt: skip
BASES: Final = (("", N_("不比较")), ("yoy", N_("同比")), ("mom", N_("环比")), ("prev_full_year", N_("比上年全年")))


def figures_page(ask: Ask) -> Answer:
    """The figures of a period; each opens the list of the records that it counts."""
    typed = ask.query.get("period", "") or PERIOD
    try:
        wanted = _wanted(ask, typed)
        figures, wrong = count_figures(ask.console.desk, ask.officer, wanted), ""
    except BadInput as error:
        wanted = _wanted(ask, PERIOD, plain=True)
        figures, wrong = count_figures(ask.console.desk, ask.officer, wanted), str(error)
    kept = {key: ask.query[key] for key in ("period", "by", "against") if ask.query.get(key)}
    catalogue = ask.console.desk.rules.indicators
    rows = [_row(one, ask, kept) for one in figures]
    chinese = ask.language != "en"
    said = period_zh(wanted.period) if chinese else period_en(wanted.period)
    unfinished = bool(wanted.against) and is_unfinished(wanted.period, figures[0].as_of_us)
    return Page("figures.html", {
        "rows": rows, "wrong": wrong, "unfinished": unfinished, "typed": typed, "said": said, "as_of_us": figures[0].as_of_us,
        "bodies": figures[0].scope.bodies, "periods": PERIODS, "divisions": DIVISIONS, "bases": BASES,
        "by": kept.get("by", ""), "against": kept.get("against", ""), "chart": f"/figures/chart?{urlencode(kept)}",
        "notes": [(_name(one, catalogue, chinese), note) for one in figures if not one.group
                  for note in one.notes if note != NOT_RECORDED],
    }, 422 if wrong else 200)  # fmt: skip


def records_page(ask: Ask) -> Answer:
    """Every record that one figure counts, with its definition."""
    measure, group = ask.path["measure"], ask.query.get("group", "")
    wanted = _wanted(ask, ask.query.get("period", "") or PERIOD, measure=measure)
    found = [one for one in count_figures(ask.console.desk, ask.officer, wanted) if one.group == group]
    if not found:
        raise BadInput("there is no such figure: go back to the figures and open one of them")
    (figure,) = found
    catalogue, chinese = ask.console.desk.rules.indicators, ask.language != "en"
    counts = catalogue.counted_zh(figure.measure) if chinese else figure.counts
    return record_list(
        ask, _name(figure, catalogue, chinese), shown_value(figure, ask.language), figure.ids, as_of_us=figure.as_of_us,
        back="/figures", counts=counts, group=_group(figure, ask), notes=figure.notes,
    )  # fmt: skip


def chart(ask: Ask) -> Answer:
    """The same figures drawn, as a file that can be printed."""
    wanted = _wanted(ask, ask.query.get("period", "") or PERIOD)
    figures = count_figures(ask.console.desk, ask.officer, wanted)
    names = {one.group: _group(one, ask) for one in figures if one.group}
    catalogue = ask.console.desk.rules.indicators
    drawn = figure_chart(f"{period_zh(wanted.period)}指标", figures[0].scope.organisation, figures, catalogue, names)
    return Download(drawn.encode(), "image/svg+xml", "figures.svg")


def _wanted(ask: Ask, period: str, *, measure: str = "", plain: bool = False) -> FiguresWanted:
    by, against = ("", "") if plain else (ask.query.get("by", ""), ask.query.get("against", ""))
    if by not in {value for value, _ in DIVISIONS}:
        raise BadInput(f"figures are not divided by {by!r}")
    return FiguresWanted(
        read_period(period, day_of(ask.console.desk.clock.now_us())),
        (measure,) if measure else (),
        By(by) if by else None,
        against=(read_against(against),) if against else (),
        as_of_us=ask.as_of_us,
    )


def _row(one: OwnFigure, ask: Ask, kept: dict[str, str]) -> dict[str, object]:
    chinese = ask.language != "en"
    said = [
        (comparison_zh if chinese else comparison_en)(each, one.unit)
        or ((UNSAID_ZH if chinese else UNSAID_EN)[each.unsaid] if each.unsaid else "")
        for each in one.comparisons
    ]
    return {
        "name": _name(one, ask.console.desk.rules.indicators, chinese),
        "group": _group(one, ask),
        "value": shown_value(one, ask.language),
        "recorded": NOT_RECORDED not in one.notes,
        "said": said,
        "revised": any(each.base.revised for each in one.comparisons),
        "records": len(set(one.ids)),
        "address": counted_at(f"/figures/{one.measure}/records", one.as_of_us, **kept, group=one.group),
    }


def _name(one: OwnFigure, catalogue: Catalogue, chinese: bool) -> str:  # noqa: FBT001 - the language of the page
    known = catalogue.measures[one.measure]
    return known.zh if chinese else known.en


def shown_value(one: OwnFigure, language: str) -> str:
    """The number as the language writes it; in words where nobody records it, and — where nothing can be said."""
    if one.value is None and NOT_RECORDED in one.notes:
        return sayer(language)(N_("未记录"))
    return (number_en if language == "en" else number_zh)(one.value, one.unit)


def _group(one: OwnFigure, ask: Ask) -> str:
    """The part's own name: a class and a theme have one, a jurisdiction and a body are called by their code."""
    rules = ask.console.desk.rules
    chinese = ask.language != "en"
    if one.group == "not_stated":
        return "未载明" if chinese else "not stated"
    names = {theme.id: theme.zh if chinese else theme.en for theme in rules.indicators.themes}
    names |= {one.slug: one.zh if chinese else one.en for one in rules.operations.targets.values()}
    if chinese:
        names |= {each.slug: each.name for version in rules.taxonomy.versions for each in version.classes}
    return names.get(one.group, one.group)


ROUTES: Final = (
    Route("GET", "/figures", figures_page, SEERS),
    Route("GET", "/figures/{measure:str}/records", records_page, SEERS),
    Route("GET", "/figures/chart", chart, SEERS),
)
