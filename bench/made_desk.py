"""A made-up country of desks at work: bodies, partners, and a year of cases with everything on them; all of it 模拟."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from fanzha.casework import (
    AccountName,
    Case,
    CaseStatus,
    Channel,
    CheckedField,
    Claim,
    Clue,
    ClueKind,
    ClueStage,
    Document,
    DocumentKind,
    EventKind,
    Fact,
    FieldCheck,
    Report,
    ReportedPayment,
    Reporter,
    ReporterKind,
    ReportStatus,
    Task,
    TaskStatus,
    VerifiedFields,
    WorkEvent,
)
from fanzha.core.actor import Level, Organisation
from fanzha.core.time import DAY_US, MINUTE_US, SECOND_US
from fanzha.measures.lifecycle import HOLDING, OPEN, Status
from fanzha.measures.model import (
    Approval,
    FactCheck,
    FactSource,
    FourFields,
    LegalBasis,
    Measure,
    MeasureKind,
    Request,
    Scope,
    Signature,
    Target,
    TargetKind,
)
from fanzha.measures.orders import Incident, IncidentKind, Order, OrderStatus, Outcome, Receipt, Verb
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.measures.terms import Certainty, Span, Unit
from fanzha.ports.record_table import NEVER_US
from fanzha.ports.work_queues import DueClock

NOW: Final = 1_795_000_000 * SECOND_US
YEAR_US: Final = 365 * DAY_US
HOUR_US: Final = 60 * MINUTE_US
MEASURES_A_CASE: Final = 10
ACCOUNTS_A_CASE: Final = 5
PARTNERS: Final = 200
PROVINCES, CITIES, COUNTIES, STATIONS = 31, 12, 10, 6  # each below each of the level above
CASES_A_PROVINCE: Final = 1000  # at least; of a small year only some provinces are made
OFFICERS: Final = 6  # of a body
BUSY_SHARE: Final = 0.02  # of all cases lie with one city's centre
NEW_ACCOUNTS: Final = 10**10  # accounts that nothing was done about yet
TOP: Final = "MPS"
BUSY: Final = "P00C00"
_BASIS: Final = LegalBasis("afl-20", "中华人民共和国反电信网络诈骗法", "第二十条", date(2022, 12, 1), Certainty.PRIMARY)
# Of 10,000 measures; three in a hundred are still open.
_SHARES: Final = {
    Status.PROPOSED: 3, Status.DRAFT: 10, Status.APPROVED: 10, Status.SENT: 30, Status.ACKNOWLEDGED: 25,
    Status.EXECUTED: 207, Status.PARTIAL: 15, Status.LAPSED: 5820, Status.LIFTED: 2135, Status.CONVERTED: 970,
    Status.REFUSED: 485, Status.REJECTED: 190, Status.WITHDRAWN: 100,
}  # fmt: skip
DRAWN: Final = 1000  # cases whose measures' states are drawn at once
_CASE_SHARES: Final = [2, 2, 30, 5, 10, 10, 1, 1, 39]  # in the order of CaseStatus
_OVER: Final = frozenset({CaseStatus.NOT_FILED, CaseStatus.WITHDRAWN, CaseStatus.REFERRED, CaseStatus.CLOSED})
_DOCUMENT: Final = Document(DocumentKind.TRANSFER_SLIP, "模拟凭证", "第1页")


def country(provinces: int = PROVINCES) -> list[Organisation]:
    """The tree of bodies and the partners beside it."""
    found = [Organisation(TOP, "模拟部", Level.MINISTRY, None)]
    for p in range(provinces):
        province = f"P{p:02d}"
        found.append(Organisation(province, f"模拟省厅{p}", Level.PROVINCE, TOP, f"{p + 11:02d}"))
        for c in range(CITIES):
            city = f"{province}C{c:02d}"
            found.append(Organisation(city, f"模拟市局{p}.{c}", Level.CITY, province, f"{p + 11:02d}{c:02d}"))
            for x in range(COUNTIES):
                county = f"{city}X{x:02d}"
                found.append(Organisation(county, f"模拟县局{x}", Level.COUNTY, city, f"{p + 11:02d}{c:02d}{x:02d}"))
                found += [Organisation(f"{county}S{s}", "模拟派出所", Level.STATION, county) for s in range(STATIONS)]
    found += [
        Organisation(f"B{n:03d}", f"模拟银行{n}", Level.PARTNER, None, institution=bank(n)) for n in range(PARTNERS)
    ]
    return found


def bank(number: int) -> str:
    """How orders call the institution of that number."""
    return f"模拟银行{number % PARTNERS}"


def account(number: int) -> str:
    """An account number that no bank has."""
    return f"629999{number:013d}"


@dataclass(frozen=True, slots=True)
class _CaseLine:
    """What everything on a case shares."""

    number: int
    id: str
    body: str
    officer: str
    opened_us: int
    status: CaseStatus


class MadeDesk:
    """A year of work of so many cases; the same seed makes the same."""

    def __init__(self, cases: int, seed: int) -> None:
        self.cases, self.seed = cases, seed
        self.provinces = max(1, min(PROVINCES, cases // CASES_A_PROVINCE))
        self.bodies = country(self.provinces)
        rng = np.random.default_rng(seed)
        by_level = {level: [one.id for one in self.bodies if one.level is level] for level in Level}
        levels = rng.choice([Level.COUNTY, Level.STATION, Level.CITY], cases, p=[0.55, 0.30, 0.15])
        places = rng.random(cases)
        busy = rng.random(cases) < BUSY_SHARE
        self._body = [
            BUSY if at_busy else by_level[Level(level)][int(place * len(by_level[Level(level)]))]
            for level, place, at_busy in zip(levels.tolist(), places.tolist(), busy.tolist(), strict=True)
        ]
        self._opened = (NOW - rng.integers(0, YEAR_US, cases)).tolist()
        self._officer = rng.integers(0, OFFICERS, cases).tolist()
        shares = np.array(_CASE_SHARES) / sum(_CASE_SHARES)
        self._status = rng.choice(len(_CASE_SHARES), cases, p=shares).tolist()

    def body_of(self, case: int) -> str:
        """Which body's the case of that number is."""
        return self._body[case]

    def _lines(self) -> Iterator[_CaseLine]:
        statuses = list(CaseStatus)
        for n in range(self.cases):
            body = self._body[n]
            officer = f"{body}-o{self._officer[n]}"
            yield _CaseLine(n, f"CASE-{n:08d}", body, officer, self._opened[n], statuses[self._status[n]])

    def all_records(self) -> Iterator[tuple[type[Any], Iterator[Any]]]:
        """Every kind with its records, by rising id."""
        yield Organisation, iter(self.bodies)
        yield Case, self._cases()
        yield Report, self._reports()
        yield Clue, self._clues()
        yield Fact, self._facts()
        yield Task, self._tasks()
        yield WorkEvent, self._events()
        yield ReturnProcedure, self._returns()
        yield Incident, self._incidents()
        yield Measure, self.measures()

    def _cases(self) -> Iterator[Case]:
        for line in self._lines():
            yield Case(
                id=line.id, version=0, organisation=line.body, jurisdiction="530102", title=f"模拟刷单返利案{line.number}",
                opened_by=line.officer, officer=line.officer, opened_at_us=line.opened_us, status=line.status,
                reports=tuple(f"REPORT-{n:08d}" for n in _reports_of(line.number)),
            )  # fmt: skip

    def _reports(self) -> Iterator[Report]:
        for line in self._lines():
            for n in _reports_of(line.number):
                payee = AccountName(account(line.number * ACCOUNTS_A_CASE), "模拟·钱二", bank(line.number))
                paid = ReportedPayment(
                    f"PAY-{n:08d}",
                    "模拟·孙三",
                    payee,
                    amount_minor=5_000_000 + n % 1000,
                    at_us=line.opened_us - HOUR_US,
                )
                yield Report(
                    id=f"REPORT-{n:08d}", version=0, organisation=line.body, acknowledgement=f"ACK{n:010d}",
                    channel=Channel.CALL, jurisdiction="530102", received_at_us=line.opened_us, received_by=line.officer,
                    reporter=Reporter(ReporterKind.VICTIM, "模拟·孙三", phone=f"199{n % 100_000_000:08d}"),
                    narrative=f"模拟警情{n}：事主被拉入刷单群，先小额返利，后以任务未完成为由要求继续转账，转账后被拉黑。",
                    payments=(paid,), status=ReportStatus.IN_CASE, case=line.id,
                )  # fmt: skip

    def _clues(self) -> Iterator[Clue]:
        for line in self._lines():
            for n in _clues_of(line.number):
                stage = ClueStage.ACTED
                if NOW - line.opened_us < 12 * HOUR_US:
                    stage = (ClueStage.QUEUED, ClueStage.ASSIGNED, ClueStage.ASSESSED, ClueStage.ACTED)[n % 4]
                number = account(line.number * ACCOUNTS_A_CASE + n % 2)
                claim = Claim(
                    f"CLAIM-{n:08d}", f"REPORT-{line.number * 2:08d}", "模拟·钱二", number, bank(line.number),
                    5_000_000 + n % 1000, "CNY", line.opened_us - HOUR_US, (5_000_000 + n) % 4_000_000,
                )  # fmt: skip
                yield Clue(
                    id=f"CLUE-{n:08d}", version=0, organisation=line.body, jurisdiction="530102", kind=ClueKind.ACCOUNT,
                    subject=number, received_at_us=line.opened_us, reports=(claim.report,), claims=(claim,), stage=stage,
                    officer="" if stage is ClueStage.QUEUED else line.officer, case=line.id,
                    facts=(f"FACT-{line.number:08d}",) if n % 2 == 0 else (),
                    done_at_us=line.opened_us + HOUR_US if stage is ClueStage.ACTED else None,
                )  # fmt: skip

    def _facts(self) -> Iterator[Fact]:
        for line in self._lines():
            number = account(line.number * ACCOUNTS_A_CASE)
            fields = VerifiedFields("模拟·钱二", number, bank(line.number), 5_000_000, line.opened_us - HOUR_US)
            checks = tuple(FieldCheck(field, _DOCUMENT, line.officer, line.opened_us) for field in CheckedField)
            yield Fact(
                f"FACT-{line.number:08d}", 0, line.body, f"CLUE-{line.number * 2:08d}", fields, checks, 1, line.officer,
                line.opened_us,
            )  # fmt: skip

    def _tasks(self) -> Iterator[Task]:
        for line in self._lines():
            still = line.number % 10 == 0
            due_us = NOW + (line.number % 720) * HOUR_US if still else line.opened_us + 7 * DAY_US
            yield Task(
                f"TASK-{line.number:08d}", 0, line.body, line.id, "模拟：调取开户资料", line.officer, due_us, line.officer,
                line.opened_us, status=TaskStatus.OPEN if still else TaskStatus.DONE,
            )  # fmt: skip

    def _events(self) -> Iterator[WorkEvent]:
        told = (EventKind.CASE_OPENED, EventKind.CASE_STEPPED, EventKind.CASE_CLASSIFIED)
        for line in self._lines():
            for at, kind in enumerate(told):
                yield WorkEvent(
                    f"EV-{line.number * 3 + at:09d}", line.id, kind, line.opened_us + at * HOUR_US, line.officer, line.body,
                    "accepted", line.status,
                )  # fmt: skip

    def _returns(self) -> Iterator[ReturnProcedure]:
        statuses = list(ProcedureStatus)
        for line in self._lines():
            if line.number % 10 == 0:
                yield ReturnProcedure(
                    f"RETURN-{line.number:08d}", 0, line.body, line.id, "模拟立字〔2026〕1号", (),
                    statuses[line.number // 10 % len(statuses)], line.officer, line.opened_us + 30 * DAY_US,
                )  # fmt: skip

    def _incidents(self) -> Iterator[Incident]:
        for line in self._lines():
            if line.number % 50 == 0:
                yield Incident(
                    f"INC-{line.number:08d}", 0, line.body, IncidentKind.CONTRADICTION, "模拟：两份回执不一致",
                    line.opened_us, measure=f"MEAS-{line.number * MEASURES_A_CASE:09d}",
                    closed_us=None if line.number % 500 == 0 else line.opened_us + DAY_US,
                )  # fmt: skip

    def measures(self) -> Iterator[Measure]:
        """The measures, ten of each case."""
        chance = random.Random(self.seed)
        statuses, shares = list(_SHARES), np.array(list(_SHARES.values()))
        rng = np.random.default_rng(self.seed + 1)
        for line in self._lines():
            if line.number % DRAWN == 0:
                drawn = rng.choice(len(statuses), (DRAWN, MEASURES_A_CASE), p=shares / shares.sum()).tolist()
            for k, at in enumerate(drawn[line.number % DRAWN]):
                # Nothing waits for a signature in a case that is over.
                waits = statuses[at] in (Status.PROPOSED, Status.DRAFT) and line.status in _OVER
                yield _measure(line, k, Status.WITHDRAWN if waits else statuses[at], chance)


def clock_of(measure: Measure) -> DueClock | None:
    """The clock of a measure that is out and ends."""
    if measure.status not in OPEN or measure.ends_us is None:
        return None
    return DueClock(
        id=f"{measure.id}:term_end", kind="measure.term_end", subject_kind="measure", subject_id=measure.id,
        due_us=measure.ends_us, case=measure.request.case,
    )  # fmt: skip


def _reports_of(case: int) -> range:
    """Numbers of a case's reports: one, of every third case two."""
    return range(case * 2, case * 2 + (2 if case % 3 == 0 else 1))


def _clues_of(case: int) -> range:
    return range(case * 2, case * 2 + (2 if case % 2 == 0 else 1))


def _measure(line: _CaseLine, k: int, status: Status, chance: random.Random) -> Measure:
    n = line.number * MEASURES_A_CASE + k
    drafted_us = NOW - chance.randrange(2 * DAY_US) if status in OPEN else line.opened_us + k * HOUR_US
    frozen = k % 3 == 2 and status is not Status.PROPOSED  # a stop can be approved by itself: its fact is its own
    term_us = 180 * DAY_US if frozen else 2 * DAY_US
    identity, amount = f"MEAS-{n:09d}", 500_000 + n % 100_000
    number = account(
        NEW_ACCOUNTS + n if status is Status.PROPOSED else line.number * ACCOUNTS_A_CASE + k % ACCOUNTS_A_CASE
    )
    institution = bank(line.number + k)
    fields = FourFields("模拟·钱二", number, amount, drafted_us - HOUR_US)
    request = Request(
        MeasureKind.FREEZE if frozen else MeasureKind.STOP_PAYMENT,
        Target(TargetKind.ACCOUNT, number, institution, "模拟·钱二"),
        Scope(("credit_only",), amount, amount),
        _BASIS,
        "ordinary",
        Span(48, Unit.HOURS),
        "模拟：被害人汇款后立即报案，资金仍在账",
        line.id,
        "模拟立字〔2026〕1号",
        fact=FactCheck(fields, FactSource.TRANSFER_SLIP, line.officer, drafted_us, evidence=f"FACT-{line.number:08d}"),
    )
    proposed = Approval(Signature.PROPOSED, line.officer, line.body, Level.COUNTY, drafted_us)
    if status in (Status.DRAFT, Status.PROPOSED):
        signed = (proposed,) if status is Status.PROPOSED else ()
        return Measure(identity, 0, line.body, request, status, line.officer, drafted_us, signed)
    begun_first = status is Status.APPROVED and n % 5 == 0
    order = Order(
        f"{identity}.begin", Verb.BEGIN, institution, OrderStatus.DONE, drafted_us, amount_minor=amount,
        sent_us=drafted_us + MINUTE_US, receipt_due_us=NEVER_US,
    )  # fmt: skip
    receipt = Receipt(f"{identity}-R", order.id, Outcome.EXECUTED, drafted_us + HOUR_US, drafted_us + HOUR_US, amount)
    answered = status in HOLDING or status in (Status.LAPSED, Status.LIFTED, Status.CONVERTED)
    approved = Approval(Signature.APPROVED, f"{line.body}-chief", line.body, Level.COUNTY, drafted_us + MINUTE_US)
    acted = Approval(Signature.ACTED_FIRST, line.officer, line.body, Level.COUNTY, drafted_us, "模拟：余额正在减少")
    return Measure(
        identity, 0, line.body, request, status, line.officer, drafted_us,
        (acted,) if begun_first else (proposed, approved),
        countersign_due_us=NOW + HOUR_US if begun_first else None,
        sent_us=drafted_us + MINUTE_US,
        starts_us=drafted_us + HOUR_US if answered else None,
        ends_us=drafted_us + term_us if status in OPEN or answered else None,
        executed_minor=amount if answered else None,
        orders=(order,),
        receipts=(receipt,) if answered else (),
        ended_us=None if status in OPEN else drafted_us + term_us,
    )  # fmt: skip
