"""The stop that follows the money takes all that is there by the trace, however many payments brought it."""

from __future__ import annotations

import pytest
from traced_case import BING, BOTH, MORNING_US, TracedDay, make_day, send, victims

from fanzha.core.actor import MACHINE
from fanzha.core.time import parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import OnwardTransfer, Outcome, Receipt
from fanzha.services.desk.correct_receipt import correct_receipt
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
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
