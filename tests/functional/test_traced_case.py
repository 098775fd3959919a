"""Following the money of a case: trace, questions, answers, stops, and receipts that say where it went on."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace

import openpyxl
import pytest
from fixtures.case40.make_case import EXAMPLE, TRUTH
from traced_case import (
    ANALYST,
    BING,
    BOTH,
    CHIEF,
    MORNING_US,
    STRANGER,
    TracedDay,
    ask,
    carried,
    ingest_all,
    make_books,
    make_day,
    send,
    victims,
)

from fanzha.casework import Case, Clue, DocumentKind, Fact
from fanzha.casework.case_model import WorkingMethod
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, NotAllowed, NotFound, Refused
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Override
from fanzha.measures.orders import Answered, Channel, OnwardTransfer, Outcome, Receipt
from fanzha.measures.purposes import Purpose
from fanzha.ports.record_query import Query
from fanzha.services.desk.amounts import case_amounts, shares_at
from fanzha.services.desk.answer_query import answer_nothing, answer_query
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.draft_queries import draft_queries
from fanzha.services.desk.draft_stops import draft_stops
from fanzha.services.desk.duty_desk import duty_desk
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.papers.query_form import query_sheet, query_text
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.take_in_answers import take_in_answers
from fanzha.services.desk.trace_case import document_of, trace_case
from fanzha.services.desk.traced_accounts import RECEIPT_PATH
from fanzha.services.trace_money import ReportedPayment, TraceRequest, trace_money
from fanzha.tracing.runs import TraceRun


@pytest.fixture(params=["memory", "sqlite"])
def day(request, tmp_path):
    made = make_day(request.param, tmp_path / "home")
    yield made
    made.desk.store.close()


@pytest.fixture
def small_day(tmp_path):
    """What does not depend on where things are kept."""
    return make_day("memory", tmp_path / "home")


def plain(document):
    """A document without what the question is called."""
    return {name: part for name, part in document.items() if name == "methods"}


def test_a_case_is_traced_as_its_payments_are_by_hand(day: TracedDay):
    day.read_in()
    case = day.case()
    found = trace_case(day.desk, day.books, BOTH, case.id)
    labels = [origin.label for origin in found.run.origins]
    payments = tuple(
        ReportedPayment(label, row["from"], row["to"], row["at"], row["amount"], "by hand")
        for label, row in zip(labels, victims(), strict=True)
    )
    by_hand = trace_money(day.books.ledger(), TraceRequest(payments), day.books.trace_rules)
    assert plain(found.document) == plain(by_hand)
    assert (found.changes, found.new) == (None, True)
    for totals in found.run.totals:
        balance = by_hand["methods"][totals.method]["balance"]
        assert totals.held_minor == parse_minor(balance["held"])
        assert totals.origin_minor == totals.held_minor + totals.exited_minor + totals.unknown_minor
    for account in found.run.accounts:
        for held in account.held:
            assert held.held_minor == parse_minor(traced_amounts(by_hand, held.method)[account.account]["held"])
    assert day.get(TraceRun, found.run.id) == found.run
    assert document_of(day.books, found.run) == found.document
    (event,) = day.audit("case.trace")
    assert (event.actor, event.case, event.details["run"]) == ("both", case.id, found.run.id)
    again = trace_case(day.desk, day.books, ANALYST, case.id)
    assert (again.run, again.new, again.document) == (found.run, False, found.document)


def test_a_payment_that_no_row_shows_yet_is_a_question(day: TracedDay):
    case = day.case()
    found = trace_case(day.desk, day.books, BOTH, case.id)
    assert {(q.account, q.institution) for q in found.run.questions} == {(r["to"], r["bank"]) for r in victims()}
    assert [(t.unknown_minor, t.held_minor) for t in found.run.totals if t.method == "fifo"] == [(52_930_000, 0)]
    day.read_in()
    then = trace_case(day.desk, day.books, BOTH, case.id)
    assert then.new
    assert any(change["change"] == "appeared" for change in then.changes["methods"]["fifo"]["accounts"])
    assert then.changes["methods"]["fifo"]["balance"]["unknown"]["old"] == "529300.00"


def test_only_who_may_traces_and_only_from_facts(small_day: TracedDay):
    case = small_day.case()
    with pytest.raises(NotFound):
        trace_case(small_day.desk, small_day.books, STRANGER, case.id)
    assert [event.details["rule"] for event in small_day.audit("case.trace")] == ["access.see"]
    with pytest.raises(BadInput, match="label of no origin"):
        trace_case(small_day.desk, small_day.books, BOTH, case.id, nested=["REPORT-9"])


def traced_amounts(document, method):
    nothing = {"held": "0.00", "stoppable": "0.00", "by_victim": {}}
    return defaultdict(lambda: nothing, {row["account"]: row for row in document["methods"][method]["accounts"]})


def test_amounts_stand_side_by_side_and_stops_are_drafted_once(day: TracedDay):
    day.read_in()
    case = day.case()
    found = trace_case(day.desk, day.books, BOTH, case.id)
    amounts = case_amounts(day.desk, day.books.trace_rules, BOTH, case.id, Purpose.STOP)
    assert amounts.run == found.run
    for each in amounts.accounts:
        rows = {name: traced_amounts(found.document, name)[each.account.account] for name in each.choice.by_method}
        assert each.choice.by_method == {name: parse_minor(row["held"]) for name, row in rows.items()}
        assert each.choice.amount_minor == max(each.choice.by_method.values())
        said = rows[each.choice.method]["stoppable"]
        if each.choice.amount_minor:
            assert each.stoppable_minor == (None if said == "unknown" else parse_minor(said))
        shares = shares_at(found.document, each, each.choice.amount_minor)
        assert shares == {k: parse_minor(v) for k, v in rows[each.choice.method]["by_victim"].items()}
        half = each.choice.amount_minor // 2
        assert sum(shares_at(found.document, each, half).values()) == half
    check_desk_says_the_same(day, case.id)
    assert any(each.choice.disagree for each in amounts.accounts)
    recoverable = [each.stoppable_minor for each in amounts.accounts if each.stoppable_minor]
    assert len(recoverable) > 3

    stops = draft_stops(day.desk, day.books, BOTH, case.id, basis="afl-20", reason="被害人资金仍在账")
    assert [m.request.scope.amount_minor for _, m in stops.drafted] == recoverable
    for each, measure in stops.drafted:
        fact = day.get(Fact, measure.request.fact.evidence)
        assert each.account.is_called(measure.target.reference)
        if fact.hop > 1:
            (document,) = {check.document for check in fact.checks}
            assert document.kind is DocumentKind.STATEMENT
            assert document.reference in day.books.facts.files()
            assert document.place
        proposed = propose_measure(day.desk, BOTH, measure.id)
        assert approve_measure(day.desk, CHIEF, proposed.id).status is Status.APPROVED
    again = draft_stops(day.desk, day.books, BOTH, case.id, basis="afl-20", reason="被害人资金仍在账")
    assert again.drafted == ()
    assert {why for _, why in again.left_out if why == "stopped already"}
    ordered = case_amounts(day.desk, day.books.trace_rules, BOTH, case.id, Purpose.STOP)
    assert sum(each.bound_minor for each in ordered.accounts) == sum(recoverable)
    with day.desk.store.begin() as unit:  # a stop of dollars binds no yuan of the same account
        stop = unit.records(Measure).get(stops.drafted[0][1].id)
        dollars = replace(stop.request, scope=replace(stop.request.scope, currency="USD"))
        unit.records(Measure).save(replace(stop, request=dollars))
        unit.commit()
    ordered = case_amounts(day.desk, day.books.trace_rules, BOTH, case.id, Purpose.STOP)
    assert sum(each.bound_minor for each in ordered.accounts) == sum(recoverable[1:])


def test_the_working_method_of_the_case_says_how_much_a_freeze_takes(small_day: TracedDay):
    small_day.read_in()
    case = small_day.case(1)
    trace_case(small_day.desk, small_day.books, BOTH, case.id)
    freeze = case_amounts(small_day.desk, small_day.books.trace_rules, BOTH, case.id, Purpose.FREEZE)
    assert {each.choice.method for each in freeze.accounts} == {"fifo"}
    with small_day.desk.store.begin() as unit:
        working = WorkingMethod("libr", "被害人最有利", "both", small_day.clock.at_us)
        unit.records(Case).save(replace(unit.records(Case).get(case.id), working_method=working))
        unit.commit()
    freeze = case_amounts(small_day.desk, small_day.books.trace_rules, BOTH, case.id, Purpose.FREEZE)
    assert {each.choice.method for each in freeze.accounts} == {"libr"}


def test_queries_are_drafted_answered_and_the_trace_goes_on(day: TracedDay):
    day.read_in_without(BING)
    case = day.case()
    before = trace_case(day.desk, day.books, BOTH, case.id)
    asked = ask(day, case.id)
    banks = [measure.target.institution for measure in asked.drafted]
    assert len(banks) == len(set(banks))
    assert set(banks) == {question.institution for question in before.run.questions}
    assert sum(len(m.request.questions) for m in asked.drafted) == len(before.run.questions)
    again = ask(day, case.id)
    assert (again.drafted, len(again.asked_already)) == ((), len(before.run.questions))

    queries = {measure.target.institution: measure for measure in asked.drafted}
    bing, wu = queries["模拟丙银行"], queries["模拟戊银行"]
    for unsent in (wu, send(day, bing)):
        with pytest.raises(Refused, match="nobody has sent it"):
            answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], query=unsent.id)
    sent = record_sent(day.desk, BOTH, f"{bing.id}.begin", Channel.ISSUED_ELSEWHERE, document="模拟平台〔2026〕1号")
    told = answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], case=case.id)
    (answered,) = told.answered
    assert (answered.id, answered.status) == (bing.id, Status.PARTIAL)
    (receipt,) = answered.receipts
    assert (receipt.order, receipt.entered_by) == (sent.orders[0].id, "both")
    assert {a.account for a in receipt.answered} == {q.account for q in bing.request.questions}
    assert {a.statement for a in receipt.answered} <= set(day.books.facts.files())
    left = {q.account: q for query in told.still_open if query.measure.id == bing.id for q in query.questions}
    asked_until = {question.account: question.until_us for question in bing.request.questions}
    assert left.keys() < asked_until.keys()  # of some accounts the hours after their last row are still open
    for account, question in left.items():
        assert question.until_us == asked_until[account]
        assert question.from_us > parse_instant("2026-03-21T02:00:00")
    (trace,) = told.traces
    assert trace.run.id != before.run.id
    held = {t.method: t.held_minor for t in trace.run.totals}
    assert held["fifo"] > {t.method: t.held_minor for t in before.run.totals}["fifo"]
    assert "6299993300000395950" not in {q.account for q in trace.run.questions}
    assert {unasked.elsewhere for unasked in told.unasked} <= {False}
    once_more = answer_query(day.desk, day.books, BOTH, [EXAMPLE / BING], case=case.id)
    assert (once_more.answered, once_more.traces[0].new) == ((), False)

    carried(day, wu)
    nothing = answer_nothing(day.desk, day.books, BOTH, wu.id)
    assert [m.status for m in nothing.answered] == [Status.EXECUTED]
    assert wu.id not in {query.measure.id for query in nothing.still_open}
    reasons = {u["account"]: u["reason"] for u in nothing.traces[0].document["methods"]["fifo"]["unknown"]}
    assert reasons["6299995500001108660"] == "not_in_payee_statement"
    with pytest.raises(Refused, match="no query waits"):
        answer_nothing(day.desk, day.books, BOTH, wu.id)


def test_a_bank_says_nothing_of_accounts_that_it_was_not_asked_about(small_day: TracedDay):
    day = small_day
    day.read_in_without(BING)
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    wu = next(one for one in ask(day, case.id).drafted if one.target.institution == "模拟戊银行")
    (order,) = send(day, wu).orders
    asked, others = wu.request.questions[0], "6299990000000099999"
    answers = tuple(Answered(account, asked.from_us, asked.until_us) for account in (asked.account, others))
    now_us = day.desk.clock.now_us()
    told = Receipt("R-77", order.id, Outcome.NOTHING_FOUND, now_us, now_us, answered=answers)
    record_receipt(day.desk, MACHINE, told)
    take_in_answers(day.desk, day.books, MACHINE, case.id)
    kept = [day.books.evidence.get(sha256) for sha256 in day.books.evidence.walk()]
    noted = next(content for content in kept if content.startswith(b"request,account") and order.id.encode() in content)
    assert asked.account.encode() in noted
    assert others.encode() not in noted


def test_the_letter_of_a_query_and_its_form_name_every_question(small_day: TracedDay):
    case = small_day.case()
    trace_case(small_day.desk, small_day.books, BOTH, case.id)
    for measure in ask(small_day, case.id).drafted:
        rules = small_day.desk.rules.measures.of(measure.kind, measure.drafted_us)
        text = query_text(measure, rules, "模拟县局")
        book = openpyxl.load_workbook(io.BytesIO(query_sheet(measure, rules, "模拟县局")))
        rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=6, max_col=7)]
        for question, row in zip(measure.request.questions, rows, strict=False):
            assert question.account in text
            assert row[1:3] == [question.account, question.holder or None]
            assert row[6] is None
        assert query_sheet(measure, rules, "模拟县局") == query_sheet(measure, rules, "模拟县局")
        assert "第二百三十八条" in text


RELAY = "6299993300000395950"


def onward_rows():
    """Where the clean ledger says that the third victim's money went from its first account."""
    with (TRUTH / "canonical.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (paid,) = [r for r in rows if r["payee"] == RELAY and r["amount"] == "52800.00"]
    return [r for r in rows if r["payer"] == RELAY and paid["at"] < r["at"] < "2026-03-02" and r["kind"] == "transfer"]


def receipt_of(measure, rows, balance_minor):
    onward = tuple(
        OnwardTransfer(
            row["payee"], row["payee_institution"], row["payee_name"], parse_minor(row["amount"]),
            parse_instant(row["at"]), row["serial"],
        )
        for row in rows
    )  # fmt: skip
    at_us = parse_instant("2026-03-02T00:00:00")
    return Receipt(
        "R1", measure.orders[0].id, Outcome.PARTIAL, MORNING_US, MORNING_US, amount_minor=balance_minor,
        balance_minor=balance_minor, balance_us=at_us, onward=onward,
    )  # fmt: skip


def test_a_receipt_extends_the_trace_and_drafts_the_follow_on_stop_once(day: TracedDay):
    day.read_in_without(BING)
    row = victims()[2]
    report, fact = day.fact(row)
    case = open_case(day.desk, BOTH, [report], "模拟案")
    first = trace_case(day.desk, day.books, BOTH, case.id)
    assert [q.account for q in first.run.questions] == [RELAY]
    wanted = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="刚刚转出", basis="afl-20", case=case.id, fact=fact.id,
        amount_minor=5_280_000, traced_minor=5_280_000,
    )  # fmt: skip
    stop = send(day, draft_measure(day.desk, BOTH, wanted))
    rows = onward_rows()
    gone = sum(parse_minor(r["amount"]) for r in rows)
    record_receipt(day.desk, BOTH, receipt_of(stop, rows, 80_000))

    followed = follow_money(day.desk, day.books, MACHINE, case.id)
    assert len(followed.drafted) == len(rows)
    fifo = followed.trace.document["methods"]["fifo"]
    by_account = traced_amounts(followed.trace.document, "fifo")
    assert parse_minor(by_account[RELAY]["traced_out"]) == gone
    assert parse_minor(by_account[RELAY]["held"]) == min(5_280_000 - gone, 80_000)
    flows = {(f["payee"], f["at"]): parse_minor(f["traced"]) for f in fifo["flows"]}
    for row, draft in zip(rows, followed.drafted, strict=True):
        request = draft.request
        assert (draft.status, draft.organisation, request.origin.id) == (Status.DRAFT, "COUNTY", stop.id)
        assert request.target.reference == row["payee"]
        assert request.scope.traced_minor == flows[row["payee"], row["at"]] == parse_minor(row["amount"])
        made = day.get(Fact, request.fact.evidence)
        (document,) = {check.document for check in made.checks}
        assert (document.kind, made.hop, made.fields.holder_name) == (DocumentKind.BANK_RECEIPT, 2, row["payee_name"])
        content = day.books.evidence.get(document.reference).decode().splitlines()
        assert row["payee"] in content[int(document.place) - 1]
        assert propose_measure(day.desk, BOTH, draft.id).status is Status.PROPOSED
    told = {q.account: q for q in followed.trace.run.questions}
    assert (told[RELAY].reason, told[RELAY].traced_minor) == ("receipt_only", 5_280_000)
    files = day.books.facts.files()
    again = follow_money(day.desk, day.books, BOTH, case.id)
    assert (again.drafted, again.trace.new, day.books.facts.files()) == ((), False, files)
    assert [each.draft.id for each in again.follow_ons] == [draft.id for draft in followed.drafted]

    # The next stop of the account is told of the same payments: they are followed already.
    more = tuple(Override(rule, "款项仍在流出") for rule in ("stops_on_account", "little_traced", "more_than_least"))
    second = send(day, draft_measure(day.desk, BOTH, replace(wanted, overrides=more)))
    record_receipt(day.desk, BOTH, replace(receipt_of(second, rows, 80_000), id="R-second"))
    twice = follow_money(day.desk, day.books, BOTH, case.id)
    assert {each.draft.id for each in twice.follow_ons} == {draft.id for draft in followed.drafted}
    assert twice.drafted == ()
    assert parse_minor(traced_amounts(twice.trace.document, "fifo")[RELAY]["traced_out"]) == gone

    # The account's own statement comes: the receipt's rows give way, and nothing is counted twice.
    day.read_in(BING)
    then = follow_money(day.desk, day.books, BOTH, case.id)
    assert then.drafted == ()
    assert "receipt_only" not in {q.reason for q in then.trace.run.questions}
    assert not any(path.startswith(RECEIPT_PATH) for path in day.books.ledger().assembly.sources.paths)
    payment = ReportedPayment(report, row_of(2)["from"], RELAY, row_of(2)["at"], row_of(2)["amount"], "by hand")
    clean = make_books(day)
    ingest_all(clean)
    by_hand = trace_money(clean.ledger(), TraceRequest((payment,)), clean.trace_rules)
    assert plain(then.trace.document) == plain(by_hand)


def check_desk_says_the_same(day: TracedDay, case: str) -> None:
    """What is left on a clue's account is one figure, on the desk as among the case's amounts."""
    amounts = case_amounts(day.desk, day.books.trace_rules, BOTH, case, Purpose.STOP).accounts
    left = {each.account.account: each.stoppable_minor for each in amounts}
    found = duty_desk(day.desk, BOTH, ListWanted(limit=100))
    rows = {row.clue.subject: row.stoppable_minor for row in found.rows if row.traced}
    assert rows
    assert rows == {account: left.get(account, 0) for account in rows}
    assert found.case_stoppable_minor == (None if None in left.values() else sum(map(int, filter(None, left.values()))))


def test_a_balance_below_what_is_held_is_unknown_and_a_question(small_day: TracedDay):
    small_day.read_in_without(BING)
    report, fact = small_day.fact(victims()[2])
    case = open_case(small_day.desk, BOTH, [report], "模拟案")
    wanted = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="刚刚转出", basis="afl-20", case=case.id, fact=fact.id,
        amount_minor=5_280_000, traced_minor=5_280_000,
    )  # fmt: skip
    stop = send(small_day, draft_measure(small_day.desk, BOTH, wanted))
    record_receipt(small_day.desk, BOTH, receipt_of(stop, onward_rows(), 50_000))
    found = follow_money(small_day.desk, small_day.books, BOTH, case.id).trace
    (relay,) = [
        each
        for each in case_amounts(small_day.desk, small_day.books.trace_rules, BOTH, case.id, Purpose.FREEZE).accounts
        if each.account.account == RELAY
    ]
    assert (relay.choice.amount_minor, relay.shortfall_minor) == (50_000, 30_000)
    assert (relay.bound_minor, relay.stoppable_minor) == (50_000, 0)
    check_desk_says_the_same(small_day, case.id)
    assert shares_at(found.document, relay, 50_000) == {report: 50_000}
    assert {q.reason for q in found.run.questions if q.account == RELAY} == {"balance_shortfall", "receipt_only"}
    fifo = found.document["methods"]["fifo"]
    assert [u["traced"] for u in fifo["unknown"] if u["reason"] == "balance_shortfall"] == ["300.00"]
    assert fifo["balance"]["difference"] == "0.00"


def test_a_balance_alone_tells_nothing_of_what_happened_before(small_day: TracedDay):
    small_day.read_in_without(BING)
    report, fact = small_day.fact(victims()[2])
    case = open_case(small_day.desk, BOTH, [report], "模拟案")
    wanted = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="刚刚转出", basis="afl-20", case=case.id, fact=fact.id,
        amount_minor=5_280_000, traced_minor=5_280_000,
    )  # fmt: skip
    stop = send(small_day, draft_measure(small_day.desk, BOTH, wanted))
    record_receipt(small_day.desk, BOTH, receipt_of(stop, [], 9_000_000))
    followed = follow_money(small_day.desk, small_day.books, BOTH, case.id)
    assert followed.follow_ons == ()
    assert [(q.account, q.reason) for q in followed.trace.run.questions] == [(RELAY, "frontier")]
    (relay,) = case_amounts(small_day.desk, small_day.books.trace_rules, BOTH, case.id, Purpose.STOP).accounts
    assert (relay.stoppable_minor, relay.balance_minor, relay.asked_minor) == (None, 9_000_000, 5_280_000)
    check_desk_says_the_same(small_day, case.id)


def test_a_stop_may_be_worded_before_any_statement_is_there(small_day: TracedDay):
    case = small_day.case()
    trace_case(small_day.desk, small_day.books, BOTH, case.id)
    wording = {"basis": "afl-20", "reason": "刚刚转出"}
    stops = draft_stops(small_day.desk, small_day.books, BOTH, case.id, **wording)
    assert (stops.drafted, len(stops.left_out)) == ((), 2)
    stops = draft_stops(small_day.desk, small_day.books, BOTH, case.id, **wording, unknown=True)
    drafted = {m.target.reference: m.request.scope.amount_minor for _, m in stops.drafted}
    assert drafted == {victims()[0]["to"]: 47_650_000, RELAY: 5_280_000}


def row_of(place):
    return victims()[place]


def test_who_may_not_trace_follows_no_money(small_day: TracedDay):
    case = small_day.case(1)
    with pytest.raises(NotFound):
        follow_money(small_day.desk, small_day.books, STRANGER, case.id)
    with pytest.raises(NotAllowed):
        draft_queries(small_day.desk, ANALYST, case.id, basis="procedure-238", reason="缺少流水")


def test_what_a_trace_shows_to_be_gone_is_not_recoverable_any_more(day):
    day.read_in()
    case = day.case(1)
    with day.desk.store.reading() as view:
        (before,) = view.records(Clue).find(Query(equals={"case_id": case.id})).rows
    assert before.claims[0].recoverable_minor == before.claims[0].amount_minor
    run = trace_case(day.desk, day.books, BOTH, case.id).run
    (fifo,) = [total for total in run.totals if total.method == "fifo"]
    assert fifo.exited_minor > 0
    clue = day.get(Clue, before.id)
    assert clue.claims[0].recoverable_minor == before.claims[0].amount_minor - fifo.exited_minor
