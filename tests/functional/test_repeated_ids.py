"""One transfer id on rows of different content, and totals that nobody can tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fanzha.cli.main import main

HEAD = "transfer_id,at,payer,payee,amount,payer_balance_after,payee_balance_after\n"
REASON = "transfer_id_repeated_with_other_content"


@pytest.fixture
def run(tmp_path: Path, capfdbinary):
    def call(*arguments: object, code: int = 0, home: str = "home") -> dict:
        found = main([*map(str, arguments), "--home", str(tmp_path / home), "--json"], {})
        out, err = capfdbinary.readouterr()
        assert found == code, err.decode()
        return json.loads(out)

    return call


def written(path: Path, *rows: str) -> Path:
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


FIRST = "t1,2026-03-01T10:00:00,V,M,1000,,1000"
OTHER = "t1,2026-03-01T11:00:00,M,N,300,700,"


def test_in_one_file_the_later_row_is_put_aside(run, tmp_path):
    rows = [
        FIRST,
        FIRST.removesuffix("1000"),  # the same, without the balance
        OTHER,
        FIRST.replace("V,M", "V,N"),
        FIRST.removesuffix("1000") + "999",
        "t2,2026-03-01T12:00:00,M,N,300,400,",
        ",2026-03-01T12:00:00,M,N,200,200,",
        ",2026-03-01T12:30:00,M,N,100,100,",
    ]
    found = run("ingest", written(tmp_path / "one.csv", *rows), code=3)
    file = found["files"][0]
    told = [(reason["row"], reason["field"], reason["reason"]) for reason in file["reasons"]]
    assert told == [(row, "transfer_id", REASON) for row in (4, 5, 6)]
    assert (file["accepted"], file["quarantined"], file["duplicates"], found["ledger"]["transfers"]) == (5, 3, 1, 4)
    assert file["notes"] == []


def test_in_two_files_both_are_kept_and_each_names_the_other(run, tmp_path):
    paths = [written(tmp_path / "one.csv", FIRST), written(tmp_path / "two.csv", OTHER, FIRST.replace("t1", "t2"))]
    first = run("ingest", *paths)
    assert first["ledger"]["transfers"] == 3
    for file, other, count in zip(first["files"], ("two.csv", "one.csv"), (1, 1), strict=True):
        (note,) = file["notes"]
        assert note.startswith(f"{REASON}: {count} ids")
        assert other in note
        assert "'t1'" in note
        assert file["reasons"] == []
    assert len(run("ledger", "sources", "t1")["transfers"]) == 2
    run("ingest", paths[1], home="later")
    later = run("ingest", paths[0], home="later")
    assert later["ledger"] == first["ledger"]
    assert "two.csv" in later["files"][0]["notes"][0]


def test_the_same_row_in_two_files_is_a_duplicate_without_a_note(run, tmp_path):
    paths = [
        written(tmp_path / "one.csv", FIRST),
        written(tmp_path / "two.csv", FIRST, "t2" + OTHER.removeprefix("t1")),
    ]
    found = run("ingest", *paths)
    assert (found["ledger"]["transfers"], sum(file["duplicates"] for file in found["files"])) == (2, 1)
    assert all(file["notes"] == [] for file in found["files"])


def test_totals_of_a_blocked_account_are_unknown(run, tmp_path):
    (tmp_path / "甲银行交易明细信息.csv").write_text(
        "交易卡号,交易账号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号\n"
        "6299990000000000101,88880001,2026-03-01 10:00:00,5.00,95.00,出,6299990000000000102\n"
        "6299990000000000101,88880001,2026-03-01 11:00:00,5.00,90.00,9,6299990000000000102\n",
        encoding="utf-8",
    )
    run("ingest", tmp_path / "甲银行交易明细信息.csv", code=3)
    account = run("ledger", "info")["coverage"][0]
    assert account["state"] == ["blocked"]
    figures = ("opening", "in", "out", "gaps", "gap_in", "gap_out", "closing")
    assert {account[figure] for figure in figures} == {"unknown"}
    assert main(["ledger", "info", "--home", str(tmp_path / "home")], {}) == 0


def test_a_self_transfer_makes_no_order_uncertain(run, tmp_path):
    rows = ("1,2026-03-01T10:00:00,V,A,1000,,1000", "2,2026-03-01T10:01:00,A,A,400,1000,1000")
    file = run("ingest", written(tmp_path / "one.csv", *rows))["files"][0]
    assert (file["order_uncertain"], file["order_repaired"], file["gaps"]) == (0, 0, 0)


def test_a_deposit_without_money_is_not_the_account(run, tmp_path):
    (tmp_path / "甲银行交易明细信息.csv").write_text(
        "交易卡号,交易账号,交易户名,交易时间,交易金额,交易余额,收付标志,交易对手账卡号\n"
        "6299990000000000101,88880001,模拟M,2026-03-01 10:00:00,5000,5000,进,6299990000000000109\n",
        encoding="utf-8",
    )
    (tmp_path / "甲银行关联子账户信息.csv").write_text(
        "开户银行,开户账号,子账户账号,余额,可用余额,子账户类别,子账户序号,币种,钞汇标志,账户状态,任务流水号\n"
        "模拟甲银行,88880001,88880002,0,0,定期,1,人民币,,正常,1\n",
        encoding="utf-8",
    )
    run("ingest", *tmp_path.glob("*.csv"))
    origin = ("--from", "6299990000000000109", "--at", "2026-03-01T10:00:00", "--amount", "5000")
    found = run("trace", *origin, "--method", "fifo")["methods"]["fifo"]
    account = next(a for a in found["accounts"] if a["account"] == "6299990000000000101")
    assert (account["held"], account["stoppable"], found["balance"]["unknown"]) == ("5000.00", "5000.00", "0.00")
