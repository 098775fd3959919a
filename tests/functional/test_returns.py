"""Frozen money goes back: by the branches of Art. 8, after notice and objections, by receipt, and every 分 accounted for."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import numpy as np
import openpyxl
import pytest
from desk_home import run
from desk_stores import STORES
from return_day import (
    ACCOUNTS,
    AWAY,
    BOTH,
    CHIEF,
    CITY_CHIEF,
    CITY_CHIEF_2,
    CLERK,
    DUTY,
    MERCHANT,
    ROWS,
    STRANGER,
    M,
    ReturnDay,
    Row,
    make_return_day,
    yuan,
)

from fanzha.access import Person
from fanzha.audit import AuditEntry, verify
from fanzha.audit import Outcome as AuditOutcome
from fanzha.casework import CaseStep
from fanzha.core.errors import BadInput, NotAllowed, NotFound, Refused, StaleVersion
from fanzha.core.money import format_minor
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant
from fanzha.measures.legality import faults
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, held_minor
from fanzha.measures.orders import Outcome, Receipt
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import Base, Branch, Inflow, Unseen
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.add_report_to_case import add_report_to_case
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.count_figures import FiguresWanted
from fanzha.services.desk.decide_return import approve_return, propose_return, reject_return, withdraw_return
from fanzha.services.desk.draft_return import draft_return, replan_return
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.follow_stopped_money import follow_stopped_money
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.object_to_return import decide_objection, receive_objection
from fanzha.services.desk.papers.return_worksheet import return_worksheet
from fanzha.services.desk.pay_return import pay_again
from fanzha.services.desk.plan_return import plan_return
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.read_return_figures import read_return_figures
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.release_part import release_part
from fanzha.services.desk.return_figures import AccountFigures, ReturnFigures, VictimPayment
from fanzha.services.desk.return_papers import PaperKind, open_return, return_paper_of
from fanzha.services.desk.return_planning import AccountChoice, ReturnWanted
from fanzha.services.desk.set_working_method import set_working_method
from fanzha.services.desk.step_case import step_case
from fanzha.statistics import Period, day_of

RATIO = (Branch.PRO_RATA,)
NUMBER = "模拟返字〔2026〕1号"
LEFT_TO_THE_MERCHANT = 548_387


@pytest.fixture(params=STORES)
def day(request, tmp_path):
    made = make_return_day(request.param, tmp_path)
    with made.desk.store.begin() as unit:
        roles = tuple(sorted(CITY_CHIEF_2.roles))
        unit.records(Person).add(Person(CITY_CHIEF_2.id, 0, "CITY", CITY_CHIEF_2.id, "模拟·city-chief-2", roles))
        unit.audit.append(AuditEntry(at_us=made.clock.at_us, actor="admin", organisation="CITY", action="office.seat"))
        unit.commit()
    yield made
    made.desk.store.close()


@pytest.fixture
def one_day(tmp_path):
    """Where the store makes no difference."""
    made = make_return_day("memory", tmp_path)
    yield made
    made.desk.store.close()


def paid(plan, labels):
    return yuan({award.victim: award.amount_minor for award in plan.awards}, labels)


def rule_of(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refusal:
        call(*args, **kwargs)
    return refusal.value.rule


def proposed(day: ReturnDay) -> ReturnProcedure:
    """Published, and proposed after the thirty days."""
    drafted, _, _ = day.drafted()
    publish_return(day.desk, DUTY, drafted.id)
    day.wait(31 * DAY_US)
    return propose_return(day.desk, DUTY, drafted.id)


def test_the_mule_account_is_planned_by_art_8_with_every_other_way_beside_it(one_day):
    drafted, labels, figures = one_day.drafted()
    (plan,) = drafted.plans
    assert paid(plan, labels) == {"V3": "10000.00", "V1": "6375.00", "V2": "10625.00"}
    assert (plan.paid_minor, plan.remainder_minor, drafted.method) == (2_700_000, 0, "fifo")
    assert {award.pay_to for award in plan.awards} == {ACCOUNTS[name] for name in ("V1", "V2", "V3")}
    ratio = plan.ways[-1]
    assert yuan(ratio.paid_minor, labels) == {"V1": "9000.00", "V2": "15000.00", "V3": "3000.00"}
    assert yuan(plan.differences(ratio), labels) == {"V1": "2625.00", "V2": "4375.00", "V3": "-7000.00"}
    assert (drafted.filing, drafted.trace_run) == ("模拟立字〔2026〕1号", figures.trace_run)
    withdraw_return(one_day.desk, DUTY, drafted.id, "先看看另一种方案")
    by_choice = AccountChoice(M, RATIO, reason="V3 的到账时间存疑")
    found = plan_return(one_day.desk, DUTY, ReturnWanted(drafted.case, (by_choice,)), figures)
    assert yuan({a.victim: a.amount_minor for a in found.plans[0].awards}, labels) == yuan(ratio.paid_minor, labels)
    with pytest.raises(Refused, match=r"Art. 8\(2\)"):
        plan_return(one_day.desk, DUTY, ReturnWanted(drafted.case, (replace(by_choice, reason=""),)), figures)
    with pytest.raises(BadInput, match="no victim"):
        plan_return(one_day.desk, DUTY, ReturnWanted(drafted.case, pay_to={"REPORT-9": "1"}), figures)


def test_money_that_went_on_is_returned_from_both_accounts_and_no_loss_twice(one_day):
    day = one_day
    day.read_in()
    case, labels = day.case()
    day.freeze(case.id)
    day.freeze(case.id, 2_000_000, account=AWAY)
    figures = day.trace(case.id)
    first, second = plan_return(day.desk, DUTY, ReturnWanted(case.id), figures).plans
    assert paid(first, labels) == {"V3": "10000.00", "V1": "6375.00", "V2": "10625.00"}
    assert (second.branches, second.account) == (RATIO, AWAY), "its own statement is not at hand"
    assert {yuan({c.victim: c.loss_minor[Base.LOSS_INTO_ACCOUNT]}, labels).popitem() for c in second.claims} == {
        ("V1", "30000.00"), ("V2", "50000.00"),
    }  # fmt: skip
    assert paid(second, labels) == {"V1": "7500.00", "V2": "12500.00"}
    # What is decided for one account is lacking no more when the other is planned alone.
    alone = draft_return(day.desk, DUTY, ReturnWanted(case.id, (AccountChoice(M),)), figures)
    publish_return(day.desk, DUTY, alone.id)
    day.wait(31 * DAY_US)
    propose_return(day.desk, DUTY, alone.id)
    approve_return(day.desk, CITY_CHIEF, alone.id, NUMBER)
    (then,) = plan_return(day.desk, DUTY, ReturnWanted(case.id, (AccountChoice(AWAY),)), figures).plans
    assert paid(then, labels) == {"V1": "7500.00", "V2": "12500.00"}
    assert [claim.open_in_case_minor for claim in then.claims] == [2_362_500, 3_937_500]
    other = draft_return(day.desk, DUTY, ReturnWanted(case.id, (AccountChoice(AWAY),)), figures)
    publish_return(day.desk, DUTY, other.id)
    day.wait(31 * DAY_US)
    propose_return(day.desk, DUTY, other.id)
    for payment in day.payments(approve_return(day.desk, CITY_CHIEF, other.id, "模拟返字〔2026〕2号")):
        day.answer(payment)
    law = day.law(case.id)
    assert (law.faults, law.notes) == ((), ())
    assert {(row.returned_minor, row.reattributed_minor, row.unknown_minor) for row in law.rows} == {
        (750_000, 0, 2_250_000), (1_250_000, 0, 3_750_000), (0, 0, 0),
    }  # fmt: skip


LOSSES = {"A": 1_234_567, "B": 7_654_321, "C": 333_333, "D": 50_000}


@pytest.mark.parametrize(
    ("frozen", "losses", "back", "expected", "remainder"),
    [
        (4_000_000, LOSSES, {}, "5325.87 33020.44 1437.99 215.70", "0.00"),
        (4_000_000, LOSSES, {"B": 2_000_000}, "6790.59 31100.93 1833.46 275.02", "0.00"),
        (10_000_000, {"A": 3_000_000, "B": 5_000_000}, {}, "30000.00 50000.00", "20000.00"),
    ],
)
def test_the_worked_numbers_of_a_proportion(one_day, frozen, losses, back, expected, remainder):
    case, _ = one_day.case(ROWS[:1])
    one_day.freeze(case.id, frozen)
    payments = tuple(VictimPayment(v, f"t{v}", n, minor, f"acct-{v}", M) for n, (v, minor) in enumerate(losses.items()))
    inflows = tuple(Inflow(p.transfer, p.at_us, p.amount_minor, p.victim) for p in payments)
    figures = ReturnFigures("fifo", "RUN-1", payments, {(M, "CNY"): AccountFigures(inflows, 99, losses, {})})
    wanted = ReturnWanted(case.id, (AccountChoice(M, base=Base.TOTAL_CASE_LOSS),), compensated_minor=back)
    (plan,) = plan_return(one_day.desk, DUTY, wanted, figures).plans
    assert [format_minor(award.amount_minor) for award in plan.awards] == expected.split()
    assert (plan.branches, format_minor(plan.remainder_minor)) == (RATIO, remainder)


def test_from_the_notice_to_the_last_receipt_and_a_victim_found_later(day, request):
    day.read_in(merchant_is_a_victim())
    case, labels = day.case(merchant_is_a_victim()[:3] + merchant_is_a_victim()[4:])
    freeze = day.freeze(case.id)
    drafted = draft_return(day.desk, DUTY, ReturnWanted(case.id), day.trace(case.id))
    assert rule_of(propose_return, day.desk, DUTY, drafted.id) == "public_notice"
    published = publish_return(day.desk, DUTY, drafted.id, version=drafted.version)
    with day.desk.store.reading() as view:
        assert {c.kind for c in view.clocks.running(drafted.id)} == {
            "return.public_notice", "return.public_notice.warn",
        }  # fmt: skip
    day.wait(DAY_US)
    objected = receive_objection(day.desk, DUTY, drafted.id, "模拟商户", "货已交付，其中有我的货款")
    assert receive_objection(day.desk, DUTY, drafted.id, " 模拟商户", "货已交付，其中有我的货款 ") == objected
    day.clock.at_us = published.notice_until_us - 1
    day.wait(0)
    assert rule_of(propose_return, day.desk, DUTY, drafted.id) == "public_notice"
    assert [event.subject_id for event in day.audit("clock.warn") if event.subject_kind == "return"] == [drafted.id]
    day.wait(1)
    opened = [event for event in day.audit("clock.open") if event.subject_kind == "return"]
    assert [(event.subject_id, event.case, event.actor) for event in opened] == [(drafted.id, case.id, "machine")]
    assert rule_of(propose_return, day.desk, DUTY, drafted.id) == "objection"
    decide_objection(day.desk, DUTY, drafted.id, objected.objections[0].id, "货款属实，予以扣除", upheld=True)
    with pytest.raises(NotAllowed, match="plan again"):
        propose_return(day.desk, DUTY, drafted.id)
    left_out = ReturnWanted(case.id, (AccountChoice(M, third_party_minor=LEFT_TO_THE_MERCHANT),))
    corrected = replan_return(day.desk, DUTY, drafted.id, left_out, day.trace(case.id))
    assert (corrected.status, corrected.notice_until_us) == (ProcedureStatus.NOTICED, published.notice_until_us)
    assert paid(corrected.plans[0], labels) == {"V3": "10000.00", "V1": "4318.55", "V2": "7197.58"}
    ready = propose_return(day.desk, DUTY, drafted.id)

    approved = approve_return(day.desk, CITY_CHIEF, ready.id, NUMBER, version=ready.version)
    payments = day.payments(approved)
    assert all(faults(payment, day.desk.rules.measures, day.clock.at_us) == () for payment in payments)
    with day.desk.store.reading() as view:
        orders = [json.loads(view.outbox.about(payment.id)[0].message.body) for payment in payments]
    said = {(order["payee"], order["scope"]["amount"], order["document"]) for order in orders}
    assert said == {
        (ACCOUNTS["V3"], "10000.00", NUMBER), (ACCOUNTS["V1"], "4318.55", NUMBER), (ACCOUNTS["V2"], "7197.58", NUMBER),
    }  # fmt: skip
    assert day.law(case.id).holds

    done = pay_all(day, approved, freeze, refused=labels["V2"])
    assert held_minor([day.get(Measure, freeze.id)], day.clock.at_us) == LEFT_TO_THE_MERCHANT
    law = day.law(case.id)
    assert {yuan({r.victim: 0}, labels).popitem()[0]: r.returned_minor for r in law.rows} == {
        "V1": 431_855, "V2": 719_758, "V3": 1_000_000,
    }  # fmt: skip
    assert (law.holds, law.faults) == (True, ())
    assert sum(row.reattributed_minor for row in law.rows) + law.third_parties_minor["CNY"] == 0
    assert {row.decisions for row in law.rows if row.reattributed_minor} == {(NUMBER,)}
    later_victim(day, case, done, labels)
    with day.desk.store.reading() as view:
        assert not verify(view.audit.walk(), stored=view.audit.head()).findings
    if request.node.callspec.params["day"] == "sqlite":
        with mock.patch("fanzha.core.time.SystemClock.now_us", day.clock.now_us):
            code, _, said = run(day.folder / "home", "verify")
        assert code == 0, said


def around(at_us: int) -> Period:
    """The half year that ends on the day of an instant."""
    last = day_of(at_us)
    return Period((last - timedelta(days=180)).isoformat(), last.isoformat())


def merchant_is_a_victim() -> tuple[Row, ...]:
    """The same rows; the merchant will turn out to be a victim who reports late."""
    return tuple(replace(row, payer=ACCOUNTS["V4"]) if row.payer == MERCHANT else row for row in ROWS)


def pay_all(day: ReturnDay, approved: ReturnProcedure, freeze: Measure, *, refused: str) -> ReturnProcedure:
    """The banks pay, all but one, who is paid elsewhere; each receipt twice; the books hold after each."""
    payments = day.payments(approved)
    (hopeless,) = [payment for payment in payments if payment.request.beneficiary == refused]
    for payment in payments:
        outcome = Outcome.REFUSED if payment is hopeless else Outcome.EXECUTED
        day.answer(payment, outcome, times=2)
        assert day.law(approved.case).holds
    assert day.get(ReturnProcedure, approved.id).status is ProcedureStatus.APPROVED
    elsewhere = (day.desk, DUTY, approved.id, hopeless.id, "6299990000000000777", "原账户已销户，付被害人另一账户")
    again = pay_again(*elsewhere)
    assert rule_of(pay_again, *elsewhere) == "payment"
    with day.desk.store.reading() as view:
        assert view.outbox.about(again.id) == (), "another officer approves first"
    assert rule_of(approve_measure, day.desk, CHIEF, again.id) == "level"
    again = approve_measure(day.desk, CITY_CHIEF, again.id)
    day.answer(again)
    done = day.get(ReturnProcedure, approved.id)
    assert (done.status, len(day.audit("return.complete"))) == (ProcedureStatus.DONE, 1)
    return done


def later_victim(day: ReturnDay, case, before: ReturnProcedure, labels: dict[str, str]) -> None:
    """The merchant was a victim: a return of its own shares what the first one left, and nobody pays back."""
    labels["V4"] = day.report("V4", merchant_is_a_victim()[3])
    add_report_to_case(day.desk, BOTH, case.id, labels["V4"])
    with pytest.raises(Refused, match="trace again"):
        read_return_figures(day.desk, day.books, BOTH, case.id)
    figures = day.trace(case.id)
    # What the first return paid, it paid out of his 17,000.00 too: no more is his than is there.
    found = next(row for row in day.law(case.id).rows if row.victim == labels["V4"])
    assert (found.held_minor, found.reattributed_minor) == (LEFT_TO_THE_MERCHANT, LEFT_TO_THE_MERCHANT - 1_700_000)
    assert day.law(case.id).totals[0].reattributed_minor == 0
    later = draft_return(day.desk, DUTY, ReturnWanted(case.id), figures)
    assert (later.earlier, later.plans[0].frozen_minor) == (before.id, LEFT_TO_THE_MERCHANT)
    assert paid(later.plans[0], labels) == {"V1": "1591.63", "V2": "2652.72", "V4": "1239.52"}
    pay_to = {award.victim: award.pay_to for award in later.plans[0].awards}
    assert (pay_to[labels["V2"]], pay_to[labels["V1"]]) == ("6299990000000000777", ACCOUNTS["V1"]), (
        "V2's own was closed"
    )
    assert rule_of(draft_return, day.desk, DUTY, ReturnWanted(case.id), figures) == "return_under_way"
    publish_return(day.desk, DUTY, later.id)
    day.wait(31 * DAY_US)
    propose_return(day.desk, DUTY, later.id)
    approved = approve_return(day.desk, CITY_CHIEF, later.id, "模拟返字〔2026〕2号")
    for payment in day.payments(approved):
        day.answer(payment)
    assert day.get(ReturnProcedure, later.id).status is ProcedureStatus.DONE
    law = day.law(case.id)
    assert (law.faults, law.notes) == ((), ())
    assert (law.totals[0].returned_minor, law.totals[0].lost_minor) == (2_700_000, 11_000_000)
    assert (law.totals[0].held_minor, law.totals[0].reattributed_minor) == (0, 0)
    assert all(row.held_minor == 0 for row in law.rows)
    assert rule_of(draft_return, day.desk, DUTY, ReturnWanted(case.id), figures) == "not_frozen"


def test_an_emptied_account_is_told_apart_by_time_and_so_is_a_victim_found_later(one_day):
    day = one_day
    rows = (
        Row("09:01:00", ACCOUNTS["V1"], M, "30000.00", "30000.00"),
        Row("09:02:00", M, AWAY, "30000.00", "0.00"),
        Row("09:03:00", ACCOUNTS["V2"], M, "50000.00", "50000.00"),
        Row("09:04:00", M, AWAY, "20000.00", "30000.00"),
        Row("09:05:00", ACCOUNTS["V4"], M, "8000.00", "38000.00"),
    )
    day.read_in(rows)
    case, labels = day.case((*rows[:1], *rows[2:4]))
    day.freeze(case.id, 3_800_000)
    figures = day.trace(case.id)
    nobodys = draft_return(day.desk, DUTY, ReturnWanted(case.id), figures)
    # What is V2's by time is not shared; of the rest the plan says that a stranger's payment is there.
    assert [(one.victim, one.amount_minor) for one in nobodys.plans[0].awards] == [
        (labels["V2"], 3_000_000), (labels["V1"], 480_000), (labels["V2"], 320_000),
    ]  # fmt: skip
    assert nobodys.plans[0].open_strangers_minor == 800_000
    assert "并非本案被害人汇入的资金" in return_paper_of(day.desk, DUTY, nobodys.id, PaperKind.REPORT).source
    left_out = ReturnWanted(case.id, (AccountChoice(M, branches=(Branch.BY_TIME,), third_party_minor=800_000),))
    planned = replan_return(day.desk, DUTY, nobodys.id, left_out, figures)
    assert paid(planned.plans[0], labels) == {"V2": "30000.00"}
    propose_return(day.desk, DUTY, planned.id)
    for payment in day.payments(approve_return(day.desk, CITY_CHIEF, planned.id, NUMBER)):
        day.answer(payment)
    labels["V4"] = day.report("V4", rows[4])
    add_report_to_case(day.desk, BOTH, case.id, labels["V4"])
    later = draft_return(day.desk, DUTY, ReturnWanted(case.id), day.trace(case.id))
    assert paid(later.plans[0], labels) == {"V4": "8000.00"}, "the bank's payment to V2 took nobody else's money"
    assert (later.needs_public_notice, later.plans[0].frozen_minor) == (False, 800_000)
    assert day.law(case.id).holds


def test_what_moved_after_the_statement_and_before_the_freeze_is_asked_for_or_reasoned(one_day):
    day = one_day
    day.read_in(covered=False)
    case, labels = day.case()
    freeze = day.freeze(case.id)
    figures = day.trace(case.id)
    (plan,) = plan_return(day.desk, DUTY, ReturnWanted(case.id), figures).plans
    assert plan.unseen == Unseen(parse_instant("2026-11-22T09:06:00"), freeze.starts_us)
    assert rule_of(draft_return, day.desk, DUTY, ReturnWanted(case.id), figures) == "unseen_until_freeze"
    # By proportion the public notice hears whoever knows better: that takes the reason for the way alone.
    by_ratio = ReturnWanted(case.id, (AccountChoice(M, RATIO, reason="V3 的到账时间存疑"),))
    assert not plan_return(day.desk, DUTY, by_ratio, figures).plans[0].rests_on_unseen
    reasoned = ReturnWanted(case.id, (AccountChoice(M, reason="银行回执余额与流水末笔一致"),))
    drafted = draft_return(day.desk, DUTY, reasoned, figures)
    assert paid(drafted.plans[0], labels)["V3"] == "10000.00"
    told = return_paper_of(day.desk, DUTY, drafted.id, PaperKind.REPORT).source
    for words in ("该账户流水截至2026年11月22日09", "其间收付不明", "银行回执余额与流水末笔一致"):
        assert words in told.replace("\\", ""), words
    opened = open_return(day.desk, DUTY, drafted.id)
    book = openpyxl.load_workbook(io.BytesIO(return_worksheet(opened.procedure, opened.mask, opened.names)))
    cells = [cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
    assert "2026-11-22 09:06:00" in map(str, cells[cells.index("流水截至") :])
    # What is planned anew keeps the reason; the statement to the freeze makes it needless.
    assert replan_return(day.desk, DUTY, drafted.id, ReturnWanted(case.id), figures).plans[0].unseen is not None
    day.read_in()
    assert replan_return(day.desk, DUTY, drafted.id, ReturnWanted(case.id), day.trace(case.id)).plans[0].unseen is None


def test_a_balance_that_the_bank_states_is_no_statement(one_day):
    day = one_day
    case, labels = day.case()
    freeze = day.freeze(case.id)
    told = Receipt("R-2", freeze.orders[0].id, Outcome.EXECUTED, day.clock.at_us, day.clock.at_us, 2_700_000)
    record_receipt(day.desk, CLERK, replace(told, balance_minor=2_700_000))
    figures = day.trace(case.id)
    (plan,) = plan_return(day.desk, DUTY, ReturnWanted(case.id), figures).plans
    assert (plan.covered, plan.branches) == (False, RATIO)
    assert all("its own statement is not at hand" in way.refused_because for way in plan.ways[:-1])
    # What was traced in is unknown there now, and nobody calls it third parties'.
    assert {labels[name]: plan.held_by_label[labels[name]] for name in ("V1", "V2", "V3")} == {
        labels["V1"]: 3_000_000, labels["V2"]: 5_000_000, labels["V3"]: 1_000_000,
    }  # fmt: skip
    assert plan.held_by_label["third_parties"] == 0


def test_a_stop_that_let_nothing_out_until_the_freeze_needs_no_reason(one_day):
    day = one_day
    day.read_in(covered=False)
    case, _ = day.case()
    freeze = day.freeze(case.id)
    figures = day.trace(case.id)
    stop = replace(
        freeze, id="MEAS-STOP", status=Status.CONVERTED, starts_us=parse_instant("2026-11-22T09:05:30"),
        ended_us=freeze.starts_us, request=replace(freeze.request, kind=MeasureKind.STOP_PAYMENT),
    )  # fmt: skip
    for began, kept in (("2026-11-22T09:05:30", True), ("2026-11-22T09:07:00", False)):
        before = replace(stop, starts_us=parse_instant(began))
        with mock.patch("fanzha.services.desk.return_planning.on_account", lambda *_, one=before: (one,)):
            (plan,) = plan_return(day.desk, DUTY, ReturnWanted(case.id), figures).plans
        assert (plan.unseen.stopped, plan.rests_on_unseen) == (kept, not kept)


def test_a_plan_made_anew_pays_to_the_account_of_the_facts_unless_an_officer_named_one(one_day):
    day = one_day
    drafted, labels, figures = day.drafted()
    now = tuple(replace(each, payer=f"62999900000000007{number:02}") for number, each in enumerate(figures.payments))
    new = {each.victim: each.payer for each in now}
    found = replan_return(day.desk, DUTY, drafted.id, ReturnWanted(drafted.case), replace(figures, payments=now))
    assert {award.victim: award.pay_to for award in found.awards} == new
    named = ReturnWanted(drafted.case, pay_to={labels["V2"]: "6299990000000000777"})
    replan_return(day.desk, DUTY, drafted.id, named, figures)
    later = replan_return(day.desk, DUTY, drafted.id, ReturnWanted(drafted.case), replace(figures, payments=now))
    assert {award.victim: award.pay_to for award in later.awards} == new | {labels["V2"]: "6299990000000000777"}
    assert [claim.victim for claim in later.plans[0].claims if claim.goes_elsewhere] == [labels["V2"]]


def test_a_payment_that_the_ledger_shows_counts_once_and_only_as_returned(one_day):
    day = one_day
    drafted, labels, figures = day.drafted()
    elsewhere = ReturnWanted(drafted.case, pay_to={labels["V2"]: "6299990000000000777"})
    replan_return(day.desk, DUTY, drafted.id, elsewhere, figures)
    kept = replan_return(day.desk, DUTY, drafted.id, ReturnWanted(drafted.case), figures)
    assert "6299990000000000777" in {award.pay_to for award in kept.awards}, "until somebody says otherwise"
    publish_return(day.desk, DUTY, drafted.id)
    day.wait(31 * DAY_US)
    ready = propose_return(day.desk, DUTY, drafted.id)
    before = day.law(ready.case)
    assert [row.returned_minor for row in before.totals] == [0]
    approved = approve_return(day.desk, CITY_CHIEF, ready.id, NUMBER)
    rows, balance = list(ROWS), 2_700_000
    for minute, payment in enumerate(day.payments(approved), start=10):
        day.answer(payment)
        balance -= payment.executed_minor or payment.request.scope.amount_minor
        amount = format_minor(payment.request.scope.amount_minor)
        rows.append(Row(f"09:{minute}:00", M, payment.request.payee, amount, format_minor(balance)))
    day.read_in(rows, "later")
    day.trace(ready.case)
    law = day.law(ready.case)
    assert (law.faults, law.notes) == ((), ())
    assert law.trace_run != before.trace_run
    (total,) = law.totals
    assert (total.returned_minor, total.held_minor, total.exited_minor) == (2_700_000, 0, 0)
    frozen = follow_stopped_money(day.desk, CITY_CHIEF, FiguresWanted(around(day.clock.at_us))).funnel.frozen
    assert (frozen.minor, frozen.part("returned"), frozen.part("released")) == (2_700_000, 2_700_000, 0)
    set_working_method(day.desk, BOTH, ready.case, "lifo", "比较各种溯源方法")
    assert day.law(ready.case) == law, "what was paid stays booked by the method of its return"


def test_of_two_who_race_to_approve_one_is_refused_and_nothing_is_paid_twice(day):
    ready = proposed(day)
    both_ready = threading.Barrier(2)

    def approve(actor):
        both_ready.wait()
        try:
            approve_return(day.desk, actor, ready.id, NUMBER, version=ready.version)
        except (StaleVersion, NotAllowed):
            return "refused"
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, (CITY_CHIEF, CITY_CHIEF_2))) == ["approved", "refused"]
    assert sorted(event.outcome for event in day.audit("return.approve")) == [AuditOutcome.DONE, AuditOutcome.REFUSED]
    assert len(day.payments(ready)) == 3


def test_what_is_decided_to_go_back_is_let_go_to_nobody_else(one_day):
    day = one_day
    approved = approve_return(day.desk, CITY_CHIEF, proposed(day).id, NUMBER)
    freeze = approved.plans[0].measure
    for call, more in ((release_part, {"amount_minor": 1}), (lift_measure, {})):
        assert rule_of(call, day.desk, CHIEF, freeze, "工资先行解除", **more) == "return_decided"
    first, *rest = day.payments(approved)
    assert rule_of(lift_measure, day.desk, CITY_CHIEF, first.id, "先不付款") == "kind"
    day.answer(first, Outcome.REFUSED)
    again = pay_again(day.desk, DUTY, approved.id, first.id, "6299990000000000777", "原账户已销户")
    for payment in rest:
        day.answer(payment)
    assert rule_of(lift_measure, day.desk, CHIEF, freeze, "其余已返还") == "return_decided", "one waits to be paid"
    day.clock.at_us += 1
    order = first.orders[0].id
    record_receipt(day.desk, CLERK, Receipt("R-late", order, Outcome.EXECUTED, day.clock.at_us, day.clock.at_us))
    assert rule_of(approve_measure, day.desk, CITY_CHIEF, again.id) == "payment", "the bank paid it after all"


def test_what_a_bank_could_pay_only_in_part_is_paid_elsewhere_for_the_rest(one_day):
    day = one_day
    approved = approve_return(day.desk, CITY_CHIEF, proposed(day).id, NUMBER)
    first, *rest = day.payments(approved)
    elsewhere = (day.desk, DUTY, approved.id, first.id, "6299990000000000777", "原账户已销户，余款付另一账户")

    def say(number, payment, outcome, paid_minor=None):
        day.clock.at_us += MINUTE_US
        now_us = day.clock.at_us
        record_receipt(
            day.desk, CLERK, Receipt(number, payment.orders[0].id, outcome, now_us, now_us, amount_minor=paid_minor)
        )

    say("R-1", first, Outcome.PARTIAL, 600_000)
    assert rule_of(pay_again, *elsewhere) == "payment", "the bank may still pay the rest"
    say("R-2", first, Outcome.REFUSED)
    again = pay_again(*elsewhere)
    assert again.request.scope.amount_minor == 400_000
    say("R-3", approve_measure(day.desk, CITY_CHIEF, again.id), Outcome.EXECUTED)
    for payment in rest:
        day.answer(payment)
    assert day.get(ReturnProcedure, approved.id).status is ProcedureStatus.DONE
    assert (day.law(approved.case).faults, day.law(approved.case).totals[0].returned_minor) == ((), 2_700_000)


def test_what_the_bank_says_again_of_one_payment_goes_out_of_the_ledger_once(one_day):
    day = one_day
    approved = approve_return(day.desk, CITY_CHIEF, proposed(day).id, NUMBER)
    order = day.payments(approved)[0].orders[0].id
    before = out_of(day, M)
    story = [(Outcome.PARTIAL, 600_000), (Outcome.EXECUTED, 1_000_000), (Outcome.EXECUTED, 1_000_000)]
    for number, (outcome, paid_minor) in enumerate(story):
        now_us = day.clock.at_us = day.clock.at_us + MINUTE_US
        told = Receipt(
            f"R-{number}", order, outcome, now_us, now_us, amount_minor=paid_minor,
            balance_minor=2_700_000 - paid_minor, balance_us=now_us,
        )  # fmt: skip
        record_receipt(day.desk, CLERK, told)
        follow_money(day.desk, day.books, BOTH, approved.case)
        law = day.law(approved.case)
        assert (law.faults, law.notes, law.totals[0].returned_minor) == ((), (), paid_minor)
        assert out_of(day, M) - before == paid_minor


def out_of(day: ReturnDay, account: str) -> int:
    """What the ledger shows to have left an account."""
    columns = day.books.ledger().assembly.columns
    own = np.flatnonzero(columns.pockets.account == account)
    return int(columns.transfers.amount_minor[np.isin(columns.transfers.payer, own)].sum())


def test_a_return_of_a_withdrawn_case_is_not_decided(one_day):
    ready = proposed(one_day)
    step_case(one_day.desk, CHIEF, ready.case, CaseStep.WITHDRAW, number="模拟撤字1号", reason="没有犯罪事实")
    assert rule_of(approve_return, one_day.desk, CITY_CHIEF, ready.id, NUMBER) == "filed_case"


def test_who_may_not_decide_is_refused_with_the_reason_and_noted(one_day):
    day = one_day
    ready = proposed(day)
    drafter = replace(CITY_CHIEF, id="duty")
    assert rule_of(approve_return, day.desk, CHIEF, ready.id, NUMBER) == "level"
    assert rule_of(approve_return, day.desk, drafter, ready.id, NUMBER) == "four_eyes"
    assert rule_of(approve_return, day.desk, DUTY, ready.id, NUMBER) == "access.return_approve"
    assert rule_of(approve_return, day.desk, CITY_CHIEF, ready.id, " ") == "document"
    assert rule_of(propose_return, day.desk, CITY_CHIEF, ready.id) == "access.return_propose"
    with pytest.raises(NotFound):
        approve_return(day.desk, STRANGER, ready.id, NUMBER)
    said = [(event.actor, event.outcome, event.details["rule"]) for event in day.audit("return.approve")]
    assert said == [
        ("chief", AuditOutcome.REFUSED, "level"),
        ("duty", AuditOutcome.REFUSED, "four_eyes"),
        ("duty", AuditOutcome.REFUSED, "access.return_approve"),
        ("city-chief", AuditOutcome.REFUSED, "document"),
        ("stranger", AuditOutcome.REFUSED, "access.see"),
    ]
    rejected = reject_return(day.desk, CITY_CHIEF, ready.id, "事实不清，补充核查后再报")
    assert rejected.status is ProcedureStatus.REJECTED
    assert rule_of(withdraw_return, day.desk, DUTY, ready.id, "撤回方案") == "transition"
    assert day.payments(ready) == ()


def test_nothing_is_returned_that_is_not_frozen_for_a_filed_case(one_day):
    day = one_day
    day.read_in()
    case, _ = day.case()
    figures = day.trace(case.id)
    wanted = ReturnWanted(case.id)
    assert rule_of(draft_return, day.desk, DUTY, wanted, figures) == "not_frozen"
    freeze = day.freeze(case.id)
    elsewhere = ReturnWanted(case.id, (AccountChoice(MERCHANT),))
    assert rule_of(draft_return, day.desk, DUTY, elsewhere, figures) == "not_frozen"
    unseen = replace(figures, accounts={})  # frozen since the trace: its statement is not at hand
    (plan,) = plan_return(day.desk, DUTY, wanted, unseen).plans
    assert (plan.branches, plan.ways[0].refused_because[:13]) == (RATIO, "its own state")
    day.clock.at_us = freeze.ends_us
    assert rule_of(draft_return, day.desk, DUTY, wanted, figures) == "not_frozen"
    assert day.get(Measure, freeze.id).status is Status.EXECUTED, "void from its due instant, whoever noted it"
