"""The branches of Art. 8: the worked numbers to the 分, what-if, the way to the decision, and the payments."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_measures import (
    CHIEF,
    CITY_CHIEF,
    DUTY,
    FILED,
    LINEAGE,
    RULES,
    STRANGER,
    T0,
    WIRE,
    answer,
    executed,
    freeze_request,
    officer,
)

from fanzha.core.actor import Role
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.core.ids import CountedIds
from fanzha.core.money import format_minor
from fanzha.core.time import DAY_US
from fanzha.measures.clocks import ClockKind, due_clocks
from fanzha.measures.deciding import approve_measure, reject_measure
from fanzha.measures.ending import book_returned
from fanzha.measures.legality import faults
from fanzha.measures.model import Status
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Channel, Outcome
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.return_lifecycle import PROCEDURE_TRANSITIONS, ProcedureEvent, ProcedureStatus
from fanzha.measures.return_payments import complete_return, pay_again, payment_measures
from fanzha.measures.return_plan import (
    WAYS,
    Base,
    Branch,
    Choice,
    FrozenAccount,
    Inflow,
    Outflow,
    VictimClaim,
    plan_accounts,
    plan_return,
    reattribute,
    told_apart_by_time,
)
from fanzha.measures.return_procedure import (
    approve_return,
    can_propose_return,
    decide_objection,
    draft_return,
    propose_return,
    publish_return,
    receive_objection,
    replan_return,
    return_clocks,
    withdraw_return,
)
from fanzha.measures.sending import record_sent
from fanzha.measures.terms import Span, Unit

TIME_THEN_RATIO = (Branch.BY_TIME, Branch.PRO_RATA)
RATIO = (Branch.PRO_RATA,)
DIRECT = (Branch.DIRECT,)


def claim(victim, yuan, at=None, **more):
    loss = round(yuan * 100)
    return VictimClaim(victim, dict.fromkeys(Base, loss), first_inflow_us=at, pay_to=f"acct-{victim}", **more)


# The mule account M: V1 30,000, V2 50,000, out 40,000, clean merchant C 20,000, out 45,000, V3 10,000; 27,000 are left.
V1, V2, V3 = claim("V1", 30_000, 1), claim("V2", 50_000, 2), claim("V3", 10_000, 6)
M = FrozenAccount(
    "M",
    "模拟银行",
    "MEAS-000001",
    2_700_000,
    (
        Inflow("t1", 1, 3_000_000, "V1"),
        Inflow("t2", 2, 5_000_000, "V2"),
        Inflow("t4", 4, 2_000_000),
        Inflow("t6", 6, 1_000_000, "V3"),
    ),
    last_outflow_us=5,
)


def paid(plan):
    return {award.victim: format_minor(award.amount_minor) for award in plan.awards}


def test_what_time_tells_apart_goes_back_first_and_the_rest_by_proportion():
    plan = plan_return(M, [V1, V2, V3], TIME_THEN_RATIO)
    assert paid(plan) == {"V1": "6375.00", "V2": "10625.00", "V3": "10000.00"}
    assert [(a.victim, a.branch.value) for a in plan.awards] == [
        ("V3", "by_time"),
        ("V1", "prorata"),
        ("V2", "prorata"),
    ]
    assert (plan.remainder_minor, plan.needs_public_notice, plan.formula) == (0, True, "pro-rata/1")
    time_only = plan_return(M, [V1, V2, V3], (Branch.BY_TIME,))
    assert (paid(time_only), time_only.remainder_minor) == ({"V3": "10000.00"}, 1_700_000)
    assert not time_only.needs_public_notice


def test_what_another_way_would_give_stands_beside_it():
    plan = plan_return(M, [V1, V2, V3], TIME_THEN_RATIO)
    assert [way.branches for way in plan.ways] == list(WAYS)
    direct, _, chosen, ratio = plan.ways
    assert "4 payments" in direct.refused_because
    assert plan.differences(chosen) == {}
    assert ratio.paid_minor == {"V1": 900_000, "V2": 1_500_000, "V3": 300_000}
    assert plan.differences(ratio) == {"V1": 262_500, "V2": 437_500, "V3": -700_000}
    with pytest.raises(Refused, match=r"Art. 8\(2\)"):
        plan_return(M, [V1, V2, V3], RATIO)
    by_choice = plan_return(M, [V1, V2, V3], RATIO, reason="V3 的到账时间存疑")
    assert paid(by_choice) == {"V1": "9000.00", "V2": "15000.00", "V3": "3000.00"}
    assert by_choice.reason


def test_third_parties_money_is_left_out():
    plan = plan_return(replace(M, third_party_minor=548_387), [V1, V2, V3], TIME_THEN_RATIO)
    assert paid(plan) == {"V3": "10000.00", "V1": "4318.55", "V2": "7197.58"}
    assert plan.remainder_minor == 548_387


@pytest.mark.parametrize(
    ("frozen", "returned", "expected", "remainder"),
    [
        (4_000_000, 0, "5325.87 33020.44 1437.99 215.70", 0),
        (4_000_000, 2_000_000, "6790.59 31100.93 1833.46 275.02", 0),
    ],
)
def test_largest_remainder(frozen, returned, expected, remainder):
    losses = {"A": 12_345.67, "B": 76_543.21, "C": 3_333.33, "D": 500}
    claims = [claim(name, loss, returned_minor=returned if name == "B" else 0) for name, loss in losses.items()]
    inflows = tuple(Inflow(c.victim, 1, c.loss_minor[Base.LOSS_INTO_ACCOUNT], c.victim) for c in claims)
    plan = plan_return(FrozenAccount("X", "B", "F", frozen, inflows, last_outflow_us=2), claims, RATIO)
    assert paid(plan) == dict(zip(losses, expected.split(), strict=True))
    assert plan.remainder_minor == remainder


def test_more_than_was_lost_stays_frozen():
    inflows = (Inflow("a", 1, 3_000_000, "V1"), Inflow("b", 1, 5_000_000, "V2"))
    plan = plan_return(FrozenAccount("X", "B", "F", 10_000_000, inflows, last_outflow_us=1), [V1, V2], RATIO)
    assert (paid(plan), plan.remainder_minor) == ({"V1": "30000.00", "V2": "50000.00"}, 2_000_000)


def test_one_payment_goes_back_directly():
    single = FrozenAccount("X", "B", "F", 2_500_000, (Inflow("a", 1, 3_000_000, "V1"),), last_outflow_us=2)
    assert paid(plan_return(single, [V1], DIRECT)) == {"V1": "25000.00"}
    with pytest.raises(Refused, match=r"Art. 8\(1\)"):
        plan_return(single, [V1], RATIO)
    with pytest.raises(Refused, match="no victim's"):
        plan_return(single, [V2], DIRECT)
    with pytest.raises(Refused, match="not told by time"):
        plan_return(replace(M, frozen_minor=999_999), [V1, V3], TIME_THEN_RATIO)


def test_several_accounts_never_pay_one_loss_twice():
    through = FrozenAccount("N", "B", "F2", 2_500_000, (Inflow("n", 1, 3_000_000, "V1"),), last_outflow_us=2)
    lacking = replace(V1, open_in_case_minor=3_000_000)
    plans = plan_accounts(
        [
            Choice(through, (lacking,), DIRECT),
            Choice(replace(M, inflows=M.inflows[:3]), (lacking, V2), RATIO),
        ]
    )
    assert [paid(plan) for plan in plans] == [{"V1": "25000.00"}, {"V1": "2454.55", "V2": "24545.45"}]


@pytest.mark.parametrize(
    ("change", "claims"),
    [
        ({"third_party_minor": 2_700_001}, [V1]),
        ({"inflows": (Inflow("x", 1, 0),)}, [V1]),
        ({}, [V1, V1]),
        ({}, [replace(V1, returned_minor=-1)]),
    ],
)
def test_amounts_that_cannot_be(change, claims):
    with pytest.raises(BadInput):
        plan_return(replace(M, **change), claims, RATIO)


minor = st.integers(0, 10**6)


@given(minor, st.lists(st.tuples(minor, minor, st.integers(1, 9)), min_size=1, max_size=6), st.integers(0, 9), minor)
def test_every_way_is_exact(frozen, rows, last_outflow, others):
    claims = [
        VictimClaim(f"V{i}", {Base.LOSS_INTO_ACCOUNT: loss}, returned, first_inflow_us=at)
        for i, (loss, returned, at) in enumerate(rows)
    ]
    inflows = tuple(Inflow(f"t{i}", at, loss + 1, f"V{i}") for i, (loss, _, at) in enumerate(rows))
    account = FrozenAccount("X", "B", "F", frozen, inflows, last_outflow, min(others, frozen))
    plan = plan_return(account, claims, RATIO, reason="比较各种方案")
    free = frozen - account.third_party_minor
    for way in plan.ways:
        assert sum(way.paid_minor.values()) + way.remainder_minor == free
        assert way.remainder_minor >= 0
        for each in claims:
            assert 0 <= way.paid_minor.get(each.victim, 0) <= each.open_minor(Base.LOSS_INTO_ACCOUNT)
    assert plan.paid_minor == min(free, sum(each.open_minor(Base.LOSS_INTO_ACCOUNT) for each in claims))


@given(st.dictionaries(st.sampled_from("ABCDEO"), minor, min_size=1), st.data())
def test_reattribution_sums_to_zero(held, data):
    left, payments = sum(held.values()), {}
    for label in "ABCF":
        payments[label] = data.draw(st.integers(0, left))
        left -= payments[label]
    rows = reattribute(held, payments)
    assert sum(row.reattributed_minor for row in rows) == 0
    assert sum(row.held_after_minor for row in rows) == left
    assert all(row.held_after_minor >= 0 for row in rows)


def test_reattribution_of_the_mule_account():
    held = {"C": 1_700_000, "V3": 1_000_000}  # first in, first out
    rows = reattribute(held, {"V1": 637_500, "V2": 1_062_500, "V3": 1_000_000})
    moved = {row.label: row.reattributed_minor for row in rows}
    assert moved == {"C": -1_700_000, "V3": 0, "V1": 637_500, "V2": 1_062_500}
    with pytest.raises(BadInput):
        reattribute(held, {"V1": 2_700_001})


def test_ten_thousand_victims_are_shared_out_to_the_fen():
    claims = [claim(f"V{i}", 1_000 + i * 7.13, i) for i in range(10_000)]
    inflows = tuple(Inflow(c.victim, i, c.loss_minor[Base.LOSS_INTO_ACCOUNT], c.victim) for i, c in enumerate(claims))
    account = FrozenAccount("X", "B", "F", 10**9, inflows, last_outflow_us=10_000)
    assert plan_return(account, claims, RATIO).paid_minor == 10**9


def freeze():
    return executed(freeze_request(), Standing(FILED))


def drafted(plan):
    return draft_return([plan], DUTY, RULES, T0, CountedIds(), case="CASE-1", filing=FILED.filing, method="fifo")


def rule_of(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refusal:
        call(*args, **kwargs)
    return refusal.value.rule


def test_nothing_is_paid_before_notice_objections_and_the_citys_decision():
    plan = plan_return(M, [V1, V2, V3], TIME_THEN_RATIO)
    draft, ids = drafted(plan), CountedIds()
    freezes = {"MEAS-000001": freeze()}
    assert rule_of(propose_return, draft, DUTY, T0) == "public_notice"
    early = receive_objection(draft, "模拟商户", "我的货款也在其中", T0, ids)
    assert (early.status, rule_of(propose_return, early, DUTY, T0)) == (ProcedureStatus.DRAFT, "public_notice")
    unnoticed = replace(early, plans=(replace(plan, branches=(Branch.BY_TIME,)),))
    assert rule_of(propose_return, unnoticed, DUTY, T0) == "objection", "heard without a notice too"
    noticed = publish_return(draft, DUTY, RULES, T0)
    over = noticed.notice_until_us
    assert over == Span(30, Unit.WHOLE_DAYS).end_of(T0, RULES.work) > T0 + 30 * DAY_US
    assert [(row.kind, row.due_us) for row in return_clocks(noticed, RULES)] == [(ClockKind.PUBLIC_NOTICE, over)]
    assert rule_of(propose_return, noticed, DUTY, over - 1) == "public_notice"
    objected = receive_objection(noticed, "模拟商户", "货已交付", T0 + DAY_US, ids)
    assert rule_of(propose_return, objected, DUTY, over) == "objection"
    heard = decide_objection(objected, objected.objections[0].id, DUTY, "货款属实，予以扣除", over, upheld=True)
    corrected = plan_return(replace(M, third_party_minor=548_387), [V1, V2, V3], TIME_THEN_RATIO)
    heard = replan_return(heard, [corrected], DUTY)
    assert (heard.status, heard.notice_until_us) == (ProcedureStatus.NOTICED, over), "the notice goes on"
    (first, *others) = corrected.awards
    risen = replace(corrected, awards=(replace(first, amount_minor=first.amount_minor + 1), *others))
    assert replan_return(heard, [risen], DUTY).status is ProcedureStatus.DRAFT, "more than was published"
    anew = replan_return(heard, [plan_return(M, [V1, V3], TIME_THEN_RATIO)], DUTY)
    assert (anew.status, anew.notice_until_us) == (ProcedureStatus.DRAFT, None), "another plan is published anew"
    assert can_propose_return(heard, DUTY, over)
    ready = propose_return(heard, DUTY, over)
    assert replan_return(ready, [corrected], DUTY).status is ProcedureStatus.NOTICED, "proposed anew"
    decision = (LINEAGE, RULES, freezes, "模拟返字〔2026〕1号", over)
    assert rule_of(approve_return, ready, CHIEF, *decision) == "level"
    assert rule_of(approve_return, ready, STRANGER, *decision) == "organisation"
    assert rule_of(approve_return, ready, officer("duty", LINEAGE[1], Role.APPROVER), *decision) == "four_eyes"
    assert rule_of(approve_return, ready, CITY_CHIEF, LINEAGE, RULES, freezes, " ", over) == "document"
    assert rule_of(approve_return, ready, CITY_CHIEF, LINEAGE, RULES, {}, "X", over) == "not_frozen"
    touched = {"MEAS-000001": book_returned(freeze(), 1, "R", T0).measure}
    assert rule_of(approve_return, ready, CITY_CHIEF, LINEAGE, RULES, touched, "X", over) == "stale_plan"
    lapsed = freezes["MEAS-000001"].ends_us
    assert rule_of(approve_return, ready, CITY_CHIEF, LINEAGE, RULES, freezes, "X", lapsed) == "not_frozen"
    approved = approve_return(ready, CITY_CHIEF, *decision)
    assert rule_of(withdraw_return, approved, DUTY, "撤回方案", over) == "transition"
    assert sum(m.request.scope.amount_minor for m in payment_measures(approved, RULES, over)) == 2_700_000 - 548_387


def test_payments_are_orders_like_any_other_and_a_return_is_done_when_all_are_paid():
    single = FrozenAccount("M", "模拟银行", "MEAS-000001", 2_700_000, (Inflow("a", 1, 3_000_000, "V1"),), 2)
    plan = plan_return(single, [V1], DIRECT)
    ready = propose_return(drafted(plan), DUTY, T0)
    approved = approve_return(ready, CITY_CHIEF, LINEAGE, RULES, {"MEAS-000001": freeze()}, "模拟返字2号", T0)
    (payment,) = payment_measures(approved, RULES, T0)
    assert payment_measures(approved, RULES, T0) == (payment,)
    assert faults(payment, RULES, T0) == ()
    assert complete_return(approved, [payment]) == approved
    payment = record_sent(payment, payment.orders[0].id, WIRE, RULES, T0, channel=Channel.HTTP).measure
    assert [row.kind for row in due_clocks(payment, RULES)] == [ClockKind.PAY_OUT]
    ids = CountedIds()
    refused = decide_receipt(payment, answer(payment, Outcome.REFUSED, T0, code="销户"), RULES, T0, ids).change.measure
    again = pay_again(approved, refused, "acct-V1-b", "原账户已销户", DUTY, T0)
    assert (again.request.payee, again.request.beneficiary) == ("acct-V1-b", "V1")
    assert rule_of(pay_again, approved, payment, "acct", "原账户已销户", DUTY, T0) == "payment"
    elsewhere = (approved, refused, "acct-V1-b", "原账户已销户", DUTY, T0)
    assert rule_of(pay_again, *elsewhere, others=[again]) == "payment", "never twice at once"
    no = reject_measure(again, CITY_CHIEF, LINEAGE, RULES, "账户不是被害人本人的", T0).measure
    assert pay_again(*elsewhere, others=[no]).id != again.id
    assert rule_of(approve_measure, again, DUTY, LINEAGE, RULES, Standing(FILED), T0) == "role"
    again = approve_measure(again, CITY_CHIEF, LINEAGE, RULES, Standing(FILED), T0).measure
    done = decide_receipt(again, answer(again, Outcome.EXECUTED, T0), RULES, T0, ids).change.measure
    assert done.status is Status.EXECUTED
    finished = complete_return(approved, [refused, done])
    assert finished.status is ProcedureStatus.DONE

    later = plan_return(replace(single, inflows=(Inflow("b", 1, 10, "V4"),), frozen_minor=1), [claim("V4", 1)], DIRECT)
    follow = {"case": "CASE-1", "filing": FILED.filing, "method": "fifo"}
    assert rule_of(draft_return, [later], DUTY, RULES, T0, ids, **follow, earlier=finished) == "earlier_return"
    assert rule_of(draft_return, [later], DUTY, RULES, T0, ids, **follow, earlier=approved) == "earlier_return"
    anew = replace(later, measure="MEAS-000009")
    assert draft_return([anew], DUTY, RULES, T0, ids, **follow, earlier=finished), "frozen anew since"
    more = decide_receipt(again, answer(again, Outcome.EXECUTED, T0, amount_minor=2_700_001), RULES, T0, ids)
    assert complete_return(approved, [refused, more.change.measure]).status is ProcedureStatus.DONE
    left = replace(finished, plans=(replace(plan, remainder_minor=1),))
    assert draft_return([later], DUTY, RULES, T0, ids, **follow, earlier=left).earlier == finished.id


def test_the_table_of_a_return_is_total_and_its_ends_are_ends():
    assert set(PROCEDURE_TRANSITIONS) == {(s, e) for s in ProcedureStatus for e in ProcedureEvent}
    for ended in (ProcedureStatus.DONE, ProcedureStatus.REJECTED, ProcedureStatus.WITHDRAWN):
        assert not any(PROCEDURE_TRANSITIONS[ended, event] for event in ProcedureEvent)


def emptied(*outflows: tuple[int, int], **more) -> FrozenAccount:
    """V1's 30,000 went on at once; V2's 50,000 came when nothing was there, and 20,000 of it went on."""
    inflows = (Inflow("a", 1, 3_000_000, "V1"), Inflow("b", 3, 5_000_000, "V2"))
    out = tuple(Outflow(at, minor) for at, minor in outflows or ((2, 3_000_000), (4, 2_000_000)))
    return FrozenAccount("X", "B", "F", 3_000_000, inflows, 4, outflows=out, **more)


def test_what_came_into_an_empty_account_is_told_apart_by_time_though_some_went_on():
    plan = plan_return(emptied(), [V1, V2], (Branch.BY_TIME,))
    assert (paid(plan), plan.remainder_minor, plan.needs_public_notice) == ({"V2": "30000.00"}, 0, False)
    with pytest.raises(Refused, match=r"Art. 8\(2\)"):
        plan_return(emptied(), [V1, V2], RATIO)
    # Of 50,000 that came last, 30,000 at most went on: 20,000 must be V2's, the other 10,000 may be either's.
    mixed = plan_return(emptied((2, 2_000_000), (4, 3_000_000)), [V1, V2], TIME_THEN_RATIO)
    assert [(one.victim, one.branch.value, one.amount_minor) for one in mixed.awards] == [
        ("V2", "by_time", 2_000_000), ("V1", "prorata", 500_000), ("V2", "prorata", 500_000),
    ]  # fmt: skip
    # An outflow of the same instant may be the later one, and one whose amount nobody knows may have taken everything.
    for account in (emptied((3, 5_000_000)), replace(emptied(), outflows=())):
        with pytest.raises(Refused, match="may have been any victim's"):
            plan_return(account, [V1, V2], (Branch.BY_TIME,))


def test_what_time_tells_of_others_is_named_and_what_was_returned_is_told_apart_no_more():
    account = emptied(returned_minor={"V2": 2_500_000})
    late = replace(account, frozen_minor=1_300_000, inflows=(*account.inflows, Inflow("c", 5, 800_000)))
    plan = plan_return(late, [V1, replace(V2, returned_minor=2_500_000)], TIME_THEN_RATIO)
    assert told_apart_by_time(late) == {"V2": 500_000, "": 800_000}
    assert (plan.awards[0].amount_minor, plan.strangers_minor) == (500_000, 800_000)


@given(st.lists(st.tuples(st.sampled_from(["V1", "V2", "", "out"]), st.integers(1, 50)), max_size=12))
def test_what_is_told_apart_is_what_the_worst_order_of_outflows_leaves(rows):
    balance, worst, inflows, outflows = 0, Counter(), [], []
    for at, (whose, amount) in enumerate(rows):
        if whose != "out":
            inflows.append(Inflow(f"t{at}", at, amount, whose))
            balance, worst[whose] = balance + amount, worst[whose] + amount
        elif balance:
            gone = min(amount, balance)
            outflows.append(Outflow(at, gone))
            balance, worst = balance - gone, Counter({one: max(minor - gone, 0) for one, minor in worst.items()})
    last = outflows[-1].at_us if outflows else None
    account = FrozenAccount("X", "B", "F", balance, tuple(inflows), last, outflows=tuple(outflows))
    assert told_apart_by_time(account) == {one: minor for one, minor in worst.items() if minor}
    assert sum(told_apart_by_time(account).values()) <= balance
