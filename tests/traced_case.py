"""The made case of forty accounts at a desk: three victims reported and verified, the statements of some banks at hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from desk_home import seat_people
from fixtures.case40.make_case import EXAMPLE, TRUTH

from fanzha import bootstrap
from fanzha.casework import (
    AccountName,
    Case,
    Channel,
    Document,
    DocumentKind,
    Fact,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import CountedIds
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.ports.statement_reader import StatementReader
from fanzha.records import FactBatch
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.books import Books
from fanzha.services.desk.draft_queries import draft_queries
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.ingest_files import ingest_files
from fanzha.storage.memory import MemoryEvidenceStore, MemoryFactStore, MemoryWorkStore

BOTH = Actor("both", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}))
CHIEF = Actor("chief", "COUNTY", Level.COUNTY, frozenset({Role.APPROVER}))
ANALYST = Actor("analyst", "COUNTY", Level.COUNTY, frozenset({Role.ANALYST}))
STRANGER = Actor("stranger", "OTHER", Level.COUNTY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}))
MORNING_US = parse_instant("2026-11-23T09:00:00")  # when every rule is in force
BING = "模拟丙银行_反馈_模拟.zip"


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_us = MORNING_US

    def now_us(self) -> int:
        return self.at_us


def victims() -> list[dict[str, str]]:
    """The payments of the example, with the payee's name and bank by the clean ledger."""
    with (EXAMPLE / "origins.csv").open(encoding="utf-8") as file:
        origins = list(csv.DictReader(file))
    with (TRUTH / "canonical.csv").open(encoding="utf-8") as file:
        payees = {row["payee"]: (row["payee_name"], row["payee_institution"]) for row in csv.DictReader(file)}
    return [{**row, "holder": payees[row["to"]][0], "bank": payees[row["to"]][1]} for row in origins]


READ: dict[str, FactBatch] = {}  # what was read of the example's files, by their SHA-256


@dataclass(frozen=True)
class RememberingReader:
    """Reads every file of the example once."""

    reader: StatementReader

    def discover(self, paths):
        return self.reader.discover(paths)

    def read(self, file):
        if file.sha256 not in READ:
            READ[file.sha256] = self.reader.read(file)
        return READ[file.sha256]


@dataclass
class TracedDay:
    """A desk with its books, and the shortest way to a case."""

    desk: Desk
    books: Books
    clock: StandingClock

    def read_in(self, *names: str) -> None:
        """Takes files of the example into the ledger; all of them where none is named."""
        paths = [EXAMPLE / name for name in names] or [EXAMPLE]
        ingest_files(self.books.facts, self.books.reader, paths, rules=self.books.ledger_rules)

    def read_in_without(self, *left_out: str) -> None:
        """Takes every file of the example but these."""
        self.read_in(*sorted(path.name for path in EXAMPLE.iterdir() if path.name not in (*left_out, "README.md")))

    def fact(self, row: dict[str, str]) -> tuple[str, Fact]:
        """A victim's report, checked against his transfer slip; the report's id and the fact."""
        at_us, amount = parse_instant(row["at"]), parse_minor(row["amount"])
        paid = ReportedPayment(
            "", row["label"], AccountName(row["to"], row["holder"], row["bank"]), AccountName(row["from"]),
            amount_minor=amount, at_us=at_us,
        )  # fmt: skip
        victim = Reporter(ReporterKind.VICTIM, row["label"])
        received = receive_report(
            self.desk, BOTH, ReportDraft(Channel.CALL, victim, "模拟：冒充客服退款", payments=(paid,))
        )
        (clue,) = received.clues
        assign_clue(self.desk, BOTH, clue.id, BOTH.id)
        assess_clue(self.desk, BOTH, clue.id, "先核四要素")
        fields = VerifiedFields(row["holder"], row["to"], row["bank"], amount, at_us)
        slip = Document(DocumentKind.TRANSFER_SLIP, "FILE-1")
        return received.report.id, verify_clue(self.desk, BOTH, clue.id, fields, slip).fact

    def case(self, count: int = 3) -> Case:
        """The case of the first victims."""
        reports = [self.fact(row)[0] for row in victims()[:count]]
        return open_case(self.desk, BOTH, reports, "模拟冒充客服案")

    def get(self, kind, record_id):
        """A record as it stands."""
        with self.desk.store.reading() as view:
            return view.records(kind).get(record_id)

    def audit(self, action: str):
        """The audit's events of an action."""
        with self.desk.store.reading() as view:
            return [event for event in view.audit.walk() if event.action == action]


def send(day: TracedDay, measure):
    """Proposed by one officer, approved by another."""
    return approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, measure.id).id)


def carried(day: TracedDay, measure):
    """Approved, and its letter carried to the bank."""
    order = send(day, measure).orders[0]
    return record_sent(day.desk, BOTH, order.id, OrderChannel.ISSUED_ELSEWHERE, document="模拟平台〔2026〕7号")


def ask(day: TracedDay, case: str):
    """Queries for what the last trace lacks."""
    numbers = [f"模拟查〔2026〕{n}号" for n in range(1, 9)]
    return draft_queries(day.desk, BOTH, case, basis="procedure-238", reason="缺少资金去向的流水", documents=numbers)


def make_books(day: TracedDay) -> Books:
    """Books of their own, in memory, with nothing read in."""
    return replace(day.books, facts=MemoryFactStore())


def ingest_all(books: Books) -> None:
    """Takes the whole example in."""
    ingest_files(books.facts, books.reader, [EXAMPLE], rules=books.ledger_rules)


def make_day(store: str, home: Path) -> TracedDay:
    """A desk in memory, or in a home directory."""
    clock = StandingClock()
    work = bootstrap.work_store(home) if store == "sqlite" else MemoryWorkStore(_tables())
    books = bootstrap.books(home)
    books = replace(books, reader=RememberingReader(books.reader))
    if store != "sqlite":
        books = replace(books, facts=MemoryFactStore(), evidence=MemoryEvidenceStore())
    desk = Desk(work, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    return TracedDay(desk, books, clock)


def _tables():
    from fanzha.ports.work_tables import TABLES

    return TABLES
