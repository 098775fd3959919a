"""A desk whose figures are known: two counties of one city, May 2026 and the May before; all made up (模拟)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from desk_stores import empty_store
from made_desk_records import a_case, a_clue, a_measure, a_report
from made_measures import CITY, COUNTY, OTHER, freeze_request, stop_request
from return_day import StandingClock

from fanzha import bootstrap
from fanzha.casework import CaseStatus, CaseStep, Classification, Decision, EventKind, Loss, WorkEvent
from fanzha.casework.events import Detail
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Origin, OriginKind, PartRelease, Scope
from fanzha.measures.orders import Order, OrderStatus, Outcome, Receipt, Verb
from fanzha.services.desk.model import Desk

MAY = parse_instant("2026-05-01T00:00:00")
LAST_MAY = parse_instant("2025-05-01T00:00:00")
NOW_US = parse_instant("2026-06-03T08:00:00")
CITY_CHIEF = Actor("city-chief", "CITY", Level.CITY, frozenset({Role.APPROVER}))
ANALYST = Actor("analyst", "COUNTY", Level.COUNTY, frozenset({Role.ANALYST}))
STRANGER = Actor("stranger", "OTHER", Level.COUNTY, frozenset({Role.DUTY_OFFICER}))
HOUR_US = 60 * MINUTE_US


def day(number: float, month: int = MAY) -> int:
    """An instant of that month."""
    return month + round((number - 1) * DAY_US)


def decided(*steps: tuple[CaseStep, int]) -> tuple[Decision, ...]:
    return tuple(Decision(step, "", "", "模拟", "chief", "COUNTY", at_us) for step, at_us in steps)


def stepped(case: str, after: CaseStatus, at_us: int) -> WorkEvent:
    return WorkEvent(f"EV-{case}-{after}-{at_us}", case, EventKind.CASE_STEPPED, at_us, "chief", "COUNTY", "", after)


def told(clue: str, kind: EventKind, at_us: int) -> WorkEvent:
    details = (Detail("officer", "both"),) if kind is EventKind.CLUE_ASSIGNED else ()
    return WorkEvent(f"EV-{clue}-{kind}-{at_us}", clue, kind, at_us, "both", "COUNTY", details=details)


def held(
    name: str,
    starts_us: int,
    minor: int | None,
    *,
    case: str = "CASE-A",
    asked: int | None = 0,
    kind: MeasureKind = MeasureKind.STOP_PAYMENT,
    body: str = "COUNTY",
    status: Status = Status.EXECUTED,
    told_us: int | None = None,
    **changes,
) -> Measure:
    """A measure that its bank carried out then, asked for an hour before; `asked` 0: as much as it holds."""
    drafted = starts_us - HOUR_US
    measure = a_measure(name, body, case, status=status)
    wanted = minor if asked == 0 else asked
    make = stop_request if kind is not MeasureKind.FREEZE else freeze_request
    request = make(case=case, kind=kind, target=measure.target, scope=Scope(("credit_only",), wanted, minor))
    request = replace(request, origin=changes.pop("origin", None), beneficiary=changes.pop("beneficiary", ""))
    order = Order(
        f"MEAS-{name}.begin", Verb.BEGIN, "别行", OrderStatus.DONE, drafted, amount_minor=wanted, sent_us=drafted,
        receipt_due_us=drafted + 2 * HOUR_US,
    )  # fmt: skip
    arrived = starts_us if told_us is None else told_us
    receipt = Receipt(f"R-{name}", order.id, Outcome.EXECUTED, starts_us, arrived, amount_minor=minor)
    return replace(
        measure, request=request, drafted_us=drafted, starts_us=starts_us, executed_minor=minor, orders=(order,),
        receipts=(receipt,), ends_us=starts_us + 2 * DAY_US, **changes,
    )  # fmt: skip


def refused(name: str, at_us: int, minor: int) -> Measure:
    measure = held(name, at_us, minor, status=Status.REFUSED)
    answer = replace(measure.receipts[0], outcome=Outcome.REFUSED, amount_minor=None, arrived_us=at_us + 3 * HOUR_US)
    return replace(measure, starts_us=None, executed_minor=None, receipts=(answer,), ended_us=at_us + 3 * HOUR_US)


def records() -> Iterable[object]:
    """Everything of the desk; what each figure is stands in the test."""
    telecom = Classification("2023", "brushing", "", "both", day(4))
    yield a_case("A", "COUNTY", jurisdiction="530102", status=CaseStatus.SOLVED, opened_at_us=day(1), reports=("REPORT-A",),
                 classification=telecom, decisions=decided((CaseStep.FILE, day(3)), (CaseStep.SOLVE, day(20))))  # fmt: skip
    yield a_case("B", "COUNTY", jurisdiction="530102", status=CaseStatus.FILED, opened_at_us=day(9), reports=("REPORT-B",),
                 decisions=decided((CaseStep.FILE, day(10))))  # fmt: skip
    yield a_case("C", "OTHER", jurisdiction="530103", status=CaseStatus.FILED, opened_at_us=day(2, LAST_MAY),
                 decisions=decided((CaseStep.FILE, day(2, LAST_MAY)), (CaseStep.SOLVE, day(21)),
                                   (CaseStep.REOPEN, day(33))))  # fmt: skip
    steps = {
        "A": [(CaseStatus.FILED, 3), (CaseStatus.SOLVED, 20)],
        "B": [(CaseStatus.FILED, 10)],
        "C": [(CaseStatus.SOLVED, 21)],
    }
    for case, several in steps.items():
        for after, number in several:
            yield stepped(f"CASE-{case}", after, day(number))
    yield stepped("CASE-C", CaseStatus.FILED, day(2, LAST_MAY))
    yield a_report("A", "COUNTY", "CASE-A", jurisdiction="530102", received_at_us=day(3), narrative="模拟：刷单",
                   losses=(Loss("模拟·甲", 120_000_000),))  # fmt: skip
    yield a_report("B", "COUNTY", "CASE-B", jurisdiction="530102", received_at_us=day(10), narrative="模拟：卖口罩",
                   losses=(Loss("模拟·乙", 50_000), Loss("模拟·乙", 7_000_000, currency="USDT")))  # fmt: skip
    yield a_report("C", "OTHER", "", jurisdiction="530103", received_at_us=day(31.9), narrative="模拟")
    yield a_report("D", "COUNTY", "", received_at_us=day(11), merged_into="REPORT-B")
    yield a_report("E", "COUNTY", "", received_at_us=day(5, LAST_MAY))
    for name, minutes in (("1", 60), ("2", 200), ("3", None)):
        yield a_clue(name, "COUNTY", "CASE-A", received_at_us=day(3), jurisdiction="530102")
        yield told(f"CLUE-{name}", EventKind.CLUE_RECEIVED, day(3))
        yield told(f"CLUE-{name}", EventKind.CLUE_ASSIGNED, day(3) + MINUTE_US)
        if minutes is not None:
            yield told(f"CLUE-{name}", EventKind.CLUE_ACTED, day(3) + minutes * MINUTE_US)
    yield from measures()


def measures() -> Iterable[Measure]:
    """Stops, freezes, a payment back."""
    yield held(
        "S1", day(3.02), 3_000_000, asked=5_000_000, status=Status.CONVERTED, ended_us=day(4), converted_into="MEAS-F1"
    )
    yield held("S2", day(10), 4_000_000, case="CASE-B", status=Status.LAPSED, ended_us=day(12))
    yield held("S3", day(12.5), 4_000_000, case="CASE-B", origin=Origin(OriginKind.REPEAT, "MEAS-S2"), told_us=day(34))
    yield held("S4", day(13), None, asked=None, case="")
    yield held(
        "S5", day(6, LAST_MAY), 1_000_000, case="CASE-C", body="OTHER", status=Status.LIFTED, ended_us=day(7, LAST_MAY)
    )
    yield refused("S6", day(15), 900_000)
    freeze = held("F1", day(4), 1_200_000, kind=MeasureKind.FREEZE, origin=Origin(OriginKind.CONVERSION, "MEAS-S1"))
    yield replace(freeze, ends_us=day(200), part_releases=(PartRelease(200_000, "返还", "chief", day(30)),))
    yield replace(held("F2", day(14), 530_000, kind=MeasureKind.FREEZE, case=""), ends_us=day(200))
    yield held("R1", day(30), 200_000, kind=MeasureKind.RETURN, beneficiary="模拟·甲")


def make_figure_desk(store: str, folder: Path) -> tuple[Desk, StandingClock]:
    """The desk on a store of that kind, on the morning of 3 June 2026."""
    clock = StandingClock()
    clock.at_us = NOW_US
    desk = Desk(empty_store(store, folder / "home"), clock, CountedIds(), bootstrap.desk_rules())
    with desk.store.begin() as unit:
        for body in (CITY, COUNTY, OTHER):
            unit.records(type(body)).add(body)
        unit.commit()
    add_records(desk)
    return desk, clock


def add_records(desk: Desk) -> None:
    """Puts everything that is counted into a desk that has the bodies."""
    with desk.store.begin() as unit:
        for record in records():
            unit.records(type(record)).add(record)
        unit.commit()
