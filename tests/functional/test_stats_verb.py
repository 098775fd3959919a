"""`fanzha stats` as it is started: figures, comparisons, the funnel, cohorts, workbook and chart."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from desk_home import make_desk_home, run
from figure_desk import add_records
from python_calamine import CalamineWorkbook

from fanzha import bootstrap


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    made = make_desk_home(tmp_path_factory.mktemp("stats") / "home")
    desk = bootstrap.desk(made)
    add_records(desk)
    desk.store.close()
    return made


def stats(home: Path, *words: str, code: int = 0):
    found, out, err = run(home, "stats", *words, "--as", "city-chief", "--json")
    assert found == code, err
    return json.loads(out) if not code else out + err


def test_figures_with_their_comparison_and_their_records(home):
    document = stats(home, "--period", "2026-05", "--measure", "funds_stopped", "--measure", "people_warned",
                     "--against", "yoy:difference", "--against", "yoy")  # fmt: skip
    stopped, warned = document["figures"]
    assert (stopped["value"], stopped["unit"], stopped["records"]) == ("110000.00", "元", 4)
    assert stopped["ids"] == ["MEAS-S1", "MEAS-S2", "MEAS-S3", "MEAS-S4"]
    difference, change = stopped["comparison"]
    assert (difference["kind"], difference["value"], difference["base"]["value"]) == (
        "yoy_difference",
        100_000,
        "10000.00",
    )
    assert (change["value"], change["unsaid"]) == (None, "the base is too small to compare with")
    assert (warned["value"], warned["recorded"]) == (None, False)
    assert document["period"] == {"from": "2026-05-01", "to": "2026-05-31"}


def test_a_table_for_people_says_what_is_not_recorded(home):
    code, _, err = run(home, "stats", "--period", "2026-05", "--measure", "people_warned", "--measure", "funds_frozen",
                       "--by", "type", "--as", "city-chief")  # fmt: skip
    assert code == 0
    assert "not recorded" in err
    assert "1.73万元" in err


def test_the_funnel_and_the_cohort(home):
    funnel = stats(home, "--period", "2026-05", "--funnel")
    assert [stage["amount"] for stage in funnel["stages"]] == ["139000.00", "110000.00", "17300.00"]
    cohort = stats(home, "--period", "2026-05", "--cohort", "--by", "type")
    assert (cohort["whole"], cohort["not_stated"]) == (2, {"count": 1, "ids": ["CASE-B"]})
    assert run(home, "stats", "--period", "2026-05", "--funnel", "--as", "city-chief")[0] == 0
    assert run(home, "stats", "--period", "2026-05", "--cohort", "--as", "city-chief")[0] == 0


def test_a_workbook_and_a_chart(home, tmp_path):
    book, chart = tmp_path / "figures.xlsx", tmp_path / "figures.svg"
    arguments = ("--period", "2026-05", "--by", "jurisdiction", "--against", "mom:difference")
    assert run(home, "stats", *arguments, "--xlsx", book, "--chart", chart, "--as", "city-chief")[0] == 0
    sheets = CalamineWorkbook.from_path(str(book))
    records = sheets.get_sheet_by_name("记录").to_python()
    assert any("MEAS-F2" in row for row in records)
    drawn = ET.fromstring(chart.read_text("utf-8"))
    words = " ".join(text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for said in ("2026年5月", "数据截至", "来源", "（元）", "530102", "环比"):
        assert said in words


def test_per_100_000_needs_the_deployers_table(home, tmp_path):
    people = tmp_path / "people.toml"
    people.write_text('[[population]]\nplace = "5301"\nyear = 2020\npeople = 8000000\nsource = "模拟普查"\n', "utf-8")
    arguments = ("--period", "2026-05", "--measure", "cases_reported", "--place", "5301")
    (figure,) = stats(home, *arguments, "--population", str(people))["figures"]
    assert figure["per_100k"] == {"value": 0.04, "population": 8_000_000, "year": 2020, "source": "模拟普查"}
    people.write_text('[[population]]\nplace = "5301"\n', "utf-8")
    assert "year is missing" in stats(home, *arguments, "--population", str(people), code=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--period", "May"), "is no period"),
        (("--by", "colour"), "take one of"),
        (("--against", "never"), "yoy"),
        (("--against", "prev_full_year:points"), "whole year"),
        (("--measure", "nonsense"), "indicators.md"),
        (("--funnel", "--xlsx", "x.xlsx"), "--funnel"),
    ],
)
def test_what_cannot_be_counted_says_what_can(home, words, said):
    assert said in stats(home, *words, code=2)
