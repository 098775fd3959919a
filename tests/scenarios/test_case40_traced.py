"""The made case through the whole house: dirty statements and the clean ledger give the same trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fixtures.case40.dirty_statements import write_dirty_statements
from fixtures.case40.make_case import EXAMPLE, ROOT, TRUTH

QUARANTINED = 3
METHODS = ("fifo", "lifo", "prorata", "own_first", "libr")


def _fanzha(home: Path, *words: str | Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "fanzha", "--home", str(home), "--json", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


class _Homes:
    """Homes filled from the example, from the clean ledger and from that ledger as exports of three institutions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reports: dict[str, tuple[int, dict[str, Any]]] = {}
        self._traces: dict[str, dict[str, Any]] = {}

    def _source(self, name: str) -> Path:
        if name == "example":
            return EXAMPLE
        if name == "clean":
            return TRUTH / "canonical.csv"
        rows = (TRUTH / "canonical.csv").read_text(encoding="utf-8").splitlines()
        head = rows[0].split(",")
        folder = self._folder / "exports"
        write_dirty_statements([dict(zip(head, row.split(","), strict=True)) for row in rows[1:]], folder)
        return folder

    def report(self, name: str) -> tuple[int, dict[str, Any]]:
        """Exit code and quality report of the import."""
        if name not in self._reports:
            self._reports[name] = _fanzha(self._folder / name, "ingest", self._source(name))
        return self._reports[name]

    def trace(self, name: str) -> dict[str, Any]:
        """The trace of all three victims' payments."""
        if name not in self._traces:
            self.report(name)
            self._traces[name] = _fanzha(self._folder / name, "trace", "--origins", EXAMPLE / "origins.csv")[1]
        return self._traces[name]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> _Homes:
    return _Homes(tmp_path_factory.mktemp("case40"))


def _figures(document: dict[str, Any], method: str) -> dict[str, Any]:
    """What must not depend on how the ledger was written down."""
    found = document["methods"][method]
    accounts = {
        a["account"]: (a["hop"], a["traced_in"], a["traced_out"], a["held"], a["by_victim"]) for a in found["accounts"]
    }
    exits = sorted((e["kind"], e["account"], e["traced"]) for e in found["exits"])
    unknown = sorted((u["account"], u["reason"], u["traced"]) for u in found["unknown"])
    return {"accounts": accounts, "exits": exits, "unknown": unknown, "balance": found["balance"]}


def test_planted_dirt_is_put_aside_with_its_reason(homes: _Homes) -> None:
    code, report = homes.report("example")
    assert code == QUARANTINED
    reasons = {reason["reason"] for file in report["files"] for reason in file.get("reasons", ())}
    assert {"date_missing", "failed", "id_lost_precision"} <= reasons
    assert sum(file.get("duplicates", 0) for file in report["files"]) == 21
    assert sum(file.get("gaps", 0) for file in report["files"]) == 2
    assert sum(file.get("reversals", 0) for file in report["files"]) == 2
    assert report["ledger"]["transfers"] == 1396  # the clean ledger's and the 活期→定期 move


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("source", ["example", pytest.param("three", marks=pytest.mark.slow)])
def test_dirty_statements_give_the_trace_of_the_clean_ledger(homes: _Homes, source: str, method: str) -> None:
    assert _figures(homes.trace(source), method) == _figures(homes.trace("clean"), method)


@pytest.mark.parametrize("source", ["example", "clean", pytest.param("three", marks=pytest.mark.slow)])
def test_every_method_conserves_the_money(homes: _Homes, source: str) -> None:
    for name, found in homes.trace(source)["methods"].items():
        if name != "poison":
            assert found["balance"]["difference"] == "0.00"
            assert found["balance"]["origin"] == "529300.00"


def test_the_unanswered_bank_is_the_next_question(homes: _Homes) -> None:
    facts = json.loads((TRUTH / "truth.json").read_text(encoding="utf-8"))
    asked = homes.trace("example")["methods"]["fifo"]["frontier"][0]
    assert [asked["account"]] == facts["frontier"]
    assert (asked["institution"], asked["traced"]) == ("模拟戊银行", "60000.00")


def test_the_readme_s_one_command_reads_the_folder_in_and_traces(homes: _Homes, tmp_path: Path) -> None:
    command = next(line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("./run trace"))
    words = command.removeprefix("./run ").replace("examples/", f"{ROOT}/examples/").split()
    page = tmp_path / "flow.html"
    code, found = _fanzha(tmp_path / "home", *(page if word == "flow.html" else word for word in words))
    assert code == homes.report("example")[0] == 3  # rows were put aside
    assert found == homes.trace("example")
    assert page.stat().st_size > 10_000
