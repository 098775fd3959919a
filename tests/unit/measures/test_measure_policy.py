"""Who may do what: each refusal by the name of its rule, and what passes with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from made_measures import (
    ACCOUNT,
    BANK,
    BANK_CHIEF,
    BOTH,
    CHIEF,
    CITY_CHIEF,
    DESK,
    DUTY,
    FILED,
    HOUR_US,
    LINEAGE,
    RULES,
    STRANGER,
    T0,
    UNFILED,
    WIRE,
    approved,
    executed,
    freeze_request,
    officer,
    proposed,
    sent,
    span,
    stop_request,
)

from fanzha.core.actor import Role
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US
from fanzha.measures import policy
from fanzha.measures.deciding import (
    act_first,
    amend_draft,
    approve_measure,
    countersign,
    draft_measure,
    propose_measure,
    reject_measure,
    tally_emergencies,
    withdraw_measure,
)
from fanzha.measures.ending import (
    approve_renewal,
    ask_renewal,
    book_returned,
    conversion_request,
    find_unrelated,
    lapse,
    lift_measure,
    mark_converted,
    release_part,
)
from fanzha.measures.guard import AccountView, weigh
from fanzha.measures.legality import faults
from fanzha.measures.model import (
    FactSource,
    Finding,
    MeasureKind,
    Override,
    Request,
    Scope,
    Status,
    Target,
    TargetKind,
    effective_status,
    held_minor,
)
from fanzha.measures.obstacles import Standing, obstacles
from fanzha.measures.orders import Channel, IncidentKind, Verb
from fanzha.measures.sending import record_sent

AFL_20 = RULES.of(MeasureKind.STOP_PAYMENT, T0).basis("afl-20")

PERSON = Target(TargetKind.PERSON, "11010119900307001X", "模拟银行", "模拟甲")
FINDING = Finding("模拟市公安局", "模拟认字〔2026〕1号", date(2026, 11, 1))


def rule_of(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refusal:
        call(*args, **kwargs)
    return refusal.value.rule


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"basis": None}, "legal_basis"),
        ({"basis": replace(AFL_20, id="rumour")}, "legal_basis"),
        ({"basis": replace(AFL_20, effective_from=AFL_20.effective_from.replace(year=2020))}, "legal_basis"),
        ({"target": Target(TargetKind.PERSON, "P-1")}, "target"),
        ({"target": replace(ACCOUNT, institution="")}, "target"),
        ({"scope": Scope((), 1, 1)}, "mode"),
        ({"scope": Scope(("whole",), 1, 1)}, "mode"),
        ({"scope": Scope(("credit_only",), 0, 1)}, "amount"),
        ({"scope": Scope(("credit_only",), 1)}, "traced"),
        ({"case": ""}, "case"),
        ({"case": "CASE-2"}, "case"),
        ({"reason": " "}, "reason"),
        ({"fact": None}, "fact"),
        ({"fact": replace(stop_request().fact, source=FactSource.BANK_RECEIPT)}, "fact"),
        ({"fact": replace(stop_request().fact, hop=2)}, "fact"),
        ({"fact": replace(stop_request().fact, checked_by="")}, "fact"),
        ({"target": replace(ACCOUNT, reference="6299990000000000002")}, "fact"),
        ({"term": "long"}, "term"),
        ({"period": None}, "period"),
        ({"period": span(49, "hours")}, "period"),
    ],
)
def test_a_stop_that_is_not_proposed(changes, rule):
    draft = draft_measure(stop_request(**changes), DUTY, RULES, T0, CountedIds()).measure
    assert rule_of(propose_measure, draft, DUTY, RULES, Standing(UNFILED), T0) == rule


@pytest.mark.parametrize(
    ("changes", "case", "rule"),
    [
        ({}, UNFILED, "filed_case"),
        ({"filing": "another"}, FILED, "filed_case"),
        ({"document": ""}, FILED, "document"),
        ({"scope": Scope(("amount_limited",))}, FILED, "amount"),
        ({"scope": Scope(("whole",), 1, 1)}, FILED, "mode_reason"),
        ({"period": span(7, "months")}, FILED, "period"),
        ({"period": span(7, "months"), "overrides": (Override("period", "案情需要延长"),)}, FILED, "period"),
        ({"basis": AFL_20}, FILED, "legal_basis"),
    ],
)
def test_a_freeze_that_is_not_proposed(changes, case, rule):
    draft = draft_measure(freeze_request(**changes), DUTY, RULES, T0, CountedIds()).measure
    assert rule_of(propose_measure, draft, DUTY, RULES, Standing(case), T0) == rule


def test_limits_of_quoted_texts_give_way_to_a_reason_and_those_of_the_law_do_not():
    ids = CountedIds()
    stops = tuple(executed(stop_request(), Standing(UNFILED), ids=ids) for _ in range(2))
    third = draft_measure(stop_request(), DUTY, RULES, T0, ids).measure
    standing = Standing(UNFILED, (*stops, third))
    assert rule_of(propose_measure, third, DUTY, RULES, standing, T0) == "stops_on_account"
    silent = replace(stop_request(), overrides=(Override("stops_on_account", "  "),))
    assert rule_of(propose_measure, amend_draft(third, silent, DUTY, RULES, T0).measure, DUTY, RULES, standing, T0)
    reasoned = replace(stop_request(), overrides=(Override("stops_on_account", "新的被害人刚刚汇入"),))
    third = propose_measure(amend_draft(third, reasoned, DUTY, RULES, T0).measure, DUTY, RULES, standing, T0).measure
    assert approve_measure(third, CHIEF, LINEAGE, RULES, standing, T0).measure.status is Status.APPROVED
    refused = replace(stops[0], status=Status.REFUSED)
    assert obstacles(stop_request(), RULES, Standing(UNFILED, (stops[1], refused)), T0) == ()

    freeze = executed(freeze_request(), Standing(FILED), ids=ids)
    again = replace(freeze_request(), overrides=(Override("double_freeze", "还要再冻一次"),))
    draft = draft_measure(again, DUTY, RULES, T0, ids).measure
    assert rule_of(propose_measure, draft, DUTY, RULES, Standing(FILED, (freeze,)), T0) == "double_freeze"
    queued = RULES.of(MeasureKind.QUEUED_FREEZE, T0)
    queue = replace(freeze_request(), kind=MeasureKind.QUEUED_FREEZE, basis=queued.bases[0])
    assert not obstacles(queue, RULES, Standing(FILED, (freeze,)), T0)


def test_who_approves():
    standing = Standing(FILED)
    measure = proposed(freeze_request(), standing)
    junior = officer("junior", replace(LINEAGE[0], level=1), Role.APPROVER)

    def rule(actor, it=measure):
        return rule_of(approve_measure, it, actor, LINEAGE, RULES, standing, T0)

    assert rule(DUTY) == "role"
    assert rule(STRANGER) == "organisation"
    assert rule(junior) == "level"
    assert rule(officer("duty", LINEAGE[0], Role.APPROVER)) == "four_eyes"
    own = draft_measure(freeze_request(), BOTH, RULES, T0, CountedIds()).measure
    own = propose_measure(own, BOTH, RULES, standing, T0).measure
    assert rule(BOTH, own) == "four_eyes"
    assert not policy.can_approve(own, BOTH, LINEAGE, RULES, standing, T0)
    assert policy.why_not(policy.check_approve, own, CHIEF, LINEAGE, RULES, standing, T0) is None
    assert approve_measure(measure, CITY_CHIEF, LINEAGE, RULES, standing, T0).measure.status is Status.APPROVED
    major = proposed(freeze_request(term="major", period=span(1, "years")), standing)
    assert rule(CHIEF, major) == "level"
    assert approve_measure(major, CITY_CHIEF, LINEAGE, RULES, standing, T0)
    assert rule(CHIEF, approve_measure(measure, CHIEF, LINEAGE, RULES, standing, T0).measure) == "transition"
    assert rule_of(reject_measure, measure, CHIEF, LINEAGE, RULES, "", T0) == "reason"
    assert reject_measure(measure, CHIEF, LINEAGE, RULES, "证据不足，退回", T0).measure.status is Status.REJECTED
    assert rule_of(propose_measure, own, STRANGER, RULES, standing, T0) == "transition"
    assert rule_of(draft_measure, freeze_request(), DESK, RULES, T0, CountedIds()) == "role"


def test_a_bank_decides_its_own_hold():
    hold = RULES.of(MeasureKind.PAYER_HOLD, T0)
    request = Request(
        MeasureKind.PAYER_HOLD, ACCOUNT, Scope(("delayed_payment",), 100, 100), hold.bases[0], "ordinary",
        span(24, "hours"), "客户疑似受骗", payee="6299990000000000033",
    )  # fmt: skip
    draft = draft_measure(request, DESK, RULES, T0, CountedIds()).measure
    measure = propose_measure(draft, DESK, RULES, Standing(), T0).measure
    assert rule_of(approve_measure, measure, CHIEF, (BANK,), RULES, Standing(), T0) == "organisation"
    held = approve_measure(measure, BANK_CHIEF, (BANK,), RULES, Standing(), T0).measure
    assert held.status is Status.APPROVED
    assert lift_measure(held, DESK, (BANK,), RULES, "客户核实后坚持付款", T0).measure.status is Status.LIFTED


def test_the_emergency_path():
    standing = Standing(UNFILED)
    draft = draft_measure(stop_request(), DUTY, RULES, T0, CountedIds()).measure
    assert rule_of(act_first, draft, DUTY, RULES, standing, "", T0) == "reason"
    freeze = draft_measure(freeze_request(), DUTY, RULES, T0, CountedIds()).measure
    assert rule_of(act_first, freeze, DUTY, RULES, Standing(FILED), "款项正在转出", T0) == "emergency"
    begun = act_first(draft, DUTY, RULES, standing, "款项正在转出", T0).measure
    begun = record_sent(begun, begun.orders[0].id, WIRE, RULES, T0, channel=Channel.HTTP).measure
    assert rule_of(countersign, begun, officer("duty", LINEAGE[0], Role.APPROVER), LINEAGE, RULES, T0) == "four_eyes"
    due = T0 + 2 * HOUR_US
    assert effective_status(begun, due - 1) is Status.SENT
    assert effective_status(begun, due) is Status.LAPSED
    assert rule_of(countersign, begun, CHIEF, LINEAGE, RULES, due) == "void"
    over = lapse(begun, due + 5)
    assert (over.measure.ended_us, over.measure.end_reason) == (due, "not countersigned in time")
    assert [incident.kind for incident in over.incidents] == [IncidentKind.NOT_COUNTERSIGNED]
    signed = countersign(begun, CHIEF, LINEAGE, RULES, due - 1).measure
    assert signed.void_from_us == T0 + 48 * HOUR_US
    assert rule_of(countersign, signed, CHIEF, LINEAGE, RULES, T0) == "countersign"
    tally = tally_emergencies([over.measure, signed, begun, approved(stop_request(), standing)], due)
    assert (tally.acted_first, tally.in_time, tally.missing, tally.waiting) == (3, 1, 2, 0)


def test_sending():
    measure = approved(stop_request(), Standing(UNFILED))
    order = measure.orders[0].id
    assert rule_of(record_sent, measure, "X", WIRE, RULES, T0, channel=Channel.HTTP) == "order"
    assert rule_of(record_sent, measure, order, WIRE, RULES, T0, channel=Channel.ISSUED_ELSEWHERE) == "document"
    typed = record_sent(
        measure, order, DUTY, RULES, T0, channel=Channel.ISSUED_ELSEWHERE, document="模拟平台〔2026〕7号"
    )
    sent_order = typed.measure.orders[0]
    assert (sent_order.document, sent_order.elsewhere) == (measure.request.document, "模拟平台〔2026〕7号")
    again = record_sent(typed.measure, order, DUTY, RULES, T0 + 5, channel=Channel.HTTP)
    assert again.measure == typed.measure
    assert not again.events
    late = T0 + 48 * HOUR_US
    assert (
        rule_of(record_sent, replace(measure, ends_us=late), order, WIRE, RULES, late, channel=Channel.HTTP) == "void"
    )
    assert rule_of(withdraw_measure, measure, DUTY, "不再需要了", T0) == "order_prepared"


def test_renewal():
    freeze = executed(freeze_request(), Standing(FILED))
    assert rule_of(ask_renewal, freeze, DUTY, RULES, span(7, "months"), "案件未结", T0) == "period"
    assert rule_of(ask_renewal, freeze, DUTY, RULES, span(6, "months"), "案件未结", freeze.ends_us) == "void"
    asked = ask_renewal(freeze, DUTY, RULES, span(6, "months"), "案件未结", freeze.ends_us - 1).measure
    assert effective_status(asked, freeze.ends_us) is Status.LAPSED
    assert rule_of(ask_renewal, asked, DUTY, RULES, span(6, "months"), "案件未结", T0) == "renewal"
    assert (
        rule_of(approve_renewal, asked, officer("duty", LINEAGE[0], Role.APPROVER), LINEAGE, RULES, T0) == "four_eyes"
    )
    assert rule_of(approve_renewal, asked, CHIEF, LINEAGE, RULES, freeze.ends_us) == "void"
    renewed = approve_renewal(asked, CHIEF, LINEAGE, RULES, freeze.ends_us - 1).measure
    assert renewed.ends_us == span(6, "months").end_of(freeze.ends_us)
    assert (renewed.orders[-1].verb, renewed.orders[-1].until_us) == (Verb.EXTEND, renewed.ends_us)
    stop = executed(stop_request(), Standing(UNFILED))
    assert rule_of(ask_renewal, stop, DUTY, RULES, span(48, "hours"), "还要继续止付", T0) == "renewal"
    assert (
        rule_of(ask_renewal, replace(freeze, unrelated_us=T0), DUTY, RULES, span(1, "months"), "案件未结", T0)
        == "unrelated"
    )


def test_what_was_found_unrelated_or_stands_in_no_filed_case_is_not_made_longer():
    freeze = executed(freeze_request(), Standing(FILED))
    asked = ask_renewal(freeze, DUTY, RULES, span(6, "months"), "案件未结", T0).measure
    found = find_unrelated(asked, CHIEF, LINEAGE, "系正常货款", T0).measure
    assert rule_of(approve_renewal, found, CHIEF, LINEAGE, RULES, T0) == "unrelated"
    for case in (UNFILED, None):  # 撤案 takes the filing away
        assert rule_of(policy.check_founded, asked, RULES, case, T0) == "filed_case"
    policy.check_founded(asked, RULES, FILED, T0)
    waiting = replace(approved(stop_request(), Standing(UNFILED)), unrelated_us=T0)
    order = waiting.orders[0].id
    assert rule_of(record_sent, waiting, order, WIRE, RULES, T0, channel=Channel.HTTP) == "unrelated"


def test_discipline_lasts_no_longer_than_five_years_together():
    rules = RULES.of(MeasureKind.DISCIPLINE, T0)
    request = Request(
        MeasureKind.DISCIPLINE, PERSON, Scope(("financial", "telecom")), rules.bases[0],
        "criminally_liable", span(3, "years"), "出售银行卡，已判决", case="CASE-1", document="模拟惩字1号", finding=FINDING,
    )  # fmt: skip
    measure = proposed(request, Standing(UNFILED))
    assert rule_of(approve_measure, measure, CHIEF, LINEAGE, RULES, Standing(UNFILED), T0) == "level"
    end = span(3, "years").end_of(T0)
    running = replace(measure, status=Status.EXECUTED, starts_us=T0, ends_us=end)
    assert rule_of(ask_renewal, running, DUTY, RULES, span(3, "years"), "再次被列入", T0) == "period"
    assert ask_renewal(running, DUTY, RULES, span(2, "years"), "再次被列入", T0)


def test_lifting_and_letting_go_in_part():
    freeze = executed(freeze_request(), Standing(FILED))
    assert held_minor([freeze], T0) == 2_700_000
    assert rule_of(lift_measure, freeze, STRANGER, LINEAGE, RULES, "与案件无关", T0) == "organisation"
    assert rule_of(lift_measure, freeze, DUTY, LINEAGE, RULES, "与案件无关", T0) == "role"
    assert rule_of(release_part, freeze, CHIEF, LINEAGE, RULES, 2_700_001, "生活费用", T0) == "amount"
    part = release_part(freeze, CHIEF, LINEAGE, RULES, 300_000, "生活费用", T0).measure
    part = book_returned(part, 400_000, "RETURN-1", T0).measure
    assert book_returned(part, 400_000, "RETURN-1", T0).measure == part
    assert held_minor([part], T0) == 2_000_000
    found = find_unrelated(part, DUTY, LINEAGE, "系正常货款", T0).measure
    assert found.unrelated_us == T0
    lifted = lift_measure(found, CHIEF, LINEAGE, RULES, "与案件无关", T0).measure
    assert (lifted.status, lifted.orders[-1].verb) == (Status.LIFTED, Verb.RELEASE)
    assert record_sent(lifted, lifted.orders[-1].id, WIRE, RULES, T0, channel=Channel.HTTP).events
    assert held_minor([lifted], T0) == 0


def test_a_stop_turns_into_a_freeze_only_after_filing_and_only_while_it_binds():
    stop = executed(stop_request(), Standing(UNFILED))
    wanted = freeze_request()
    assert rule_of(conversion_request, stop, wanted, RULES, UNFILED, T0) == "filed_case"
    assert rule_of(conversion_request, stop, wanted, RULES, FILED, T0 + 48 * HOUR_US) == "conversion"
    assert rule_of(conversion_request, stop, replace(wanted, kind=MeasureKind.QUERY), RULES, FILED, T0) == "conversion"
    request = conversion_request(stop, wanted, RULES, FILED, T0)
    waiting = sent(request, Standing(FILED, (stop,)), ids=(ids := CountedIds()))
    assert rule_of(mark_converted, stop, waiting, T0) == "conversion"
    freeze = executed(request, Standing(FILED, (stop,)), ids=ids)
    ended = mark_converted(stop, freeze, T0 + 1).measure
    assert (ended.status, ended.converted_into) == (Status.CONVERTED, freeze.id)
    assert mark_converted(ended, freeze, T0 + 2) is None
    assert mark_converted(stop, freeze, T0 + 48 * HOUR_US) is None


def test_the_guard():
    guard = RULES.guard(T0)
    whole = Scope(("credit_only",), 3_000_000, 3_000_000)
    shop = AccountView(200_000_000, merchant=True, wages_minor=800_000, good_faith=True, hop=4)
    advice = weigh(whole, shop, guard, whole=True)
    assert advice.query_instead, "1.5 percent of the balance"
    assert (advice.least_minor, advice.innocent_minor, advice.spare_minor) == (3_000_000, 197_000_000, 800_000)
    assert {h.hazard.value for h in advice.hazards} == {"little_traced", "merchant", "wages", "good_faith", "far"}
    poor = weigh(whole, AccountView(3_100_000), guard, whole=True)
    assert (poor.query_instead, poor.innocent_minor, poor.spare_minor) == (False, 100_000, 100_000)
    limited = weigh(Scope(("amount_limited",), 3_000_000, 1_000_000), AccountView(2_000_000), guard, whole=False)
    assert (limited.least_minor, limited.innocent_minor) == (1_000_000, 1_000_000)
    old = weigh(whole, AccountView(5, balance_us=1, last_movement_us=2), guard, whole=True)
    assert (old.innocent_minor, [h.hazard.value for h in old.hazards]) == (None, ["balance_unknown"])

    draft = draft_measure(stop_request(), DUTY, RULES, T0, CountedIds()).measure
    standing = Standing(UNFILED, account=replace(shop, balance_minor=10_000_000))
    assert rule_of(propose_measure, draft, DUTY, RULES, standing, T0) == "merchant"
    reasons = tuple(Override(rule, "被害人直接汇入该户") for rule in ("merchant", "wages", "good_faith"))
    draft = amend_draft(draft, stop_request(overrides=reasons), DUTY, RULES, T0).measure
    assert propose_measure(draft, DUTY, RULES, standing, T0).measure.request.scope.innocent_minor == 7_000_000


def test_an_amount_of_which_nobody_says_what_is_traced_asks_for_a_reason():
    account = AccountView(100_000_000)
    request = freeze_request(scope=Scope(("amount_limited",), 100_000_000))
    found = obstacles(request, RULES, Standing(FILED, account=account), T0)
    assert [(each.rule, each.gives_way) for each in found] == [("traced_unknown", True)]
    covering = freeze_request(scope=Scope(("amount_limited",), 100_000_000, 100_000_000))
    assert obstacles(covering, RULES, Standing(FILED, account=account), T0) == ()


def test_nothing_is_asked_for_in_a_case_that_is_over():
    found = obstacles(stop_request(), RULES, Standing(replace(UNFILED, over="withdrawn")), T0)
    assert [(each.rule, each.gives_way) for each in found] == [("case", False)]


def test_a_banks_account_is_one_however_its_bank_is_written():
    again = replace(ACCOUNT, institution="模拟银行股份有限公司")
    standing = Standing(FILED, (executed(freeze_request(), Standing(FILED)),))
    assert {each.rule for each in obstacles(freeze_request(target=again), RULES, standing, T0)} == {"double_freeze"}
    wallets = [Target(TargetKind.ACCOUNT, "19900000001", bank) for bank in ("模拟钱包", "模拟支付")]
    assert not wallets[0].is_same_as(wallets[1])


def test_a_decided_payment_is_not_lifted():
    payment = replace(executed(freeze_request(), Standing(FILED)), request=freeze_request(kind=MeasureKind.RETURN))
    assert rule_of(lift_measure, payment, CITY_CHIEF, LINEAGE, RULES, "先不付款", T0) == "kind"


def test_renewals_are_proven_too():
    freeze = executed(freeze_request(), Standing(FILED))
    asked = ask_renewal(freeze, DUTY, RULES, span(6, "months"), "案件未结", T0).measure
    renewed = approve_renewal(asked, CHIEF, LINEAGE, RULES, T0).measure
    assert faults(renewed, RULES, T0) == ()
    (granted,) = renewed.renewals
    stained = {
        "renewed by one person": replace(granted, approved_by="duty"),
        "renewed after its end": replace(granted, approved_us=freeze.ends_us),
        "renewed for longer": replace(granted, ends_us=granted.ends_us + 1),
    }
    for fault, renewal in stained.items():
        assert fault in faults(replace(renewed, renewals=(renewal,)), RULES, T0)[0]


def test_what_is_written_is_proven_lawful_afterwards():
    freeze = executed(freeze_request(), Standing(FILED))
    assert faults(freeze, RULES, T0) == ()
    stained = {
        "no legal basis": replace(freeze, request=replace(freeze.request, basis=None)),
        "before 立案": replace(freeze, request=replace(freeze.request, filing="")),
        "approved by nobody": replace(freeze, approvals=()),
        "one person": replace(freeze, drafted_by="chief"),
        "longer than 6个月": replace(freeze, ends_us=freeze.ends_us + 1),
        "no end": replace(freeze, ends_us=None),
        "below the level": replace(freeze, request=replace(freeze.request, term="major")),
    }
    for fault, measure in stained.items():
        assert any(fault in sentence for sentence in faults(measure, RULES, T0)), fault
    assert "has not noted" in faults(freeze, RULES, freeze.ends_us)[0]


def test_one_payment_is_held_once_and_again_only_with_a_reason():
    def hold(amount_minor, payee="6299990000000000033", **more):
        request = stop_request(amount_minor, **more)
        kind = RULES.of(MeasureKind.PAYER_HOLD, T0)
        scope = Scope(("delayed_payment",), amount_minor)
        return replace(
            request,
            kind=MeasureKind.PAYER_HOLD,
            scope=scope,
            basis=kind.bases[0],
            period=kind.terms[0].period,
            fact=None,
            payee=payee,
        )

    first = executed(hold(800_000), Standing(UNFILED))
    standing = Standing(UNFILED, others=(first,))
    assert not obstacles(hold(900_000), RULES, standing, T0)
    assert not obstacles(hold(800_000, payee="6299990000000000041"), RULES, standing, T0)  # another payment
    (which,) = obstacles(hold(900_000, payee=""), RULES, standing, T0)
    assert (which.rule, which.gives_way) == ("payee", True)
    (again,) = obstacles(hold(800_000), RULES, standing, T0)
    assert (again.rule, again.gives_way) == ("held_again", True)


def discipline(term, finding=FINDING, *modes):
    basis = RULES.of(MeasureKind.DISCIPLINE, T0).bases[0]
    return replace(
        freeze_request(), kind=MeasureKind.DISCIPLINE, target=PERSON, basis=basis,
        scope=Scope(modes or ("financial",)), term=term.name, period=term.period, finding=finding,
    )  # fmt: skip


def test_what_was_found_once_is_disciplined_once_and_again_only_with_a_reason():
    two = RULES.of(MeasureKind.DISCIPLINE, T0).term("found")
    first = replace(
        executed(freeze_request(), Standing(FILED)), request=discipline(two, FINDING, "financial", "credit")
    )

    def again(request, **changes):
        found = obstacles(request, RULES, Standing(FILED, others=(replace(first, **changes),)), T0)
        return [each.gives_way for each in found if each.rule == "same_finding"]

    typed_otherwise = replace(FINDING, number=FINDING.number.replace("〔", " [").replace("〕", "] "))
    assert again(discipline(two)) == again(discipline(two, typed_otherwise)) == [True]
    assert again(discipline(two), status=Status.PROPOSED) == again(discipline(two), status=Status.LAPSED) == [True]
    assert again(discipline(two), status=Status.DRAFT) == again(discipline(two), status=Status.REJECTED) == []
    assert again(discipline(two, FINDING, "telecom")) == []  # the operator's part
    assert again(discipline(two, replace(FINDING, number="模拟认字〔2026〕2号"))) == []  # listed again
    elsewhere = replace(discipline(two), target=replace(PERSON, institution="模拟电信"))
    assert again(elsewhere) == []
    assert again(replace(discipline(two), target=replace(PERSON, reference="110101199003070028"))) == []


def test_disciplines_one_after_another_are_no_longer_than_five_years_together():
    two, three = (RULES.of(MeasureKind.DISCIPLINE, T0).term(name) for name in ("found", "criminally_liable"))
    begun = replace(executed(freeze_request(), Standing(FILED)), request=discipline(three))
    begun = replace(begun, ends_us=three.period.end_of(begun.starts_us))

    def together(request, others, at_us=T0):
        found = obstacles(request, RULES, Standing(FILED, others=others), at_us)
        return [each.gives_way for each in found if each.rule == "together"]

    again = replace(FINDING, number="模拟认字〔2026〕2号")
    elsewhere = replace(begun, request=replace(begun.request, target=replace(PERSON, institution="模拟电信")))
    assert together(discipline(three), (elsewhere,)) == []  # upon one finding they run side by side
    assert together(discipline(two, again), (elsewhere,)) == []
    assert together(discipline(three, again), (elsewhere,)) == [True], "its text is secondary"
    # What has run out into the next without a break counts from its first beginning; after a break it does not.
    second_us = begun.ends_us
    first = replace(begun, status=Status.LAPSED, ended_us=second_us)
    second = replace(begun, id="MEAS-2", starts_us=second_us - 1, ends_us=two.period.end_of(second_us - 1))
    third = replace(discipline(two, replace(FINDING, number="模拟认字〔2026〕3号")))
    assert together(third, (second,), second_us + DAY_US) == []
    assert together(third, (first, second), second_us + DAY_US) == [True]
    apart = replace(first, ended_us=second_us - DAY_US, ends_us=second_us - DAY_US)
    assert together(third, (apart, second), second_us + DAY_US) == []
    decided = replace(
        begun, status=Status.APPROVED, starts_us=None, ends_us=None
    )  # its order may arrive at any instant
    assert together(discipline(three, again), (decided,)) == [True]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"finding": None}, "finding"),
        ({"finding": Finding("", "模拟认字〔2026〕1号", date(2026, 11, 1))}, "finding"),
        ({"finding": Finding("模拟市公安局", "模拟认字〔2026〕1号", date(2026, 11, 22))}, "finding"),  # not found yet
        ({"target": Target(TargetKind.PERSON, "PERSON-1", "模拟银行", "模拟甲")}, "person"),
        ({"target": Target(TargetKind.PERSON, "11010119900307001X", "模拟银行")}, "person"),
        ({"target": Target(TargetKind.PERSON, "11010119900307001X", "", "模拟甲")}, "target"),
        ({"target": Target(TargetKind.INSTITUTION, "模拟银行", "模拟银行")}, "target"),
    ],
)
def test_nobody_is_disciplined_without_a_finding_and_without_his_own_number(changes, rule):
    kind = RULES.of(MeasureKind.DISCIPLINE, T0)
    request = Request(
        MeasureKind.DISCIPLINE, PERSON, Scope(("financial",)), kind.bases[0], "found", kind.term("found").period,
        "出租银行卡，已认定", case="CASE-1", document="模拟惩字1号", finding=FINDING,
    )  # fmt: skip
    assert obstacles(request, RULES, Standing(UNFILED), T0) == ()
    assert [each.rule for each in obstacles(replace(request, **changes), RULES, Standing(UNFILED), T0)] == [rule]


def test_a_police_restriction_rests_on_no_basis_of_the_banks_own_without_a_reason():
    kind = RULES.of(MeasureKind.RESTRICTION, T0)
    request = replace(
        freeze_request(), kind=MeasureKind.RESTRICTION, scope=Scope(("credit_only",)), basis=kind.basis("afl-18"),
        period=kind.terms[0].period, fact=stop_request().fact,
    )  # fmt: skip
    (found,) = obstacles(request, RULES, Standing(FILED, by_institution=False), T0)
    assert (found.rule, found.gives_way) == ("institutions_basis", True)
    assert not obstacles(request, RULES, Standing(FILED, by_institution=True), T0)
    other = replace(request, basis=kind.basis("pbc-2016-261"))
    assert not obstacles(other, RULES, Standing(FILED, by_institution=False), T0)


def test_a_police_restriction_is_no_freeze_by_another_name():
    kind = RULES.of(MeasureKind.RESTRICTION, T0)
    request = replace(
        freeze_request(), kind=MeasureKind.RESTRICTION, basis=kind.basis("pbc-2016-261"), period=kind.terms[0].period,
        fact=stop_request().fact,
    )  # fmt: skip

    def against(request, case, *, by_institution=False):
        found = obstacles(request, RULES, Standing(case, by_institution=by_institution), T0)
        return [(one.rule, one.gives_way) for one in found if one.rule in {"case", "fact", "filed_case"}]

    for mode, refused in (("credit_only", True), ("no_credit_no_debit", True), ("non_counter_suspended", False)):
        asked = replace(request, scope=Scope((mode,), reason="余额正在减少，须全部限制"))
        assert against(asked, FILED) == []
        assert against(asked, UNFILED) == ([("filed_case", False)] if refused else [])
        assert against(asked, UNFILED, by_institution=True) == []
    nameless = replace(request, scope=Scope(("non_counter_suspended",)), fact=None)
    assert against(nameless, FILED) == [("fact", False)]
    assert ("case", False) in against(nameless, None)
    assert against(nameless, None, by_institution=True) == []
    listed = kind.term("listed")
    assert against(replace(nameless, term="listed", period=listed.period), FILED) == []  # its finding names the account


def test_renewals_are_not_piled_up_in_advance():
    held = executed(freeze_request(), Standing(FILED))
    term = RULES.of(held.kind, T0).term(held.request.term)
    asked = ask_renewal(held, DUTY, RULES, term.renewal, "款项未查清须继续冻结", T0).measure
    renewed = approve_renewal(asked, CHIEF, LINEAGE, RULES, T0).measure
    with pytest.raises(NotAllowed, match="has not begun"):
        ask_renewal(renewed, DUTY, RULES, term.renewal, "款项未查清须继续冻结", T0)
    begun_us = held.ends_us
    again = ask_renewal(renewed, DUTY, RULES, term.renewal, "款项未查清须继续冻结", begun_us).measure
    twice = approve_renewal(again, CHIEF, LINEAGE, RULES, begun_us).measure
    with pytest.raises(NotAllowed, match="has not begun"):
        ask_renewal(twice, DUTY, RULES, term.renewal, "款项未查清须继续冻结", begun_us)


def test_a_query_for_rows_says_from_when_to_when():
    request = replace(
        stop_request(), kind=MeasureKind.QUERY, term="once", fact=None, basis=RULES.of(MeasureKind.QUERY, T0).bases[0]
    )
    for mode, wanted in (("transactions", True), ("account_information", False)):
        asked = replace(request, scope=Scope((mode,)))
        found = {one.rule for one in obstacles(asked, RULES, Standing(FILED), T0)}
        assert ("question" in found) is wanted
