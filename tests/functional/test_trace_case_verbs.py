"""`fanzha trace --case` and `fanzha measure query` as an officer types them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing

import pytest
from desk_home import make_desk_home, run
from fixtures.case40.make_case import EXAMPLE
from traced_case import BING, BOTH, CHIEF, TracedDay, victims

from fanzha import bootstrap
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.documents.trace import masked_trace
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.propose_measure import propose_measure

pytestmark = pytest.mark.xdist_group("trace case verbs")  # one home, on which each test goes on


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = make_desk_home(tmp_path_factory.mktemp("traced") / "home")
    desk = bootstrap.desk(made)
    day = TracedDay(desk, bootstrap.books(made), desk.clock)
    day.read_in_without(BING)
    case = day.case().id
    yield made, case, day
    desk.store.close()


def said(home, *words, code=0):
    found, out, err = run(home, *words, "--json", "--as", "both")
    assert found == code, err
    return json.loads(out)


def test_the_papers_of_every_open_query_are_written_in_one_action(home, tmp_path):
    whole, case, _ = home
    made = shutil.copytree(whole, tmp_path / "home")  # the tests that follow ask the banks for the first time
    papers = ("measure", "query", "papers", "--case", case, "--out")
    code, _, err = run(made, *papers, str(tmp_path / "all"), "--as", "both")
    assert (code, "query draft" in err, (tmp_path / "all").exists()) == (2, True, False)
    said(made, "trace", "--case", case)
    drafted = said(made, "measure", "query", "draft", "--case", case)["drafted"]
    written = said(made, *papers, str(tmp_path / "all"))["written"]
    asked = {one["query"] for one in drafted}
    assert {one["query"] for one in written} == asked  # one for each institution
    assert {file.name for file in (tmp_path / "all").iterdir()} == {
        f"{one}{suffix}" for one in asked for suffix in (".pdf", ".xlsx")
    }
    with closing(bootstrap.desk(made).store) as store, store.reading() as view:
        exported = {event.subject_id for event in view.audit.walk() if event.action == "export.make"}
    assert {export for one in written for export in one["exports"]} == exported != set()
    taken = tmp_path / "taken"
    taken.write_text("x")
    code, _, err = run(made, *papers, str(taken), "--as", "both")
    assert (code, str(taken) in err) == (2, True)


def test_the_officer_follows_the_money_by_the_command_line(home, tmp_path):
    made, case, day = home
    traced = said(made, "trace", "--case", case, "--reveal", "--amounts", "stop")
    labels = {origin["label"] for origin in traced["origins"]}
    origins = tmp_path / "origins.csv"
    lines = ["label,from,to,at,amount"]
    for origin, row in zip(traced["origins"], victims(), strict=True):
        lines.append(f"{origin['label']},{row['from']},{row['to']},{row['at']},{row['amount']}")
    origins.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = run(made, "trace", "--origins", str(origins), "--as", "both")
    assert (code, "in an office money is traced for a case" in err) == (1, True)
    plain = shutil.copytree(
        made, tmp_path / "plain", ignore=shutil.ignore_patterns("work.db*")
    )  # the ledger, no office
    by_hand = said(plain, "trace", "--origins", str(origins))
    assert by_hand["methods"] == traced["methods"]
    assert by_hand["ledger"] == traced["ledger"]
    for each in traced["amounts"]["accounts"]:
        for method, text in each["by_method"].items():
            held = {a["account"]: a["held"] for a in by_hand["methods"][method]["accounts"]}
            assert held.get(each["account"], "0.00") == text

    masked = said(made, "trace", "--case", case)
    text = json.dumps(masked, ensure_ascii=False)
    assert not any(row["to"] in text or row["from"] in text or row["label"] in text for row in victims())
    assert set(masked["methods"]["fifo"]["accounts"][0]["by_victim"]) <= labels
    assert (masked["run"], masked["run_is_new"]) == (traced["run"], False)

    numbers = [word for n in range(1, 5) for word in ("--document", f"模拟查〔2026〕{n}号")]
    drafted = said(made, "measure", "query", "draft", "--case", case, *numbers)["drafted"]
    query = next(one["query"] for one in drafted if one["institution"] == "模拟丙银行")
    for name in ("letter.txt", "letter.pdf"):
        said(made, "measure", "query", "letter", query, "--out", str(tmp_path / name))
    said(made, "measure", "query", "sheet", query, "--out", str(tmp_path / "sheet.xlsx"))
    for wrong in ("sheet.csv", "sheet"):
        code, _, err = run(made, "measure", "query", "sheet", query, "--out", str(tmp_path / wrong), "--as", "both")
        assert (code, ".xlsx" in err, (tmp_path / wrong).exists()) == (2, True, False)
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "sheet.xlsx").read_bytes().startswith(b"PK")
    assert victims()[2]["to"] in (tmp_path / "letter.txt").read_text(encoding="utf-8")
    assert {one["query"] for one in said(made, "measure", "query", "open", "--case", case)["queries"]} >= {query}

    answer = ("measure", "query", "answer", str(EXAMPLE / BING), "--case", case)
    unsent = said(made, *answer, code=3)  # rows of the example are put aside
    assert (unsent["not_sent"], unsent["not_needed"]) == ([query], [])
    approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, query).id)
    said(made, "measure", "send", query, "--platform-number", "模拟平台〔2026〕1号")
    told = said(made, *answer, code=3)
    assert [one["query"] for one in told["answered"]] == [query]
    read = told["files"][0]
    forget = ("ledger", "forget", read["sha256"], "--reason", "模拟：读错了", "--as", "both")
    code, _, err = run(made, *forget)
    assert (code, query in err, "--although" in err) == (1, True, True)
    assert run(made, *forget, "--although", "银行重发，原件作废")[0] == 0
    gone = day.audit("ledger.forget")[-1]
    assert (gone.outcome, gone.details["although"], query in gone.details["rested"]) == (
        "done",
        "银行重发，原件作废",
        True,
    )
    assert run(made, *answer, "--as", "both")[0] == 3
    other = next(one["query"] for one in drafted if one["institution"] == "模拟戊银行")
    approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, other).id)
    assert "nobody has sent it" in run(made, "measure", "query", "nothing", other, "--as", "both")[2]
    said(made, "measure", "send", other, "--platform-number", "模拟平台〔2026〕2号")
    assert said(made, "measure", "query", "nothing", other)["answered"][0]["status"] == "executed"

    stops = said(made, "trace", "--case", case, "--draft-stops")["stops"]
    assert stops["drafted"]
    assert all(one["stoppable"] != "0.00" for one in stops["drafted"])
    assert not said(made, "trace", "--case", case, "--draft-stops")["stops"]["drafted"]
    page = tmp_path / "flow.html"
    code, _, err = run(made, "trace", "--case", case, "--html", str(page), "--amounts", "freeze", "--as", "both")
    assert code == 0, err
    assert "How much to freeze" in err
    assert page.exists()


def test_an_answer_tells_which_rows_were_put_aside_and_why(home, tmp_path):
    made, case, _ = home
    header = "交易卡号,账户开户名称,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号"
    rows = (
        "6299992000000000044,模拟甲,2026-03-01 10:00:00,500.00,500.00,进,6299991000000000011,模拟乙,转账,1",
        "6299992000000000044,模拟甲,2026-03-01 10:05:00,不明,500.00,出,6299993000000000055,模拟丙,转账,2",
    )
    statement = tmp_path / "模拟甲行_交易明细信息.csv"
    statement.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    told = said(made, "measure", "query", "answer", str(statement), "--case", case, code=3)
    (file,) = told["files"]
    assert (file["quarantined"], [(one["row"], one["field"]) for one in file["reasons"]]) == (1, [(3, "amount")])
    assert "6299992000000000044" not in json.dumps(file)
    code, _, err = run(made, "measure", "query", "answer", str(statement), "--case", case, "--as", "both")
    assert (code, "Put aside" in err, "amount" in err) == (3, True, True)


def test_the_plan_of_a_case_hides_numbers(home):
    made, case, _ = home
    traced = said(made, "trace", "--case", case)
    plan = said(made, "case", "plan", case)
    assert (plan["case"], plan["trace"], plan["cases_learnt"]) == (case, traced["run"], 0)
    assert not any("6299" in one["account"] + one["why"] for one in plan["proposals"])


def test_a_warning_hides_numbers_and_names_and_no_time_or_amount():
    mask = Mask(bootstrap.desk_rules().access.masks, names=("模拟甲乙",))
    document = {
        "parameters": {"origins": []},
        "warnings": [
            "2026-11-21T18:30:00+08:00 6299991000000000011 → 6299992000000000044 10000.00 at 2026-03-01T10:00:00.5+08:00.",
            "模拟甲乙 6299 9920 0000 0000 044: 120000.50, the row is of 2026-11-21T18:30:00+08:00",
        ],
    }
    assert masked_trace(document, mask)["warnings"] == [
        "2026-11-21T18:30:00+08:00 ****0011 → ****0044 10000.00 at 2026-03-01T10:00:00.5+08:00.",
        "模* ****0044: 120000.50, the row is of 2026-11-21T18:30:00+08:00",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--case", "CASE-1", "--from", "1", "--at", "2026-03-01", "--amount", "1"), "cannot go with --case"),
        (("--draft-stops", "--from", "1", "--at", "2026-03-01", "--amount", "1"), "needs --case"),
    ],
)
def test_options_that_would_count_for_nothing_are_refused(home, words, sentence):
    code, _, err = run(home[0], "trace", *words, "--as", "both")
    assert (code, sentence in err) == (2, True)


def test_a_stranger_learns_nothing_of_the_case(home):
    made, case, _ = home
    code, _, err = run(made, "trace", "--case", case, "--as", "stranger")
    assert code == 2
    assert "there is no" in err
