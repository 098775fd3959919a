"""A pair of rows that only name, amount and time suggest to be one transfer: shown, confirmed with a reason, taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fanzha.cli import main as shell

HEADER = "交易卡号,账户开户名称,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号"
A, B = "6299992000000000044", "6299993000000000055"
FILES = {
    "模拟甲行_交易明细信息.csv": (
        f"{A},模拟甲,2026-03-01 10:00:00,500.00,500.00,进,6299991000000000011,模拟受害人,转账,1",
        f"{A},模拟甲,2026-03-01 10:05:00,500.00,0.00,出,6299****0055,模拟乙,转账,2",
    ),
    "模拟乙行_交易明细信息.csv": (f"{B},模拟乙,2026-03-01 10:05:20,500.00,500.00,进,,模拟甲,转账,9",),
    "模拟乙行_2_交易明细信息.csv": (
        f"{B},模拟乙,2026-03-02 09:00:00,100.00,400.00,出,6299994000000000066,模拟丙,转账,12",
    ),
}
TRACE = ("trace", "--from", "6299991000000000011", "--to", A, "--at", "2026-03-01T10:00:00", "--amount", "500")


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command line on a home of its own; gives exit code and the document (or what was said)."""

    def start(*arguments: str) -> tuple[int, Any]:
        code = shell.main(["--home", str(tmp_path / "home"), "--json", *arguments], {})
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return start


def written(folder, *names: str) -> str:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("\n".join([HEADER, *FILES[name]]) + "\n", encoding="utf-8")
    return str(folder)


def held(run) -> dict[str, str]:
    """What each account holds of the traced payment, by FIFO."""
    found = run(*TRACE)[1]["methods"]["fifo"]
    assert found["balance"]["difference"] == "0.00"
    return {account["account"]: account["held"] for account in found["accounts"]}


def test_a_suggestion_enters_amounts_only_once_confirmed(run, tmp_path):
    names = list(FILES)
    assert run("ingest", written(tmp_path / "first", *names[:2]))[0] == 0
    digest = run("ledger", "info")[1]["digest"]
    (pair,) = run("ledger", "joins")[1]["inferred"]
    assert (pair["payer"], pair["payee"], pair["amount"]) == (A, B, "500.00")
    assert held(run) == {A: "0.00", "6299****0055": "0.00"}
    ids = pair["outgoing"], pair["incoming"]
    code, said = run("ledger", "join", *ids)
    assert code == 2
    assert "needs a reason" in said["error"]["message"]
    assert run("ledger", "join", ids[0], "T0", "--reason", "x")[0] == 1
    code, document = run("ledger", "join", *ids, "--reason", "乙行电话核实")
    assert code == 0
    assert document["ledger"]["transfers"] == 2
    assert held(run) == {A: "0.00", B: "500.00"}
    joins = run("ledger", "joins")[1]
    assert joins["inferred"] == []
    assert [(one["reason"], one["transfer"]) for one in joins["confirmed"]] == [
        ("乙行电话核实", document["pair"]["transfer"])
    ]
    assert run("ledger", "check")[1]["ok"]
    # The decision is kept when more files come.
    assert run("ingest", written(tmp_path / "second", names[2]))[0] == 0
    assert held(run) == {A: "0.00", B: "400.00", "6299994000000000066": "0.00"}
    code, document = run("ledger", "join", *ids, "--undo")
    assert (code, document["pair"]["transfer"]) == (0, None)
    assert held(run) == {A: "0.00", "6299****0055": "0.00"}
    assert run("ledger", "join", *ids, "--undo")[0] == 1
    assert len(run("ledger", "joins")[1]["inferred"]) == 1
    assert run("ledger", "info")[1]["digest"] != digest
