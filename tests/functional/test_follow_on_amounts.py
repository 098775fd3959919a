"""The stop that follows the money takes all that is there by the trace, however many payments brought it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from traced_case import BING, BOTH, CHIEF, MORNING_US, TracedDay, make_day, send, victims

from fanzha.core.actor import MACHINE
from fanzha.core.time import parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import OnwardTransfer, Outcome, Receipt
from fanzha.services.desk.correct_receipt import correct_receipt
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.draft_stops import draft_stops
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.trace_case import trace_case
from fanzha.services.desk.traced_accounts import RECEIPT_PATH

MINUTE_US = 60_000_000
MULE, OTHER = "6299997700011112225", "6299997700033334445"
WHY = "录入时看错一行"


@pytest.fixture
def day(tmp_path) -> TracedDay:
    made = make_day("memory", tmp_path / "home")
    made.read_in_without(BING)
    return made


def stopped(day: TracedDay) -> tuple[str, Measure, int]:
    """The third victim's case, a stop on the account that he paid, and when he paid."""
    row = victims()[2]
    report, fact = day.fact(row)
    case = open_case(day.desk, BOTH, [report], "模拟案")
    draft = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="刚刚转出", basis="afl-20", case=case.id, fact=fact.id,
        amount_minor=5_280_000, traced_minor=5_280_000,
    )  # fmt: skip
    return case.id, send(day, draft_measure(day.desk, BOTH, draft)), parse_instant(row["at"])


def told(stop: Measure, number: str, paid_us: int, balance: int, *onward: tuple[str, int, int]) -> Receipt:
    """An answer: payments that went on, each to whom, how much, how many minutes after the victim paid."""
    went = tuple(
        OnwardTransfer(account, "模拟庚银行", "模拟·周五", minor, paid_us + minutes * MINUTE_US)
        for account, minor, minutes in onward
    )
    latest_us = max(paid_us, *(each.time_us for each in went)) + MINUTE_US
    return Receipt(
        number, stop.orders[0].id, Outcome.PARTIAL, MORNING_US, MORNING_US, amount_minor=balance, balance_minor=balance,
        balance_us=latest_us, onward=went,
    )  # fmt: skip


def amounts(day: TracedDay, case: str) -> dict[str, list[int | None]]:
    """The follow-on drafts after the money was followed: amounts by account."""
    found = follow_money(day.desk, day.books, MACHINE, case)
    drafts = {each.draft.id: each.draft for each in found.follow_ons if each.draft is not None}
    by_account: dict[str, list[int | None]] = {}
    for draft in drafts.values():
        by_account.setdefault(draft.target.reference, []).append(day.get(Measure, draft.id).request.scope.amount_minor)
    return by_account


def test_one_stop_takes_what_several_payments_brought(day):
    case, stop, paid_us = stopped(day)
    three = ((MULE, 1_000_000, 10), (MULE, 1_000_000, 10), (MULE, 500_000, 30), (OTHER, 700_000, 40))
    record_receipt(day.desk, BOTH, told(stop, "R1", paid_us, 2_080_000, *three))
    assert amounts(day, case) == {MULE: [2_500_000], OTHER: [700_000]}
    assert amounts(day, case) == {MULE: [2_500_000], OTHER: [700_000]}


def test_a_later_payment_grows_the_draft_and_a_proposed_stop_gets_another_beside_it(day):
    case, stop, paid_us = stopped(day)
    record_receipt(day.desk, BOTH, told(stop, "R1", paid_us, 4_280_000, (MULE, 1_000_000, 10)))
    assert amounts(day, case) == {MULE: [1_000_000]}
    more = ((MULE, 1_000_000, 10), (MULE, 500_000, 30))
    record_receipt(day.desk, BOTH, told(stop, "R2", paid_us, 3_780_000, *more))
    assert amounts(day, case)[MULE] == [1_500_000]
    (draft,) = {each.draft.id for each in follow_money(day.desk, day.books, MACHINE, case).follow_ons}
    assert propose_measure(day.desk, BOTH, draft).status is Status.PROPOSED
    record_receipt(day.desk, BOTH, told(stop, "R3", paid_us, 3_580_000, *more, (MULE, 200_000, 50)))
    assert sorted(amounts(day, case)[MULE]) == [200_000, 1_500_000]


def carried_out(day: TracedDay, draft: Measure) -> Measure:
    """Signed, and carried out as worded an hour after the day began."""
    day.clock.at_us = MORNING_US + 60 * MINUTE_US
    order = send(day, day.get(Measure, draft.id)).orders[0]
    record_sent(day.desk, BOTH, order.id, OrderChannel.ISSUED_ELSEWHERE, document="模拟平台〔2026〕8号")
    at_us, minor = day.clock.at_us, draft.request.scope.amount_minor
    done = Receipt(f"{draft.id} 回执", order.id, Outcome.EXECUTED, at_us, at_us, amount_minor=minor)
    record_receipt(day.desk, BOTH, done)
    return day.get(Measure, draft.id)


def test_what_was_known_when_a_stop_was_lifted_is_not_followed_again(day):
    case, stop, paid_us = stopped(day)
    one, two, three = (MULE, 1_000_000, 10), (MULE, 500_000, 30), (MULE, 200_000, 50)
    record_receipt(day.desk, BOTH, told(stop, "R1", paid_us, 4_280_000, one))
    (drafted,) = follow_money(day.desk, day.books, MACHINE, case).drafted
    follow_on = carried_out(day, drafted)
    assert follow_on.status is Status.EXECUTED
    record_receipt(day.desk, BOTH, told(stop, "R2", paid_us, 3_780_000, one, two))
    assert follow_money(day.desk, day.books, MACHINE, case).drafted == ()  # nothing leaves the account
    day.clock.at_us += 60 * MINUTE_US
    lift_measure(day.desk, CHIEF, follow_on.id, "模拟：账上无涉案资金")
    assert follow_money(day.desk, day.books, MACHINE, case).drafted == ()
    # What is told for the first time after that nobody decided of.
    at_us = day.clock.at_us + MINUTE_US
    later = told(stop, "R3", paid_us, 3_580_000, one, two, three)
    record_receipt(day.desk, BOTH, replace(later, answered_us=at_us, arrived_us=at_us))
    (again,) = follow_money(day.desk, day.books, MACHINE, case).drafted
    assert again.request.fact.fields.amount_minor == three[1]


def test_a_payment_that_a_statement_showed_first_is_followed_once_though_its_stop_was_refused(tmp_path):
    day = make_day("memory", tmp_path / "home")
    day.read_in(BING)
    case, stop, _ = stopped(day)
    trace_case(day.desk, day.books, BOTH, case)
    wording = {"basis": "afl-20", "reason": "刚刚转出", "unknown": True}
    drafted = draft_stops(day.desk, day.books, BOTH, case, **wording).drafted
    worded = [draft for each, draft in drafted if each.stoppable_minor is None]
    assert worded
    went = []
    for draft in worded:
        order, asked = send(day, draft).orders[0], draft.request
        said = Receipt(f"{draft.id} 回执", order.id, Outcome.REFUSED, MORNING_US, MORNING_US, code="ACCOUNT_UNKNOWN")
        record_receipt(day.desk, BOTH, said)
        paid, to = asked.fact.fields, asked.target
        went.append(OnwardTransfer(to.reference, to.institution, paid.holder, paid.amount_minor, paid.time_us))
    late = Receipt("R1", stop.orders[0].id, Outcome.PARTIAL, MORNING_US, MORNING_US, amount_minor=0, onward=tuple(went))
    record_receipt(day.desk, BOTH, late)
    followed = follow_money(day.desk, day.books, MACHINE, case)
    followed_by = {
        each.draft.id for each in followed.follow_ons if each.draft is not None
    }  # of the stop's own payments
    assert followed_by
    assert followed_by <= {draft.id for draft in worded}
    again = draft_stops(day.desk, day.books, BOTH, case, **wording)
    assert {draft.target for _, draft in again.drafted}.isdisjoint(draft.target for draft in worded)
    reasons = {each.account.account: reason for each, reason in again.left_out}
    assert all("ACCOUNT_UNKNOWN" in reasons[draft.target.reference] for draft in worded)


def test_the_ledger_and_the_trace_follow_an_answer_that_is_put_right_and_back_again(day):
    case, stop, paid_us = stopped(day)
    was = told(stop, "R1", paid_us, 4_280_000, (MULE, 1_000_000, 10))
    record_receipt(day.desk, BOTH, was)
    first = follow_money(day.desk, day.books, MACHINE, case)
    (drafted,) = first.drafted
    right = told(stop, "R1", paid_us, 4_280_000, (OTHER, 1_000_000, 10))
    done = correct_receipt(day.desk, BOTH, stop.id, "R1", {"onward": right.onward}, WHY)
    assert done.followed == (drafted.id,)  # it was worded for a payment that nobody tells of any more
    then = follow_money(day.desk, day.books, MACHINE, case)
    assert [each.target.reference for each in then.drafted] == [OTHER]
    flows = then.trace.document["methods"]["fifo"]["flows"]
    assert OTHER in {flow["payee"] for flow in flows}
    assert MULE not in {flow["payee"] for flow in flows}
    paths = [path for path in day.books.ledger().assembly.sources.paths if path.startswith(RECEIPT_PATH)]
    assert paths == [f"{RECEIPT_PATH}{stop.id}/R1/更正1"]
    correct_receipt(day.desk, BOTH, stop.id, "R1", {"onward": was.onward}, WHY)
    back = follow_money(day.desk, day.books, MACHINE, case)
    assert back.drafted == ()
    assert back.trace.run.result_hash == first.trace.run.result_hash
