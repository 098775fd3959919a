"""The dated tables: what the shipped ones say, how spans end, and that a bad table is named."""

from __future__ import annotations

import copy

import pytest
from made_measures import FILED, RULES, T0, executed, freeze_request, span, stop_request

from fanzha.bootstrap import rule_table
from fanzha.core.actor import Level
from fanzha.core.errors import BadInput, Refused
from fanzha.core.time import format_instant, parse_instant
from fanzha.measures.model import MeasureKind
from fanzha.measures.notices import notice_text
from fanzha.measures.obstacles import Standing
from fanzha.measures.purposes import Purpose, PurposeRules, choose_amount
from fanzha.measures.rules import MeasureRules
from fanzha.measures.terms import Certainty, WorkCalendar


@pytest.mark.parametrize(
    ("kind", "term", "period", "renewal", "level", "certainty"),
    [
        ("stop_payment", "ordinary", span(48, "hours"), None, Level.COUNTY, Certainty.SECONDARY),
        ("freeze", "ordinary", span(6, "months"), span(6, "months"), Level.COUNTY, Certainty.PRIMARY),
        ("freeze", "major", span(1, "years"), span(1, "years"), Level.CITY, Certainty.PRIMARY),
        ("freeze", "securities", span(2, "years"), span(2, "years"), Level.COUNTY, Certainty.PRIMARY),
        ("freeze", "equity", span(6, "months"), span(6, "months"), Level.CITY, Certainty.PRIMARY),
        ("discipline", "criminally_liable", span(3, "years"), span(3, "years"), Level.CITY, Certainty.SECONDARY),
        ("discipline", "found", span(2, "years"), span(2, "years"), Level.CITY, Certainty.SECONDARY),
        ("return", "once", None, None, Level.CITY, Certainty.SECONDARY),
    ],
)
def test_the_terms_of_law(kind, term, period, renewal, level, certainty):
    found = RULES.of(MeasureKind(kind), T0).term(term)
    assert (found.period, found.renewal, found.level, found.text.certainty) == (period, renewal, level, certainty)


def test_other_figures_of_law():
    freeze, stop, back = (RULES.of(MeasureKind(kind), T0) for kind in ("freeze", "stop_payment", "return"))
    assert freeze.unrelated_within == span(3, "days")
    assert freeze.appeal_within == span(30, "days")
    assert back.public_notice == span(30, "whole_days")
    assert back.receipt_within == span(3, "workdays")
    assert [(limit.name, limit.most, limit.text.binds) for limit in (*stop.limits, *freeze.limits)] == [
        ("stops_on_account", 2, False), ("double_freeze", 1, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "unit", "start", "end"),
    [
        (48, "hours", "2026-11-21T10:00:01", "2026-11-23T10:00:01+08:00"),
        (6, "months", "2026-08-31T10:00:00", "2027-02-28T10:00:00+08:00"),
        (6, "months", "2026-05-10T23:59:59", "2026-11-10T23:59:59+08:00"),
        (1, "years", "2028-02-29T08:00:00", "2029-02-28T08:00:00+08:00"),
        (3, "days", "2026-11-21T10:00:00", "2026-11-24T10:00:00+08:00"),
        (3, "workdays", "2026-11-20T17:00:00", "2026-11-26T00:00:00+08:00"),  # a Friday; Monday to Wednesday
    ],
)
def test_how_spans_end(count, unit, start, end):
    assert format_instant(span(count, unit).end_of(parse_instant(start))) == end


def test_days_off_and_days_worked_in_lieu():
    monday, saturday = parse_instant("2026-11-23"), parse_instant("2026-11-28")
    friday_off = WorkCalendar(
        frozenset({parse_day("2026-11-27")}), frozenset({parse_day("2026-11-28")})
    )  # made up, no year's real table
    assert span(4, "workdays").end_of(monday) == saturday
    # Thirty days from a Sunday evening end with a Tuesday; five from the Monday with a Saturday, so with the next Monday.
    sunday = parse_instant("2026-11-22T22:31")
    assert span(30, "whole_days").end_of(sunday) == parse_instant("2026-12-23")
    assert span(5, "whole_days").end_of(monday) == parse_instant("2026-12-01")
    assert span(4, "workdays").end_of(monday, friday_off) == parse_instant("2026-11-29")


def parse_day(text):
    from datetime import date

    return date.fromisoformat(text)


def broken(change):
    table = copy.deepcopy(rule_table("measures.toml"))
    change(table)
    return table


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda t: t.pop("freeze"), "freeze needs at least one entry"),
        (lambda t: t.update(frieze=[]), "frieze is no kind of measure"),
        (lambda t: t["freeze"][0].pop("appeal"), "every measure has an appeal"),
        (lambda t: t["freeze"][0].update(basis=[]), r"freeze\[1\]: basis needs at least one"),
        (lambda t: t["freeze"][0]["basis"][0].update(certainty="sure"), "'sure' is not one of primary"),
        (lambda t: t["freeze"][0]["term"][0].update(period={"moons": 6}), r"term\[1\]: period must be one span"),
        (lambda t: t["freeze"][0]["term"][0].update(period={"months": 0}), "at least one of months"),
        (lambda t: t["freeze"][0]["term"][0].update(level="village"), "'village' is not one of"),
        (lambda t: t["freeze"][0].update(notice="{holder} {secret}"), "may name"),
        (lambda t: t["freeze"][0].update(four_eyes="yes"), "four_eyes must be a bool"),
        (lambda t: t["query"][0]["term"][1].update(modes=["all"]), "a mode that the kind does not have"),
        (lambda t: t["guard"][0].update(far_hops=-1), "not below zero"),
    ],
)
def test_a_bad_table_is_named(change, part):
    with pytest.raises(BadInput, match=part):
        MeasureRules.from_table(broken(change))


def test_the_version_of_the_day_counts():
    table = copy.deepcopy(rule_table("measures.toml"))
    newer = copy.deepcopy(table["stop_payment"][0])
    newer["effective_from"] = parse_day("2027-01-01")
    newer["term"][0]["period"] = {"hours": 24}
    table["stop_payment"].insert(0, newer)
    rules = MeasureRules.from_table(table)
    days = ["2026-12-31 23:59", "2027-01-01 00:00"]
    terms = [rules.of(MeasureKind.STOP_PAYMENT, parse_instant(day)).terms[0].period.count for day in days]
    assert terms == [48, 24]
    with pytest.raises(BadInput, match="no version in force on 2016-01-01"):
        rules.of(MeasureKind.STOP_PAYMENT, parse_instant("2016-01-01"))


def test_which_method_says_how_much():
    rules = PurposeRules.from_table(rule_table("purposes.toml"))
    held = {"fifo": 0, "lifo": 1_500_000, "prorata": 421_322, "poison": 2_700_000}
    stop = choose_amount(rules.of(Purpose.STOP, T0), held, None)
    assert (stop.method, stop.amount_minor, stop.disagree, stop.spread_minor) == ("lifo", 1_500_000, True, 1_500_000)
    assert "poison" not in stop.by_method
    assert choose_amount(rules.of(Purpose.FREEZE, T0), held, "prorata").amount_minor == 421_322
    assert choose_amount(rules.of(Purpose.FREEZE, T0), held, None).method == "fifo"
    for method in ("poison", "libr"):
        with pytest.raises(Refused, match="gives no amount here"):
            choose_amount(rules.of(Purpose.RETURN, T0), held, method)
    table = copy.deepcopy(rule_table("purposes.toml"))
    table["return"][0]["says"] = "largest"
    with pytest.raises(BadInput, match=r"purposes\.toml\.return\[1\]: says must be 'working'"):
        PurposeRules.from_table(table)


def test_the_notice_says_why_until_when_and_how_to_object():
    stop = executed(stop_request(), Standing(FILED))
    text = notice_text(stop, RULES.of(stop.kind, T0), "模拟县局", "96110")
    assert "2026年11月23日10:00" in text
    assert "第二十条" in text
    assert "申诉" in text
    assert "0001" in text
    assert "6299" not in text
    freeze = executed(freeze_request(), Standing(FILED))
    assert "27000.00元" in notice_text(freeze, RULES.of(freeze.kind, T0), "模拟县局", "96110")
