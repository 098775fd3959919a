"""`fanzha measure`: each refusal of the law with its reason, on the command line, in code and in the audit."""

from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from desk_home import run
from measure_home import ACCOUNT, FILING, HOLDER, actor_of, file_the_case, make_measure_home

from fanzha import bootstrap
from fanzha.audit import Outcome
from fanzha.casework import Task, TaskStatus
from fanzha.cli import main
from fanzha.core.errors import NotAllowed, StaleVersion
from fanzha.ports.record_query import Query
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.propose_measure import propose_measure


class MeasureHome:
    """A home with a case and a fact; each verb is one command line."""

    def __init__(self, home, case, fact):
        self.home, self.case, self.fact = home, case, fact

    def do(self, login, *words):
        return run(self.home, "measure", *words, "--as", login)

    def document(self, login, *words, code=0):
        found, out, err = self.do(login, *words, "--json")
        assert found == code, (words, err)
        return json.loads(out)

    def drafted(self, *words, kind="stop_payment", reason="被害人刚刚转账"):
        return self.document(
            "both", "draft", kind, "--case", self.case, *(("--fact", self.fact) if kind == "stop_payment" else ()),
            *("--reason", reason, "--amount", "50000", "--traced", "50000"), *words,
        )["id"]  # fmt: skip

    def stop(self, *words):
        return self.drafted("--basis", "afl-20", *words)

    def approved(self, *words):
        measure = self.stop(*words)
        self.document("both", "propose", measure)
        self.document("chief", "approve", measure)
        return measure

    def executed(self, *receipt):
        measure = self.approved()
        self.document("both", "send", measure, "--platform-number", "模拟平台〔2026〕1号")
        self.document("both", "receipt", measure, "--outcome", "executed", "--platform-number", "R1", *receipt)
        return measure

    def in_code(self, login, use_case, measure):
        desk = bootstrap.desk(self.home)
        try:
            return use_case(desk, actor_of(desk, login), measure)
        finally:
            desk.store.close()

    def refusals(self, action):
        desk = bootstrap.desk(self.home)
        try:
            with desk.store.reading() as view:
                return [
                    (event.actor, event.details["rule"])
                    for event in view.audit.walk()
                    if event.action == action and event.outcome is Outcome.REFUSED
                ]
        finally:
            desk.store.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_measure_home(tmp_path_factory.mktemp("made") / "home")


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    monkeypatch.setattr(main, "load_verb", cache(main.load_verb))  # in one process the verb is made once
    home, case, fact = made
    return MeasureHome(shutil.copytree(home, tmp_path / "home"), case, fact)


def test_a_proposer_does_not_approve_himself(place):
    measure = place.stop()
    place.document("both", "propose", measure)
    code, _, said = place.do("both", "approve", measure)
    assert (code, "another officer must" in said) == (1, True)
    with pytest.raises(NotAllowed, match="another officer must"):
        place.in_code("both", approve_measure, measure)
    assert place.refusals("measure.approve") == [("both", "four_eyes")] * 2


def test_an_officer_of_another_body_is_told_nothing(place):
    measure = place.stop()
    place.document("both", "propose", measure)
    code, _, said = place.do("stranger", "approve", measure)
    assert (code, f"there is no {measure}, or you may not see it" in said) == (2, True)
    assert "stop_payment" not in said
    assert place.document("stranger", "list") == {"measures": [], "next_cursor": None}
    assert place.refusals("measure.approve") == [("stranger", "access.see")]


def test_an_empty_list_by_an_account_says_that_nothing_matches_and_what_may_be_wrong_with_it(place):
    place.stop()
    for verb in ("measure", "clue", "report", "case"):
        said = [run(place.home, verb, "list", "--account", ACCOUNT, "--as", login) for login in ("both", "stranger")]
        assert [f"nothing that you may see matches account {ACCOUNT}" in err for _, _, err in said] == [False, True]
        for wrong, doubt in (
            (ACCOUNT[:-1] + "8", "mistyped"),
            ("6299****0001", "masked"),
            (ACCOUNT[:7], "only 7 digits"),
        ):
            empty = json.loads(run(place.home, verb, "list", "--account", wrong, "--as", "both", "--json")[1])
            assert (next(iter(empty.values())), doubt in empty["nothing"]) == ([], True)
    code, _, said = place.do("both", "list", "--institution", "模拟无此行")
    assert (code, "nothing that you may see matches institution 模拟无此行" in said) == (0, True)
    assert "nothing" not in place.document("both", "list")
    assert place.do("both", "list", "--case", "CASE-404")[0] == 2


def test_an_order_without_legal_basis_is_not_proposed(place):
    measure = place.drafted()
    found = place.document("both", "preview", measure)
    assert (found["passes"], [each["rule"] for each in found["refused"]]) == (False, ["legal_basis"])
    code, _, said = place.do("both", "propose", measure)
    assert (code, "紧急止付 needs a legal basis: name its article" in said) == (1, True)
    with pytest.raises(NotAllowed):
        place.in_code("both", propose_measure, measure)
    assert place.refusals("measure.propose") == [("both", "legal_basis")] * 2
    assert place.document("both", "amend", measure, "--basis", "afl-20")["basis"]["text"].endswith("第二十条")
    assert place.document("both", "propose", measure)["status"] == "proposed"


def test_a_freeze_before_the_filing_is_refused_and_a_stop_goes_over_into_one_after_it(place):
    stop = place.executed("--balance", "120000")
    words = ("--document", "模拟冻字〔2026〕1号", "--reason", "涉案资金在账")
    code, _, said = place.do("both", "convert", stop, *words)
    assert (code, "before 立案 is not allowed" in said) == (1, True)
    target = ("--account", ACCOUNT, "--institution", "模拟银行", "--holder", HOLDER)
    freeze = place.drafted("--basis", "procedure-239", *target, *words[:2], kind="freeze")
    code, _, said = place.do("both", "propose", freeze)
    assert (code, "before 立案 is not allowed" in said) == (1, True)
    assert place.refusals("measure.convert") + place.refusals("measure.propose") == [("both", "filed_case")] * 2

    file_the_case(place.home, place.case)
    made = place.document("both", "convert", stop, *words, "--request", "K1")
    assert (made["kind"], made["filing"], made["amount"], made["modes"]) == (
        "freeze", FILING, "50000.00", ["amount_limited"],
    )  # fmt: skip
    assert place.document("both", "convert", stop, *words, "--request", "K1")["id"] == made["id"]
    place.document("both", "propose", made["id"])
    place.document("chief", "approve", made["id"])
    place.document("both", "receipt", made["id"], "--outcome", "executed", "--platform-number", "R2")
    assert place.document("both", "show", stop)["converted_into"] == made["id"]
    assert release_task(place, stop).status is TaskStatus.CANCELLED


def test_of_two_who_race_one_is_refused(place):
    measure = place.stop()
    version = place.document("both", "propose", measure)["version"]
    code, _, said = place.do("chief", "approve", measure, "--version", str(version - 1))
    assert (code, "was changed since you read it" in said) == (1, True)
    ready = threading.Barrier(2)

    def approve(login):
        desk = bootstrap.desk(place.home)
        ready.wait()
        try:
            approve_measure(desk, actor_of(desk, login), measure, version=version)
        except (StaleVersion, NotAllowed):
            return "refused"
        finally:
            desk.store.close()
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, ("chief", "city-chief"))) == ["approved", "refused"]
    refusals = place.refusals("measure.approve")
    assert (refusals[0], len(refusals)) == (("chief", "StaleVersion"), 2)


def test_a_third_stop_passes_only_with_a_reasoned_override(place):
    place.approved()
    place.approved()
    third = place.stop()
    found = place.document("both", "preview", third)
    assert [(each["kind"], each["status"], each["case"]) for each in found["same_payment"]] == [
        ("stop_payment", "approved", place.case)
    ] * 2
    assert "the same payment has a stop of payments (紧急止付) already" in place.do("both", "preview", third)[2]
    assert [(each["rule"], each["gives_way"]) for each in found["needs_reason"]] == [("stops_on_account", True)]
    code, _, said = place.do("both", "propose", third)
    assert (code, "stop number 3 of this account" in said, "stops_on_account would let it pass" in said) == (
        1,
        True,
        True,
    )
    place.document("both", "amend", third, "--override", "stops_on_account=新的被害人刚刚转入")
    place.document("both", "propose", third)
    assert place.document("chief", "approve", third)["overrides"] == [
        {"rule": "stops_on_account", "reason": "新的被害人刚刚转入"}
    ]
    assert place.refusals("measure.propose") == [("both", "stops_on_account")]
    code, _, said = place.do("both", "amend", third, "--override", "nothing")
    assert (code, "write RULE=REASON" in said) == (2, True)


def test_a_command_sent_again_under_its_key_is_done_once(place):
    words = ("draft", "stop_payment", "--case", place.case, "--fact", place.fact, "--reason", "被害人刚刚转账")
    first = place.document("both", *words, "--request", "K9")
    assert place.document("both", *words, "--request", "K9")["id"] == first["id"]
    code, _, said = place.do("both", *words, "--amount", "1", "--request", "K9")
    assert (code, "another command" in said) == (1, True)
    place.document("both", "amend", first["id"], "--basis", "afl-20", "--traced", "50000", "--amount", "50000")
    for _ in range(2):
        assert place.document("both", "propose", first["id"], "--request", "P1")["status"] == "proposed"


def test_little_traced_money_is_asked_about_and_not_held(place):
    place.executed("--balance", "9000000", "--amount", "50000")
    measure = place.stop()
    found = place.document("both", "preview", measure)
    assert (found["guard"]["query_instead"], found["account"]["bound_elsewhere"]) == (True, "50000.00")
    assert [each["rule"] for each in found["needs_reason"]] == ["little_traced"]
    code, _, said = place.do("both", "propose", measure)
    assert (code, "ask the institution, hold nothing" in said) == (1, True)
    place.document("both", "amend", measure, "--override", "little_traced=资金正在流出，先行止付")
    shown = place.document("both", "propose", measure)
    assert shown["innocent"] == "8900000.00"  # 只收不付 holds the whole account
    code, _, said = place.do("both", "show", measure)
    assert (code, "ask the institution, hold nothing" in said, "8900000.00" in said) == (0, True, True)


def test_money_for_living_is_drafted_for_release_and_let_go(place):
    stop = place.executed("--balance", "52000")
    assert place.document("both", "show", stop)["preview"]["guard"]["spare"] == "2000.00"
    task = release_task(place, stop)
    assert ("2000.00" in task.title, task.officer, task.status) == (True, "both", TaskStatus.OPEN)
    code, _, said = place.do("duty", "release-part", stop, "--reason", "生活费用")
    assert (code, "decided by" in said) == (1, True)
    freed = place.document("chief", "release-part", stop, "--reason", "生活费用")
    assert [each["amount"] for each in freed["part_releases"]] == ["2000.00"]
    assert [each["verb"] for each in freed["orders"]] == ["begin", "release_part"]
    code, _, said = place.do("chief", "release-part", stop, "--reason", "生活费用")
    assert (code, "nothing is known" in said) == (1, True)
    assert release_task(place, stop).status is TaskStatus.DONE


def test_what_a_lifted_measure_should_have_let_go_is_asked_for_no_more(place):
    stop = place.executed("--balance", "52000")
    assert release_task(place, stop).status is TaskStatus.OPEN
    place.document("chief", "lift", stop, "--reason", "经查与案件无关")
    task = release_task(place, stop)
    assert (task.status, task.result) == (TaskStatus.CANCELLED, "经查与案件无关")


def release_task(place, measure):
    desk = bootstrap.desk(place.home)
    try:
        with desk.store.reading() as view:
            tasks = view.records(Task).find(Query(equals={"case_id": place.case})).rows
    finally:
        desk.store.close()
    (task,) = [each for each in tasks if each.title.startswith(f"部分解除 {measure}：")]
    return task


def test_the_holder_is_told_and_the_officer_sees_how_much_and_who_told(place):
    stop = place.executed()
    assert place.document("both", "show", stop)["preview"]["told_due_at"] is not None
    code, out, said = place.do("both", "show", stop)
    assert (code, "fanzha measure told" in out + said, "How much" in out + said) == (0, True, True)
    code, _, said = place.do("both", "told", stop, "--how", "by_owl")
    assert (code, "--how 'by_owl' is not one of in_person" in said) == (2, True)
    told = place.document("both", "told", stop, "--how", "letter", "--whom", "模拟·钱三", "--note", "挂号信已签收")
    (telling,) = told["told"]
    assert (telling["how"], telling["by"], telling["note"]) == ("letter", "both", "挂号信已签收")
    assert place.document("both", "show", stop)["preview"]["told_due_at"] is None
    assert place.document("both", "show", stop)["held"] == "50000.00"


def test_counter_evidence_and_an_appeal_lift_a_measure(place):
    stop = place.executed()
    given = place.document("clerk", "evidence", stop, "--kind", "trade", "--text", f"{HOLDER}的货款，有发货单")
    again = place.document("both", "evidence", stop, "--kind", "trade", "--text", f"{HOLDER}的货款，有发货单")
    assert len(again["counter_evidence"]) == 1
    assert given["counter_evidence"] == []  # a bank sees of a measure what its order says
    shown = place.document("both", "show", stop)
    hazards = [each["hazard"] for each in shown["preview"]["guard"]["hazards"]]
    assert {"good_faith", "evidence_open"} <= set(hazards)
    evidence = shown["counter_evidence"][0]["id"]
    looked = place.document("both", "look", stop, evidence, "--finding", "发货单属实")
    assert looked["counter_evidence"][0]["finding"] == "发货单属实"

    appeal = place.document("clerk", "appeal", stop, "--by", HOLDER, "--grounds", "这是货款")
    assert place.document("both", "appeal", stop, "--by", HOLDER, "--grounds", "这是货款 ")["id"] == appeal["id"]
    assert (appeal["status"], appeal["by"]) == ("received", "模*")
    decision = ("--decision", "upheld", "--answer", "经核查发货单与物流记录，款项系正常货款")
    code, _, said = place.do("chief", "decide-appeal", appeal["id"], *decision)
    assert (code, "took part in the measure" in said) == (1, True)
    done = place.document("city-chief", "decide-appeal", appeal["id"], *decision)
    assert done["status"] == "upheld"
    lifted = place.document("both", "show", stop)
    assert (lifted["status"], appeal["id"] in lifted["end_reason"]) == ("lifted", True)
    code, _, said = place.do("city-chief", "decide-appeal", appeal["id"], *decision)
    assert (code, "was dealt with" in said) == (1, True)
    assert [each["id"] for each in lifted["preview"]["appeals"]] == [appeal["id"]]


def test_an_appeal_upheld_in_part_lets_a_part_go_and_a_withdrawn_one_waits_for_nobody(place):
    stop = place.executed("--amount", "50000")
    first = place.document("both", "appeal", stop, "--by", HOLDER, "--grounds", "其中有工资")
    second = place.document("duty", "appeal", stop, "--by", HOLDER, "--grounds", "这是货款")
    waiting = place.document("chief", "appeals", "--status", "received")["appeals"]
    assert [each["id"] for each in waiting] == [first["id"], second["id"]]
    answer = ("--decision", "upheld_in_part", "--answer", "经核查代发工资记录，其中部分为工资")
    code, _, said = place.do("city-chief", "decide-appeal", first["id"], *answer)
    assert (code, "names the amount" in said) == (2, True)
    place.document("city-chief", "decide-appeal", first["id"], *answer, "--amount", "8000")
    shown = place.document("both", "show", stop)
    assert (shown["status"], shown["released"]) == ("executed", "8000.00")
    code, _, said = place.do("duty2", "withdraw-appeal", second["id"])  # somebody else took it down
    assert (code, "may not answer an appeal (申诉)" in said) == (1, True)
    code, _, said = place.do(
        "chief", "decide-appeal", second["id"], "--decision", "received", "--answer", "已经收到材料"
    )
    assert (code, said.rstrip().endswith("is not one of upheld, upheld_in_part, denied")) == (2, True)
    assert place.document("duty", "withdraw-appeal", second["id"])["status"] == "withdrawn"
    assert place.document("chief", "appeals", "--status", "received")["appeals"] == []


def test_the_bank_that_holds_a_payment_calls_its_own_customer_back(place):
    hold = place.document(
        "duty", "draft", "payer_hold", "--account", ACCOUNT, "--institution", "模拟银行", "--holder", HOLDER,
        "--amount", "8000", "--payee", "6299990000000000033", "--basis", "afl-18", "--reason", "正在向涉案账户付款",
    )["id"]  # fmt: skip
    place.document("duty", "act-first", hold, "--reason", "付款正在进行")
    place.document("clerk", "receipt", hold, "--outcome", "executed", "--platform-number", "R1")
    note = ("--note", "已劝阻，客户坚持付款")
    for stranger in ("clerk2", "stranger"):
        assert place.do(stranger, "call-back", hold, "--outcome", "goes_on", *note)[0] == 2  # as if it were not there
    assert place.document("clerk", "call-back", hold, "--outcome", "gives_up", *note)["status"] == "executed"
    code, _, said = place.do("clerk", "lift", hold, "--reason", "已劝阻，客户坚持付款")
    assert (code, "may not lift" in said) == (1, True)  # what another body ordered ends by the customer's word alone
    assert place.document("clerk", "call-back", hold, "--outcome", "goes_on", *note)["status"] == "lifted"
    assert [each["by"] for each in place.document("duty", "show", hold)["call_backs"]] == ["clerk", "clerk"]


def test_a_held_payment_goes_on_after_the_warning(place):
    hold = place.document(
        "duty", "draft", "payer_hold", "--account", ACCOUNT, "--institution", "模拟银行", "--holder", HOLDER,
        "--amount", "8000", "--payee", "6299990000000000033", "--basis", "afl-18", "--reason", "正在向涉案账户付款",
    )["id"]  # fmt: skip
    code, _, said = place.do("duty", "call-back", hold, "--outcome", "goes_on", "--note", "已劝阻，客户坚持付款")
    assert code == 1, said  # nobody goes on with what is not held yet
    place.document("duty", "act-first", hold, "--reason", "付款正在进行")
    place.document("duty", "receipt", hold, "--outcome", "executed", "--platform-number", "R1")
    called = place.document("duty", "call-back", hold, "--outcome", "not_reached", "--note", "两次未接")
    assert called["status"] == "executed"
    done = place.document("duty", "call-back", hold, "--outcome", "goes_on", "--note", "已劝阻，客户坚持付款")
    assert (done["status"], [each["outcome"] for each in done["call_backs"]]) == ("lifted", ["not_reached", "goes_on"])
    assert place.document("both", "tally")["acted_first"] == 1


def test_a_bank_drafts_its_own_hold_and_no_stop(place):
    words = ("--account", ACCOUNT, "--institution", "模拟银行", "--amount", "8000", "--reason", "疑似被骗付款")
    hold = place.document("clerk", "draft", "payer_hold", "--basis", "afl-18", *words)
    assert (hold["organisation"], hold["status"]) == ("BANK", "draft")
    code, _, said = place.do("clerk", "draft", "stop_payment", "--basis", "afl-20", *words)
    assert (code, "is proposed by" in said) == (1, True)


def test_a_file_of_answers_is_entered_once_and_bad_rows_are_put_aside(place, tmp_path):
    measure = place.approved()
    place.document("both", "send", measure, "--platform-number", "模拟平台〔2026〕1号")
    file = tmp_path / "回执.csv"
    rows = [
        "回执编号,请求编号,执行结果,执行时间,执行金额,账户余额,柜员",
        f"R1,{measure}.begin,已止付,2026-11-21 10:00,50000,50000,模拟甲",
        "R2,MEAS-NOBODY.begin,成功,2026-11-21 10:00,1,,",
        f"R3,{measure}.begin,好像成功,2026-11-21 10:00,1,,",
        f"R4,{measure}.begin,成功,某日,1,,",
    ]
    file.write_text("\n".join(rows), encoding="gb18030")
    done = place.document("both", "receipts", str(file), code=3)
    assert [(each["row"], each["taken"]) for each in done["receipts"]] == [(2, "applied"), (3, "incident")]
    assert [(each["row"], each["field"]) for each in done["quarantined"]] == [(4, "outcome"), (5, "answered_at")]
    assert done["file"]["unknown_columns"] == ["柜员"]
    again = place.document("both", "receipts", str(file), code=3)
    assert [each["taken"] for each in again["receipts"]] == ["already", "already"]
    shown = place.document("both", "show", measure)
    assert [(each["entered_by"], each["evidence"]) for each in shown["receipts"]] == [("both", done["file"]["sha256"])]
    assert bootstrap.evidence_store(place.home).has(done["file"]["sha256"])

    incidents = {each["kind"]: each for each in place.document("both", "incidents")["incidents"]}
    assert set(incidents) == {"unknown_order", "impossible_time"}  # carried out before it was sent?
    incident = incidents["unknown_order"]
    code, _, said = place.do("both", "close-incident", incident["id"])
    assert (code, "say in writing" in said) == (1, True)
    closed = place.document("both", "close-incident", incident["id"], "--finding", "他局的请求，已转告")
    assert (closed["state"], closed["closed_by"]) == ("closed", "both")


def test_persons_are_masked_until_revealed_and_papers_are_set(place, tmp_path):
    measure = place.stop()
    code, out, said = place.do("both", "show", measure)
    assert code == 0
    assert ACCOUNT not in out + said
    assert HOLDER not in out + said
    assert place.document("both", "show", measure, "--reveal")["target"]["reference"] == ACCOUNT
    code, _, said = place.do("city-chief", "notice", measure)  # not his own case: for what?
    assert code == 1
    paper = tmp_path / "通知书.pdf"
    told = place.document("both", "notice", measure, "--pdf", str(paper), "--contact", "模拟热线")
    assert (told["order"], "向模拟热线提出申诉" in told["text"], HOLDER in told["text"]) == (None, True, True)
    assert paper.read_bytes().startswith(b"%PDF-")


def test_a_measure_is_renewed_found_unrelated_and_lifted(place):
    file_the_case(place.home, place.case)
    freeze = place.drafted(
        "--basis", "procedure-239", "--account", ACCOUNT, "--institution", "模拟银行", "--holder", HOLDER,
        "--document", "模拟冻字〔2026〕1号", kind="freeze",
    )  # fmt: skip
    place.document("both", "propose", freeze)
    place.document("chief", "approve", freeze)
    place.document("both", "receipt", freeze, "--outcome", "executed", "--platform-number", "R1")
    code, _, said = place.do("both", "renew", freeze, "--reason", "案件尚未办结", "--period", "7m")
    assert (code, "at most 6个月" in said) == (1, True)
    asked = place.document("both", "renew", freeze, "--reason", "案件尚未办结")
    assert asked["renewals"][0]["approved_by"] == ""
    assert place.document("chief", "approve-renewal", freeze)["renewals"][0]["approved_by"] == "chief"
    found = place.document("duty", "unrelated", freeze, "--reason", "系正常货款")
    assert found["unrelated_at"]
    code, _, said = place.do("duty", "lift", freeze, "--reason", "与案件无关")
    assert (code, "is decided by" in said) == (1, True)
    assert place.document("chief", "lift", freeze, "--reason", "与案件无关")["status"] == "lifted"


def test_an_answer_from_the_future_or_without_its_part_is_not_entered(place):
    stop = place.approved()
    for words, option in (
        (("--outcome", "executed", "--at", "2999-01-01"), "--at"),
        (("--outcome", "executed", "--balance", "1", "--balance-at", "2999-01-01"), "--balance-at"),
        (("--outcome", "partial"), "--amount"),
    ):
        code, _, said = place.do("both", "receipt", stop, "--platform-number", "R1", *words)
        assert (code, f"{option}:" in said) == (2, True), said


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (("--basis", "afl20"), "afl-20, pbc-2016-86"),
        (("--basis", "afl-20", "--term", "forever"), "ordinary"),
        (("--basis", "afl-20", "--mode", "whole"), "credit_only (只收不付)"),
        (("--basis", "afl-20", "--amount", "-5"), "below zero"),
    ],
)
def test_what_an_officer_mistypes_is_said_at_once_with_what_there_is(place, words, there):
    code, _, said = place.do(
        "both",
        "draft",
        "stop_payment",
        "--case",
        place.case,
        "--fact",
        place.fact,
        "--reason",
        "被害人刚刚转账",
        *words,
    )
    assert (code, there in said) == (2, True), said
    stop = place.stop("--mode", "只收不付")  # the law's own word will do
    assert place.document("both", "show", stop)["modes"] == ["credit_only"]
    code, _, said = place.do("both", "amend", stop, *words)
    assert (code, there in said) == (2, True), said


FOUND = ("--found-by", "模拟市公安局", "--finding", "模拟认字〔2026〕1号", "--found-on", "2026-11-01")


def test_who_is_disciplined_is_told_and_heard_first_by_the_command_line(place, tmp_path):
    words = (
        "--case", place.case, "--person", "1101 0119 9003 0700 1x", "--holder", "模拟·钱二", "--institution", "模拟银行",
        "--basis", "afl-31", "--term", "found", "--document", "模拟惩字〔2026〕1号", "--reason", "出租银行卡，已认定",
    )  # fmt: skip
    code, _, said = place.do("both", "draft", "discipline", *words, *FOUND[:4])
    assert (code, "its day is missing" in said) == (2, True)
    assert place.do("both", "draft", "discipline", *words, *FOUND[:5], "去年")[0] == 2
    bare = place.document("both", "draft", "discipline", *words)["id"]
    assert place.do("both", "propose", bare)[0] == 1
    asked = place.document("both", "amend", bare, *FOUND)
    assert asked["finding"] == {"organ": "模拟市公安局", "number": "模拟认字〔2026〕1号", "found_on": "2026-11-01"}
    assert asked["target"]["reference"] == "110101********001X"
    assert "in writing" in place.do("both", "propose", bare)[2]
    assert "told before it is decided" in place.do("city-chief", "approve", bare)[2]
    assert "still to be told" in place.do("both", "told", bare, "--how", "call")[2]
    assert "拟依照" in place.do("both", "notice", bare)[2]
    paper = tmp_path / "notice.pdf"
    assert place.do("both", "notice", bare, "--pdf", str(paper))[0] == 0
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "he may speak for himself until" in place.do("both", "told", bare, "--how", "in_person")[2]
    assert "may speak for himself" in place.do("city-chief", "approve", bare)[2]
    assert place.refusals("measure.approve")[-2:] == [("city-chief", "not_told"), ("city-chief", "hearing")]
    twin = place.document("both", "draft", "discipline", *words, *FOUND)["id"]
    code, _, said = place.do("both", "propose", twin)
    assert (code, "what was found once is disciplined once" in said, "same_finding" in said) == (1, True, True)
    place.document("both", "amend", twin, "--override", "same_finding=前次银行漏办，重新提请")
    assert place.do("both", "propose", twin)[0] == 0


def test_a_draft_or_a_proposal_is_turned_down_or_taken_back(place):
    first, second = place.stop(), place.stop()
    place.document("both", "propose", first)
    assert place.document("chief", "reject", first, "--reason", "事实不清")["status"] == "rejected"
    assert place.document("both", "withdraw", second, "--reason", "不再需要")["status"] == "withdrawn"
    code, _, said = place.do("both", "draft", "stop", "--reason", "x")
    assert (code, "is not one of query, stop_payment" in said) == (2, True)
