"""Major, cluster and cross-border cases of a period: how many, where they stand, what was achieved; each number has its list."""

from __future__ import annotations

from typing import Final

from fanzha.core.errors import BadInput
from fanzha.services.desk.special_cases import special_cases
from fanzha.statistics import day_of, period_zh, read_period
from fanzha.statistics.periods import period_en
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.operation_words import operation_words
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import CHINESE

PERIOD: Final = "this-year"


def special_cases_page(ask: Ask) -> Answer:
    """The three categories of a period."""
    typed, today = ask.query.get("period", "") or PERIOD, day_of(ask.console.desk.clock.now_us())
    try:
        period, wrong = read_period(typed, today), ""
    except BadInput as error:
        period, wrong = read_period(PERIOD, today), str(error)
    found = special_cases(ask.console.desk, ask.officer, period)
    zh = ask.language == CHINESE
    names = {one.slug: one.name for version in ask.console.desk.rules.taxonomy.versions for one in version.classes}
    context = operation_words(ask) | {
        "found": found, "typed": typed, "wrong": wrong, "said": period_zh(period) if zh else period_en(period),
        "class_names": names,
    }  # fmt: skip
    return Page("special_cases.html", context, 422 if wrong else 200)


ROUTES: Final = (Route("GET", "/special-cases", special_cases_page, SEERS),)
