"""Money that leaves a bank and passes a wallet by bound card, under one order number: followed, and never mixed.

All numbers and names are made up (模拟).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli import main as shell

A, CLEARING, W, M, M_CARD = "6299992000000000044", "243300133", "wx_moni_1", "wx_moni_2", "6299993000000000055"
METHODS = ("fifo", "lifo", "prorata", "own_first", "libr")
BANK = (
    "交易卡号,账户开户名称,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号,网联订单号"
)
TENPAY = (
    "用户ID\t交易单号\t用户侧账号名称\t借贷类型\t交易业务类型\t交易时间\t交易金额(分)\t账户余额(分)\t用户银行卡号\t用户侧网银联单号\t"
    "对手方ID\t对手侧账户名称\t对手方银行卡号\t对手侧银行名称\t对手侧网银联单号"
)
BANK_ROWS = (
    f"{A},模拟甲,2026-03-01 10:00:00,300.00,300.00,进,6299991000000000011,模拟受害人,转账,70000001,",
    f"{A},模拟甲,2026-03-01 10:05:00,300.00,0.00,出,{CLEARING},财付通,快捷支付,70000002,N20260301001",
)
# The wallet has money of its own, spends 300.00 by card, and then 200.00 of its own.
WALLET_ROWS = (
    f"{W}|420000000001|模拟甲|入|转账|2026-03-01 09:00:00|100000|100000|||wx_moni_3|模拟丁",
    f"{W}|420000000002|模拟甲|出|转账|2026-03-01 10:05:02|30000|100000|{A}|N20260301001|{M}|模拟乙",
    f"{W}|420000000003|模拟甲|出|转账|2026-03-01 11:00:00|20000|80000|||wx_moni_4|模拟戊",
)
PAYEE_ROWS = (f"{M}|420000000002|模拟乙|入|转账|2026-03-01 10:05:02|30000|31000|||{W}|模拟甲",)
ORIGIN = ("--from", "6299991000000000011", "--to", A, "--at", "2026-03-01T10:00:00", "--amount", "300")


def write_wallet(path: Path, rows: Sequence[str]) -> None:
    """A wallet export: tabs, and every column there."""
    cells = [row.split("|") for row in rows]
    full = [line + [""] * (TENPAY.count("\t") + 1 - len(line)) for line in cells]
    path.write_text("\n".join([TENPAY, *("\t".join(line) for line in full)]) + "\n", encoding="utf-8")


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command line on a home of its own; gives the document."""

    def start(*arguments: str) -> Any:
        code = shell.main(["--home", str(tmp_path / "home"), "--json", *arguments], {})
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return start


@pytest.fixture
def folder(tmp_path):
    """The bank's statement and the wallet's."""
    place = tmp_path / "statements"
    place.mkdir()
    (place / "模拟银行_交易明细信息.csv").write_text("\n".join([BANK, *BANK_ROWS]) + "\n", encoding="utf-8")
    write_wallet(place / "TenpayTrades.txt", WALLET_ROWS)
    return place


def traced(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Payer, payee and traced yuan of every flow, in order."""
    return [(flow["payer"], flow["payee"], flow["traced"]) for flow in found["flows"]]


def test_a_card_payment_goes_through_the_wallet_and_past_its_balance(run, folder):
    files = run("ingest", str(folder))["files"]
    assert [(file["rows"], file["accepted"], file["gaps"]) for file in files] == [(3, 3, 0), (2, 2, 0)]
    document = run("trace", *ORIGIN)
    for method in METHODS:
        found = document["methods"][method]
        assert traced(found)[1:] == [(A, f"{W}+card", "300.00"), (f"{W}+card", M, "300.00")], method
        assert {account["account"]: account["held"] for account in found["accounts"]}.get(W) is None
        assert found["balance"] == {"origin": "300.00", "held": "0.00", "exited": "0.00", "unknown": "300.00",
                                    "difference": "0.00"}  # fmt: skip
        assert [ask["account"] for ask in found["frontier"]] == [M]
    through, paid = (flow["transfer"] for flow in document["methods"]["fifo"]["flows"][1:])
    rows = [run("ledger", "sources", name)["transfers"][0]["sources"] for name in (through, paid)]
    assert [sorted(Path(row["file"]).name for row in one) for one in rows] == [
        ["TenpayTrades.txt", "模拟银行_交易明细信息.csv"],
        ["TenpayTrades.txt"],
    ]
    assert run("ledger", "check")["ok"]


def test_files_that_come_one_by_one_join_the_chain(run, folder):
    later = [folder.parent / name for name in ("second", "third")]
    for place in later:
        place.mkdir()
    (folder / "TenpayTrades.txt").rename(later[0] / "TenpayTrades.txt")
    write_wallet(later[1] / "TenpayTrades_2.txt", PAYEE_ROWS)
    for place in (folder, *later):
        run("ingest", str(place))
        assert run("ledger", "check")["ok"]
    found = run("trace", *ORIGIN)["methods"]["fifo"]
    assert traced(found)[1:] == [(A, f"{W}+card", "300.00"), (f"{W}+card", M, "300.00")]
    assert found["balance"]["held"] == "300.00"


def test_a_victim_who_pays_by_card_through_a_wallet_is_found_by_either_name(run, folder):
    run("ingest", str(folder))
    at = ("--at", "2026-03-01T10:05", "--amount", "300")
    by_wallet = run("trace", "--from", W, "--to", M, *at)["methods"]["fifo"]
    assert traced(by_wallet) == [(f"{W}+card", M, "300.00")]
    by_card = run("trace", "--from", A, *at)["methods"]["fifo"]
    assert traced(by_card) == [(A, f"{W}+card", "300.00"), (f"{W}+card", M, "300.00")]
