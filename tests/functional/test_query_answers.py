"""What a query asks, when it is answered, and what an answer may hold that nobody asked about."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from fixtures.case40.make_case import EXAMPLE
from traced_case import BING, BOTH, TracedDay, ask, carried, make_day, send

from fanzha.access import Person
from fanzha.core.actor import MACHINE, Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.core.time import DAY_US, parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Answered, Outcome, Question, Receipt
from fanzha.measures.receipts import Taken
from fanzha.ports.record_query import Query
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.amend_draft import Amendment, amend_draft
from fanzha.services.desk.answer_query import answer_nothing, answer_query
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.draft_queries import draft_queries
from fanzha.services.desk.follow_answers import follow_answers
from fanzha.services.desk.papers.query_form import query_sheet, query_text
from fanzha.services.desk.papers.typst_text import typst_text
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.query_for_file import query_for_file
from fanzha.services.desk.read_notice import read_notice
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.settled_questions import settled_questions
from fanzha.services.desk.take_in_answers import take_in_answers
from fanzha.services.desk.trace_case import trace_case
from fanzha.tracing.runs import TraceRun

HOUR_US = 3_600_000_000
RELAY = "6299993300000395950"
OTHERS = "6299994400000777775"
HEADER = (
    "交易卡号,账户开户名称,开户行,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号\n"
)


@pytest.fixture
def day(tmp_path):
    made = make_day("memory", tmp_path / "home")
    made.read_in_without(BING)
    return made


def query_of(day: TracedDay, case: str, bank: str = "模拟丙银行") -> Measure:
    return next(one for one in ask(day, case).drafted if one.target.institution == bank)


def asks(measure: Measure) -> dict[str, int]:
    return {question.account: question.until_us for question in measure.request.questions}


def test_a_query_asks_up_to_now_and_all_that_the_bank_has_closes_it(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    day.clock.at_us = (
        parse_instant("2026-03-03T12:00:00") + 240 * DAY_US
    )  # the rules are in force; the money is long gone
    query = query_of(day, case.id)
    carried(day, query)
    told = answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], case=case.id)
    assert [measure.status for measure in told.answered] == [Status.PARTIAL]
    left = [one for one in told.still_open if one.measure.id == query.id]
    assert left
    whole = answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], case=case.id, complete=True)
    assert [measure.status for measure in whole.answered] == [Status.EXECUTED]
    assert query.id not in {one.measure.id for one in whole.still_open}
    run = whole.traces[0].run
    assert not {question.account for question in run.questions if question.reason == "frontier"} & asks(query).keys()
    day.clock.at_us += DAY_US  # that time goes on makes no new question of an answered one
    again = {account for query in ask(day, case.id).drafted for account in asks(query)}
    assert not again & asks(query).keys()


def test_no_question_reaches_beyond_the_instant_of_its_drafting(tmp_path):
    day = make_day("memory", tmp_path / "home")
    case = day.case()
    run = trace_case(day.desk, day.books, BOTH, case.id).run
    before = {question.account: question for question in run.questions}
    day.clock.at_us = max(question.from_us for question in run.questions) + HOUR_US
    drafted = draft_queries(day.desk, BOTH, case.id, basis="procedure-238", reason="缺少资金去向的流水").drafted
    until = {account: until_us for measure in drafted for account, until_us in asks(measure).items()}
    assert until.keys() == before.keys()
    for account, until_us in until.items():
        assert until_us == min(before[account].until_us, day.clock.at_us)
    assert max(until.values()) == day.clock.at_us < max(question.until_us for question in run.questions)


def narrow(day: TracedDay, case: str) -> Measure:
    """A query that asks for an hour of which the statement tells every row."""
    question = Question(RELAY, parse_instant("2026-03-01T12:00:00"), parse_instant("2026-03-01T13:00:00"))
    draft = MeasureDraft(
        kind=MeasureKind.QUERY, reason="缺少资金去向的流水", basis="procedure-238", case=case, document="模拟查〔2026〕9号",
        target=Target(TargetKind.INSTITUTION, "模拟丙银行", "模拟丙银行"), questions=(question,),
    )  # fmt: skip
    return draft_measure(day.desk, BOTH, draft)


@pytest.mark.parametrize("approved", [False, True])
def test_a_query_that_nobody_sent_is_taken_back_and_never_answered(day, approved):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = narrow(day, case.id)
    if approved:
        send(day, query)
    told = answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], case=case.id)
    assert (told.answered, told.not_needed, told.not_sent) == ((), (query.id,), ())
    stands = day.get(Measure, query.id)
    assert (stands.status, stands.receipts) == (Status.WITHDRAWN, ())
    assert stands.end_reason.startswith("不再需要：已有流水 ")
    assert [event.subject_id for event in day.audit("measure.withdraw")] == [query.id]
    with pytest.raises(Refused):
        answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], query=query.id)


def statement(bank: str) -> bytes:
    """The relay's bank answers with a row of its own, and one of an account elsewhere."""
    rows = (
        f"{RELAY},模拟丙,模拟丙银行,2026-03-01 12:10:00,500.00,500.00,进,6299991000000000011,模拟乙,转账,1\n",
        f"{OTHERS},模拟丁,{bank},2026-03-01 12:20:00,900.00,900.00,进,{RELAY},模拟丙,转账,2\n",
    )
    return (HEADER + "".join(rows)).encode()


def test_rows_of_another_bank_go_in_only_with_a_reason(day, tmp_path):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = query_of(day, case.id)
    carried(day, query)
    path = tmp_path / "模拟丙银行_交易明细信息.csv"
    path.write_bytes(statement("模拟庚银行"))
    files = day.books.facts.files()
    with pytest.raises(NotAllowed, match=r"\*\*\*\*7775 of 模拟庚银行, 1 rows") as refusal:
        answer_query(day.desk, day.books, BOTH, [path], case=case.id)
    assert (refusal.value.rule, OTHERS in str(refusal.value), day.books.facts.files()) == ("not_asked", False, files)
    told = answer_query(day.desk, day.books, BOTH, [path], case=case.id, although="丙行代为转交，原件为证")
    assert [(each.account, each.institution, each.rows, each.elsewhere) for each in told.unasked] == [
        (OTHERS, "模拟庚银行", 1, True)
    ]
    assert [event.reason for event in day.audit("query.answer") if event.reason][-1] == "丙行代为转交，原件为证"
    path.write_bytes(statement("模拟丙银行城东支行").replace(b",2\n", b",3\n"))
    kept = answer_query(day.desk, day.books, BOTH, [path], case=case.id)
    assert [each.elsewhere for each in kept.unasked] == [False]  # the bank's own: it goes in, and is named


def test_a_statement_by_wire_with_another_banks_rows_waits_for_an_officer(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = query_of(day, case.id)
    order = carried(day, query).orders[0]
    sha256 = day.books.evidence.put(statement("模拟庚银行"), "流水.csv")
    asked = query.request.questions[0]
    now_us = day.desk.clock.now_us()
    answered = (Answered(asked.account, asked.from_us, asked.until_us, sha256),)
    record_receipt(day.desk, MACHINE, Receipt("W-1", order.id, Outcome.EXECUTED, now_us, now_us, answered=answered))
    day.books = replace(day.books, reader=day.books.reader.reader)
    told = take_in_answers(day.desk, day.books, MACHINE, case.id)
    assert told.taken == ()
    ((file, why),) = told.unreadable
    assert (file, "模拟庚银行" in why, OTHERS in why) == (sha256, True, False)
    assert sha256 not in day.books.facts.files()


def test_the_letter_is_marked_dated_and_says_whom_to_call(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = query_of(day, case.id)
    rules = day.desk.rules.measures.of(query.kind, query.drafted_us)
    draft = query_text(query, rules, "模拟县局")
    assert draft.startswith("【模拟 草稿 未经批准】\n")
    assert "联系人及电话：　" in draft
    signed = send(day, query)
    text = query_text(signed, rules, "模拟县局", "模拟·王 0999-0000000")
    assert (text.splitlines()[0], "草稿" in text) == ("【模拟】", False)
    assert text.endswith("联系人及电话：模拟·王 0999-0000000\n模拟县局\n2026-11-23 09:00\n")
    source = read_notice(day.desk, BOTH, query.id, contact="模拟·王 0999-0000000").source
    assert typst_text("查询结果：□有记录") in source
    assert typst_text("模拟·王 0999") in source
    assert typst_text("执行金额") not in source


def test_letter_and_sheet_of_a_query_carry_the_mark_of_their_export(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = query_of(day, case.id)
    asked = query_for_file(day.desk, BOTH, query.id, "query_sheet")
    mark = asked.note.watermark_outside
    assert (asked.note.export.what, case.id in mark, asked.note.export.id in mark) == ("query_sheet", False, True)
    assert mark in query_text(asked.measure, asked.rules, asked.body, "", mark)
    page = openpyxl.load_workbook(io.BytesIO(query_sheet(asked.measure, asked.rules, asked.body, mark))).active
    assert any(mark in str(cell) for row in page.iter_rows(values_only=True) for cell in row)
    assert asked.note.export.id in page.oddFooter.left.text


def test_a_query_without_its_number_is_told_so_and_given_one_later(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    (query, *_) = draft_queries(day.desk, BOTH, case.id, basis="procedure-238", reason="缺少资金去向的流水").drafted
    with pytest.raises(NotAllowed, match="amend the draft with it"):
        propose_measure(day.desk, BOTH, query.id)
    amend_draft(day.desk, BOTH, query.id, Amendment(document="模拟查〔2026〕11号"))
    assert send(day, query).orders[0].document == "模拟查〔2026〕11号"


def test_what_a_bank_answers_at_its_own_desk_goes_into_the_ledger_and_on_in_the_trace(day):
    clerk = Actor("clerk-c", "BANKC", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
    with day.desk.store.begin() as unit:
        unit.records(Organisation).add(
            Organisation("BANKC", "模拟丙银行", Level.PARTNER, None, institution="模拟丙银行")
        )
        unit.records(Person).add(Person("clerk-c", 0, "BANKC", "clerk-c", "模拟·柜员", (Role.PARTNER_DESK,)))
        unit.commit()
    case = day.case()
    before = trace_case(day.desk, day.books, BOTH, case.id).run
    day.clock.at_us = parse_instant("2026-03-03T12:00:00") + 240 * DAY_US
    query = carried(day, query_of(day, case.id))
    now_us = day.desk.clock.now_us()
    books = replace(day.books, reader=day.books.reader.reader)
    with pytest.raises(BadInput, match="cannot be read as a statement"):
        settled_questions(books, query, [BroughtFile("模拟.csv", b"\x00\x01")], now_us)
    other = HEADER + f"{OTHERS},模拟丁,模拟丁行,2026-03-01 12:20:00,900.00,900.00,进,{OTHERS[:-1]},模拟丙,转账,2\n"
    with pytest.raises(BadInput, match="has a row of an account that was asked about"):
        settled_questions(books, query, [BroughtFile("模拟.csv", other.encode())], now_us)
    statement_file = BroughtFile(BING, (EXAMPLE / BING).read_bytes())
    settled = settled_questions(books, query, [statement_file], now_us)
    assert {one.account for one in settled} == asks(query).keys()
    receipt = Receipt("W-9", query.orders[0].id, Outcome.EXECUTED, now_us, now_us, answered=settled)
    assert record_receipt(day.desk, clerk, receipt, typed=True).measure.status is Status.EXECUTED
    assert record_receipt(day.desk, clerk, receipt, typed=True).taken is Taken.ALREADY
    (followed,) = follow_answers(day.desk, books, "w1")
    assert (followed.case, followed.failure, followed.unreadable) == (case.id, "", ())
    assert set(followed.statements) == {one.statement for one in settled if one.statement}
    assert follow_answers(day.desk, books, "w2") == ()  # once
    with day.desk.store.reading() as view:
        runs = view.records(TraceRun).find(Query(equals={"case_id": case.id}, order_by="at_us")).rows
    assert runs[-1].id != before.id
    frontier = {question.account for question in runs[-1].questions if question.reason == "frontier"}
    assert not frontier & asks(query).keys()


def test_nothing_found_at_the_banks_own_desk_closes_the_question(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    query = carried(day, query_of(day, case.id))
    settled = settled_questions(day.books, query, (), day.desk.clock.now_us())
    assert {one.statement for one in settled} == {""}
    assert {one.account for one in settled} == asks(query).keys()


def test_nobody_has_found_nothing_of_what_is_still_to_come(day):
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    now_us = day.desk.clock.now_us()
    wanted = MeasureDraft(
        kind=MeasureKind.QUERY, reason="缺少资金去向的流水", basis="procedure-238", case=case.id, document="模拟查〔2026〕9号",
        modes=("transactions",), target=Target(TargetKind.INSTITUTION, "模拟丙银行", "模拟丙银行"),
        questions=(Question(RELAY, now_us - HOUR_US, now_us + 24 * HOUR_US),),
    )  # fmt: skip
    query = carried(day, draft_measure(day.desk, BOTH, wanted))
    told = answer_nothing(day.desk, day.books, BOTH, query.id)
    assert [one.status for one in told.answered] == [Status.PARTIAL]
    (left,) = [question for one in told.still_open if one.measure.id == query.id for question in one.questions]
    assert (left.from_us, left.until_us) == (now_us, now_us + 24 * HOUR_US)
    with pytest.raises(Refused, match="still to come"):
        answer_nothing(day.desk, day.books, BOTH, query.id)
