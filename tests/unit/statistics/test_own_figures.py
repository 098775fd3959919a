"""Periods, comparisons with their wording, cohorts and the funnel: rows in, figures out."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.statistics import (
    Against,
    Base,
    BaseCount,
    Fate,
    FreezeRow,
    Grain,
    Period,
    Population,
    StopRow,
    Unsaid,
    Wording,
    compare,
    count_cohort,
    day_of,
    divide_cohort,
    grain_of,
    instants_of,
    make_funnel,
    per_head,
    period_before,
    read_catalogue,
    read_period,
    year_before,
)
from fanzha.statistics.periods import days_of
from fanzha.statistics.wording import comparison_en, comparison_zh, number_en, number_zh, said_value

CATALOGUE = read_catalogue(tomllib.loads((files("fanzha") / "rules" / "statistics.toml").read_text("utf-8")))
TODAY = date(2026, 5, 26)
MAY = Period("2026-05-01", "2026-05-31")
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("typed", "first", "last", "grain"),
    [
        ("2026", "2026-01-01", "2026-12-31", Grain.YEAR),
        ("2026-H2", "2026-07-01", "2026-12-31", Grain.HALF),
        ("2026-Q1", "2026-01-01", "2026-03-31", Grain.QUARTER),
        ("2024-02", "2024-02-01", "2024-02-29", Grain.MONTH),
        ("2026-W01", "2025-12-29", "2026-01-04", Grain.WEEK),
        ("2026-05-26", "2026-05-26", "2026-05-26", Grain.DAY),
        ("2026-01-01..2026-05-26", "2026-01-01", "2026-05-26", Grain.SPAN),
        ("2026-01-01..", "2026-01-01", "2026-05-26", Grain.SPAN),
        ("this-year", "2026-01-01", "2026-05-26", Grain.SPAN),
        ("yesterday", "2026-05-25", "2026-05-25", Grain.DAY),
        ("last-week", "2026-05-18", "2026-05-24", Grain.WEEK),
        ("last-month", "2026-04-01", "2026-04-30", Grain.MONTH),
        (" Last month ", "2026-04-01", "2026-04-30", Grain.MONTH),
        ("上月", "2026-04-01", "2026-04-30", Grain.MONTH),
        ("本年", "2026-01-01", "2026-05-26", Grain.SPAN),
    ],
)
def test_what_somebody_types_is_a_period(typed, first, last, grain):
    period = read_period(typed, TODAY)
    assert (period, grain_of(period)) == (Period(first, last), grain)


@pytest.mark.parametrize("typed", ["", "2026-13", "2026-Q5", "May", "2026-05-27..2026-05-26", "2026-W54"])
def test_what_is_no_period_says_what_would_be_one(typed):
    with pytest.raises(BadInput):
        read_period(typed, TODAY)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-05-26", "2026-05-26"), ("2026-05-25", "2026-05-25")),
        (("2026-05-18", "2026-05-24"), ("2026-05-11", "2026-05-17")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-01-01", "2026-06-30"), ("2025-07-01", "2025-12-31")),
        (("2026-05-01", "2026-05-26"), ("2026-04-01", "2026-04-26")),
        (("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
    ],
)
def test_the_period_before(period, before):
    assert period_before(Period(*period)) == Period(*before)


@given(DAYS, DAYS)
def test_the_period_before_ends_before_this_one_and_a_day_is_in_its_own_period(one, other):
    first, last = sorted((one, other))
    period = Period(first.isoformat(), last.isoformat())
    before = days_of(period_before(period))
    assert before[0] <= before[1] < last
    assert days_of(year_before(period))[1] < last
    from_us, until_us = instants_of(period)
    assert (day_of(from_us), day_of(until_us - 1), day_of(until_us) > last) == (first, last, True)


YOY, MOM, WHOLE = Base.YEAR_BEFORE, Base.PERIOD_BEFORE, Base.FULL_YEAR_BEFORE


@pytest.mark.parametrize(
    ("value", "base", "against", "computed", "zh"),
    [
        (874, 203, Against(YOY, Wording.MULTIPLE), "4.31", "为去年同期的4.31倍"),
        (874, 203, Against(YOY, Wording.INCREASE), "331", "同比增长3.31倍"),
        (874, 203, Against(YOY), "330.5", "同比上升330.5%"),
        (430, 100, Against(YOY, Wording.MULTIPLE), "4.3", "为去年同期的4.3倍"),  # +330 %
        (530, 100, Against(YOY, Wording.INCREASE), "430", "同比增长4.3倍"),  # +430 %
        (84600, 98716, Against(MOM), "-14.3", "环比下降14.3%"),
        (50, 50, Against(YOY), "0", "同比持平"),
        (320, 300, Against(YOY, Wording.DIFFERENCE), "20", "同比增加20起"),
        (52, 47, Against(YOY, Wording.POINTS), "5", "同比上升5个百分点"),
        (269, 100, Against(WHOLE, Wording.MULTIPLE), "2.69", "为2025年全年的2.69倍"),
        (269, 100, Against(WHOLE), "169", "较2025年全年上升169%"),
        (60, 30, Against(MOM, Wording.MULTIPLE), "2", "为上月的2倍"),
    ],
)
def test_the_wording_decides_what_a_comparison_says(value, base, against, computed, zh):
    said = compare(Decimal(value), MAY, BaseCount(Decimal(base), base), against, 20)
    assert (str(said.value), comparison_zh(said, "起")) == (computed, zh)
    assert said.part_of_year == (against.base is WHOLE)
    assert comparison_en(said, "起")


@pytest.mark.parametrize(
    ("value", "base", "records", "against", "unsaid"),
    [
        (None, 30, 30, Against(YOY), Unsaid.VALUE_UNKNOWN),
        (30, None, 0, Against(YOY), Unsaid.BASE_UNKNOWN),
        (30, 0, 0, Against(YOY), Unsaid.BASE_ZERO),
        (30, 19, 19, Against(YOY), Unsaid.BASE_SMALL),
        (30, 40, 40, Against(YOY, Wording.INCREASE), Unsaid.FELL),
    ],
)
def test_what_would_say_nothing_is_not_said(value, base, records, against, unsaid):
    def decimal(number):
        return None if number is None else Decimal(number)

    said = compare(decimal(value), MAY, BaseCount(decimal(base), records), against, 20)
    assert (said.value, said.unsaid, comparison_zh(said, "起")) == (None, unsaid, "")


def test_a_difference_from_a_small_base_is_said_all_the_same():
    said = compare(Decimal(3), MAY, BaseCount(Decimal(1), 1), Against(YOY, Wording.DIFFERENCE), 20)
    assert comparison_zh(said, "起") == "同比增加2起"


def test_words_that_a_base_does_not_bear_are_refused():
    with pytest.raises(BadInput):
        compare(Decimal(1), MAY, BaseCount(Decimal(1), 1), Against(WHOLE, Wording.POINTS), 0)
    quarter = Period("2026-01-01", "2026-03-31")
    with pytest.raises(BadInput):
        compare(Decimal(1), quarter, BaseCount(Decimal(1), 1), Against(MOM, Wording.MULTIPLE), 0)


def test_a_base_that_was_another_number_when_it_was_told_is_revised():
    assert BaseCount(Decimal(31), 31, Decimal(30)).revised
    assert not BaseCount(Decimal(31), 31).revised


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        ("845123456.78", "元", "8.45亿元", "CNY 845 million"),
        ("99999999.99", "元", "1亿元", "CNY 100 million"),
        ("1943000", "元", "194.3万元", "CNY 1.943 million"),
        ("9999.995", "元", "1万元", "CNY 10,000"),
        ("12345", "起", "12345起", "12,345"),
        ("95.238", "%", "95.2%", "95.2%"),
    ],
)
def test_a_number_as_a_bulletin_says_it(value, unit, zh, en):
    assert (number_zh(Decimal(value), unit), number_en(Decimal(value), unit)) == (zh, en)
    assert (number_zh(None, unit), number_en(None, unit)) == ("—", "—")


@given(st.decimals(0, 10**13, places=2), st.sampled_from(["元", "%", "起"]))
def test_what_is_said_is_said_again_the_same(value, unit):
    said = said_value(value, unit)
    assert said_value(said, unit) == said
    assert abs(said - value) <= max(abs(value) / 150, Decimal("0.5"))


def test_a_cohort_says_how_many_have_no_status():
    caught = count_cohort(43, {"detained": 25, "bailed": 1, "arrests_approved": 1})
    assert (caught.not_stated.count, sum(part.count for part in caught.parts)) == (16, 27)
    with pytest.raises(BadInput):
        count_cohort(43, {"detained": 25, "bailed": 19})


@given(
    st.lists(st.text("ab", min_size=1), max_size=20), st.dictionaries(st.text("ab", min_size=1), st.sampled_from("xy "))
)
def test_every_member_of_a_cohort_is_in_one_part_or_not_stated(members, status_of):
    cohort = divide_cohort(members, {one: status.strip() for one, status in status_of.items()})
    listed = [one for part in (*cohort.parts, cohort.not_stated) for one in part.ids]
    assert sorted(listed) == sorted(set(members))


def test_the_funnel_explains_why_so_much_was_stopped_and_so_little_frozen():
    stops = [
        StopRow("S1", 500, 300, Fate.FROZEN, went_on_minor=120),
        StopRow("S2", 400, 400, Fate.LAPSED),
        StopRow("S3", 400, 400, Fate.STANDING, again_minor=400),  # the money of S2, stopped once more
        StopRow("S4", 100, None, Fate.REFUSED),
        StopRow("S5", 50, None, Fate.WAITING),
        StopRow("S6", None, 145, Fate.LIFTED),
    ]
    freezes = [FreezeRow("F1", 120, Fate.STANDING, "S1", returned_minor=20), FreezeRow("F2", 53, Fate.LIFTED)]
    asked, stopped, frozen = make_funnel(stops, freezes).stages
    assert {part.name: part.minor for part in asked.parts} == {
        "executed": 1100, "less_than_asked": 200, "refused": 100, "waiting": 50,
    }  # fmt: skip
    assert stopped.minor == 1245
    assert {part.name: part.minor for part in stopped.parts} == {
        "again": 400, "frozen": 120, "not_frozen": 180, "standing": 0, "lifted": 145, "lapsed": 400,
    }  # fmt: skip
    assert {part.name: part.minor for part in frozen.sources} == {"stopped_before": 120, "frozen_besides": 53}
    assert (frozen.part("returned"), frozen.part("standing"), frozen.part("lifted")) == (20, 100, 53)


MINOR = st.integers(0, 10**13)
STOPS = st.builds(
    StopRow, st.uuids().map(str), st.none() | MINOR, st.none() | MINOR, st.sampled_from(Fate), MINOR, MINOR
)


@given(st.lists(STOPS, max_size=12), st.data())
def test_at_every_stage_of_the_funnel_the_money_adds_up(stops, data):
    names = st.sampled_from(["", "none", *(row.id for row in stops)])
    ends = st.sampled_from([Fate.STANDING, Fate.LIFTED, Fate.LAPSED])
    freezes = data.draw(
        st.lists(st.builds(FreezeRow, st.uuids().map(str), MINOR, ends, names, MINOR, MINOR), max_size=6)
    )
    asked, stopped, frozen = make_funnel(stops, freezes).stages
    for stage in (asked, stopped, frozen):
        assert stage.minor == sum(part.minor for part in stage.parts)
        assert all(part.minor >= 0 for part in (*stage.parts, *stage.sources))
    assert stopped.minor == sum(row.executed_minor or 0 for row in stops)
    assert frozen.minor == sum(row.executed_minor for row in freezes)
    assert frozen.sources[0].minor <= stopped.part("frozen")


def test_per_head_takes_the_newest_count_of_people_that_is_not_later():
    table = [
        Population("5301", 2010, 6_000_000, "模拟普查"),
        Population("5301", 2020, 8_000_000, "模拟普查"),
        Population("5301", 2030, 9_000_000, "模拟普查"),
    ]
    found = per_head(Decimal(4000), "5301", 2026, table)
    assert found is not None
    assert (found.value, found.year) == (Decimal("50.00"), 2020)
    assert per_head(Decimal(4000), "5303", 2026, table) is None


def test_what_is_counted_here_says_how_and_by_which_instant():
    assert len(CATALOGUE.own) > 15
    for own in CATALOGUE.own.values():
        assert own.records in {
            "reports", "cases", "clues", "measures", "results", "operations", "errands", "publicity",
        }  # fmt: skip
        assert all((own.instant, own.phrase, own.phrase_en, own.owner))
    assert "people_warned" not in CATALOGUE.own  # said to be not recorded, until warning is
