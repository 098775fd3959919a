"""`fanzha return`: the whole way on the command line, what it shows of persons, and its papers."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime
from unittest import mock

import openpyxl
import pytest
from desk_home import run
from return_day import AWAY, BOTH, CITY_CHIEF, M, ReturnDay, make_return_day

from fanzha.access import Credential, CredentialKind, Person, new_credential
from fanzha.cli.desk_session import write_session
from fanzha.core.time import DAY_US
from fanzha.measures.model import Measure
from fanzha.measures.orders import Outcome
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.return_papers import PaperKind, return_paper_of
from fanzha.services.desk.trace_case import trace_case

LOGINS = ("duty", "chief", "city-chief", "stranger")
NUMBER = "模拟返字〔2026〕1号"


@pytest.fixture
def day(tmp_path):
    made = make_return_day("sqlite", tmp_path)
    for login in LOGINS:
        write_session(tmp_path / "home", login, f"made-up-token-of-{login}")
    with mock.patch("fanzha.core.time.SystemClock.now_us", made.clock.now_us):
        yield made
    made.desk.store.close()


def sign_in_again(day: ReturnDay) -> None:
    """A session lasts no thirty days."""
    with day.desk.store.begin() as unit:
        for login in LOGINS:
            token, rules = f"another-made-up-token-of-{login}", day.desk.rules.access.credentials
            unit.records(Credential).add(
                new_credential(
                    unit.records(Person).get(login), CredentialKind.SESSION, token_hash(token), rules, day.clock.at_us,
                    day.desk.ids,
                )
            )  # fmt: skip
            write_session(day.folder / "home", login, token)
        unit.commit()


def frozen_case(day: ReturnDay) -> str:
    day.read_in()
    case, _ = day.case()
    day.freeze(case.id)
    trace_case(day.desk, day.books, BOTH, case.id)
    return case.id


def said(day: ReturnDay, login: str, *words: str):
    """The document that a command prints; it must succeed."""
    code, out, err = run(day.folder / "home", "--json", "return", *words, "--as", login)
    assert code == 0, err
    return json.loads(out)


def refused(day: ReturnDay, login: str, *words: str) -> str:
    """What a command says that a rule refuses."""
    code, _, err = run(day.folder / "home", "return", *words, "--as", login)
    assert code == 1, err
    return err


def test_a_return_from_the_plan_to_the_payment_that_goes_elsewhere(day):
    case = frozen_case(day)
    planned = said(day, "duty", "plan", case)
    (account,) = planned["accounts"]
    assert (account["held_by_method"]["fifo"], account["held_by_method"]["libr"]) == ("10000.00", "27000.00")
    assert account["methods_disagree"]
    assert account["branches"] == ["by_time", "prorata"]
    assert [award["amount"] for award in account["awards"]] == ["10000.00", "6375.00", "10625.00"]
    assert account["account"].endswith(M[-4:])
    assert M not in json.dumps(planned), "behind the mask"
    assert "Art. 8(2)" in refused(day, "duty", "plan", case, "--branch", "prorata")
    chosen = said(day, "duty", "plan", case, "--branch", f"{M[-4:]}=prorata", "--reason", "V3 的到账时间存疑")
    assert [award["amount"] for award in chosen["accounts"][0]["awards"]] == ["9000.00", "15000.00", "3000.00"]

    drafted = said(day, "duty", "draft", case)["id"]
    assert "公告30日" in refused(day, "duty", "propose", drafted)
    published = said(day, "duty", "publish", drafted)
    objection = said(day, "duty", "object", drafted, "--by", "模拟·商户", "--text", "货已交付")["objections"][0]
    assert "商户" not in json.dumps(objection, ensure_ascii=False)
    day.clock.at_us += 31 * DAY_US
    sign_in_again(day)
    said(day, "duty", "decide-objection", drafted, objection["id"], "--upheld", "--finding", "货款属实，予以扣除")
    corrected = said(day, "duty", "replan", drafted, "--third-parties", "5483.87")
    assert (corrected["status"], corrected["notice"]) == ("noticed", published["notice"])
    assert [award["amount"] for award in corrected["accounts"][0]["awards"]] == ["10000.00", "4318.55", "7197.58"]
    proposed = said(day, "duty", "propose", drafted)
    stale = str(proposed["version"] - 1)
    assert "version" in refused(day, "city-chief", "approve", drafted, "--document", NUMBER, "--version", stale)
    assert "设区的市" in refused(day, "chief", "approve", drafted, "--document", NUMBER)
    assert "may not see it" in run(day.folder / "home", "return", "show", drafted, "--as", "stranger")[2]
    statement, *_ = day.books.facts.files()
    forget = ("ledger", "forget", statement, "--reason", "模拟：读错了", "--as", "duty")
    code, _, err = run(day.folder / "home", *forget)
    assert (code, drafted in err, "--although" in err) == (1, True, True)
    approved = said(day, "city-chief", "approve", drafted, "--document", NUMBER, "--version", str(proposed["version"]))
    assert [payment["status"] for payment in approved["payments"]] == ["approved"] * 3
    pays_elsewhere(day, drafted, approved["payments"][0]["id"])
    books = said(day, "duty", "sums", case)
    assert [row["difference"] for row in books["victims"]] == ["0.00"] * 3
    assert books["totals"][0]["lost"] == "90000.00"
    (line,) = said(day, "duty", "list", "--case", case)["returns"]
    assert (line["status"], line["sums"]) == (
        "approved", [{"currency": "CNY", "frozen": "27000.00", "planned": "21516.13", "paid": "0.00", "remainder": "5483.87"}],
    )  # fmt: skip


def test_what_is_others_money_is_said_for_each_of_several_accounts(day):
    case = frozen_case(day)
    day.freeze(case, 2_000_000, account=AWAY)
    trace_case(day.desk, day.books, BOTH, case)
    drafted = said(day, "duty", "draft", case)["id"]
    code, _, err = run(day.folder / "home", "return", "replan", drafted, "--third-parties", "5000", "--as", "duty")
    assert (code, "ACCOUNT=YUAN" in err) == (2, True), err
    planned = said(day, "duty", "replan", drafted, "--third-parties", f"{M[-4:]}=5000")
    assert {one["third_parties"] for one in planned["accounts"]} == {"5000.00", "0.00"}


def pays_elsewhere(day: ReturnDay, drafted: str, first: str) -> None:
    day.answer(day.get(Measure, first), Outcome.REFUSED)
    again = said(day, "duty", "pay-again", drafted, first, "--to", "6299990000000000777", "--reason", "原账户已销户")
    assert (again["status"], again["amount"], again["pay_to"][-4:]) == ("proposed", "10000.00", "0777")
    letter = (day.desk, BOTH, drafted, PaperKind.NOTICE)
    assert "改汇" not in shown(return_paper_of(*letter).source), "another officer approves first"
    approve_measure(day.desk, CITY_CHIEF, again["id"])
    elsewhere = shown(return_paper_of(*letter).source).partition("协助返还通知书（改汇）")[2]
    assert [text for text in ("6299990000000000777", "人民币壹万元整", "模拟·V", NUMBER) if text not in elsewhere] == []
    seen = said(day, "duty", "show", drafted)
    assert [payment["status"] for payment in seen["payments"]] == ["refused", "approved", "approved", "approved"]
    code, _, err = run(day.folder / "home", "return", "show", drafted, "--as", "duty")
    assert (code, "by_time" in err, "4318.55" in err) == (0, True, True)


def test_worksheet_and_papers_are_masked_unless_they_are_revealed(day, tmp_path):
    case = frozen_case(day)
    drafted = said(day, "duty", "draft", case)["id"]
    sheet = tmp_path / "sheet.xlsx"
    said(day, "duty", "worksheet", drafted, "--out", str(sheet))
    book = openpyxl.load_workbook(io.BytesIO(sheet.read_bytes()))
    assert book.sheetnames == ["总表", f"账户1 尾号{M[-4:]}"]
    cells = [cell for page in book for row in page.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {27000, 6375, 10625, 10000, 9000, 15000} <= set(cells)
    assert M not in cells
    assert {"拟稿", "先进先出", "按时间戳、按比例", "选定方式"} <= set(cells)
    assert "2026-11-22 09:05:00" in {str(cell) for cell in cells if isinstance(cell, datetime)}
    assert not any(re.search("prorata|by_time|fifo|T[0-9]{2}:", str(cell)) for cell in cells)
    assert not any(isinstance(cell, str) and cell.startswith("=") for cell in cells)
    assert not [name for name in zipfile.ZipFile(sheet).namelist() if "externalLink" in name]
    assert "name the case" in refused(day, "city-chief", "worksheet", drafted, "--reveal", "--out", str(sheet))
    said(day, "duty", "worksheet", drafted, "--out", str(sheet), "--reveal", "--case", case, "--reason", "呈报返还方案")
    book = openpyxl.load_workbook(sheet)
    cells = [cell for page in book for row in page.iter_rows(values_only=True) for cell in row]
    assert M in cells
    assert {"模拟·V1", "模拟·V2", "模拟·V3"} <= set(cells)
    assert day.audit("return.reveal")[-1].case == case
    for kind in ("report", "announcement", "decision"):
        paper = tmp_path / f"{kind}.pdf"
        said(day, "duty", "paper", drafted, kind, "--out", str(paper))
        assert paper.read_bytes().startswith(b"%PDF")
    assert "no bank is asked to pay yet" in refused(day, "duty", "paper", drafted, "notice")
    printed = [(event.outcome.value, event.details.get("paper")) for event in day.audit("return.print")]
    assert printed[-4:] == [("done", "report"), ("done", "announcement"), ("done", "decision"), ("refused", None)]


def test_a_bank_reads_names_and_capitals_and_the_public_neither_names_nor_the_desks_numbers(day):
    case = frozen_case(day)
    drafted = said(day, "duty", "draft", case)["id"]
    published = shown(return_paper_of(day.desk, BOTH, drafted, PaperKind.ANNOUNCEMENT, reveal=True).source)
    assert [text for text in (case, drafted, "RPT-", "REPORT-", "模拟·V1", M) if text in published] == []
    assert "立案决定书文号：模拟立字〔2026〕1号" in published
    said(day, "duty", "publish", drafted)
    day.clock.at_us += 31 * DAY_US
    sign_in_again(day)
    said(day, "duty", "propose", drafted)
    said(day, "city-chief", "approve", drafted, "--document", NUMBER)
    before = len(day.audit("return.reveal"))
    letter = shown(return_paper_of(day.desk, BOTH, drafted, PaperKind.NOTICE).source)
    lacking = (
        "模拟·V1",
        M,
        "27000.00元（大写：人民币贰万柒仟元整）",
        "人民币陆仟叁佰柒拾伍元整",
        "模拟立字〔2026〕1号",
        NUMBER,
    )
    assert [text for text in lacking if text not in letter] == []
    assert [text for text in (case, drafted, "CNY") if text in letter] == []
    (noted,) = day.audit("return.reveal")[before:]
    assert (noted.actor, noted.case, noted.details["by_itself"]) == ("both", case, True)
    assert "name the case" in refused(day, "city-chief", "paper", drafted, "notice")


def shown(source: str) -> str:
    """The source of a paper as it reads on the page."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), source)


def test_compute_needs_no_home_and_says_what_is_wrong_where(tmp_path):
    file, home = tmp_path / "frozen.json", tmp_path / "nowhere"

    def compute(document, *words):
        text = document if isinstance(document, str) else json.dumps(document)
        file.write_text(text, encoding="utf-8")
        return run(home, *words, "return", "compute", str(file))

    losses = {"A": "12345.67", "B": "76543.21", "C": "3333.33", "D": "500.00"}
    document = {"frozen": "40000.00", "victims": [{"id": name, "loss": loss} for name, loss in losses.items()]}
    code, out, _ = compute(document, "--json")
    assert (code, json.loads(out)) == (
        0,
        {"returns": {"A": "5325.87", "B": "33020.44", "C": "1437.99", "D": "215.70"}, "remainder": "0.00"},
    )
    document["victims"][1]["returned"] = "20000"
    code, out, err = compute(document)
    assert (code, out, "31100.93" in err, "stays frozen: 0.00" in err) == (0, "", True, True)
    assert not home.exists()
    for broken, names in (
        ("{", ["line 1"]),
        ([], ["must be an object"]),
        ({"victims": []}, ['"frozen"']),
        ({"frozen": "-1", "victims": []}, ['"frozen"', "below zero"]),
        ({"frozen": "1", "victims": {}}, ['"victims"']),
        (
            {"frozen": "1", "victims": [{"id": "A", "loss": "1"}, {"id": "B", "loss": "1.005"}]},
            ["victim 2", "(B)", '"loss"'],
        ),
        ({"frozen": "1", "victims": [{"id": "A", "lost": "1"}]}, ["victim 1", '"lost"']),
        ({"frozen": "1", "victims": [{"id": "", "loss": "1"}]}, ["victim 1", '"id"']),
        ({"frozen": "1", "victims": [{"id": "A", "loss": "1"}] * 2}, ["victim 2", "victim 1 already"]),
        ('{"frozen": "1", "frozen": "2", "victims": []}', ["twice"]),
    ):
        code, _, err = compute(broken)
        assert code == 2, broken
        assert [name for name in [*names, "frozen.json"] if name not in err] == []


def test_a_statement_that_ends_before_the_freeze_is_said_with_the_next_question(day):
    day.read_in(covered=False)
    case, _ = day.case()
    day.freeze(case.id)
    trace_case(day.desk, day.books, BOTH, case.id)
    code, out, err = run(day.folder / "home", "return", "plan", case.id, "--as", "duty")
    assert code == 0
    shown = " ".join((out + err).split())
    assert "its statement ends at 2026-11-22T09:06:00" in shown
    assert "--question NUMBER,2026-11-22T09:06:00" in shown
    (account,) = said(day, "duty", "plan", case.id)["accounts"]
    assert (account["unseen"]["stopped"], account["unseen"]["needs_reason"]) == (False, True)
    assert "or give a reason to go on" in refused(day, "duty", "draft", case.id)
    assert (
        said(day, "duty", "draft", case.id, "--reason", "回执余额与流水末笔一致")["accounts"][0]["unseen"] is not None
    )
