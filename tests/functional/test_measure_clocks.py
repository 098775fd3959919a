"""The clock is moved through every due time of every measure; what rings, and when, is written here by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import pytest
from desk_home import seat_people
from measure_home import ACCOUNT, HOLDER, actor_of, make_fact

from fanzha import bootstrap
from fanzha.casework import Task, TaskStatus
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, format_instant, parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import (
    EvidenceKind,
    Finding,
    Measure,
    MeasureKind,
    Override,
    Target,
    TargetKind,
    TellingWay,
    effective_status,
    held_minor,
)
from fanzha.measures.orders import Answered, Channel, Incident, Outcome, Question, Receipt
from fanzha.measures.terms import Span, Unit
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.answer_appeal import lodge_appeal
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.find_unrelated import find_unrelated
from fanzha.services.desk.hear_evidence import give_evidence, look_at_evidence
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.measure_boards import Board, measure_boards
from fanzha.services.desk.model import Desk, DeskRules
from fanzha.services.desk.preview_measure import preview_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.renew_measure import approve_renewal, ask_renewal
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.tell_holder import tell_holder
from fanzha.services.proof.mend_clocks import mend_clocks
from fanzha.storage.memory import MemoryWorkStore
from fanzha.storage.proof_index import SqliteProofIndex
from tests.functional.test_desk_day import StandingClock

HOUR_US = 60 * MINUTE_US
# The StandingClock begins at 2026-11-20T12:00; every measure is carried out at the instant of its sending.


@dataclass(frozen=True)
class Golden:
    """By rules/measures.toml, for a measure that is carried out at 2026-11-20T12:00."""

    ends: str
    warned: str
    answer: int  # minutes in which the institution answers
    appeal: int  # days
    unrelated: int | None  # days
    renewed: str = ""  # the end after the longest renewal; empty: not renewed
    countersign: int | None = None  # hours


GOLDEN = {
    ("query", "dynamic"): Golden("2027-02-28T12:00", "2027-02-28T00:00", 3 * 1440, 30, None, countersign=24),
    ("stop_payment", "ordinary"): Golden("2026-11-22T12:00", "2026-11-22T06:00", 30, 30, 3, countersign=2),
    ("freeze", "ordinary"): Golden("2027-05-20T12:00", "2027-05-05T12:00", 1440, 30, 3, "2027-11-20T12:00"),
    ("freeze", "major"): Golden("2027-11-20T12:00", "2027-11-05T12:00", 1440, 30, 3, "2028-11-20T12:00"),
    ("freeze", "securities"): Golden("2028-11-20T12:00", "2028-11-05T12:00", 1440, 30, 3, "2030-11-20T12:00"),
    ("freeze", "equity"): Golden("2027-05-20T12:00", "2027-05-05T12:00", 1440, 30, 3, "2027-11-20T12:00"),
    ("queued_freeze", "ordinary"): Golden("2027-05-20T12:00", "2027-05-05T12:00", 1440, 30, 3, "2027-11-20T12:00"),
    ("payer_hold", "ordinary"): Golden("2026-11-21T12:00", "2026-11-21T11:00", 10, 1, None, countersign=2),
    ("restriction", "ordinary"): Golden("2026-12-20T12:00", "2026-12-17T12:00", 1440, 3, 1, "2027-01-19T12:00"),
    ("restriction", "listed"): Golden("2027-05-20T12:00", "2027-05-17T12:00", 1440, 3, 1, "2027-11-20T12:00"),
    ("line_suspension", "ordinary"): Golden("2026-12-20T12:00", "2026-12-17T12:00", 240, 3, 1, "2027-01-19T12:00", 2),
    ("site_block", "ordinary"): Golden("2027-02-18T12:00", "2027-02-11T12:00", 240, 3, 1, "2027-05-19T12:00", 4),
    # Renewed by as long again, though never beyond five years together.
    ("discipline", "criminally_liable"): Golden("2029-11-20T12:00", "2029-10-21T12:00", 3 * 1440, 30, 3),
    ("discipline", "found"): Golden("2028-11-20T12:00", "2028-10-21T12:00", 3 * 1440, 30, 3, "2030-11-20T12:00"),
}
# Minutes in which an order leaves once it is decided, and in which the holder is told once it is carried out.
SENT = {
    "query": 1440, "stop_payment": 30, "freeze": 1440, "queued_freeze": 1440, "payer_hold": 10, "restriction": 1440,
    "line_suspension": 240, "site_block": 240, "discipline": 3 * 1440,
}  # fmt: skip
TOLD = {
    "stop_payment": 1440, "freeze": 1440, "queued_freeze": 3 * 1440, "payer_hold": 30, "restriction": 1440,
    "line_suspension": 1440, "site_block": 3 * 1440,
}  # fmt: skip
OF_COUNTY = {("stop_payment", "ordinary"), ("freeze", "ordinary")}
MODES = {"query": ("dynamic",), "discipline": ("financial",)}
BASES = {
    "query": "procedure-238", "stop_payment": "afl-20", "freeze": "procedure-239", "queued_freeze": "procedure-242",
    "payer_hold": "afl-18", "restriction": "pbc-2016-261", "line_suspension": "afl-11", "site_block": "afl-32",
    "discipline": "afl-31",
}  # fmt: skip
TARGETS = {
    "line_suspension": Target(TargetKind.LINE, "19900000001", "模拟电信", HOLDER),
    "site_block": Target(TargetKind.SITE, "moni.example", "模拟注册商"),
    "discipline": Target(TargetKind.PERSON, "11010119900307001X", "模拟银行", HOLDER),
}
FOUND = Finding("模拟市公安局", "模拟认字〔2026〕1号", date(2026, 11, 1))
DECIDED = 3 * 1440  # minutes in which whom a discipline hits is given the decision, once it is carried out
HEARD = 5  # days in which whom a discipline hits may speak, before it is decided
LIFT_TOLD = {
    "stop_payment": 3 * 1440, "freeze": 3 * 1440, "queued_freeze": 3 * 1440, "restriction": 1440, "payer_hold": 60,
    "line_suspension": 1440, "site_block": 3 * 1440, "discipline": 3 * 1440,
}  # fmt: skip


class ClockDesk:
    """A desk in memory with a filed case and a fact."""

    def __init__(self, rules: DeskRules | None = None) -> None:
        self.clock = StandingClock()
        self.desk = Desk(MemoryWorkStore(TABLES), self.clock, CountedIds(), rules or bootstrap.desk_rules())
        seat_people(self.desk)
        self.duty, self.chief, self.city = (actor_of(self.desk, one) for one in ("both", "chief", "city-chief"))
        self.case, self.fact = make_fact(self.desk)
        file_case(self.desk, self.chief, self.case, "模拟立字〔2026〕1号")
        self.known = len(self.rung())

    def drafted(self, kind: str, term: str) -> Measure:
        wanted = MeasureDraft(
            kind=MeasureKind(kind), reason="模拟：涉案资金在账", basis=BASES[kind], case=self.case, term=term,
            fact=self.fact if (kind, term) in {("stop_payment", "ordinary"), ("restriction", "ordinary")} else "",
            target=TARGETS.get(kind, Target(TargetKind.ACCOUNT, ACCOUNT, "模拟银行", HOLDER)),
            modes=() if term == "once" else MODES.get(kind, ()), mode_reason="模拟：需要动态查询",
            amount_minor=5_000_000, traced_minor=5_000_000, document="模拟字〔2026〕1号",
            questions=(Question(ACCOUNT, self.clock.at_us - 1, self.clock.at_us + DAY_US),) if kind == "query" else (),
            payee="6299990000000000033" if kind == "payer_hold" else "",
            finding=FOUND if kind == "discipline" else None,
            overrides=(Override("nothing_ahead", "在先冻结由外省机关办理"),) if kind == "queued_freeze" else (),
        )  # fmt: skip
        return draft_measure(self.desk, self.duty, wanted)

    def proposed(self, kind: str, term: str) -> Measure:
        """Proposed, and where somebody is to be heard first, told so long ago that his time is over just now."""
        if kind != "discipline":
            return propose_measure(self.desk, self.duty, self.drafted(kind, term).id)
        self.clock.at_us -= HEARD * DAY_US
        proposed = propose_measure(self.desk, self.duty, self.drafted(kind, term).id)
        told = tell_holder(self.desk, self.duty, proposed.id, TellingWay.IN_PERSON)
        self.clock.at_us += HEARD * DAY_US
        return told

    def executed(self, kind: str, term: str, *, told: bool = True) -> Measure:
        proposed = self.proposed(kind, term)
        decider = self.chief if (kind, term) in OF_COUNTY else self.city
        order = approve_measure(self.desk, decider, proposed.id).orders[0].id
        record_sent(self.desk, self.duty, order, Channel.ISSUED_ELSEWHERE, document="模拟平台1号")
        now_us = self.clock.at_us
        asked = proposed.request.questions
        answered = tuple(Answered(one.account, one.from_us, one.until_us) for one in asked)
        receipt = Receipt("R1", order, Outcome.EXECUTED, now_us, now_us, answered=answered)
        taken = record_receipt(self.desk, self.duty, receipt)
        assert taken.measure is not None
        if (kind in TOLD or kind == "discipline") and told:
            return tell_holder(self.desk, self.duty, taken.measure.id, TellingWay.LETTER)
        return taken.measure

    def get(self, measure: Measure) -> Measure:
        with self.desk.store.reading() as view:
            return view.records(Measure).get(measure.id)

    def tasks(self) -> tuple[Task, ...]:
        with self.desk.store.reading() as view:
            return view.records(Task).find(Query(equals={"case_id": self.case})).rows

    def incidents(self, measure: Measure) -> list[str]:
        with self.desk.store.reading() as view:
            return [one.kind for one in view.records(Incident).find(Query(equals={"measure": measure.id})).rows]

    def run(self) -> None:
        while run_clocks(self.desk, "w").rang:
            pass

    def rung(self) -> list[tuple[int, str, str]]:
        """When what rang, of measures and appeals."""
        with self.desk.store.reading() as view:
            return [
                (event.at_us, event.action, str(event.details.get("clock", "")))
                for event in view.audit.walk()
                if event.subject_kind in {"measure", "appeal"} and event.action.startswith(("clock.", "measure.lapse"))
            ]

    def walk(self, *instants_us: int) -> list[tuple[int, str, str]]:
        """Goes to just before each instant and then to it, the machine running each time."""
        for at_us in sorted(set(instants_us)):
            for step_us in (at_us - 1, at_us):
                self.clock.at_us = step_us
                self.run()
        return self.rung()[self.known :]


def quarter_before(start_us: int, due_us: int) -> int:
    return due_us - (due_us - start_us) // 4


def test_every_kind_and_term_of_the_rules_is_in_the_table():
    table = bootstrap.rule_table("measures.toml")
    ending = {
        (kind, term["name"])
        for kind in MeasureKind
        for version in table[kind]
        for term in version["term"]
        if "period" in term
    }
    assert set(GOLDEN) == ending


@pytest.mark.parametrize(("kind", "term"), GOLDEN)
def test_the_end_comes_at_its_instant_once_and_the_release_is_waited_for(kind, term):
    desk, golden = ClockDesk(), GOLDEN[kind, term]
    measure = desk.executed(kind, term)
    ends_us, warned_us = parse_instant(golden.ends), parse_instant(golden.warned)
    assert measure.ends_us == ends_us, format_instant(measure.ends_us or 0)
    assert effective_status(desk.get(measure), ends_us - 1) is Status.EXECUTED
    assert effective_status(desk.get(measure), ends_us) is Status.LAPSED  # whether a machine was there or not
    release_us = ends_us + golden.answer * MINUTE_US
    rung = desk.walk(warned_us, ends_us, quarter_before(ends_us, release_us), release_us, release_us + DAY_US)
    assert rung == [
        (warned_us, "clock.warn", "term_end"),
        (ends_us, "measure.lapse", ""),
        (quarter_before(ends_us, release_us), "clock.warn", "release"),
        (release_us, "clock.breach", "release"),
    ]
    assert desk.get(measure).ended_us == ends_us
    assert desk.incidents(measure) == ["release_failed"]


def test_a_machine_that_was_down_notes_the_end_late_and_as_of_its_instant():
    desk = ClockDesk()
    measure = desk.executed("stop_payment", "ordinary")
    desk.clock.at_us = (measure.ends_us or 0) + 40 * DAY_US
    desk.run()
    desk.run()
    lapsed = desk.get(measure)
    assert (lapsed.status, lapsed.ended_us) == (Status.LAPSED, measure.ends_us)
    assert sum(action == "measure.lapse" for _, action, _ in desk.rung()) == 1


@pytest.mark.parametrize(("kind", "term"), [each for each, golden in GOLDEN.items() if golden.renewed])
def test_a_renewal_begins_at_the_end_and_only_before_it(kind, term):
    desk, golden = ClockDesk(), GOLDEN[kind, term]
    measure = desk.executed(kind, term)
    ends_us, renewed_us = parse_instant(golden.ends), parse_instant(golden.renewed)
    desk.clock.at_us = ends_us - 1
    ask_renewal(desk.desk, desk.duty, measure.id, "模拟：案件尚未办结")
    with pytest.raises(NotAllowed):  # nobody approves his own
        approve_renewal(desk.desk, desk.duty, measure.id)
    assert desk.get(measure).ends_us == ends_us  # nothing is longer yet
    renewed = approve_renewal(desk.desk, desk.city, measure.id)
    assert (renewed.ends_us, renewed.orders[-1].until_us) == (renewed_us, renewed_us)
    desk.clock.at_us = ends_us
    desk.run()
    assert desk.get(measure).status is Status.EXECUTED
    desk.clock.at_us = renewed_us
    with pytest.raises(NotAllowed) as refused:
        ask_renewal(desk.desk, desk.duty, measure.id, "模拟：案件尚未办结")
    assert refused.value.rule == "void"
    desk.run()
    assert desk.get(measure).ended_us == renewed_us


@pytest.mark.parametrize(("kind", "term"), [each for each, golden in GOLDEN.items() if not golden.renewed])
def test_what_is_not_renewed_is_refused(kind, term):
    desk = ClockDesk()
    measure = desk.executed(kind, term)
    with pytest.raises(NotAllowed) as refused:
        ask_renewal(desk.desk, desk.duty, measure.id, "模拟：案件尚未办结")
    # Three years and three more are longer than five.
    assert refused.value.rule == ("period" if kind == "discipline" else "renewal")
    if kind == "discipline":
        two = ask_renewal(desk.desk, desk.duty, measure.id, "模拟：再次认定", period=Span(2, Unit.YEARS))
        assert approve_renewal(desk.desk, desk.city, two.id).ends_us == parse_instant("2031-11-20T12:00")


@pytest.mark.parametrize(("kind", "term"), [each for each, golden in GOLDEN.items() if golden.countersign])
def test_what_was_begun_first_is_void_from_the_instant_at_which_nobody_signed(kind, term):
    desk, golden = ClockDesk(), GOLDEN[kind, term]
    begun_us = desk.clock.at_us
    measure = act_first(desk.desk, desk.duty, desk.drafted(kind, term).id, "模拟：余额正在减少")
    due_us = begun_us + (golden.countersign or 0) * HOUR_US
    assert measure.countersign_due_us == due_us
    rung = [each for each in desk.walk(quarter_before(begun_us, due_us), due_us) if each[2] != "send"]
    assert rung[:2] == [(quarter_before(begun_us, due_us), "clock.warn", "countersign"), (due_us, "measure.lapse", "")]
    assert desk.get(measure).status is Status.LAPSED


@pytest.mark.parametrize(("kind", "term"), GOLDEN)
def test_answers_evidence_unrelated_money_and_appeals_are_waited_for(kind, term):
    desk, golden = ClockDesk(), GOLDEN[kind, term]
    begun_us = desk.clock.at_us
    measure = desk.executed(kind, term)
    ends_us = parse_instant(golden.ends)
    expected = []

    def waits(clock: str, due_us: int, *, beyond_end: bool = False) -> None:
        """An end that comes first leaves nothing to wait for, but the written answer."""
        for at_us, action in ((quarter_before(begun_us, due_us), "clock.warn"), (due_us, "clock.breach")):
            if at_us <= ends_us or beyond_end:
                expected.append((at_us, action, clock))

    give_evidence(desk.desk, desk.duty, measure.id, EvidenceKind.TRADE, "模拟：有发货单")
    waits("evidence", begun_us + DAY_US)
    if golden.unrelated:
        find_unrelated(desk.desk, desk.duty, measure.id, "模拟：与案件无关")
        waits("lift_unrelated", begun_us + golden.unrelated * DAY_US)
    appeal = lodge_appeal(desk.desk, desk.duty, measure.id, HOLDER, "模拟：这是货款")
    assert appeal.due_us == begun_us + golden.appeal * DAY_US
    waits("appeal_answer", appeal.due_us, beyond_end=True)
    rung = [
        each
        for each in desk.walk(*(at_us for at_us, _, _ in expected))
        if each[2] in {"evidence", "lift_unrelated", "appeal_answer"}
    ]
    assert sorted(rung) == sorted(expected)
    if golden.unrelated and (begun_us + golden.unrelated * DAY_US, "clock.breach", "lift_unrelated") in expected:
        assert "not_lifted" in desk.incidents(measure)
        assert f"解除 {measure.id}" in [task.title.partition("：")[0] for task in desk.tasks()]


@pytest.mark.parametrize(("kind", "term"), GOLDEN)
def test_an_order_that_never_leaves_is_an_incident_and_one_that_nobody_answers_is_late(kind, term):
    desk, golden = ClockDesk(), GOLDEN[kind, term]
    begun_us = desk.clock.at_us
    approved = approve_measure(desk.desk, desk.city, desk.proposed(kind, term).id)
    left_us = begun_us + SENT[kind] * MINUTE_US
    rung = desk.walk(quarter_before(begun_us, left_us), left_us)
    assert rung == [(quarter_before(begun_us, left_us), "clock.warn", "send"), (left_us, "clock.breach", "send")]
    assert desk.get(approved).status is Status.APPROVED  # it lapses by nothing that nobody did
    assert desk.incidents(approved) == ["not_sent"]
    record_sent(desk.desk, desk.duty, approved.orders[0].id, Channel.ISSUED_ELSEWHERE, document="模拟平台1号")
    due_us = left_us + golden.answer * MINUTE_US
    rung = desk.walk(quarter_before(left_us, due_us), due_us)
    assert rung[2:] == [
        (quarter_before(left_us, due_us), "clock.warn", "receipt"), (due_us, "clock.breach", "receipt"),
    ]  # fmt: skip
    assert desk.incidents(approved) == ["not_sent"]


@pytest.mark.parametrize(("kind", "term"), GOLDEN)
def test_the_holder_is_told_in_its_time_after_the_execution(kind, term):
    desk = ClockDesk()
    begun_us = desk.clock.at_us
    measure = desk.executed(kind, term, told=False)
    heard = [f"告知 {measure.id}", f"送达 {measure.id}"]  # spoken of before, and given the decision now
    named = heard if kind == "discipline" else [f"告知 {measure.id}"] if kind in TOLD else []
    assert [task.title.partition("：")[0] for task in desk.tasks()] == named
    due_us = begun_us + TOLD.get(kind, DECIDED) * MINUTE_US
    rung = desk.walk(quarter_before(begun_us, due_us), due_us)
    assert rung == (
        [(quarter_before(begun_us, due_us), "clock.warn", "told"), (due_us, "clock.breach", "told")] if named else []
    )
    if kind == "query":
        with pytest.raises(NotAllowed, match="nobody is told"):
            tell_holder(desk.desk, desk.duty, measure.id, TellingWay.CALL)
        return
    with pytest.raises(NotAllowed) as refused:
        tell_holder(desk.desk, desk.duty, measure.id, TellingWay.CALL, at_us=desk.clock.at_us + 1)
    assert refused.value.rule == "time"
    if kind == "discipline":  # a call is no paper
        tell_holder(desk.desk, desk.duty, measure.id, TellingWay.CALL)
        assert [task.status for task in desk.tasks()] == [TaskStatus.DONE, TaskStatus.OPEN]
    how = TellingWay.LETTER if kind == "discipline" else TellingWay.CALL
    told = tell_holder(desk.desk, desk.duty, measure.id, how, at_us=due_us, note="模拟：已说明救济途径")
    assert [(each.how, each.by, each.at_us) for each in told.told[-1:]] == [(how, desk.duty.id, due_us)]
    assert all(task.status is TaskStatus.DONE for task in desk.tasks())


def test_whom_a_discipline_hits_is_told_and_heard_before_anybody_decides():
    desk = ClockDesk()
    asked_us, drafted = desk.clock.at_us, desk.drafted("discipline", "found")
    assert refused_by(lambda: tell_holder(desk.desk, desk.duty, drafted.id, TellingWay.LETTER)) == "told"  # a draft
    asked = propose_measure(desk.desk, desk.duty, drafted.id)
    (task,) = desk.tasks()
    due_us = asked_us + 3 * DAY_US
    assert (task.title.partition("：")[0], task.due_us) == (f"告知 {asked.id}", due_us)
    assert refused_by(lambda: approve_measure(desk.desk, desk.city, asked.id)) == "not_told"
    assert [each.rule for each in preview_measure(desk.desk, desk.city, asked.id).refused] == ["not_told"]
    assert desk.walk(quarter_before(asked_us, due_us), due_us) == [
        (quarter_before(asked_us, due_us), "clock.warn", "told"), (due_us, "clock.breach", "told"),
    ]  # fmt: skip
    tell_holder(desk.desk, desk.duty, asked.id, TellingWay.CALL)  # by telephone is not in writing
    assert desk.tasks()[0].status is TaskStatus.OPEN
    told_us = tell_holder(desk.desk, desk.duty, asked.id, TellingWay.LETTER).told[-1].at_us
    assert desk.tasks()[0].status is TaskStatus.DONE
    said = give_evidence(desk.desk, desk.duty, asked.id, EvidenceKind.OTHER, "模拟：卡是被盗用的")
    may_us = told_us + HEARD * DAY_US
    desk.clock.at_us = may_us - 1
    assert refused_by(lambda: approve_measure(desk.desk, desk.city, asked.id)) == "hearing"
    assert (may_us, "clock.open", "hearing") in desk.walk(may_us)
    assert (
        refused_by(lambda: approve_measure(desk.desk, desk.city, asked.id)) == "hearing"
    )  # nobody looked at what he said
    look_at_evidence(desk.desk, desk.duty, asked.id, said.counter_evidence[0].id, "模拟：查证不属实")
    assert approve_measure(desk.desk, desk.city, asked.id).orders


def test_the_years_of_a_discipline_are_counted_for_the_person_at_whichever_bank():
    desk = ClockDesk()
    desk.executed("discipline", "criminally_liable")

    def against(institution: str, number: str, term: str) -> set[str]:
        target = Target(TargetKind.PERSON, "1101 0119 9003 0700 1x", institution, HOLDER)
        draft = MeasureDraft(
            kind=MeasureKind.DISCIPLINE, reason="模拟：再次被认定", basis="afl-31", case=desk.case, term=term, target=target,
            document="模拟字〔2026〕9号", finding=replace(FOUND, number=number),
        )  # fmt: skip
        preview = preview_measure(desk.desk, desk.duty, draft_measure(desk.desk, desk.duty, draft).id)
        return {each.rule for each in (*preview.refused, *preview.open)}

    assert against("模拟电信", FOUND.number, "criminally_liable") == set()  # the same finding, beside it
    assert against("模拟电信", "模拟认字〔2026〕2号", "found") == set()  # three and two years
    assert against("模拟电信", "模拟认字〔2026〕2号", "criminally_liable") == {"together"}
    desk.clock.at_us += DAY_US
    assert against("模拟电信", FOUND.number, "found") == set()


@pytest.mark.parametrize(("kind", "term"), [each for each in GOLDEN if each[0] in LIFT_TOLD])
def test_the_holder_is_told_of_a_lift_in_its_time(kind, term):
    desk = ClockDesk()
    measure = desk.executed(kind, term)
    desk.clock.at_us += MINUTE_US
    lifted_us = desk.clock.at_us
    lift_measure(desk.desk, desk.city, measure.id, "模拟：经查与案件无关")
    due_us = lifted_us + LIFT_TOLD[kind] * MINUTE_US
    (task,) = [task for task in desk.tasks() if task.title.startswith("告知解除")]
    assert (task.status, task.due_us) == (TaskStatus.OPEN, due_us)
    rung = [each for each in desk.walk(quarter_before(lifted_us, due_us), due_us) if each[2] == "told_of_lift"]
    assert rung == [
        (quarter_before(lifted_us, due_us), "clock.warn", "told_of_lift"), (due_us, "clock.breach", "told_of_lift"),
    ]  # fmt: skip
    tell_holder(desk.desk, desk.duty, measure.id, TellingWay.CALL)
    assert [task.status for task in desk.tasks() if task.title.startswith("告知解除")] == [TaskStatus.DONE]


def test_a_clock_that_a_later_version_brought_is_set_once_and_rings_for_what_was_done_before():
    desk = ClockDesk()
    today, kinds = desk.desk, desk.desk.rules.measures.kinds
    former = {kind: tuple(replace(each, told_of_lift=None) for each in versions) for kind, versions in kinds.items()}
    rules = replace(today.rules, measures=replace(today.rules.measures, kinds=former))
    desk.desk = replace(today, rules=rules)
    measure = desk.executed("freeze", "ordinary")
    desk.clock.at_us += MINUTE_US
    lift_measure(desk.desk, desk.city, measure.id, "模拟：经查与案件无关")
    lifted_us, due_us = desk.clock.at_us, desk.clock.at_us + LIFT_TOLD["freeze"] * MINUTE_US
    desk.desk = today
    desk.clock.at_us = due_us + DAY_US

    def mended() -> set[str]:
        with closing(SqliteProofIndex()) as index:
            return {clock.id for clock in mend_clocks(desk.desk, TABLES, index, "模拟：升级后补设时限")}

    clock = f"{measure.id}:told_of_lift"
    assert mended() == {clock}  # its warning is over, and belongs to nobody any more
    (task,) = [task for task in desk.tasks() if task.title.startswith("告知解除")]
    assert (task.status, task.due_us) == (TaskStatus.OPEN, due_us)
    desk.run()
    assert [each[1:] for each in desk.rung()[-1:]] == [("clock.breach", "told_of_lift")]
    assert mended() == set()
    assert desk.get(measure).ended_us == lifted_us


def refused_by(deed: Callable[[], object]) -> str:
    with pytest.raises(NotAllowed) as refused:
        deed()
    return refused.value.rule


def test_nobody_is_told_before_the_money_is_held_and_the_task_is_put_once():
    desk = ClockDesk()
    drafted = desk.drafted("freeze", "ordinary")
    with pytest.raises(NotAllowed) as refused:
        tell_holder(desk.desk, desk.duty, drafted.id, TellingWay.LETTER)
    assert refused.value.rule == "told"
    measure = desk.executed("stop_payment", "ordinary", told=False)
    again = Receipt("R2", measure.orders[0].id, Outcome.EXECUTED, desk.clock.at_us, desk.clock.at_us)
    record_receipt(desk.desk, desk.duty, again)
    assert len(desk.tasks()) == 1


def test_who_is_late_is_chased_until_he_answers():
    desk = ClockDesk()
    proposed = propose_measure(desk.desk, desk.duty, desk.drafted("stop_payment", "ordinary").id)
    order = approve_measure(desk.desk, desk.chief, proposed.id).orders[0].id
    record_sent(desk.desk, desk.duty, order, Channel.ISSUED_ELSEWHERE, document="模拟平台1号")
    desk.clock.at_us += 3 * 60 * MINUTE_US
    for _ in range(3):
        desk.run()
    (chase,) = [task for task in desk.tasks() if task.title.startswith("催办")]
    assert (chase.status, order in chase.title) == (TaskStatus.OPEN, True)
    now_us = desk.clock.at_us
    record_receipt(desk.desk, desk.duty, Receipt("R1", order, Outcome.EXECUTED, now_us, now_us))
    (chase,) = [task for task in desk.tasks() if task.title.startswith("催办")]
    assert chase.status is TaskStatus.DONE


def test_as_the_freeze_ahead_ends_the_queue_is_told_and_holds_nothing_by_itself():
    desk = ClockDesk()
    ahead = desk.executed("freeze", "ordinary")
    queue = desk.executed("queued_freeze", "ordinary")
    assert held_minor([desk.get(queue)], desk.clock.at_us) == 0
    assert held_minor([desk.get(ahead)], desk.clock.at_us) == 5_000_000
    assert not [task for task in desk.tasks() if task.title.startswith("轮候")]
    lift_measure(desk.desk, desk.chief, ahead.id, "经查与案件无关")
    (turn,) = [task for task in desk.tasks() if task.title.startswith("轮候")]
    assert (queue.id in turn.title, ahead.id in turn.title, turn.due_us > desk.clock.at_us) == (True, True, True)


def test_what_was_answered_is_not_among_what_holds():
    desk = ClockDesk()
    asked = ("stop_payment", "ordinary"), ("query", "once"), ("query", "dynamic")
    stop, query, goes_on = (desk.executed(kind, term).id for kind, term in asked)
    found = {
        board: [measure.id for measure in measure_boards(desk.desk, desk.duty, board, ListWanted()).measures]
        for board in (Board.HOLDING, Board.DONE, Board.OVER)
    }
    assert found == {Board.HOLDING: [stop, goes_on], Board.DONE: [query], Board.OVER: []}
