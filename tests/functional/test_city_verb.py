"""`fanzha city` writes a city that the system reads, and refuses what it cannot do before it begins."""

from __future__ import annotations

import json

import pytest

from fanzha.cli.main import INTERRUPTED, main
from fanzha.simulation.city import write
from fanzha.simulation.city.assumptions import CitySize, read_assumptions


@pytest.fixture(autouse=True)
def hamlet(monkeypatch):
    monkeypatch.setitem(read_assumptions().sizes, "hamlet", CitySize("hamlet", 800, 4_000, 4, 6))


def test_a_city_is_written_counted_and_taken_in(tmp_path, capfd):
    folder = tmp_path / "city"
    assert main(["city", "hamlet", str(folder), "--seed", "3", "--json"], {}) == 0
    document = json.loads(capfd.readouterr().out)
    told = json.loads((folder / "city.json").read_text(encoding="utf-8"))
    assert document == {**told, "folder": str(folder)}
    assert (document["seed"], document["frauds"], document["accounts"]) == (3, 6, 800)
    files = [str(file) for file in sorted((folder / "institutions" / "transfers").iterdir())]
    assert main(["--home", str(tmp_path / "home"), "ingest", *files, "--json"], {}) == 0
    assert f'"transfers":{document["transfers"]}' in capfd.readouterr().out.replace(" ", "")


def test_people_are_told_what_was_written(tmp_path, capfd):
    assert main(["city", "hamlet", str(tmp_path / "city"), "--threads", "1"], {}) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "模拟 city hamlet" in err
    assert "transfers" in err


@pytest.mark.parametrize(
    ("size", "folder", "code", "said"),
    [
        ("atlantis", "city", 2, "there are small, medium, large"),
        ("hamlet", "full", 1, "is not empty"),
        ("hamlet", "nowhere/city", 2, "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(tmp_path, capfd, size, folder, code, said):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("mine")
    assert main(["city", size, str(tmp_path / folder)], {}) == code
    assert said in capfd.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "letter"]


def test_interrupted_it_leaves_nothing(tmp_path, capfd, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "truth_tables", interrupt)
    assert main(["city", "hamlet", str(tmp_path / "city")], {}) == INTERRUPTED
    assert list(tmp_path.iterdir()) == []
