"""Every due instant of every kind of measure, clue, case and return is worked out from the dated tables, and met exactly.

The machine runs just before each, at it and just after it; whatever rings earlier, later or twice is found. The same is done
by the tables of another centre, which has every time set otherwise: nothing may be known to the code alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from measure_home import HOLDER
from return_day import CITY_CHIEF, DUTY, make_return_day

from fanzha import bootstrap
from fanzha.casework import CaseStep, CaseworkRules, Clue, ClueStage
from fanzha.core.time import DAY_US, MINUTE_US, SHANGHAI
from fanzha.measures.model import EvidenceKind, Measure, MeasureKind, TellingWay
from fanzha.measures.orders import Answered, Channel, Outcome, Receipt
from fanzha.measures.rules import MeasureRules
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.answer_appeal import lodge_appeal
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.decide_return import approve_return, propose_return
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.find_unrelated import find_unrelated
from fanzha.services.desk.hand_over_case import Offer, offer_hand_over
from fanzha.services.desk.hear_evidence import give_evidence
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.model import DeskRules
from fanzha.services.desk.pause_clue import pause_clue
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.review_case import extend_review
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.step_case import step_case
from fanzha.services.desk.tell_holder import tell_holder
from tests.functional.test_casework_desk import AT, NOON_US, Day
from tests.functional.test_measure_clocks import OF_COUNTY, ClockDesk

HOUR_US = 60 * MINUTE_US
EXACT_US = {"minutes": MINUTE_US, "hours": HOUR_US, "days": DAY_US}
UNITS = {*EXACT_US, "workdays", "months", "years"}
COUNTED = {
    "limit_minutes",
    "minutes_max",
    "unassigned_minutes_max",
    "hours",
    "warn_hours",
}  # times of casework.toml, which stand as plain numbers
KINDS = [kind.value for kind in MeasureKind if kind is not MeasureKind.RETURN]
Rung = tuple[int, str, str]  # when, by which deed, which clock


# --- the tables -------------------------------------------------------------------------------------------------------


def otherwise(table: Any, name: str = "") -> Any:
    """The same table with every time a little longer."""
    if isinstance(table, dict):
        if len(table) == 1 and set(table) <= UNITS:
            return {unit: count + 1 for unit, count in table.items()}
        return {key: otherwise(held, key) for key, held in table.items()}
    if isinstance(table, list):
        return [otherwise(held, name) for held in table]
    return table + 1 if name in COUNTED or name == "warn_minutes" else table


@cache
def tables_of(centre: str) -> dict[str, Any]:
    installed = {name: bootstrap.rule_table(f"{name}.toml") for name in ("measures", "casework")}
    return deepcopy(installed) if centre == "as installed" else otherwise(installed)


def rules_of(centre: str) -> DeskRules:
    tables = tables_of(centre)
    return replace(
        bootstrap.desk_rules(),
        measures=MeasureRules.from_table(tables["measures"]), casework=CaseworkRules.from_table(tables["casework"]),
    )  # fmt: skip


def law_of(centre: str, kind: str) -> Mapping[str, Any]:
    (law,) = tables_of(centre)["measures"][kind]
    return law


TERMS = [
    (kind, term["name"])
    for kind in KINDS
    for term in law_of("as installed", kind)["term"]
    if kind != "query" or "modes" in term  # a query once has no end: its desk is that of the dynamic one
]
EMERGENCIES = [kind for kind in KINDS if "emergency" in law_of("as installed", kind)]
LIFTS = [kind for kind in KINDS if "told_of_lift" in law_of("as installed", kind)]
CENTRES = pytest.mark.parametrize("centre", ["as installed", "otherwise"])


# --- what the tables say, reckoned here once more ---------------------------------------------------------------------


def end_of(span: Mapping[str, int], start_us: int) -> int:
    ((unit, count),) = span.items()
    if unit in EXACT_US:
        return start_us + count * EXACT_US[unit]
    begun = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=start_us)
    local = begun.astimezone(SHANGHAI)
    if unit == "whole_days":
        day = local.date() + timedelta(days=count)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return micros(datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI))
    if unit == "workdays":
        day = local.date()
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5
        return micros(datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI))
    months = local.month - 1 + count * (12 if unit == "years" else 1)
    year, month = local.year + months // 12, months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return micros(local.replace(year=year, month=month, day=min(local.day, last)))


def micros(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def before(span: Mapping[str, int], end_us: int) -> int:
    ((unit, count),) = span.items()
    return end_us - count * EXACT_US[unit]


def waits(clock: str, start_us: int, due_us: int, *, opens: bool = False) -> list[Rung]:
    """A warning in the last quarter, and what comes at the instant itself."""
    return [
        (due_us - (due_us - start_us) // 4, "clock.warn", clock),
        (due_us, f"clock.{'open' if opens else 'breach'}", clock),
    ]


def lapses(law: Mapping[str, Any], end_us: int, clock: str, warn_us: int) -> list[Rung]:
    """The end by machine, and the institution's time to let go."""
    return [
        (warn_us, "clock.warn", clock), (end_us, "measure.lapse", ""),
        *waits("release", end_us, end_of(law["receipt_within"], end_us)),
    ]  # fmt: skip


def up_to(end_us: int | None, rung: Iterable[Rung]) -> list[Rung]:
    """Without what a measure that is over by then waits for no more; what is due at that very instant is told."""
    return [each for each in rung if end_us is None or each[0] <= end_us]


def meet(clock: Any, expected: list[Rung], desk: Any, since: int) -> None:
    """Goes to each instant, one microsecond earlier and one later, and rings; holds what rang against what is expected."""
    for due_us in sorted({at_us for at_us, _, _ in expected}):
        for at_us in (due_us - 1, due_us, due_us + 1):
            clock.at_us = max(clock.at_us, at_us)
            while run_clocks(desk, "w").rang:
                pass
    assert sorted(rung(desk)[since:]) == sorted(expected)


def rung(desk: Any) -> list[Rung]:
    told = {"clock.warn", "clock.breach", "clock.open", "measure.lapse"}
    with desk.store.reading() as view:
        return [
            (event.at_us, event.action, str(event.details.get("clock", "")))
            for event in view.audit.walk()
            if event.subject_kind in {"measure", "appeal", "return"} and event.action in told
        ]


# --- measures ---------------------------------------------------------------------------------------------------------


class Walk:
    """A measure, met at each of its instants, stretch after stretch."""

    def __init__(self, centre: str, kind: str, term: str) -> None:
        self.at = ClockDesk(rules_of(centre))
        self.law, self.kind, self.term = law_of(centre, kind), kind, term
        self.decider = self.at.chief if (kind, term) in OF_COUNTY else self.at.city

    @property
    def now_us(self) -> int:
        return self.at.clock.at_us

    def meets(self, expected: list[Rung]) -> None:
        meet(self.at.clock, expected, self.at.desk, self.since)

    def goes_on(self) -> None:
        self.since = len(rung(self.at.desk))

    def proposed(self) -> Measure:
        """Proposed; who is to be heard first is told late, and his time to speak waited for."""
        self.goes_on()
        asked_us = self.now_us
        measure = propose_measure(self.at.desk, self.at.duty, self.at.drafted(self.kind, self.term).id)
        if "hearing" not in self.law:
            return measure
        self.meets(waits("told", asked_us, end_of(self.law["told"]["within"], asked_us)))
        self.goes_on()
        told = tell_holder(self.at.desk, self.at.duty, measure.id, TellingWay.LETTER)
        may_us = end_of(self.law["hearing"]["within"], told.told[0].at_us)
        self.meets(waits("hearing", asked_us, may_us, opens=True))
        return told

    def sent(self, measure: Measure) -> Measure:
        order = measure.orders[0].id
        return record_sent(self.at.desk, self.at.duty, order, Channel.ISSUED_ELSEWHERE, document="模拟平台1号")

    def executed(self, measure: Measure) -> Measure:
        asked = measure.request.questions
        answered = tuple(Answered(one.account, one.from_us, one.until_us) for one in asked)
        receipt = Receipt("R1", measure.orders[0].id, Outcome.EXECUTED, self.now_us, self.now_us, answered=answered)
        taken = record_receipt(self.at.desk, self.at.duty, receipt)
        assert taken.measure is not None
        return taken.measure

    def period(self) -> Mapping[str, int] | None:
        (term,) = (term for term in self.law["term"] if term["name"] == self.term)
        return term.get("period")

    def told(self, start_us: int) -> list[Rung]:
        rule = self.law["told_decided" if "hearing" in self.law else "told"]
        return waits("told", start_us, end_of(rule["within"], start_us)) if "within" in rule else []


@CENTRES
@pytest.mark.parametrize(("kind", "term"), TERMS)
def test_a_measure_from_its_proposal_to_the_release_that_nobody_confirms(centre, kind, term):
    walk = Walk(centre, kind, term)
    measure = approve_measure(walk.at.desk, walk.decider, walk.proposed().id)
    walk.goes_on()
    walk.meets(waits("send", walk.now_us, end_of(walk.law["send"]["within"], walk.now_us)))
    walk.goes_on()
    measure = walk.sent(measure)
    walk.meets(waits("receipt", walk.now_us, end_of(walk.law["receipt_within"], walk.now_us)))
    walk.goes_on()
    measure, start_us = walk.executed(measure), walk.now_us
    give_evidence(walk.at.desk, walk.at.duty, measure.id, EvidenceKind.TRADE, "模拟：有发货单")
    lodge_appeal(walk.at.desk, walk.at.duty, measure.id, HOLDER, "模拟：这是货款")
    end_us = None if walk.period() is None else end_of(walk.period(), start_us)
    (guard,) = tables_of(centre)["measures"]["guard"]
    expected = up_to(end_us, waits("evidence", start_us, end_of(guard["proof_looked_at_within"], start_us)))
    expected += up_to(end_us, walk.told(start_us))
    if "lift" in walk.law:
        find_unrelated(walk.at.desk, walk.at.duty, measure.id, "模拟：与案件无关")
        expected += up_to(
            end_us, waits("lift_unrelated", start_us, end_of(walk.law["lift"]["unrelated_within"], start_us))
        )
    expected += waits("appeal_answer", start_us, end_of(walk.law["appeal"]["answer_within"], start_us))
    if end_us is not None:
        expected += lapses(walk.law, end_us, "term_end", before(walk.law["warn_before"], end_us))
    walk.meets(expected)


@CENTRES
@pytest.mark.parametrize("kind", EMERGENCIES)
def test_what_was_begun_first_ends_where_nobody_signs_it(centre, kind):
    term = next(name for one, name in reversed(TERMS) if one == kind)
    walk = Walk(centre, kind, term)
    walk.goes_on()
    begun_us = walk.now_us
    measure = act_first(walk.at.desk, walk.at.duty, walk.at.drafted(kind, term).id, "模拟：余额正在减少")
    walk.sent(measure)
    end_us = end_of(walk.law["emergency"]["countersign_within"], begun_us)
    expected = up_to(end_us, waits("receipt", begun_us, end_of(walk.law["receipt_within"], begun_us)))
    walk.meets(expected + lapses(walk.law, end_us, "countersign", end_us - (end_us - begun_us) // 4))


@CENTRES
@pytest.mark.parametrize("kind", LIFTS)
def test_a_lift_is_confirmed_and_told_in_its_time(centre, kind):
    term = next(name for one, name in TERMS if one == kind)
    walk = Walk(centre, kind, term)
    measure = walk.executed(walk.sent(approve_measure(walk.at.desk, walk.decider, walk.proposed().id)))
    walk.at.clock.at_us += 1
    walk.goes_on()
    lift_measure(walk.at.desk, walk.at.city, measure.id, "模拟：经查与案件无关")
    lifted_us = walk.now_us
    walk.meets([
        *waits("release", lifted_us, end_of(walk.law["receipt_within"], lifted_us)),
        *waits("told_of_lift", lifted_us, end_of(walk.law["told_of_lift"]["within"], lifted_us)),
    ])  # fmt: skip


# --- clues and cases --------------------------------------------------------------------------------------------------


def casework_day(centre: str) -> Day:
    at = ClockDesk(rules_of(centre))  # its people, its clock
    return Day(at.desk, at.clock)


def tells(day: Day, record: str) -> list[Rung]:
    """When it was told, by which deed, and which mark."""
    with day.desk.store.reading() as view:
        return sorted(
            (event.at_us, event.action, str(event.details.get("mark", "")).split(":")[0])
            for event in view.audit.about(subject_id=record)
            if event.action in {"clock.warn", "clock.breach"}
        )


def meet_in(day: Day, expected: Mapping[str, list[Rung]]) -> None:
    for due_us in sorted({at_us for rung in expected.values() for at_us, _, _ in rung}):
        for at_us in (due_us - 1, due_us, due_us + 1):
            if at_us >= day.clock.at_us:
                day.run_until(at_us)
    assert {record: tells(day, record) for record in expected} == expected


def marks_of(clock: Mapping[str, Any], begun_us: int) -> list[Rung]:
    return [
        *((begun_us + minutes * MINUTE_US, "clock.warn", f"warn_{minutes}") for minutes in clock["warn_minutes"]),
        (
            begun_us + clock["limit_minutes"] * MINUTE_US + 1,
            "clock.breach",
            "breach",
        ),  # acted on at the limit is in time
    ]


@CENTRES
def test_a_clue_warns_and_breaches_and_stands_as_long_as_its_pause_may(centre):
    day, clock = casework_day(centre), tables_of(centre)["casework"]["clock"]
    received_us = day.clock.at_us
    running = day.report().clues[0].id
    expected = {running: marks_of(clock, received_us)}
    for pause in clock["pause"]:
        clue = day.report().clues[0].id
        claim_clue(day.desk, AT.duty, clue)
        pause_clue(day.desk, AT.duty, clue, pause["reason"])
        expected[clue] = marks_of(clock, received_us + pause["minutes_max"] * MINUTE_US)
    meet_in(day, expected)


@CENTRES
def test_nothing_stays_in_the_queue_at_night_longer_than_the_table_has_it(centre):
    day, night = casework_day(centre), tables_of(centre)["casework"]["night"]
    hour, minute = map(int, night["from"].split(":"))
    midnight_us = NOON_US - 12 * HOUR_US
    begins_us = midnight_us + hour * HOUR_US + minute * MINUTE_US
    for received_us in (NOON_US, begins_us - 1, begins_us, begins_us + 5 * HOUR_US):
        day.run_until(received_us)
        clue = day.report().clues[0].id
        due_us = max(received_us, begins_us) + night["unassigned_minutes_max"] * MINUTE_US
        day.run_until(due_us - 1)
        assert day.get(Clue, clue).stage is ClueStage.QUEUED
        day.run_until(due_us)
        assert day.get(Clue, clue).stage is ClueStage.ASSIGNED


PAPER = "模拟字〔2026〕1号"


def _verifying(day: Day, case: str) -> None:
    step_case(day.desk, AT.both, case, CaseStep.VERIFY, reason="需要查证")


def _extended(day: Day, case: str) -> None:
    extend_review(day.desk, AT.chief, case, "重大疑难复杂")


def _declined(day: Day, case: str) -> None:
    step_case(day.desk, AT.chief, case, CaseStep.DECLINE, number=PAPER, reason="没有犯罪事实")


def _filed_then(step: CaseStep) -> Callable[[Day, str], None]:
    def go(day: Day, case: str) -> None:
        file_case(day.desk, AT.chief, case, PAPER)
        step_case(day.desk, AT.chief, case, step, number=PAPER, reason="另有情况")

    return go


PERIODS: dict[str, Callable[[Day, str], None]] = {
    "review": lambda day, case: None, "review_verifying": _verifying, "review_extended": _extended,
    "notice_of_decline": _declined, "notice_of_withdrawal": _filed_then(CaseStep.WITHDRAW),
    "notice_of_referral": _filed_then(CaseStep.REFER),
}  # fmt: skip


@CENTRES
def test_every_period_of_a_case_warns_and_runs_out(centre):
    day, table = casework_day(centre), tables_of(centre)["casework"]
    periods = {period["name"]: period for period in table["period"]}
    assert set(periods) == set(PERIODS)
    expected: dict[str, list[Rung]] = {}
    cases = {name: day.case(day.report()).id for name in PERIODS}
    accepted_us = day.clock.at_us
    day.clock.at_us += MINUTE_US
    for name, case in cases.items():
        PERIODS[name](day, case)
        begun_us = accepted_us if periods[name]["from"] == "accepted" else day.clock.at_us
        due_us = begun_us + periods[name]["hours"] * HOUR_US
        expected[case] = [
            (due_us - periods[name]["warn_hours"] * HOUR_US, "clock.warn", "warn"), (due_us, "clock.breach", "due"),
        ]  # fmt: skip
    offered = day.case(day.report()).id
    file_case(day.desk, AT.chief, offered, PAPER)
    offer_hand_over(day.desk, AT.chief, offered, Offer("OTHER", PAPER, "归对方管辖"))
    due_us = day.clock.at_us + table["hand_over"]["hours"] * HOUR_US
    expected[offered] = [(due_us, "clock.breach", "due")]
    meet_in(day, expected)


# --- returns ----------------------------------------------------------------------------------------------------------


@CENTRES
def test_a_return_from_its_notice_to_the_end_of_the_freeze_it_is_paid_out_of(centre, tmp_path):
    day = make_return_day("memory", tmp_path)
    day.desk = replace(day.desk, rules=rules_of(centre))
    law, freezing = law_of(centre, "return"), law_of(centre, "freeze")
    drafted, _, _ = day.drafted()
    (freeze,) = (day.get(Measure, plan.measure) for plan in drafted.plans)
    tell_holder(day.desk, DUTY, freeze.id, TellingWay.LETTER)
    since, published_us = len(rung(day.desk)), day.clock.at_us
    publish_return(day.desk, DUTY, drafted.id)
    meet(
        day.clock,
        waits("public_notice", published_us, end_of(law["public_notice"], published_us), opens=True),
        day.desk,
        since,
    )
    since, decided_us = len(rung(day.desk)), day.clock.at_us
    approved = approve_return(day.desk, CITY_CHIEF, propose_return(day.desk, DUTY, drafted.id).id, PAPER)
    payments = day.payments(approved)
    meet(
        day.clock, waits("send", decided_us, end_of(law["send"]["within"], decided_us)) * len(payments), day.desk, since
    )
    since, sent_us = len(rung(day.desk)), day.clock.at_us
    for payment in payments:
        record_sent(day.desk, DUTY, payment.orders[0].id, Channel.ISSUED_ELSEWHERE, document="模拟平台1号")
    meet(day.clock, waits("pay_out", sent_us, end_of(law["receipt_within"], sent_us)) * len(payments), day.desk, since)
    since = len(rung(day.desk))
    (term,) = (term for term in freezing["term"] if term["name"] == freeze.request.term)
    end_us = end_of(term["period"], freeze.starts_us)
    meet(day.clock, [
        (before(law["freeze_left"]["within"], end_us), "clock.warn", "freeze_ends"), (end_us, "clock.breach", "freeze_ends"),
        *lapses(freezing, end_us, "term_end", before(freezing["warn_before"], end_us)),
    ], day.desk, since)  # fmt: skip
