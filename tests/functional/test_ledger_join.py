"""A pair of rows that only name, amount and time suggest to be one transfer: shown, confirmed with a reason, taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from desk_home import make_desk_home
from desk_home import run as run_at
from measure_home import make_measure_home

from fanzha import bootstrap
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
    assert run("ledger", "join", ids[0], "T0", "--reason", "看不清楚")[0] == 1
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


def test_once_an_office_stands_the_ledger_changes_by_name_alone(tmp_path):
    home = make_desk_home(tmp_path / "home")
    folder = written(tmp_path / "first", *list(FILES)[:2])
    assert run_at(home, "ingest", folder, "--as", "auditor")[0] == 1
    code, _, err = run_at(home, "ingest", folder)
    assert (code, "--as LOGIN" in err, (home / "ledger").exists()) == (1, True, False)
    assert run_at(home, "ingest", folder, "--as", "both")[0] == 0
    pair = json.loads(run_at(home, "--json", "ledger", "joins", "--as", "both")[1])["inferred"][0]
    join = ("ledger", "join", pair["outgoing"], pair["incoming"], "--reason", "乙行电话核实")
    forget = ("ledger", "forget", list(FILES)[1], "--reason", "读错了文件")
    unjoin = ("ledger", "unjoin", A, B)
    for words in (join, forget, unjoin):
        code, _, err = run_at(home, *words)
        assert (code, "--as LOGIN" in err) == (1, True)
        assert run_at(home, *words, "--as", "auditor")[0] == 1
    assert run_at(home, *join, "--as", "both")[0] == 0
    assert run_at(home, *forget, "--as", "both")[0] == 0
    done = [event for event in ledger_audit(home) if event.outcome == "done"]
    assert [event.action for event in done] == ["ledger.ingest", "ledger.ingest", "ledger.join", "ledger.forget"]
    assert {event.actor for event in done} == {"both"}
    assert (done[-1].reason, done[-1].details["file"]) == ("读错了文件", done[-1].details["file"])
    assert done[-1].details["file"] in {event.details["file"] for event in done[:2]}
    assert not any(number in repr(ledger_audit(home)) for number in (A, B, "模拟甲"))


def ledger_audit(home):
    desk = bootstrap.desk(home)
    try:
        with desk.store.reading() as view:
            return [event for event in view.audit.walk() if event.action.startswith("ledger.")]
    finally:
        desk.store.close()


def test_once_an_office_stands_the_ledger_is_read_masked_by_those_who_signed_in(tmp_path):
    home, case, _ = make_measure_home(tmp_path / "home")
    folder = written(tmp_path / "first", *list(FILES)[:2])
    assert run_at(home, "ingest", folder, "--as", "both")[0] == 0
    (pair,) = json.loads(run_at(home, "--json", "ledger", "joins", "--as", "both")[1])["inferred"]
    reads = [("ledger", "info"), ("ledger", "joins"), ("ledger", "sources", pair["outgoing"]), ("ledger", "check")]
    for words in reads:
        code, _, err = run_at(home, *words)
        assert (code, "--as LOGIN" in err) == (1, True), words
        for login in ("clerk", "admin"):  # a bank's own desk, and who keeps people and sees no case
            assert run_at(home, *words, "--as", login)[0] == 1, (words, login)
        code, out, err = run_at(home, *words, "--json", "--as", "auditor")
        assert code == 0, err
        assert not any(secret in out + err for secret in (A, B, '"模拟甲"')), words
        code, _, err = run_at(home, *words, "--case", case, "--as", "stranger")
        assert code == 2, "a case that may not be seen is no purpose"
    told = [run_at(home, *words, "--json", "--case", case, "--as", "both")[1] for words in reads]
    assert A in told[0]
    assert {event.case for event in ledger_audit(home) if event.action == "ledger.reveal"} == {case, ""}


def test_without_an_office_the_ledger_is_anybodys_who_has_the_folder(tmp_path):
    home = tmp_path / "laptop"
    folder = written(tmp_path / "first", *list(FILES)[:2])
    assert run_at(home, "ingest", folder)[0] == 0
    code, out, _ = run_at(home, "ledger", "info", "--json")
    assert (code, A in out, (home / "work.db").exists()) == (0, True, False)
