"""`fanzha trace --into`: every account that a trace reaches can be looked at backward, and limits are told."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli import main as shell
from fanzha.tracing import inflows

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "case-40-accounts"


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command line on a home of its own; gives exit code and the document."""

    def start(*arguments: str) -> tuple[int, Any]:
        code = shell.main(["--home", str(tmp_path / "home"), "--json", *arguments], {})
        return code, json.loads(capsys.readouterr().out)

    return start


@pytest.fixture
def ledger(run, tmp_path):
    """Reads a canonical table without balances into the home."""

    def read(*rows: str) -> None:
        path = tmp_path / "m.csv"
        path.write_text("\n".join(("at,payer,payee,amount", *rows)) + "\n", encoding="utf-8")
        assert run("ingest", str(path))[0] == 0

    return read


def test_an_inflow_from_an_account_with_a_statement_is_explained(run, ledger):
    ledger("2026-03-01T10:00:00,V,A,1000", "2026-03-01T10:05:00,A,B,1000", "2026-03-01T10:10:00,B,C,900")
    code, document = run("trace", "--into", "B")
    assert code == 0
    assert [(i["payer"], i["class"]) for i in document["inflows"]] == [("A", "probable_victim")]
    assert "passed_on_within_minutes" in document["inflows"][0]["reasons"]
    assert document["warnings"] == []


def test_every_account_of_the_case_can_be_looked_at_backward(run):
    assert run("ingest", str(EXAMPLE))[0] == 3  # rows were put aside
    origins = ("--origins", str(EXAMPLE / "origins.csv"))
    _, traced = run("trace", *origins, "--method", "fifo")
    found, came = traced["methods"]["fifo"], defaultdict(Decimal)
    for flow in found["flows"]:
        came[flow["payee"]] += Decimal(flow["traced"])
    reached = [a["account"] for a in found["accounts"]]
    assert len(reached) > 20
    comes_round: set[str] = set()
    for account in reached:
        for known in ((), origins):
            code, document = run("trace", "--into", account, *known)
            assert code == 0, (account, document)
            totals = {name: Decimal(part["amount"]) for name, part in document["totals"].items()}
            assert sum(totals.values()) == Decimal(document["indicators"]["inflow"])
            # A flow that brings a victim's money a second time is the account's own outflow coming round.
            again = (came[account] if known else 0) - totals["known_victim"]
            assert 0 <= again <= totals["came_round"], account
            comes_round.update([account] if again else [])
    assert len(comes_round) == 3


def test_a_known_victims_money_that_comes_round_is_not_counted_again(run, ledger):
    ledger(
        "2026-03-01T09:00:00,W,A,700",
        "2026-03-01T10:00:00,V,B,5000",
        "2026-03-01T10:01:00,B,A,5000",
        "2026-03-01T10:05:00,A,C,5700",
        "2026-03-01T11:00:00,C,A,2000",
    )
    payment = ("--from", "V", "--at", "2026-03-01 10:00", "--amount", "5000", "--label", "V")
    _, document = run("trace", "--into", "A", *payment)
    parts = {inflow["payer"]: (inflow["parts"], inflow["by_victim"]) for inflow in document["inflows"]}
    assert parts["B"] == ({"known_victim": "5000.00"}, {"V": "5000.00"})
    assert parts["C"] == ({"came_round": "2000.00"}, {})
    assert document["indicators"]["known_victims"] == "5000.00"


def test_outflows_beyond_the_limit_are_told_and_until_comes_first(run, ledger, monkeypatch):
    monkeypatch.setattr(inflows, "OUTFLOWS_MAX", 2)
    ledger(
        "2026-03-01T10:00:00,V,A,900",
        *(f"2026-03-0{day}T11:00:00,A,B,300" for day in (2, 3, 4)),
        "2026-03-05T11:00:00,B,A,900",
    )
    _, document = run("trace", "--into", "A")
    assert document["totals"]["came_round"]["amount"] == "600.00"
    assert len(document["warnings"]) == 1
    assert document["warnings"][0].startswith("outflows_not_followed: only the first 2 of 3 outflows")
    _, document = run("trace", "--into", "A", "--until", "2026-03-03")
    assert document["warnings"] == []


HEADER = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,交易币种"


def test_what_no_row_explains_is_told(run, tmp_path):
    """Another currency, a rise of the balance without a row, an account without a statement, a word nobody knows."""
    rows = [
        "A,2026-03-01 10:00:00,100,100,进,B,CNY",
        "A,2026-03-01 11:00:00,100,977,进,B,CNY",
        "A,2026-03-01 12:00:00,5,5,进,B,USD",
        "C,2026-03-01 12:00:00,5,5,进,B,CNY",
        "C,2026-03-01 12:01:00,5,5,O,B,CNY",
        "C,2026-03-01 12:02:00,5,10,出,D,CNY",
    ]
    path = tmp_path / "交易明细信息.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    run("ingest", str(path))
    _, document = run("trace", "--into", "A")
    assert document["indicators"]["inflow"] == "200.00"
    gaps, other = document["warnings"]
    assert gaps.startswith("gaps: the running balance rises by 777.00 CNY without a row")
    assert other.startswith("other_currencies: inflows of 5.00 USD")
    assert [(o["currency"], o["indicators"]["inflow"]) for o in document["other_currencies"]] == [("USD", "5.00")]
    _, document = run("trace", "--into", "A", "--until", "2026-03-01 10:30")
    assert [w for w in document["warnings"] if w.startswith("gaps")] == []
    for account, code in (("C", "blocked"), ("D", "not_covered")):
        _, document = run("trace", "--into", account)
        assert [w.partition(":")[0] for w in document["warnings"]] == [code]
