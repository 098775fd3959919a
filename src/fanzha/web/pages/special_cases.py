"""Major, cluster and cross-border cases of a period: how many, where they stand, what was achieved; each number has its list."""

from __future__ import annotations

from typing import Final

from fanzha.casework import CaseStatus
from fanzha.core.errors import BadInput
from fanzha.services.desk.special_cases import SpecialCases, SpecialGroup, special_cases
from fanzha.statistics import day_of, period_zh, read_period
from fanzha.statistics.periods import period_en
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.operation_words import operation_words
from fanzha.web.record_lists import counted_at, days, record_list
from fanzha.web.routes import SEERS, Route
from fanzha.web.terms import term
from fanzha.web.words import CHINESE, N_, sayer

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

    def listed(group: str, **asked: str) -> str:
        return counted_at("/special-cases/list", found.as_of_us, period=days(period), group=group, **asked)

    context = operation_words(ask) | {
        "listed": listed, "found": found, "typed": typed, "wrong": wrong, "said": period_zh(period) if zh else period_en(period),
        "class_names": names,
    }  # fmt: skip
    return Page("special_cases.html", context, 422 if wrong else 200)


def counted_cases(ask: Ask) -> Answer:
    """The cases, or the entries of operations, that one number of the page counts, as of its time."""
    period = read_period(ask.query.get("period", ""), day_of(ask.console.desk.clock.now_us()))
    found = special_cases(ask.console.desk, ask.officer, period, as_of_us=ask.as_of_us)
    words, say, group = operation_words(ask), sayer(ask.language), _group(found, ask.query.get("group", ""))
    measure, status = ask.query.get("measure", ""), ask.query.get("status", "")
    line = next((one for one in group.lines if one.measure == measure), None)
    by_status = {held.value: ids for held, ids in group.by_status.items()}
    if line is not None:
        name, value, ids = words["name_of"](measure), words["value_of"](line), line.ids
    elif status in by_status:
        ids = by_status[status]
        name, value = term(say, CaseStatus(status)), str(len(ids))
    elif measure or status:
        raise BadInput("there is no such number: go back to the page and open one of them")
    else:
        ids = tuple(one.id for one in group.cases)
        name, value = say(N_("案件")), str(len(ids))
    return record_list(ask, name, value, ids, as_of_us=found.as_of_us, back=f"/special-cases?period={days(period)}")


def _group(found: SpecialCases, slug: str) -> SpecialGroup:
    if slug in {"major", "cross_border"}:
        return found.major if slug == "major" else found.cross_border
    clusters = {f"cluster:{group.class_slug}": group for group in found.clusters}
    if slug not in clusters:
        raise BadInput(f"group={slug!r}: there is no such list; open it from the page of special cases")
    return clusters[slug]


ROUTES: Final = (
    Route("GET", "/special-cases", special_cases_page, SEERS),
    Route("GET", "/special-cases/list", counted_cases, SEERS),
)
