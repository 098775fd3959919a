"""What the desk knows of an account whose money is to be held, and what it makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from desk_home import seat_people
from made_facts import batch, entry, instant
from made_measures import FILED, RULES, T0, freeze_request, stop_request
from measure_home import actor_of

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US
from fanzha.ledger.assembly import assemble
from fanzha.measures.guard import Hazard
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import CounterEvidence, EvidenceKind, Measure, MeasureKind, Origin, OriginKind, TargetKind
from fanzha.measures.obstacles import Standing, obstacles
from fanzha.measures.orders import OnwardTransfer, Outcome, Receipt
from fanzha.ports.account_facts import UNKNOWN, AccountFacts
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.acting import Look
from fanzha.services.desk.holder_names import is_company
from fanzha.services.desk.ledger_account_facts import LedgerAccountFacts
from fanzha.services.desk.model import Desk
from fanzha.services.desk.weighing import advice_on, numbers_of, on_account, view_of
from fanzha.services.explain_inflows import read_inflow_rules
from fanzha.storage.memory import MemoryWorkStore
from tests.functional.test_desk_day import StandingClock

COMPANY = ("公司", "店", "ltd", "inc")


@dataclass
class SaidFacts:
    """Says of every account the same."""

    facts: AccountFacts = UNKNOWN
    damaged: bool = False
    numbers: tuple[str, ...] = ()

    def numbers_of(self, account):
        if self.damaged:
            raise BadInput("the ledger is damaged")
        return self.numbers if account in self.numbers else ()

    def facts_about(self, account, holder, currency, until_us):
        assert (account, holder, currency) == ("6299990000000000001", "模拟甲", "CNY")
        if self.damaged:
            raise BadInput("the ledger is damaged")
        return self.facts


@pytest.fixture
def look():
    clock = StandingClock()
    clock.at_us = T0
    desk = Desk(MemoryWorkStore(TABLES), clock, CountedIds(), bootstrap.desk_rules(), SaidFacts())
    seat_people(desk)
    with desk.store.reading() as view:
        yield Look(desk, view, actor_of(desk, "duty"))


def held(request, **parts):
    parts = {"executed_minor": 1_000_000, "ends_us": None, **parts}
    return Measure("MEAS-0", 3, "COUNTY", request, Status.EXECUTED, "duty", 0, **parts)


def answer(at_us, balance_minor, *onward):
    return Receipt("R", "MEAS-0.begin", Outcome.EXECUTED, at_us, at_us, balance_minor=balance_minor, onward=onward)


def test_an_account_of_which_nothing_is_known_has_no_balance_and_is_taken_for_a_persons(look):
    request = stop_request()
    view = view_of(look, request, ())
    assert (view.balance_minor, view.available_minor, view.natural_person, view.hop) == (None, None, None, 1)
    assert advice_on(look, held(request), view).spare_minor == 0
    assert view.last_movement_us == request.fact.fields.time_us  # the payment itself is known


def test_the_last_balance_counts_less_what_other_measures_hold(look):
    request, now_us = stop_request(), look.now_us
    other = held(request, receipts=(answer(now_us - 2, 9_000_000), answer(now_us - 1, 7_000_000)))
    view = view_of(look, request, (other,))
    assert (view.balance_minor, view.bound_elsewhere_minor, view.available_minor) == (7_000_000, 1_000_000, 6_000_000)
    look.account_facts.facts = AccountFacts(balance_minor=5_000_000, balance_us=now_us)
    assert view_of(look, request, (other,)).balance_minor == 5_000_000
    # Itself, and what it continues, take nothing away from it; another account's does not either.
    assert view_of(look, request, (other,), itself="MEAS-0").bound_elsewhere_minor == 0
    apart = replace(other, request=replace(request, target=replace(request.target, reference="6299990000000000009")))
    assert view_of(look, request, (apart,)).bound_elsewhere_minor == 0
    # Nor what was paid back out of it, a freeze that only waits, or money of another currency with its balance.
    for kind in (MeasureKind.RETURN, MeasureKind.QUEUED_FREEZE):
        assert view_of(look, request, (replace(other, request=replace(request, kind=kind)),)).bound_elsewhere_minor == 0
    look.account_facts.facts = UNKNOWN
    dollars = replace(other, request=replace(request, scope=replace(request.scope, currency="USD")))
    view = view_of(look, request, (dollars,))
    assert (view.balance_minor, view.bound_elsewhere_minor) == (None, 0)


def test_a_balance_older_than_a_movement_is_no_balance(look):
    request, now_us = stop_request(), look.now_us
    went = OnwardTransfer("6299990000000000025", "模拟二行", "", 100, now_us - MINUTE_US)
    stale = held(request, receipts=(answer(now_us - 2 * MINUTE_US, 7_000_000, went),))
    assert view_of(look, request, (stale,)).available_minor is None
    look.account_facts.facts = AccountFacts(last_movement_us=now_us)
    fresh = held(request, receipts=(answer(now_us - 1, 7_000_000),))
    assert view_of(look, request, (fresh,)).available_minor is None


def test_a_damaged_ledger_says_nothing_and_stops_no_stop(look):
    look.account_facts = SaidFacts(AccountFacts(balance_minor=1, balance_us=look.now_us), damaged=True)
    assert view_of(look, stop_request(), ()).balance_minor is None


def test_an_account_with_two_numbers_is_one():
    card, account = "6299990000000000001", "6299990000000000777"
    request = freeze_request()
    by_account = replace(request, target=replace(request.target, reference=account))
    wallet = replace(request.target, reference="WXID_MONI01", institution="模拟财付通支付科技有限公司")
    same_wallet = replace(wallet, reference="wxid_moni01", institution="模拟财付通")
    clock, source = StandingClock(), SaidFacts()
    clock.at_us = T0
    desk = Desk(MemoryWorkStore(TABLES), clock, CountedIds(), bootstrap.desk_rules(), source)
    seat_people(desk)
    with desk.store.begin() as unit:
        unit.records(Measure).add(replace(held(by_account), version=0))
        unit.records(Measure).add(replace(held(replace(request, target=wallet)), id="MEAS-W", version=0))
        unit.commit()
    with desk.store.reading() as view:
        look = Look(desk, view, actor_of(desk, "duty"))
        assert on_account(look, request) == ()  # no statement shows that the numbers are one account's
        source.numbers = (card, account)
        others = on_account(look, request)
        assert [one.id for one in others] == ["MEAS-0"]
        found = [one.rule for one in obstacles(request, RULES, Standing(FILED, others), look.now_us)]
        assert "double_freeze" in found
        assert numbers_of(look, request.target) == numbers_of(look, by_account.target)  # and so is what is held for it
        (other,) = on_account(look, replace(request, target=same_wallet))
        assert (other.id, other.target.is_same_as(same_wallet)) == ("MEAS-W", True)
        source.damaged = True
        assert on_account(look, request) == ()


def test_merchants_wages_and_good_faith_are_pointed_out(look):
    request, now_us = freeze_request(), look.now_us
    trade = CounterEvidence("E1", EvidenceKind.TRADE, "模拟：发货单", now_us, "clerk")
    measure = held(request, counter_evidence=(trade,), receipts=(answer(now_us, 5_000_000),), executed_minor=0)
    look.account_facts.facts = AccountFacts(natural_person=False, merchant=True, wages_minor=800_000)
    view = view_of(look, request, (measure,), "MEAS-0")
    advice = advice_on(look, measure, view)
    found = {each.hazard for each in advice.hazards}
    assert {Hazard.MERCHANT, Hazard.WAGES, Hazard.GOOD_FAITH, Hazard.EVIDENCE_OPEN} <= found
    assert view.wages_minor == 800_000


def test_who_is_paid_for_goods_by_many_is_a_merchant_whatever_his_name():
    account = "6299990000000000001"
    rows = [
        entry(
            account, "in", f"2026-03-0{day}T09:00", "500", str(500 * day), to=f"629999000000000010{day}", summary="货款"
        )
        for day in (1, 2, 3)
    ]
    rules = read_inflow_rules(bootstrap.rule_table("inflows.toml"))
    source = LedgerAccountFacts(lambda: StoredLedger(assemble([batch("a", entries=rows)]), "digest"), rules)
    facts = [source.facts_about(account, "模拟甲", "CNY", instant(f"2026-03-0{day}T10:00")) for day in (2, 3)]
    assert [(each.merchant, each.goods_payers) for each in facts] == [(False, 2), (True, 3)]
    nothing = LedgerAccountFacts(lambda: None, rules)
    told = [nothing.facts_about(account, name, "CNY", 0).merchant for name in ("模拟甲", "模拟五金店", "")]
    assert told == [None, True, None]  # without a statement no name says that it is none


def test_payments_for_goods_are_pointed_out_before_anybody_brings_proof(look):
    look.account_facts.facts = AccountFacts(goods_payers=2)
    request = freeze_request()
    found = {
        each.hazard: each.needs_reason for each in advice_on(look, held(request), view_of(look, request, ())).hazards
    }
    assert found[Hazard.PAID_FOR_GOODS] is False


def test_how_far_an_account_is_comes_from_its_fact_or_from_the_last_trace(look):
    frozen = freeze_request()  # drafted directly: it rests on no fact
    assert view_of(look, frozen, ()).hop is None
    far = view_of(look, frozen, (), traced_hop=4)
    assert Hazard.FAR in {each.hazard for each in advice_on(look, held(frozen), far).hazards}
    assert view_of(look, stop_request(), (), traced_hop=4).hop == 1  # an officer read that payment
    continues = replace(frozen, origin=Origin(OriginKind.CONVERSION, "MEAS-0"))
    assert view_of(look, continues, (held(stop_request()),), traced_hop=4).hop == 1


@pytest.mark.parametrize("kind", [MeasureKind.QUERY, MeasureKind.PAYER_HOLD])
def test_what_holds_nobodys_money_is_not_weighed(look, kind):
    assert view_of(look, replace(stop_request(), kind=kind), ()) is None
    target = replace(stop_request().target, kind=TargetKind.LINE)
    assert view_of(look, replace(stop_request(), target=target), ()) is None


def test_a_name_says_whether_it_is_a_companys():
    names = {
        "模拟甲": False,
        "模拟商贸有限公司": True,
        "模拟五金店": True,
        "Moni Inc": True,
        "Vincent Moni": False,
        " ": None,
    }
    assert {name: is_company(name, COMPANY) for name in names} == names


def test_the_ledger_says_balance_last_movement_and_wages():
    account, other = "6299990000000000001", "6299990000000000002"
    rows = [
        entry(account, "in", "2026-03-01T09:00", "8000", "8000", to=other, summary="代发工资"),
        entry(account, "in", "2026-03-02T09:00", "500", "8500", to=other, summary="货款"),
        entry(account, "out", "2026-03-03T09:00", "100", "8400", to=other, summary="转账"),
        entry(account, "in", "2026-03-03T10:00", "50", None, to=other, summary="转账"),
    ]
    assembly = assemble([batch("a", entries=rows)])
    source = LedgerAccountFacts(
        lambda: StoredLedger(assembly, "digest"), read_inflow_rules(bootstrap.rule_table("inflows.toml"))
    )
    facts = source.facts_about(account, "模拟五金店", "CNY", instant("2026-03-31T00:00"))
    assert (facts.balance_minor, facts.balance_us) == (840_000, instant("2026-03-03T09:00"))
    assert (facts.last_movement_us, facts.wages_minor) == (instant("2026-03-03T10:00"), 800_000)
    assert (facts.merchant, facts.natural_person) == (True, False)
    before = source.facts_about(account, "模拟甲", "CNY", instant("2026-03-02T10:00"))
    assert (before.balance_minor, before.natural_person) == (850_000, True)
    assert (before.merchant, before.goods_payers) == (False, 1)  # one payment for goods: to be pointed out, no shop yet
    assert source.facts_about(account, "", "CNY", instant("2026-05-31T00:00")).wages_minor == 0  # long ago
    # Of an account that only others' rows name nobody can say that it is no shop's.
    assert source.facts_about(other, "模拟甲", "CNY", instant("2026-03-31T00:00")).merchant is None
    for unknown in (source.facts_about("6299990000000000099", "", "CNY", 0), source.facts_about(account, "", "USD", 0)):
        assert unknown == UNKNOWN
