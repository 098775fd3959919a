"""The officer's day: from a report to an executed stop that lapses by itself, and what is refused on the way."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from desk_stores import STORES, empty_store

from fanzha import bootstrap
from fanzha.access import Person
from fanzha.audit import Outcome as AuditOutcome
from fanzha.audit import verify
from fanzha.casework import (
    AccountName,
    CaseStatus,
    CaseStep,
    Channel,
    ClueStage,
    Document,
    DocumentKind,
    EventKind,
    Fact,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    Task,
    VerifiedFields,
    WorkEvent,
)
from fanzha.core.actor import MACHINE, Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound, Refused, StaleVersion
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US, parse_instant
from fanzha.measures.changes import Happening
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Override, Target, TargetKind
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import Incident, IncidentKind, OrderStatus, Outcome, Receipt
from fanzha.measures.receipts import Taken
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import Delivery
from fanzha.services.desk import actions
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.act_on_clue import act_on_clue
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.close_clue import dismiss_clue
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.countersign_measure import countersign_measure
from fanzha.services.desk.dispatch_orders import dispatch_orders
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.reject_measure import reject_measure
from fanzha.services.desk.renew_measure import approve_renewal, ask_renewal
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.step_case import step_case
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.desk.withdraw_fact import withdraw_fact
from fanzha.services.desk.withdraw_measure import withdraw_measure

NOON_US = parse_instant("2026-11-20T12:00:00")
HOUR_US = 60 * MINUTE_US
ACCOUNT, SECOND = "6299990000000000017", "6299990000000000025"
BODIES = (
    Organisation("CITY", "模拟市局", Level.CITY, None, "5301"),
    Organisation("COUNTY", "模拟县局", Level.COUNTY, "CITY", "530102"),
    Organisation("OTHER", "模拟邻县局", Level.COUNTY, "CITY", "530103"),
    Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行"),
    Organisation("BANK2", "模拟二行", Level.PARTNER, None, institution="模拟二行"),
)


def officer(name: str, organisation: str, level: Level, *roles: Role) -> Actor:
    return Actor(name, organisation, level, frozenset(roles))


DUTY = officer("duty", "COUNTY", Level.COUNTY, Role.DUTY_OFFICER)
BOTH = officer("both", "COUNTY", Level.COUNTY, Role.DUTY_OFFICER, Role.APPROVER)
CHIEF = officer("chief", "COUNTY", Level.COUNTY, Role.APPROVER)
CITY_CHIEF = officer("city-chief", "CITY", Level.CITY, Role.APPROVER)
STRANGER = officer("stranger", "OTHER", Level.COUNTY, Role.DUTY_OFFICER, Role.APPROVER)
CLERK = officer("clerk", "BANK", Level.PARTNER, Role.PARTNER_DESK)
OTHER_CLERK = officer("clerk2", "BANK2", Level.PARTNER, Role.PARTNER_DESK)


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_us = NOON_US

    def now_us(self) -> int:
        return self.at_us


@dataclass
class Day:
    """A desk, its clock, and the shortest way to each point of the day."""

    desk: Desk
    clock: StandingClock

    def fact(self, actor: Actor = BOTH, *, account: str = ACCOUNT, currency: str = "CNY"):
        received = receive_report(self.desk, actor, report())
        (clue,) = received.clues
        assign_clue(self.desk, actor, clue.id, actor.id)
        assess_clue(self.desk, actor, clue.id, "刚刚转出，先核四要素")
        fields = VerifiedFields("模拟·钱二", account, "模拟银行", 5_000_000, NOON_US - 30 * MINUTE_US, currency)
        verified = verify_clue(self.desk, actor, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1"))
        case = open_case(self.desk, actor, [received.report.id], "模拟刷单案")
        return verified, case

    def stop(self, actor: Actor = BOTH) -> Measure:
        verified, case = self.fact(actor)
        return draft_measure(self.desk, actor, stop(case.id, verified.fact.id))

    def filed(self) -> str:
        _, case = self.fact()
        return file_case(self.desk, CHIEF, case.id, "模拟立字〔2026〕1号").id

    def frozen(self, case: str) -> Measure:
        drafted = draft_measure(self.desk, BOTH, freezing(case, ACCOUNT, "1号"))
        approved = approve_measure(self.desk, CHIEF, propose_measure(self.desk, BOTH, drafted.id).id)
        return record_receipt(self.desk, CLERK, self.answer(approved, number="R-freeze")).measure

    def proposed(self) -> Measure:
        return propose_measure(self.desk, BOTH, self.stop().id)

    def get(self, kind, record_id):
        with self.desk.store.reading() as view:
            return view.records(kind).get(record_id)

    def audit(self, action: str):
        with self.desk.store.reading() as view:
            return [event for event in view.audit.walk() if event.action == action]

    def answer(self, measure: Measure, outcome: Outcome = Outcome.EXECUTED, number: str = "R1") -> Receipt:
        return Receipt(number, measure.orders[0].id, outcome, self.clock.at_us, self.clock.at_us)


def report() -> ReportDraft:
    payee = AccountName(ACCOUNT, "模拟·钱二", "模拟银行")
    paid = ReportedPayment("", "模拟·孙三", payee, amount_minor=5_000_000, at_us=NOON_US - 30 * MINUTE_US)
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001")
    return ReportDraft(Channel.CALL, victim, "模拟：刷单返利，转账后被拉黑", payments=(paid,))


def stop(case: str, fact: str) -> MeasureDraft:
    return MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact,
        amount_minor=5_000_000, traced_minor=5_000_000,
    )  # fmt: skip


def freezing(case: str, account: str, number: str) -> MeasureDraft:
    return MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case,
        target=Target(TargetKind.ACCOUNT, account, "模拟银行", "模拟·钱二"), amount_minor=5_000_000,
        traced_minor=5_000_000, document=f"模拟冻字〔2026〕{number}",
    )  # fmt: skip


class NobodyToSendTo:
    """Fails whoever sends by it."""

    def send(self, link, message):
        raise AssertionError(f"{message.request_id} left")


@pytest.fixture(params=STORES)
def day(request, tmp_path):
    store = empty_store(request.param, tmp_path / "home")
    with store.begin() as unit:
        for body in BODIES:
            unit.records(Organisation).add(body)
        for actor in (DUTY, BOTH, CHIEF, STRANGER):
            roles = tuple(sorted(actor.roles))
            unit.records(Person).add(Person(actor.id, 0, actor.organisation, actor.id, f"模拟·{actor.id}", roles))
        unit.commit()
    clock = StandingClock()
    yield Day(Desk(store, clock, CountedIds(), bootstrap.desk_rules()), clock)
    store.close()


def test_the_day_from_a_report_to_a_stop_that_lapses_once(day):
    received = receive_report(day.desk, BOTH, report())
    assert received.report.acknowledgement
    assert received.report.jurisdiction == "530102"
    verified, case = day.fact()
    measure = propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, stop(case.id, verified.fact.id)).id)
    with pytest.raises(NotAllowed, match="another officer must") as refusal:
        approve_measure(day.desk, BOTH, measure.id)
    assert refusal.value.rule == "four_eyes"
    approved = approve_measure(day.desk, CHIEF, measure.id, version=measure.version)
    assert approved.status is Status.APPROVED
    assert [(e.outcome, e.actor, e.details.get("rule")) for e in day.audit("measure.approve")] == [
        (AuditOutcome.REFUSED, "both", "four_eyes"), (AuditOutcome.DONE, "chief", None),
    ]  # fmt: skip
    clue = act_on_clue(day.desk, BOTH, verified.clue.id, (approved.id,), "已紧急止付")
    assert (clue.stage, clue.case) == (ClueStage.ACTED, case.id)

    with day.desk.store.reading() as view:
        (state,) = view.outbox.about(measure.id)
    body = json.loads(state.message.body)
    assert (state.message.recipient, state.message.topic, state.delivery) == (
        "BANK", "measure.begin", Delivery.WAITING,
    )  # fmt: skip
    assert body["target"]["reference"] == body["fact"]["account"] == ACCOUNT
    assert (body["scope"], body["basis"]) == (
        {"modes": ["credit_only"], "amount": "50000.00", "currency": "CNY"},
        "《中华人民共和国反电信网络诈骗法》第二十条",
    )

    day.clock.at_us += 5 * MINUTE_US
    begun_us = day.clock.at_us
    taken = record_receipt(day.desk, CLERK, day.answer(approved))
    assert (taken.taken, taken.measure.status) == (Taken.APPLIED, Status.EXECUTED)
    assert record_receipt(day.desk, MACHINE, day.answer(approved)).taken is Taken.ALREADY

    day.clock.at_us = begun_us + 48 * HOUR_US - 1
    run_clocks(day.desk, "w")
    assert day.get(Measure, measure.id).status is Status.EXECUTED
    day.clock.at_us += 1
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda worker: run_clocks(day.desk, worker), ("one", "two")))
    assert sum(clock.kind == "measure.term_end" for run in runs for clock in run.rang) == 1
    day.clock.at_us += HOUR_US  # every lease is over, and everything that can ring has rung
    run_clocks(day.desk, "w")
    assert run_clocks(day.desk, "w").rang == ()

    lapsed = day.get(Measure, measure.id)
    assert (lapsed.status, lapsed.ended_us) == (Status.LAPSED, begun_us + 48 * HOUR_US)
    assert len(day.audit("measure.lapse")) == 1
    with day.desk.store.reading() as view:
        assert [one.message.topic for one in view.outbox.about(measure.id)] == ["measure.begin", "measure.release"]
        assert not verify(view.audit.walk(), stored=view.audit.head()).findings


def test_of_two_who_race_to_approve_one_is_refused(day):
    measure = day.proposed()
    both_ready = threading.Barrier(2)

    def approve(actor: Actor) -> str:
        both_ready.wait()
        try:
            approve_measure(day.desk, actor, measure.id, version=measure.version)
        except (StaleVersion, NotAllowed):
            return "refused"
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, (CHIEF, CITY_CHIEF))) == ["approved", "refused"]
    assert [event.outcome for event in day.audit("measure.approve")] == [AuditOutcome.DONE, AuditOutcome.REFUSED]
    with day.desk.store.reading() as view:
        assert len(view.outbox.about(measure.id)) == 1


def test_an_officer_of_another_body_learns_nothing_and_is_noted(day):
    measure = day.proposed()
    said = []
    for wanted in (measure.id, "MEAS-999999"):
        with pytest.raises(NotFound) as refusal:
            approve_measure(day.desk, STRANGER, wanted)
        said.append(str(refusal.value).replace(wanted, "ID"))
    assert said[0] == said[1]
    noted = day.audit("measure.approve")
    assert [(e.actor, e.outcome, e.details["rule"]) for e in noted] == [
        ("stranger", AuditOutcome.REFUSED, "access.see")
    ] * 2
    approved = approve_measure(day.desk, CITY_CHIEF, measure.id)  # the body above may
    with pytest.raises(NotFound):  # a bank sees only what was sent to it
        record_receipt(day.desk, OTHER_CLERK, day.answer(approved))


def test_a_freeze_waits_for_the_filing_and_takes_over_from_the_stop(day):
    stopped = approve_measure(day.desk, CHIEF, day.proposed().id)
    record_receipt(day.desk, CLERK, day.answer(stopped))
    case = stopped.request.case
    wanted = MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case,
        target=stopped.target, amount_minor=5_000_000, traced_minor=5_000_000, document="模拟冻字〔2026〕1号",
    )  # fmt: skip
    draft = draft_measure(day.desk, BOTH, wanted)
    with pytest.raises(NotAllowed, match="立案") as refusal:
        propose_measure(day.desk, BOTH, draft.id)
    assert refusal.value.rule == "filed_case"
    with pytest.raises(NotAllowed):  # a duty officer decides no filing
        file_case(day.desk, DUTY, case, "模拟立字〔2026〕1号")
    filed = file_case(day.desk, CHIEF, case, "模拟立字〔2026〕1号")
    assert filed.status is CaseStatus.FILED
    assert [(e.outcome, e.case) for e in day.audit("case.file")] == [
        (AuditOutcome.REFUSED, case), (AuditOutcome.DONE, case),
    ]  # fmt: skip
    continued = draft_measure(
        day.desk, BOTH,
        MeasureDraft(
            kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case, continues=stopped.id,
            amount_minor=5_000_000, traced_minor=5_000_000, document="模拟冻字〔2026〕2号",
        ),
    )  # fmt: skip
    frozen = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, continued.id).id)
    assert frozen.request.filing == "模拟立字〔2026〕1号"
    with pytest.raises(NotAllowed, match="frozen already"):  # filed by now, but one account is not frozen twice
        propose_measure(day.desk, BOTH, draft.id)
    record_receipt(day.desk, CLERK, day.answer(frozen, number="R2"))
    assert day.get(Measure, stopped.id).status is Status.CONVERTED
    with day.desk.store.reading() as view:
        assert "measure.term_end" not in {clock.kind for clock in view.clocks.running(stopped.id)}


def test_what_was_begun_first_and_never_countersigned_is_void_and_an_incident(day):
    begun = act_first(day.desk, BOTH, day.stop().id, "账户余额正在减少")
    with pytest.raises(NotAllowed, match="another officer must"):
        countersign_measure(day.desk, BOTH, begun.id)
    signed = countersign_measure(day.desk, CHIEF, begun.id)
    with day.desk.store.reading() as view:
        assert "measure.countersign" not in {clock.kind for clock in view.clocks.running(begun.id)}
    assert signed.countersign_due_us is not None

    other = act_first(day.desk, BOTH, day.stop().id, "账户余额正在减少")
    day.clock.at_us = other.countersign_due_us
    with pytest.raises(NotAllowed) as refusal:
        countersign_measure(day.desk, CHIEF, other.id)
    assert refusal.value.rule == "void"  # before any machine has noted it
    for _ in range(3):
        run_clocks(day.desk, "w")
    assert day.get(Measure, other.id).status is Status.LAPSED
    assert day.get(Measure, begun.id).status is Status.APPROVED
    with day.desk.store.reading() as view:
        incidents = view.records(Incident).find(Query(equals={"measure": other.id})).rows
    assert [one.kind for one in incidents] == ["not_countersigned"]


def test_the_clock_of_a_clue_warns_and_breaches_once_however_late(day):
    (clue,) = receive_report(day.desk, DUTY, report()).clues
    day.clock.at_us += 121 * MINUTE_US
    run_clocks(day.desk, "w")
    day.clock.at_us += 24 * HOUR_US  # nobody was there at the others
    for _ in range(3):
        run_clocks(day.desk, "w")
    with day.desk.store.reading() as view:
        told = view.records(WorkEvent).find(Query(equals={"record": clue.id}, order_by="at_us")).rows
    rang = [(e.kind, (e.at_us - NOON_US) // MINUTE_US) for e in told if e.kind.startswith("clock.")]
    assert rang == [(EventKind.CLOCK_WARNED, 120), (EventKind.CLOCK_WARNED, 150), (EventKind.CLOCK_BREACHED, 180)]
    (breach,) = day.audit("clock.breach")
    assert (breach.subject_kind, breach.subject_id, breach.actor) == ("clue", clue.id, "machine")


def test_no_order_without_a_basis_and_no_third_stop_without_a_reason(day):
    verified, case = day.fact()
    wanted = stop(case.id, verified.fact.id)
    with pytest.raises(NotAllowed) as refusal:
        propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, replace(wanted, basis="")).id)
    assert refusal.value.rule == "legal_basis"
    with pytest.raises(NotFound):  # a clue is no fact, whatever it is called
        draft_measure(day.desk, BOTH, replace(wanted, fact=verified.clue.id))
    for _ in range(2):
        approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, wanted).id).id)
    with pytest.raises(NotAllowed) as refusal:
        propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, wanted).id)
    assert refusal.value.rule == "stops_on_account"
    reasoned = replace(wanted, overrides=(Override("stops_on_account", "新的被害人刚刚转入"),))
    third = propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, reasoned).id)
    assert approve_measure(day.desk, CHIEF, third.id).status is Status.APPROVED
    said = [(event.outcome, event.details.get("rule")) for event in day.audit("measure.propose")]
    assert said[0] == (AuditOutcome.REFUSED, "legal_basis")
    assert said[-2:] == [(AuditOutcome.REFUSED, "stops_on_account"), (AuditOutcome.DONE, None)]
    assert day.audit("measure.propose")[-1].details["overrides"] == "stops_on_account"


def test_nothing_is_approved_upon_a_fact_that_was_withdrawn(day):
    measure = day.proposed()
    gone = withdraw_fact(day.desk, BOTH, measure.request.fact.evidence, "转账凭证系伪造")
    assert gone.measures == (measure.id,)
    assert withdraw_fact(day.desk, BOTH, gone.fact.id, "转账凭证系伪造").fact == gone.fact
    with pytest.raises(NotAllowed) as refusal:
        approve_measure(day.desk, CHIEF, measure.id)
    assert refusal.value.rule == "fact.withdrawn"
    with pytest.raises(StaleVersion):
        reject_measure(day.desk, CHIEF, measure.id, "事实已撤回", version=measure.version - 1)
    assert reject_measure(day.desk, CHIEF, measure.id, "事实已撤回").status is Status.REJECTED
    with pytest.raises(NotAllowed) as refusal:
        withdraw_measure(day.desk, BOTH, measure.id, "不再需要")
    assert refusal.value.rule == "transition"
    assert [event.details["rule"] for event in day.audit("measure.reject")[:1]] == ["StaleVersion"]


def test_what_holds_by_a_fact_that_was_withdrawn_is_to_be_lifted_within_its_days(day):
    stop = approve_measure(day.desk, CHIEF, day.proposed().id)
    record_receipt(day.desk, CLERK, day.answer(stop))
    case = stop.request.case
    file_case(day.desk, CHIEF, case, "模拟立字〔2026〕1号")
    freeze = convert_measure(day.desk, BOTH, stop.id, Conversion(document="模拟冻字〔2026〕1号", reason="涉案资金在账"))
    freeze = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, freeze.id).id)
    record_receipt(day.desk, CLERK, day.answer(freeze, number="R2"))
    gone = withdraw_fact(day.desk, BOTH, stop.request.fact.evidence, "转账凭证系伪造")
    assert gone.to_be_lifted == (freeze.id,), "the stop ended as the freeze began; it rests on the same fact"
    found = day.get(Measure, freeze.id)
    assert found.unrelated_us == day.clock.at_us
    with day.desk.store.reading() as view:
        titles = [task.title for task in view.records(Task).find(Query(equals={"case_id": case})).rows]
    assert [title for title in titles if title.startswith("解除")] == [
        f"解除 {freeze.id}：经查与案件无关，限期解除并告知当事人"
    ]
    day.clock.at_us += 3 * 24 * HOUR_US
    while run_clocks(day.desk, "w").rang:
        pass
    assert "lift_unrelated" in [event.details.get("clock") for event in day.audit("clock.breach")]
    with day.desk.store.reading() as view:
        kinds = [one.kind for one in view.records(Incident).find(Query(equals={"measure": freeze.id})).rows]
    assert kinds == ["not_lifted"]
    lift_measure(day.desk, CHIEF, freeze.id, "凭证系伪造，与案件无关")
    with day.desk.store.reading() as view:
        done = [task.status for task in view.records(Task).find(Query(equals={"case_id": case})).rows
                if task.title.startswith("解除")]  # fmt: skip
    assert done == ["done"]


def test_a_freeze_that_holds_nothing_leaves_the_stop_where_it_is(day):
    stop = approve_measure(day.desk, CHIEF, day.proposed().id)
    record_receipt(day.desk, CLERK, day.answer(stop))
    file_case(day.desk, CHIEF, stop.request.case, "模拟立字〔2026〕1号")
    freeze = convert_measure(day.desk, BOTH, stop.id, Conversion(document="模拟冻字〔2026〕1号", reason="涉案资金在账"))
    freeze = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, freeze.id).id)
    nothing = replace(day.answer(freeze, Outcome.PARTIAL, "R2"), amount_minor=0)
    record_receipt(day.desk, CLERK, nothing)
    assert day.get(Measure, stop.id).status is Status.EXECUTED
    with day.desk.store.reading() as view:
        kinds = [one.kind for one in view.records(Incident).find(Query(equals={"measure": freeze.id})).rows]
    assert kinds == [IncidentKind.FREEZE_EMPTY]
    record_receipt(day.desk, CLERK, replace(day.answer(freeze, Outcome.PARTIAL, "R3"), amount_minor=1))
    assert day.get(Measure, stop.id).status is Status.CONVERTED


def test_a_clue_that_leads_nowhere_takes_its_stop_with_it(day):
    stop = approve_measure(day.desk, CHIEF, day.proposed().id)
    record_receipt(day.desk, CLERK, day.answer(stop))
    clue = day.get(Fact, stop.request.fact.evidence).clue
    dismiss_clue(day.desk, BOTH, clue, "经查系正常还款")
    assert day.get(Measure, stop.id).unrelated_us == day.clock.at_us


def test_nothing_is_countersigned_or_sent_upon_a_fact_that_was_withdrawn(day):
    begun = act_first(day.desk, BOTH, day.stop().id, "账户余额正在减少")
    withdraw_fact(day.desk, BOTH, begun.request.fact.evidence, "账号看错了一位")
    with pytest.raises(NotAllowed, match="withdrawn"):
        countersign_measure(day.desk, CHIEF, begun.id)
    (given_up,) = dispatch_orders(day.desk, NobodyToSendTo(), "w").given_up
    assert given_up.order == begun.orders[0].id
    assert day.get(Measure, begun.id).sent_us is None


def test_after_the_case_is_withdrawn_nothing_is_made_longer_and_what_it_holds_is_to_be_lifted(day):
    case = day.filed()
    freeze = day.frozen(case)
    ask_renewal(day.desk, BOTH, freeze.id, "案件未结")
    further = replace(freezing(case, SECOND, "2号"), overrides=(Override("more_than_carried", "银行来函：钱已转入"),))
    waiting = propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, further).id)
    line = MeasureDraft(
        kind=MeasureKind.LINE_SUSPENSION, reason="涉案电话卡", basis="afl-11", case=case, document="模拟停字1号",
        target=Target(TargetKind.LINE, "19900000001", "模拟电信", "模拟·某"),
    )  # fmt: skip
    line = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, draft_measure(day.desk, BOTH, line).id).id)
    record_receipt(day.desk, BOTH, day.answer(line, number="R9"))
    step_case(day.desk, CHIEF, case, CaseStep.WITHDRAW, number="模拟撤字1号", reason="没有犯罪事实")
    assert day.get(Measure, line.id).unrelated_us == day.clock.at_us  # a line that was silenced, too
    calls = [(ask_renewal, BOTH, freeze.id, "案件未结"), (approve_renewal, CHIEF, freeze.id)]
    for call, *said in (*calls, (approve_measure, CHIEF, waiting.id)):
        with pytest.raises(NotAllowed):
            call(day.desk, *said)
    assert day.get(Measure, freeze.id).unrelated_us == day.clock.at_us
    with day.desk.store.reading() as view:
        assert "measure.lift_unrelated" in {clock.kind for clock in view.clocks.running(freeze.id)}


def test_an_account_is_one_however_it_is_spelled(day):
    case = day.filed()
    day.frozen(case)
    spelled = f"{ACCOUNT[:4]} {ACCOUNT[4:8]} {ACCOUNT[8:]}"
    again = draft_measure(day.desk, BOTH, freezing(case, spelled, "2号"))
    with pytest.raises(NotAllowed) as refusal:
        propose_measure(day.desk, BOTH, again.id)
    assert (again.target.reference, refusal.value.rule) == (ACCOUNT, "double_freeze")


def test_an_order_is_in_the_currency_of_its_fact_and_of_the_facts_case(day):
    dollars, case = day.fact(currency="USD", account=f"6299 {ACCOUNT[4:]}")
    wanted = stop(case.id, dollars.fact.id)
    drafted = draft_measure(day.desk, BOTH, wanted)
    assert (drafted.request.scope.currency, drafted.target.reference) == ("USD", ACCOUNT)
    with pytest.raises(BadInput, match="USD"):
        draft_measure(day.desk, BOTH, replace(wanted, currency="CNY"))
    with pytest.raises(NotAllowed, match="nobody has asked"):
        act_on_clue(day.desk, BOTH, dollars.clue.id, (drafted.id,), "已紧急止付")
    _, other = day.fact()
    with pytest.raises(NotAllowed) as refusal:
        draft_measure(day.desk, BOTH, replace(wanted, case=other.id))
    assert refusal.value.rule == "fact.case"


def test_an_order_issued_elsewhere_runs_by_the_same_clocks_until_it_is_lifted(day):
    (order,) = approve_measure(day.desk, CHIEF, day.proposed().id).orders
    with pytest.raises(NotAllowed, match="文号"):
        record_sent(day.desk, BOTH, order.id, OrderChannel.ISSUED_ELSEWHERE)
    with pytest.raises(NotFound):
        record_sent(day.desk, STRANGER, order.id, OrderChannel.ISSUED_ELSEWHERE, document="平台〔2026〕1号")
    sent = record_sent(day.desk, BOTH, order.id, OrderChannel.ISSUED_ELSEWHERE, document="平台〔2026〕1号")
    assert (sent.status, sent.orders[0].status) == (Status.SENT, OrderStatus.SENT)
    assert record_sent(day.desk, MACHINE, order.id, OrderChannel.HTTP) == sent
    day.clock.at_us += 31 * MINUTE_US
    run_clocks(day.desk, "w")
    run_clocks(day.desk, "w")
    late = [event for event in day.audit("clock.breach") if event.subject_kind == "measure"]
    assert [(event.details["clock"], event.details["about"]) for event in late] == [("receipt", order.id)]
    lifted = lift_measure(day.desk, CHIEF, sent.id, "与案件无关")
    assert lifted.status is Status.LIFTED
    with day.desk.store.reading() as view:
        assert [one.message.topic for one in view.outbox.about(sent.id)][1:] == ["measure.release"]
        assert {clock.kind for clock in view.clocks.running(sent.id)} == {
            "measure.release", "measure.release.warn",
        }  # fmt: skip
    day.clock.at_us += HOUR_US  # nobody confirms that the money is free
    run_clocks(day.desk, "w")
    with day.desk.store.reading() as view:
        incidents = view.records(Incident).find(Query(equals={"measure": sent.id})).rows
    assert [one.kind for one in incidents] == ["release_failed"]


def test_an_unknown_order_is_kept_as_an_incident(day):
    receipt = Receipt("R9", "MEAS-000000.begin", Outcome.EXECUTED, NOON_US, NOON_US)
    taken = record_receipt(day.desk, CLERK, receipt)
    assert (taken.taken, [one.kind for one in taken.incidents]) == (Taken.INCIDENT, ["unknown_order"])
    assert day.get(Incident, taken.incidents[0].id).receipt.entered_by == "clerk"
    with pytest.raises(Refused):
        record_receipt(day.desk, CHIEF, receipt)


def test_a_desk_of_a_home_directory_keeps_what_it_was_told(tmp_path):
    for home, url in ((tmp_path / "new" / "home", None), (tmp_path, f"sqlite:///{tmp_path / 'named.db'}")):
        opened = bootstrap.desk(home, url)
        acknowledgement = receive_report(opened, DUTY, report()).report.acknowledgement
        opened.store.close()
        again = bootstrap.work_store(home, url)
        with again.reading() as view:
            assert view.records(Report).find(Query()).rows[0].acknowledgement == acknowledgement
        again.close()
    assert sorted(path.name for path in tmp_path.rglob("*.db")) == ["named.db", "work.db"]


def test_the_audit_has_a_word_for_everything_that_happens():
    assert set(actions.WORK_ACTIONS) == set(EventKind)
    assert set(actions.MEASURE_ACTIONS) == set(Happening)
