"""One more file for a home that has many: only what concerns its accounts is read again, and the ledger is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fanzha import bootstrap
from fanzha.cli.main import main
from fanzha.engines.local import store as local_store
from fanzha.services import rebuild_ledger

HEAD = "at,payer,payee,amount,payer_balance_after,payee_balance_after,transfer_id\n"
STATEMENT = (
    "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号\n"
    "6299990000000003,2026-03-01 03:00:00,103.00,900.00,进,6299990000001003\n"
    "6299990000000003,2026-03-01 23:00:00,50.00,850.00,出,6299990000000777\n"
)


def number(n: int) -> str:
    return f"629999000000{n:04d}"


@pytest.fixture
def run(tmp_path: Path, capfdbinary):
    def call(*arguments: object, code: int = 0, home: str = "home") -> dict:
        found = main([*map(str, arguments), "--home", str(tmp_path / home), "--json"], {})
        out, err = capfdbinary.readouterr()
        assert found == code, err.decode()
        return json.loads(out)

    return call


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rows = [f"2026-03-01T{n % 24:02d}:00:00,{number(n + 1000)},{number(n)},{n + 100},,," for n in range(80)]
    early, later = tmp_path / "early.csv", tmp_path / "later.csv"
    early.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    later.write_text(STATEMENT, encoding="utf-8")
    return early, later


@pytest.fixture
def whole(monkeypatch) -> list[str]:
    """Files whose facts were read in full."""
    read: list[str] = []
    former = local_store.LocalFactStore.batch
    monkeypatch.setattr(local_store.LocalFactStore, "batch", lambda self, sha: read.append(sha) or former(self, sha))
    return read


def test_a_later_statement_is_taken_without_reading_everything_again(run, files, whole):
    early, later = files
    run("ingest", early)
    step = run("ingest", later)
    assert whole == []
    together = run("ingest", early, later, home="other")
    assert step["ledger"] == together["ledger"]
    assert step["ledger"]["transfers"] == 81
    assert step["files"][0] == together["files"][1]
    assert run("ledger", "check")["ok"] is True


def test_another_choice_or_rule_has_everything_read_again(run, files, whole, tmp_path, monkeypatch):
    early, later = files
    run("ingest", early)
    stated = tmp_path / "coverage.csv"
    stated.write_text(f"account,from,to\n{number(5)},2026-03-01,2026-03-02\n", encoding="utf-8")
    run("ingest", later, "--coverage", stated)
    assert len(whole) == 1
    later.write_text(STATEMENT.replace("777", "778"), encoding="utf-8")
    monkeypatch.setattr(rebuild_ledger, "MANNER", 0)
    run("ingest", later)
    assert len(whole) == 3


def test_a_file_that_concerns_most_of_the_ledger_has_everything_read_again(run, files, whole):
    early, later = files
    run("ingest", early)
    later.write_text(early.read_text(encoding="utf-8").replace("2026-03-01", "2026-03-02"), encoding="utf-8")
    assert run("ingest", later)["ledger"]["transfers"] == 160
    assert len(whole) == 1


def test_facts_that_are_damaged_are_no_reason_to_leave_them_out(run, files, tmp_path):
    early, later = files
    run("ingest", early)
    table = next((tmp_path / "home" / "facts").glob("*/transfers.parquet"))
    table.write_bytes(table.read_bytes()[:-40])
    assert "transfers.parquet" in run("ingest", later, code=2)["error"]["message"]
    assert bootstrap.open_ledger(tmp_path / "home").digest
