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


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, int, dict[str, Any]]]:
    """Homes filled from the example, from the clean ledger and from that ledger as exports of three institutions."""
    folder = tmp_path_factory.mktemp("case40")
    rows = (TRUTH / "canonical.csv").read_text(encoding="utf-8").splitlines()
    head = rows[0].split(",")
    write_dirty_statements([dict(zip(head, row.split(","), strict=True)) for row in rows[1:]], folder / "three")
    homes = {}
    for name, source in (("example", EXAMPLE), ("clean", TRUTH / "canonical.csv"), ("three", folder / "three")):
        homes[name] = (folder / name, *_fanzha(folder / name, "ingest", source))
    return homes


@pytest.fixture(scope="module")
def traced(ingested: dict[str, tuple[Path, int, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {
        name: _fanzha(home, "trace", "--origins", EXAMPLE / "origins.csv")[1] for name, (home, _, _) in ingested.items()
    }


def _figures(document: dict[str, Any], method: str) -> dict[str, Any]:
    """What must not depend on how the ledger was written down."""
    found = document["methods"][method]
    accounts = {
        a["account"]: (a["hop"], a["traced_in"], a["traced_out"], a["held"], a["by_victim"]) for a in found["accounts"]
    }
    exits = sorted((e["kind"], e["account"], e["traced"]) for e in found["exits"])
    unknown = sorted((u["account"], u["reason"], u["traced"]) for u in found["unknown"])
    return {"accounts": accounts, "exits": exits, "unknown": unknown, "balance": found["balance"]}


def test_planted_dirt_is_put_aside_with_its_reason(ingested: dict[str, tuple[Path, int, dict[str, Any]]]) -> None:
    _, code, report = ingested["example"]
    assert code == QUARANTINED
    reasons = {reason["reason"] for file in report["files"] for reason in file["reasons"]}
    assert {"date_missing", "failed", "id_lost_precision"} <= reasons
    again = [file for file in report["files"] if "补充调单" in file["path"]]
    assert [(file["accepted"], file["duplicates"]) for file in again] == [(21, 21)] or again[0]["duplicates"] == 21
    assert sum(file["gaps"] for file in report["files"]) == 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("source", ["example", "three"])
def test_dirty_statements_give_the_trace_of_the_clean_ledger(
    traced: dict[str, dict[str, Any]], source: str, method: str
) -> None:
    assert _figures(traced[source], method) == _figures(traced["clean"], method)


@pytest.mark.parametrize("source", ["example", "clean", "three"])
def test_every_method_conserves_the_money(traced: dict[str, dict[str, Any]], source: str) -> None:
    for name, found in traced[source]["methods"].items():
        if name != "poison":
            assert found["balance"]["difference"] == "0.00"
            assert found["balance"]["origin"] == "529300.00"


def test_the_unanswered_bank_is_the_next_question(traced: dict[str, dict[str, Any]]) -> None:
    facts = json.loads((TRUTH / "truth.json").read_text(encoding="utf-8"))
    asked = traced["example"]["methods"]["fifo"]["frontier"][0]
    assert [asked["account"]] == facts["frontier"]
    assert (asked["institution"], asked["traced"]) == ("模拟戊银行", "60000.00")
