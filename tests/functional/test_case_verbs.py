"""The desk's day on the command line: reports, clues and cases, with what each verb says and refuses."""

from __future__ import annotations

import json

import pytest
from desk_home import make_desk_home, run

from fanzha import bootstrap

ACCOUNT = "6299990000000000017"
PAID = ("--payee", "6299 9900 0000 0000 017", "--payee-name", "模拟·钱二", "--payee-bank", "模拟银行")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return make_desk_home(tmp_path_factory.mktemp("desk") / "home")


def document(home, *words, stdin=""):
    code, out, err = run(home, *words, "--json", stdin=stdin)
    assert code == 0, err
    return json.loads(out)


def refused(home, *words, stdin=""):
    """Exit code and the sentence."""
    code, out, _ = run(home, *words, "--json", stdin=stdin)
    error = json.loads(out)["error"]
    assert error["exit_code"] == code
    return code, error["message"]


def taken_in(home, *more, amount="50000.00", phone="19900000001"):
    return document(
        home, "report", "new", "--as", "both", "--reporter", "模拟·孙三", "--phone", phone,
        "--narrative", "模拟：刷单返利，转账到 6299990000000000017 后被拉黑", *PAID,
        "--amount", amount, "--at", "2026-11-20 11:30", *more,
    )  # fmt: skip


def test_a_report_becomes_a_fact_and_a_filed_case(home):
    code, out, err = run(home, "report", "new", "--as", "both", "--reporter", "模拟·孙三", "--amount", "50000", *PAID)
    assert (code, out) == (0, "")
    assert "acknowledgement number ACK-" in err
    assert "fanzha clue claim" in err

    told = taken_in(home)
    report, (clue,) = told["report"], told["clues"]
    assert report["payments"][0]["payee"] == {"account": "****0017", "holder_name": "模*", "institution": "模拟银行"}
    assert report["payments"][0]["amount"] == report["losses"][0]["actual"] == "50000.00"
    assert ACCOUNT not in json.dumps(told, ensure_ascii=False)
    assert document(home, "report", "show", report["acknowledgement"], "--as", "duty")["id"] == report["id"]

    assert document(home, "clue", "claim", clue["id"], "--as", "both")["officer"] == "both"
    document(home, "clue", "assess", clue["id"], "--finding", "刚刚转出，先核四要素", "--as", "both")
    verified = document(
        home, "clue", "verify", clue["id"], "--holder", "模拟·钱二", "--account", "6299 9900 0000 0000 017",
        "--institution", "模拟银行", "--amount", "50000", "--at", "2026-11-20 11:30",
        "--document", "transfer_slip", "--reference", "FILE-1", "--as", "both",
    )  # fmt: skip
    assert verified["clue"]["facts"] == [verified["fact"]["id"]]
    assert (verified["fact"]["amount"], len(verified["fact"]["checks"])) == ("50000.00", 4)

    opened = document(home, "case", "open", report["id"], "--title", "模拟刷单案", "--as", "both")
    case = opened["id"]
    assert [clock["name"] for clock in opened["clocks"]] == ["review"]
    code, sentence = refused(home, "case", "file", case, "--document", "模拟立字〔2026〕1号", "--as", "duty")
    assert (code, "立案" in sentence and "the approver (审批人) or commander (指挥长) of COUNTY" in sentence) == (
        1,
        True,
    )
    code, sentence = refused(home, "case", "file", case, "--document", "模拟立字〔2026〕1号", "--as", "both")
    assert (code, "whose case it is" in sentence) == (1, True)  # four eyes
    assert (
        document(home, "case", "file", case, "--document", "模拟立字〔2026〕1号", "--as", "chief")["status"] == "filed"
    )
    acted = document(home, "clue", "act", clue["id"], case, "--as", "both")
    assert (acted["stage"], acted["clock"]["state"], acted["case"]) == ("acted", "met", case)

    page = document(home, "case", "show", case, "--as", "both")
    assert [len(page[part]) for part in ("reports", "clues", "facts")] == [1, 1, 1]
    shown = document(home, "case", "show", case, "--reveal", "--as", "both")
    assert shown["facts"][0]["account"] == ACCOUNT
    kinds = [event["kind"] for event in document(home, "case", "history", case, "--as", "both")["events"]]
    assert {"report.received", "clue.verified", "fact.made", "case.opened", "case.stepped"} <= set(kinds)
    assert run(home, "case", "show", case, "--as", "stranger")[0] == 2
    assert run(home, "case", "show", case, "--as", "both")[0] == 0  # for people too


def test_a_report_comes_as_a_document_and_every_fault_is_named(home):
    told = {
        "channel": "notice",
        "reporter": {"kind": "institution", "institution": "模拟银行", "name": "模拟·李四"},
        "payments": [{"amount": "1.00", "payee": {"account": "６２９９９９００００００００００２５"}}, {"payee": {}}],
        "contacts": [{"kind": "line", "value": "19900000009"}],
        "source_reference": "BANK-7",
    }
    made = document(home, "report", "new", "--from", "-", "--as", "duty", stdin=json.dumps(told))
    assert [clue["kind"] for clue in made["clues"]].count("account") == 2
    assert made["report"]["payments"][0]["payee"]["account"] == "****0025"
    assert made["report"]["payments"][1]["amount"] is None  # unknown, not zero
    for change, place in (
        ({"payments": [{"amount": 1.5}]}, "payments[1].amount"),
        ({"payments": [{"amount": "1.001"}]}, "payments[1].amount"),
        ({"payments": [{"at": "yesterday"}]}, "payments[1].at"),
        ({"payments": [{"payee": {"account": "钱二的卡"}}]}, "payments[1].payee.account"),
        ({"payments": [{"payee": "6299"}]}, "payments[1].payee"),
        ({"losses": [{"victim": "模拟"}]}, "losses[1].actual"),
        ({"reporter": {"kind": "nobody"}}, "reporter.kind"),
        ({"narative": "x"}, "narative"),
        ({"contacts": {}}, "contacts"),
    ):
        code, sentence = refused(home, "report", "new", "--from", "-", "--as", "duty", stdin=json.dumps(change))
        assert code == 2
        assert sentence.startswith(f"{place}: "), sentence
    code, sentence = refused(home, "report", "new", "--from", "-", "--as", "duty", stdin='{"channel": ')
    assert (code, "line 1" in sentence) == (2, True)
    assert refused(home, "report", "new", "--from", "-", "--reporter", "x", "--as", "duty", stdin="{}")[0] == 2
    assert refused(home, "report", "new", "--amount", "5", "--as", "duty")[0] == 2


def test_the_same_request_is_carried_out_once(home, tmp_path):
    (tmp_path / "slip.pdf").write_bytes("模拟转账凭证".encode())
    sent = ("--request", "K1", "--attach", tmp_path / "slip.pdf")
    first, again = taken_in(home, *sent)["report"], taken_in(home, *sent)["report"]
    assert (first["id"], first["acknowledgement"]) == (again["id"], again["acknowledgement"])
    (file,) = again["attachments"]
    assert bootstrap.evidence_store(home).get(file["sha256"]) == "模拟转账凭证".encode()
    code, out, _ = run(
        home, "report", "new", "--as", "both", "--narrative", "模拟：别的事", "--request", "K1", "--json"
    )
    assert (code, "another command" in out) == (1, True)
    words = ("case", "open", first["id"], "--title", "模拟案", "--request", "K2", "--as", "both")
    assert document(home, *words)["id"] == document(home, *words)["id"]
    assert taken_in(home, "--request", "")["report"]["id"] != first["id"]
    other = document(home, "report", "new", "--as", "duty", "--narrative", "模拟", "--request", "K1")
    assert other["report"]["id"] != first["id"]  # one person's keys are nobody else's


def test_duplicates_are_offered_merged_and_taken_apart(home):
    older, younger = (taken_in(home, amount="777.00", phone="19900000077") for _ in range(2))
    ids = [older["report"]["id"], younger["report"]["id"]]
    assert ids in [[offer["kept"], offer["absorbed"]] for offer in younger["alike"]["reports"]]  # as it comes in
    assert ids[0] in younger["alike"]["repeat_payees"][0]["reports"]
    _, _, said = run(home, "report", "add", ids[1], "--as", "both", "--narrative", "模拟：补充")
    assert f"to merge them: fanzha report merge {ids[0]} {ids[1]} --reason" in said
    found = document(home, "report", "duplicates", ids[1], "--as", "duty")
    assert ids in [[offer["kept"], offer["absorbed"]] for offer in found["reports"]]
    assert found["repeat_payees"][0]["account"] == "****0017"
    assert refused(home, "report", "merge", *reversed(ids), "--reason", "同一警情", "--as", "duty")[0] == 1
    merged = document(home, "report", "merge", *ids, "--reason", "同一警情", "--as", "duty")
    assert document(home, "report", "show", ids[1], "--as", "duty")["merged_into"] == ids[0]
    clues = [older["clues"][0]["id"], younger["clues"][0]["id"]]
    joined = document(home, "clue", "merge", *clues, "--reason", "同一账户", "--as", "duty")
    kept = document(home, "clue", "show", clues[0], "--as", "duty")
    assert sorted(kept["reports"]) == sorted(ids)
    assert len(kept["claims"]) == 1  # the same payment told twice
    for merge, record in ((joined, "clue"), (merged, "report")):
        assert document(home, "report", "unmerge", merge["id"], "--as", "duty")["undone_at"]
        assert document(home, record, "show", merge["absorbed"], "--as", "duty")["merged_into"] == ""
    assert refused(home, "report", "unmerge", merged["id"], "--as", "duty")[0] == 1
    kinds = [e["kind"] for e in document(home, "report", "history", ids[1], "--as", "duty")["events"]]
    assert kinds == ["report.received", "report.added_to", "record.merged", "record.unmerged"]


def test_a_clue_is_paused_routed_dismissed_and_counted(home):
    clue = taken_in(home)["clues"][0]["id"]
    assert refused(home, "clue", "dismiss", clue, "--reason", "不成立的", "--as", "duty")[0] == 1  # nobody looked at it
    document(home, "clue", "assign", clue, "duty", "--as", "both")
    code, sentence = refused(home, "clue", "claim", clue, "--as", "duty2")
    assert (code, "is with duty" in sentence) == (1, True)
    document(home, "clue", "assign", clue, "duty2", "--reason", "换班交接", "--as", "duty")
    assert refused(home, "clue", "pause", clue, "--reason", "lunch", "--as", "duty2")[0] == 2
    assert (
        document(home, "clue", "pause", clue, "--reason", "awaiting_reporter", "--as", "duty2")["clock"]["state"]
        == "paused"
    )
    assert refused(home, "clue", "assess", clue, "--finding", "先等等看", "--as", "duty2")[0] == 1
    document(home, "clue", "resume", clue, "--as", "duty2")
    claim = document(home, "clue", "show", clue, "--as", "duty2")["claims"][0]["id"]
    assert document(home, "clue", "reestimate", clue, f"{claim}=12.50", "--as", "duty2")["recoverable"] == "12.50"
    assert refused(home, "clue", "route", clue, "BANK", "--reason", "归银行管", "--as", "duty2")[0] == 1
    routed = document(home, "clue", "route", clue, "OTHER", "--reason", "归邻县管辖", "--as", "duty2")
    assert (routed["organisation"], routed["jurisdiction"], routed["stage"]) == ("OTHER", "530103", "queued")
    assert refused(home, "clue", "show", clue, "--as", "duty2")[0] == 2
    allotted = document(home, "clue", "allot", "stranger", "--as", "stranger")
    assert [(one["clue"], one["officer"]) for one in allotted["taken"]] == [(clue, "stranger")]
    document(home, "clue", "assess", clue, "--finding", "与案件无关", "--as", "stranger")
    document(home, "clue", "dismiss", clue, "--reason", "与案件无关", "--as", "stranger")
    figure = document(home, "clue", "figure", "--from", "2026-01-01", "--as", "stranger")
    assert (figure["within"], figure["share_percent"], figure["met"]) == ([clue], "100.00", True)
    assert document(home, "clue", "reopen", clue, "--reason", "又有新线索", "--as", "stranger")["stage"] == "assigned"
    assert run(home, "clue", "figure", "--from", "2026-01-01", "--as", "stranger")[0] == 0
    assert refused(home, "clue", "figure", "--from", "2026-01-01", "--body", "OTHER", "--as", "duty")[0] == 1


def test_what_is_put_on_a_case(home, tmp_path):
    first, second = (taken_in(home)["report"]["id"] for _ in range(2))
    case = document(home, "case", "open", first, "--title", "模拟案", "--as", "both")["id"]
    assert document(home, "case", "add-report", case, second, "--as", "both")["reports"] == [first, second]
    note = document(home, "case", "comment", case, "先调 6299990000000000017 的流水", "--as", "both")["comments"][0]
    assert ACCOUNT not in note["text"]
    assert refused(home, "case", "strike-out", case, note["id"], "--as", "duty")[0] == 1
    assert document(home, "case", "strike-out", case, note["id"], "--as", "both")["comments"][0]["struck_out_at"]
    (tmp_path / "笔录.txt").write_text("模拟笔录", encoding="utf-8")
    for _ in range(2):
        assert len(document(home, "case", "file-add", case, tmp_path / "笔录.txt", "--as", "both")["files"]) == 1
    task = document(
        home, "case", "task", "new", case, "调取流水", "--officer", "duty2", "--due", "2026-11-21", "--as", "both"
    )
    assert (task["officer"], task["due"]) == ("duty2", "2026-11-21T23:59:59.999999+08:00")
    assert document(home, "case", "task", "done", task["id"], "--result", "已调取", "--as", "duty2")["status"] == "done"
    assert refused(home, "case", "task", "reopen", task["id"], "--reason", "x", "--as", "duty2")[0] == 1
    assert refused(home, "case", "join", case, "stranger", "--as", "both")[0] == 1
    assert document(home, "case", "join", case, "analyst", "--as", "both")["officers"] == ["analyst"]
    assert document(home, "case", "classify", case, "brushing/part-time", "--as", "analyst")["classification"]
    assert refused(home, "case", "method", case, "poison", "--reason", "污点法试试", "--as", "both")[0] == 2
    method = document(home, "case", "method", case, "fifo", "--reason", "先进先出为本中心惯例", "--as", "both")
    assert method["working_method"]["method"] == "fifo"
    series = document(home, "case", "series", "start", "模拟串案", case, "--reason", "同一收款账户", "--as", "analyst")
    assert series["members"][0]["case"] == case
    assert document(home, "case", "leave", case, "analyst", "--as", "both")["officers"] == []
    listed = document(home, "case", "list", "--officer", "both", "--as", "duty")["cases"]
    assert case in [one["id"] for one in listed]
    assert document(home, "report", "unfounded", second, "--reason", "另查无实据", "--as", "both")["case"] == ""
    assert refused(home, "report", "unfounded", first, "--reason", "另查无实据", "--as", "both")[0] == 1


def test_cases_become_one_or_two_and_go_to_another_body(home):
    reports = [taken_in(home)["report"]["id"] for _ in range(3)]
    kept, absorbed = (
        document(home, "case", "open", *some, "--title", "模拟案", "--as", "both")["id"]
        for some in (reports[:2], reports[2:])
    )
    merged = document(home, "case", "merge", kept, absorbed, "--reason", "同一团伙作案", "--as", "both")
    assert (merged["source"], merged["target"], merged["reports"]) == (absorbed, kept, reports[2:])
    assert refused(home, "case", "comment", absorbed, "还在这里吗", "--as", "both")[0] == 1
    document(home, "case", "undo", merged["id"], "--reason", "并案有误", "--as", "both")
    split = document(
        home, "case", "split", kept, reports[1], "--title", "模拟另案", "--reason", "实为两案", "--as", "both"
    )
    assert document(home, "case", "show", split["target"], "--as", "both")["case"]["reports"] == [reports[1]]
    words = ("case", "hand-over", "offer", kept, "OTHER", "--document", "模拟移字〔2026〕1号", "--reason", "归邻县管辖")
    assert refused(home, *words, "--as", "duty")[0] == 1
    offer = document(home, *words, "--as", "chief")["id"]
    assert [one["id"] for one in document(home, "case", "hand-over", "list", "--as", "stranger")["hand_overs"]] == [
        offer
    ]
    assert document(home, "case", "show", kept, "--as", "stranger")["case"]["id"] == kept  # to know what is offered
    taken = document(home, "case", "hand-over", "accept", offer, "--officer", "stranger", "--as", "stranger")
    assert (taken["organisation"], taken["officer"]) == ("OTHER", "stranger")
    assert refused(home, "case", "show", kept, "--as", "both")[0] == 2


def test_what_is_added_to_a_report_is_its_reporters_own_payment(home):
    more = ("--payee", "6299990000000000025", "--amount", "10.00", "--as", "both")
    told = document(home, "report", "new", "--as", "both", "--reporter", "模拟·孙三", *PAID, "--amount", "10.00")
    report = told["report"]["id"]
    document(home, "report", "add", report, *more)
    document(home, "report", "add", report, *more, "--victim", "模拟·周五")
    document(home, "case", "open", report, "--title", "模拟案", "--as", "both")
    shown = document(home, "report", "show", report, "--reveal", "--as", "both")
    assert [paid["victim"] for paid in shown["payments"]] == ["模拟·孙三", "模拟·孙三", "模拟·周五"]


def test_the_clues_of_an_unfounded_report_are_dismissed_with_it(home):
    for step in ("unfounded", "withdraw"):
        told = taken_in(home, "--line", "19900000009")
        clues = sorted(clue["id"] for clue in told["clues"])
        stepped = document(home, "report", step, told["report"]["id"], "--reason", "另查无实据", "--as", "duty")
        assert stepped["dismissed_clues"] == clues
        for clue in clues:
            shown = document(home, "clue", "show", clue, "--as", "duty")
            assert (shown["stage"], shown["clock"]["state"]) == ("dismissed", "met")
        reopened = document(home, "clue", "reopen", clues[0], "--reason", "又有新线索", "--as", "duty")
        assert (reopened["stage"], reopened["clock"]["state"]) == ("assigned", "running")


def test_what_is_verified_is_held_against_what_was_reported(home):
    clue = taken_in(home)["clues"][0]["id"]
    document(home, "clue", "claim", clue, "--as", "both")
    document(home, "clue", "assess", clue, "--finding", "刚刚转出，先核四要素", "--as", "both")

    def words(account=ACCOUNT, amount="50000", reference="FILE-1"):
        return (
            "clue", "verify", clue, "--holder", "模拟·钱二", "--account", account, "--institution", "模拟银行",
            "--amount", amount, "--at", "2026-11-20 11:30", "--document", "transfer_slip", "--reference", reference,
            "--as", "both",
        )  # fmt: skip

    code, sentence = refused(home, *words(account="6299990000000000025"))
    assert (code, "another account" in sentence) == (1, True)
    code, sentence = refused(home, *words(reference="ab" * 32))
    assert (code, "--reference" in sentence) == (2, True)
    assert document(home, *words(amount="49000"))["differs"] == ["amount"]
    code, sentence = refused(home, *words())
    assert (code, "withdraw" in sentence) == (1, True)


def test_no_payment_is_reported_from_the_future(home):
    told = {"payments": [{"at": "2999-01-01T00:00:00", "payee": {"account": ACCOUNT}}]}
    code, sentence = refused(home, "report", "new", "--from", "-", "--as", "duty", stdin=json.dumps(told))
    assert (code, sentence.startswith("payments[1].at: ")) == (2, True)
