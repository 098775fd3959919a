"""The scripted case from report to return: calm to the 分, and the same end when everything goes wrong on the way."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from desk_home import run

from fanzha.core.errors import BadInput
from fanzha.simulation.drill.chaos import chaos_runs, chaos_summary
from fanzha.simulation.drill.scenario import read_scenario

# The worked example of three victims, first in first out, with what is returned of it.
VICTIMS = {
    "模拟·孙一": {"lost": "30000.00", "held": "0.00", "returned": "0.00", "exited": "18000.00", "unknown": "12000.00"},
    "模拟·孙二": {"lost": "50000.00", "held": "0.00", "returned": "42000.00", "exited": "0.00", "unknown": "8000.00"},
    "模拟·孙三": {"lost": "10000.00", "held": "0.00", "returned": "10000.00", "exited": "0.00", "unknown": "0.00"},
}
RUNS = 20
OVERTAKEN = 61  # by this seed the first bank acknowledges its stop, and answers it after its statement


@pytest.mark.slow
def test_the_scripted_case_ends_with_every_fen_accounted_for(tmp_path):
    code, out, err = run(tmp_path / "home", "drill", "case", "--json")
    assert code == 0, err
    end = json.loads(out)
    for name, row in VICTIMS.items():
        assert end["victims"][name] == row | {"reattributed": "0.00", "difference": "0.00"}
    assert end["faults"] == []
    assert end["returns"] == {
        "模拟·孙二 6299990000000000057": "42000.00", "模拟·孙三 6299990000000000016": "10000.00",
    }  # fmt: skip
    assert end["measures"]["freeze 6299990000000000057 lifted 42000.00"] == 1
    # Tried while the stop stood: it never left.
    assert end["accounts"]["6299990000000000016"] == {"balance": "17000.00", "held": "0.00"}
    assert end["clues"] == {"acted": 3}


@pytest.mark.slow
@pytest.mark.parametrize("first", [1, 1 + RUNS // 2])
def test_what_goes_wrong_on_the_way_changes_nothing_in_the_end(tmp_path, first):
    calm, runs = chaos_runs(tmp_path, RUNS // 2, first, None, lambda _run: None)
    assert calm["victims"]["模拟·孙二"]["returned"] == "42000.00"
    summary = chaos_summary(calm, runs)
    assert summary["others"] == []
    assert summary["kills"] >= RUNS  # drawn by the seeds: two a run or more


@pytest.mark.slow
def test_an_answer_that_its_statement_overtakes_is_not_followed_a_second_time(tmp_path):
    calm, runs = chaos_runs(tmp_path, 1, OVERTAKEN, None, lambda _run: None)
    assert chaos_summary(calm, runs)["others"] == []


def edited(tmp_path, before, after):
    text = (files("fanzha.simulation.drill") / "three_banks.toml").read_text(encoding="utf-8")
    assert before in text
    script = tmp_path / "script.toml"
    script.write_text(text.replace(before, after, 1), encoding="utf-8")
    return script


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "模拟·刷单返利案"', 'name = "刷单返利案"', "has no 模拟 in it"),
        ('desk = "COUNTY"\n', "", "'desk' is missing"),
        ('amount = "30000.00"', 'amount = "3 w"', "'3 w' is not a decimal number"),
        ("payment = 6", "payment = 60", "index out of range"),
        ("tried = true", "tried = false", "mark it `tried`"),
        ("[[body]]", "[[body]", "it is no TOML"),
    ],
)
def test_a_script_that_cannot_be_played_says_why(tmp_path, before, after, said):
    script = edited(tmp_path, before, after)
    with pytest.raises(BadInput, match="script") as wrong:
        read_scenario(script)
    assert said in str(wrong.value)


def test_a_drill_begins_in_an_empty_folder(tmp_path):
    (tmp_path / "there").write_text("x", encoding="utf-8")
    code, _, err = run(tmp_path / "home", "drill", "case", "--keep", str(tmp_path))
    assert (code, "is not empty" in err) == (2, True)
