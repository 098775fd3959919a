"""What single statements say about themselves, from the folder to the report and the trace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fanzha.cli import main as shell

V, M, D = "6299990000000000011", "6299990000000000101", "6299990000000000303"
HEADER = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明\n"
NAME = "模拟甲银行交易明细信息.csv"
MT940 = (
    ":20:模拟\n:25:BANK/NL00BANK0123456789\n:28C:1/1\n:60F:C260301CNY1000,00\n"
    ":61:2603020302C5000,00NTRFNONREF//B1\n:61:2603030303D210,50NTRFNONREF//B2\n:62F:C260303CNY9999,00\n-\n"
)


@pytest.fixture
def ingest(tmp_path, capsys):
    """Writes files, takes them in and gives the exit code and the document; `.run` runs another verb on the same home."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = shell.main(["--home", str(tmp_path / "home"), "--json", *arguments], {})
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    def start(**files: str) -> tuple[int, Any]:
        folder = tmp_path / f"in{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return run("ingest", str(folder))

    start.run = run
    return start


def trace(ingest, at: str = "2026-03-01T10:00:00", amount: str = "5000") -> dict[str, Any]:
    code, document = ingest.run("trace", "--from", V, "--to", M, "--at", at, "--amount", amount)
    assert code == 0, document
    return document["methods"]["fifo"]


def test_a_signed_outflow_is_followed(ingest):
    rows = f"{M},2026-03-01 10:00:00,5000,5000,进,{V},模拟受害人,\n{M},2026-03-01 10:05:00,-5000,0,出,{D},模拟丁,\n"
    code, document = ingest(**{NAME: HEADER + rows})
    assert (code, document["files"][0]["gaps"]) == (0, 0)
    found = trace(ingest)
    assert [(f["account"], f["traced"]) for f in found["frontier"]] == [(D, "5000.00")]


def test_a_cut_counterparty_is_told_by_row_and_field_and_kept(ingest):
    rows = f"{M},2026-03-01 10:00:00,5000,5000,进,{V},模拟受害人,\n{M},2026-03-01 10:05:00,100,4900,出,6.22E+18,,\n"
    for _ in range(2):  # the second time it is told from the home
        code, document = ingest(**{NAME: HEADER + rows})
        (file,) = document["files"]
        assert (code, file["accepted"], file["quarantined"]) == (0, 2, 0)
        (reason,) = file["reasons"]
        told = [reason[name] for name in ("row", "field", "reason", "kept")]
        assert told == [3, "counterparty", "counterparty_lost_precision", True]


def test_a_closing_balance_that_the_lines_do_not_reach_is_a_gap_and_the_bank_s_balance(ingest):
    for _ in range(2):
        code, document = ingest(**{"a.sta": MT940})
        (file,) = document["files"]
        assert (code, file["gaps"], file["gap_amount"]) == (0, 1, "4209.50")
    (account,) = ingest.run("ledger", "info")[1]["coverage"]
    assert (account["opening"], account["closing"], account["bank_balance"]) == ("1000.00", "5789.50", "9999.00")
    assert ingest.run("ledger", "check")[1]["ok"]


def test_a_fixed_deposit_of_the_same_holder_is_a_move_within_the_account(ingest):
    rows = (
        f"{M},模拟甲,2026-03-01 10:00:00,5000,5000,进,{V},模拟受害人,\n"
        f"{M},模拟甲,2026-03-01 10:05:00,3000,2000,出,88880002,模拟甲,活期转定期\n"
        f"{M},模拟甲,2026-03-01 10:10:00,3000,5000,进,88880002,模拟甲,定期转活期\n"
        f"{M},模拟甲,2026-03-01 10:15:00,4500,500,出,{D},模拟丁,\n"
    )
    code, document = ingest(**{NAME: HEADER.replace("交易时间", "账户开户名称,交易时间") + rows})
    assert (code, document["files"][0]["gaps"], document["files"][0]["joins"]) == (0, 0, 1)
    (join,) = ingest.run("ledger", "joins")[1]["joins"]
    assert (join["first"], join["second"], join["reason"], join["row"]) == (M, "88880002", "internal_move", 3)
    found = trace(ingest)
    assert {f["account"]: f["traced"] for f in found["frontier"]} == {D: "4500.00"}
    assert {a["account"]: a["held"] for a in found["accounts"]} == {M: "500.00", D: "0.00"}
    assert ingest.run("ledger", "unjoin", M, "88880002")[0] == 0
    assert "88880002" in {a["account"] for a in trace(ingest)["accounts"]}
