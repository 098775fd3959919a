"""Which period a comparison is with, what the other value must have been, and what two figures cannot both be."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest

from fanzha.statistics import (
    Bulletin,
    Comparison,
    ComparisonKind,
    Fault,
    Figure,
    Period,
    find_contradictions,
    make_series,
    read_catalogue,
)
from fanzha.statistics.comparing import base_of, closed, implied_base

CATALOGUE = read_catalogue(tomllib.loads((files("fanzha") / "rules" / "statistics.toml").read_text("utf-8")))


def figure(value: int, first: str, last: str, measure: str = "cases_solved", **more) -> Figure:
    return Figure(
        measure, "破案", Decimal(value), "起", ((0, 1),), "x", period=Period(first, last), place="模拟市", **more
    )


def bulletin(*figures: Figure, published: str = "2023-07-05") -> Bulletin:
    return Bulletin("x.txt", "", "模拟", "模拟警方", published, figures)


def faults(*bulletins: Bulletin) -> list[Fault]:
    return [one.fault for one in find_contradictions(bulletins, make_series(bulletins, CATALOGUE))]


@pytest.mark.parametrize(
    ("kind", "period", "base"),
    [
        ("yoy", ("2021-01-01", "2021-05-31"), ("2020-01-01", "2020-05-31")),
        ("multiple_yoy", ("2021-02-01", "2021-02-28"), ("2020-02-01", "2020-02-29")),
        ("yoy", ("2020-02-01", "2020-02-29"), ("2019-02-01", "2019-02-28")),
        ("mom", ("2021-05-01", "2021-05-31"), ("2021-04-01", "2021-04-30")),
        ("mom", ("2021-04-01", "2021-06-30"), ("2021-01-01", "2021-03-31")),
        ("mom", ("2021-01-01", "2021-01-31"), ("2020-12-01", "2020-12-31")),
        ("wow", ("2024-03-11", "2024-03-17"), ("2024-03-04", "2024-03-10")),
        ("multiple_prev_full_year", ("2021-01-01", "2021-05-26"), ("2020-01-01", "2020-12-31")),
    ],
)
def test_the_period_that_a_comparison_is_with(kind, period, base):
    assert base_of(ComparisonKind(kind), Period(*period)) == Period(*base)


@pytest.mark.parametrize(
    ("kind", "said", "base"),
    [("multiple_yoy", "4", 203), ("yoy", "300", 203), ("yoy", "-20", 1015), ("yoy_difference", "12", 800)],
)
def test_what_the_other_value_must_have_been(kind, said, base):
    assert implied_base(Comparison(ComparisonKind(kind), Decimal(said)), figure(812, "", "")) == base


def test_an_open_period_ends_with_the_day_of_publication():
    assert closed(Period("2023-01-01", ""), "2023-07-05") == Period("2023-01-01", "2023-07-05")
    assert closed(Period("", "2023-07-05"), "2023-07-05") is None
    assert closed(Period("--06-01", ""), "2023-07-05") is None


def test_a_half_year_below_its_first_quarter():
    quarter = bulletin(figure(300, "2023-01-01", "2023-03-31"), published="2023-04-02")
    assert faults(quarter, bulletin(figure(280, "2023-01-01", "2023-06-30"))) == [Fault.LONGER_IS_SMALLER]
    assert faults(quarter, bulletin(figure(280, "2023-01-01", "2023-06-30", at_least=True))) == []
    assert faults(quarter, bulletin(figure(500, "2023-01-01", "2023-06-30"))) == []


def test_parts_of_one_bulletin_do_not_contradict_its_total():
    half = bulletin(figure(500, "2023-01-01", "2023-06-30"), figure(40, "2023-01-01", "2023-06-30"))
    assert faults(half, bulletin(figure(300, "2023-01-01", "2023-03-31"))) == []
    assert faults(half, bulletin(figure(450, "2023-01-01", "2023-06-30"))) == [Fault.SAME_PERIOD_DIFFERS]


def test_a_part_above_its_whole():
    assert faults(bulletin(figure(40, "", ""), figure(41, "", "", "detained", part_of=0))) == [Fault.PART_EXCEEDS_WHOLE]


@pytest.mark.parametrize(
    ("one", "other", "same"), [("起", "宗", True), ("名", "人", True), ("台", "部", True), ("起", "名", False)]
)
def test_units_that_count_the_same(one, other, same):
    assert CATALOGUE.alike(one, other) is same


def test_every_measure_says_what_it_counts_in_both_languages():
    assert [one.id for one in CATALOGUE.measures.values() if not (one.zh and one.en and one.counts)] == []
