"""`fanzha bulletin` from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fanzha.cli.main import main

QUARTER = "模拟市警方第一季度通报\n\n2023-04-02\n\n今年1—3月，模拟市公安局共破获电信网络诈骗案件300起，抓获犯罪嫌疑人120名。\n"
HALF = (
    "模拟市警方上半年通报\n\n2023-07-05\n\n今年上半年，模拟市公安局共破获电信网络诈骗案件280起，抓获犯罪嫌疑人200名，"
    "其中组织者5名。\n"
)
BEFORE = (
    "模拟市警方上半年通报\n\n2022-07-05\n\n今年上半年，模拟市公安局共破获电信网络诈骗案件140起，抓获犯罪嫌疑人100名。\n"
)
COMPARED = HALF.replace("280起", "280起，同比上升100%").replace("200名", "200名，同比上升50%")


@pytest.fixture
def run(tmp_path: Path, capfdbinary):
    def call(*arguments: str, code: int = 0):
        found = main(["bulletin", *arguments, "--home", str(tmp_path / "home"), "--json"], {})
        out, err = capfdbinary.readouterr()
        assert found == code, err.decode()
        return json.loads(out)

    return call


def written(folder: Path, **texts: str) -> list[str]:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return [str(folder / f"{name}.txt") for name in texts]


def test_one_file_is_one_object_and_several_are_an_array(tmp_path, run):
    quarter, half = written(tmp_path, quarter=QUARTER, half=HALF)
    one = run("read", quarter)
    assert one["source"] | {"sha256": ""} == {
        "title": "模拟市警方第一季度通报", "publisher": "模拟市警方", "published": "2023-04-02", "file": quarter, "sha256": "",
        "form": "text",
    }  # fmt: skip
    assert one["figures"][0] | {"span": [], "spans": []} == {
        "measure": "cases_solved", "text_measure": "破获电信网络诈骗案件", "value": 300, "unit": "起",
        "approximate": False, "at_least": False, "average_per": None, "part_of": None,
        "period": {"from": "2023-01-01", "to": "2023-03-31"}, "place": "模拟市", "body": "模拟市公安局", "comparison": [],
        "span": [], "spans": [], "quote": "300起",
    }  # fmt: skip
    assert [len(document["figures"]) for document in run("read", quarter, half)] == [2, 3]


def test_a_half_year_below_its_first_quarter_is_a_contradiction(tmp_path, run):
    document = run("series", *written(tmp_path, quarter=QUARTER, half=HALF))
    (found,) = document["contradictions"]
    assert (found["fault"], found["measure"], found["one"]["value"], found["other"]["value"]) == (
        "longer_is_smaller", "cases_solved", 300, 280,
    )  # fmt: skip


def test_comparisons_are_recomputed_where_both_values_are_known(tmp_path, run):
    document = run("series", *written(tmp_path, before=BEFORE, now=COMPARED))
    held = {one["measure"]: (one["recomputed"], one["holds"]) for one in document["comparisons"]}
    assert held == {"cases_solved": (100, True), "suspects_caught": (100, False)}
    assert document["contradictions"] == []


def test_the_chart_is_a_picture_of_the_series(tmp_path, run):
    chart = tmp_path / "chart.svg"
    run("series", *written(tmp_path, quarter=QUARTER, half=HALF), "--chart", str(chart))
    words = "".join(ET.fromstring(chart.read_text("utf-8")).itertext())
    assert "破案（起）" in words
    assert "✗" in words


def test_a_file_that_is_no_text_is_named(tmp_path, run):
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\r\n")
    error = run("read", str(tmp_path / "scan.png"), code=2)["error"]
    assert "scan.png" in error["message"]
    assert "broken picture" in error["message"]
    assert "none.txt" in run("read", str(tmp_path / "none.txt"), code=2)["error"]["message"]


def test_one_of_several_that_cannot_be_read_keeps_its_place(tmp_path, run):
    quarter, half = written(tmp_path, quarter=QUARTER, half=HALF)
    (tmp_path / "locked.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    files = (quarter, str(tmp_path / "locked.doc"), half)
    one, broken, other = run("read", *files, code=3)
    assert [len(document["figures"]) for document in (one, broken, other)] == [2, 0, 3]
    assert "locked.doc" in broken["error"]
    document = run("series", *files, code=3)
    assert [entry["file"] for entry in document["bulletins"]] == [quarter, half]
    assert [entry["file"] for entry in document["unread"]] == [files[1]]
    (found,) = document["contradictions"]
    titles = [document["bulletins"][side["bulletin"]]["title"] for side in (found["one"], found["other"])]
    assert titles == ["模拟市警方第一季度通报", "模拟市警方上半年通报"]


def test_an_unknown_measure_is_refused(tmp_path, run):
    assert (
        "no such measure"
        in run("series", *written(tmp_path, half=HALF), "--measure", "wins", code=2)["error"]["message"]
    )
