"""An account on the command line: masked and revealed, searched for, exported; each of it written down."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from desk_case import ACCOUNT, HOLDER, stopped_case
from desk_home import make_desk_home, run

from fanzha import bootstrap
from fanzha.access import Export, Reveal, SearchEntry
from fanzha.casework import Clue, Fact
from fanzha.cli.account import _cell
from fanzha.ports.record_query import Query
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.storage.argon2_hasher import Argon2Hasher

PASSWORD = "模拟口令-000001"


@pytest.fixture
def home(tmp_path):
    """A case of `both` with a fact and a first stop on the account, whose receipt tells a balance."""
    home = make_desk_home(tmp_path / "home")
    desk = bootstrap.desk(home)
    both, clerk = (actor_from_token(desk, f"made-up-token-of-{login}") for login in ("both", "clerk"))
    (home / "case").write_text(stopped_case(desk, both, clerk).id)
    desk.store.close()
    return home


def document(home, *words):
    code, out, err = run(home, "--json", "account", *words)
    assert code == 0, err
    return json.loads(out)


def kept(home, kind):
    desk = bootstrap.desk(home)
    with desk.store.reading() as view:
        rows, audit = view.records(kind).find(Query()).rows, list(view.audit.walk())
    desk.store.close()
    return rows, audit


def test_a_dossier_is_masked_until_its_own_case_lifts_the_mask(home):
    grouped = "6299 9900 0000 0000 017"
    masked = document(home, "show", grouped, "--as", "both")
    assert (masked["account"], masked["holders"], masked["masked"]) == ("****0017", ["模*"], True)
    assert [(one["amount"], one["hop"]) for one in masked["facts"]] == [("50000.00", 1)]
    assert [claim["holder_name"] for clue in masked["clues"] for claim in clue["claims"]] == ["模*"]
    (measure,) = masked["measures"]
    assert (measure["status"], measure["asked"]) == ("partial", "50000.00")  # the bank said that less is there
    assert (masked["last_balance"]["amount"], masked["ledger"], masked["held_elsewhere"]) == ("1234.56", None, False)
    assert ACCOUNT not in json.dumps(masked, ensure_ascii=False)
    assert kept(home, Reveal)[0] == ()

    revealed = document(home, "show", ACCOUNT, "--reveal", "--as", "both")
    case = (home / "case").read_text()
    assert (revealed["account"], revealed["holders"], revealed["purpose"]) == (ACCOUNT, [HOLDER], case)
    (reveal,), audit = kept(home, Reveal)
    assert (reveal.actor, reveal.purpose.by_itself, reveal.fields) == ("both", True, ("account", "name"))
    assert [(e.actor, e.case) for e in audit if e.action == "account.reveal"] == [("both", case)]
    assert ACCOUNT not in json.dumps([[e.subject_id, e.reason, dict(e.details)] for e in audit], ensure_ascii=False)
    searches, audit = kept(home, SearchEntry)
    assert [(one.terms, one.hits) for one in searches] == [(grouped, 4), (ACCOUNT, 4)]
    assert sum(e.action == "record.search" for e in audit) == 2
    code, out, err = run(home, "account", "show", ACCOUNT, "--as", "both")
    assert (code, out) == (0, "")
    assert "Facts" in err
    assert ACCOUNT not in err


@pytest.mark.parametrize(
    ("login", "words", "rule"),
    [
        ("duty", (), "purpose.case"),
        ("duty", ("--case", "{case}", "--reason", "看看"), "purpose.reason"),
        ("duty", ("--case", "CASE-NONE", "--reason", "核对收款人身份"), "access.see"),
        ("stranger", (), "purpose.case"),
        ("clerk", (), "access.search"),
        ("admin", (), "access.search"),
    ],
)
def test_a_reveal_without_a_purpose_is_refused_and_noted(home, login, words, rule):
    words = [word.format(case=(home / "case").read_text()) for word in words]
    code, _, _ = run(home, "account", "show", ACCOUNT, "--reveal", *words, "--as", login)
    reveals, audit = kept(home, Reveal)
    assert (code in {1, 2}, reveals) == (True, ())
    assert [(e.actor, e.details["rule"]) for e in audit if e.action == "account.reveal"] == [(login, rule)]


def test_a_colleague_reveals_with_case_and_reason(home):
    case = (home / "case").read_text()
    words = ("--reveal", "--case", case, "--reason", "核对收款人身份")
    assert document(home, "show", ACCOUNT, *words, "--as", "duty")["holders"] == [HOLDER]
    (reveal,), _ = kept(home, Reveal)
    assert (reveal.purpose.reason, reveal.purpose.by_itself) == ("核对收款人身份", False)


def test_another_body_learns_only_that_something_stands(home):
    seen = document(home, "show", ACCOUNT, "--as", "stranger")
    assert (seen["facts"], seen["clues"], seen["measures"], seen["holders"]) == ([], [], [], [])
    assert (seen["held_elsewhere"], seen["last_balance"]) == (True, None)
    assert document(home, "search", ACCOUNT, "--as", "stranger")["hits"] == []


def test_a_search_finds_by_number_and_by_id_and_is_kept(home):
    found = document(home, "search", ACCOUNT, "--as", "both")
    assert {hit["kind"] for hit in found["hits"]} == {"report", "clue", "fact", "measure"}
    case = (home / "case").read_text()
    (hit,) = document(home, "search", case, "--case", case, "--as", "duty")["hits"]
    assert (hit["kind"], hit["id"], hit["status"]) == ("case", case, "accepted")
    searches, _ = kept(home, SearchEntry)
    assert sorted((one.actor, one.hits, one.case) for one in searches) == [("both", 4, ""), ("duty", 1, case)]
    assert run(home, "account", "search", "123", "--as", "both")[0] == 2


def test_an_analyst_of_another_body_learns_whom_to_ask(home):
    words = ("office", "person", "add", "far", "模拟·far", "--body", "OTHER", "--role", "analyst", "--as", "admin")
    assert run(home, *words, "--password-stdin", stdin=PASSWORD + "\n")[0] == 0
    assert run(home, "office", "sign-in", "far", "--password-stdin", stdin=PASSWORD + "\n")[0] == 0
    unsaid = document(home, "search", ACCOUNT, "--as", "far")
    assert (unsaid["hits"], unsaid["purposed"]) == ([], False)
    hits = document(home, "search", ACCOUNT, "--reason", "核对同一收款账户", "--as", "far")["hits"]
    assert {(hit["kind"], hit["organisation"], hit["id"]) for hit in hits} == {
        (kind, "COUNTY", "") for kind in ("report", "clue", "fact", "measure")
    }


def many_facts(home, count):
    """More verified accounts of the body, in no case."""
    desk = bootstrap.desk(home)
    with desk.store.begin() as unit:
        (fact,) = unit.records(Fact).find(Query()).rows
        clue = unit.records(Clue).get(fact.clue)
        unit.records(Clue).add(replace(clue, id="CLUE-X", case="", facts=()))
        unit.records(Fact).bulk_add(
            replace(
                fact, id=f"FACT-{n}", clue="CLUE-X",
                fields=replace(fact.fields, account=f"62999900{n:08d}", holder_name=f"=模拟·{n}"),
            )
            for n in range(count)
        )  # fmt: skip
        unit.commit()
    desk.store.close()


def test_an_export_is_marked_counted_and_alarmed(home, monkeypatch):
    monkeypatch.setattr(bootstrap, "secret_hasher", lambda: Argon2Hasher(1, 8, 1))
    file, case = home / "out.csv", (home / "case").read_text()
    own = document(home, "export", file, "--reason", "案件移送材料", "--case", case, "--as", "both")
    assert (own["rows"], own["inside"], own["outside"], own["alarm"]) == (1, 1, 0, None)
    watermark, head, row = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    assert watermark == [own["watermark"]]
    assert {"模拟·both", "COUNTY", case, own["export"]} <= {part.split()[-1] for part in watermark[0].split(" · ")}
    assert dict(zip(head, row, strict=True))["account"] == ACCOUNT

    many_facts(home, 30)
    some = document(home, "export", file, "--reason", "辖区涉案账户核对", "--as", "both")
    assert (some["rows"], some["outside"], some["alarm"]) == (31, 30, {"action": "log", "persons": 30})
    assert "'=模拟·0" in file.read_text(encoding="utf-8-sig")
    again = document(home, "export", file, "--reason", "辖区涉案账户核对", "--as", "both")
    assert again["alarm"] is None  # the same persons within the day
    exports, audit = kept(home, Export)
    assert len(exports) == 3
    assert [(e.actor, e.details["action"]) for e in audit if e.action == "export.alarm"] == [("both", "log")]
    listed = document(home, "exports", "--as", "city-chief")["exports"]
    assert [(one["by"], one["outside"]) for one in listed] == [("both", 30), ("both", 30), ("both", 0)]
    assert run(home, "account", "exports", "--as", "duty")[0] == 1
    for login in ("clerk", "admin", "auditor"):
        assert run(home, "account", "export", home / "no.csv", "--reason", "x" * 9, "--as", login)[0] == 1
    assert not (home / "no.csv").exists()


def test_an_export_whose_file_could_not_be_written_is_not_told_as_one_that_left(home):
    many_facts(home, 30)
    words = ("--reason", "辖区涉案账户核对", "--as", "both")
    code, _, err = run(home, "account", "export", home / "nowhere" / "out.csv", *words)
    assert (code, "cannot be written" in err) == (2, True)
    (listed,) = document(home, "exports", "--as", "city-chief")["exports"]
    assert "cannot be written" in listed["failed"]
    told = document(home, "export", home / "out.csv", *words)
    assert told["alarm"] == {"action": "log", "persons": 30}  # what never left is counted nowhere
    _, audit = kept(home, Export)
    assert [e.subject_id for e in audit if e.action == "export.fail"] == [listed["id"]]


def test_the_last_threshold_asks_for_a_second_person(home, monkeypatch):
    monkeypatch.setattr(bootstrap, "secret_hasher", lambda: Argon2Hasher(1, 8, 1))
    many_facts(home, 2500)
    words = ("account", "export", home / "out.csv", "--reason", "辖区涉案账户核对", "--as", "duty")
    code, _, err = run(home, *words)
    assert (code, "second person" in err, (home / "out.csv").exists()) == (1, True, False)
    for login in ("chief", "duty"):
        reset = ("office", "person", "reset-password", login, "--password-stdin", "--as", "admin")
        assert run(home, *reset, stdin=PASSWORD + "\n")[0] == 0
    sign_in = ("office", "sign-in", "duty", "--password-stdin")
    assert run(home, *sign_in, stdin=PASSWORD + "\n")[0] == 0
    approved = (*words, "--approver", "chief", "--password-stdin")
    assert run(home, *approved, stdin="模拟-falsch\n")[0] == 1
    assert run(home, *words, "--approver", "duty", "--password-stdin", stdin=PASSWORD + "\n")[0] == 1
    code, _, err = run(home, *approved, stdin=PASSWORD + "\n")
    assert (code, "alarm: 2501 persons" in err) == (0, True), err
    (export,), audit = kept(home, Export)
    assert (export.approved_by, len(export.outside)) == ("chief", 2501)
    assert [str(e.outcome) for e in audit if e.action == "account.export"] == ["refused", "refused"]


def test_the_ledger_says_what_statements_cover(home):
    header = "交易卡号,账户开户名称,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号"
    rows = (
        f"{ACCOUNT},{HOLDER},2026-03-01 10:00:00,500.00,500.00,进,6299991000000000011,模拟受害人,转账,1",
        f"{ACCOUNT},{HOLDER},2026-03-01 10:05:00,120.50,379.50,出,6299993000000000055,模拟乙,转账,2",
    )
    statement = home / "模拟甲行_交易明细信息.csv"
    statement.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert run(home, "ingest", statement, "--as", "both")[0] == 0
    (line,) = document(home, "show", ACCOUNT, "--as", "both")["ledger"]
    assert (line["account"], line["amount_in"], line["amount_out"], line["enters_traces"]) == (
        "****0017", "500.00", "120.50", True,
    )  # fmt: skip
    assert [period["from"][:10] for period in line["covered"]] == ["2026-03-01"]
    assert document(home, "show", "6299990000000009999", "--as", "both")["ledger"] == []
    for number, login, ask in (
        ("6299993000000000055", "both", []),  # no record has it
        (ACCOUNT, "stranger", ["COUNTY"]),
    ):
        hidden = document(home, "show", number, "--as", login)
        assert (hidden["ledger"], hidden["ledger_withheld"], hidden["ask"]) == ([], True, ask)
        code, _, err = run(home, "account", "show", number, "--as", login)
        assert (code, "120.50" in err, "is yours to see; ask" in err) == (0, False, True)


@pytest.mark.parametrize("text", ["CLUE-1M7YWTX8T-0001-1", "FACT-1M7YWTX8T-0001", "MEAS-12345T12:34:56-0"])
def test_an_id_is_no_time(text):
    assert _cell(text) == text
    assert _cell("2026-03-01T10:00:00.000123+08:00") == "2026-03-01 10:00"
