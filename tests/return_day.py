"""The mule account M at a desk: three victims, one merchant who was paid in good faith, 27,000.00 frozen; all 模拟."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desk_home import seat_people
from desk_stores import empty_store

from fanzha import bootstrap
from fanzha.casework import (
    AccountName,
    Case,
    Channel,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import CountedIds
from fanzha.core.money import format_minor
from fanzha.core.time import MINUTE_US, parse_instant
from fanzha.ledger.assembly import CoverageOverride
from fanzha.measures.model import Measure, MeasureKind, Override, Target, TargetKind
from fanzha.measures.orders import Outcome, Receipt
from fanzha.measures.receipts import Taken
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_law import CaseLaw, case_law
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.draft_return import draft_return
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.pay_return import all_payments
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.read_return_figures import read_return_figures
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import ReceiptTaken, record_receipt
from fanzha.services.desk.return_figures import ReturnFigures
from fanzha.services.desk.return_planning import ReturnWanted
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.trace_case import trace_case
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.ingest_files import ingest_files
from fanzha.storage.memory import MemoryEvidenceStore, MemoryFactStore

DUTY = Actor("duty", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER}))
BOTH = Actor("both", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}))
CHIEF = Actor("chief", "COUNTY", Level.COUNTY, frozenset({Role.APPROVER}))
CITY_CHIEF = Actor("city-chief", "CITY", Level.CITY, frozenset({Role.APPROVER}))
CITY_CHIEF_2 = Actor("city-chief-2", "CITY", Level.CITY, frozenset({Role.APPROVER}))
STRANGER = Actor("stranger", "OTHER", Level.COUNTY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}))
CLERK = Actor("clerk", "BANK", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
DAY = "2026-11-22T"
EVENING_US = parse_instant("2026-11-22T20:00:00")
COVERED_UNTIL_US = parse_instant("2026-11-22T23:00:00")
M, MERCHANT, AWAY = "6299990000000000017", "6299990000000000033", "6299990000000000041"
ACCOUNTS = {name: f"62999900000000009{number}" for number, name in enumerate(("V1", "V2", "V3", "V4"), start=11)}
HEAD = "transfer_id,at,payer,payee,amount,payer_balance_after,payee_balance_after,payer_institution,payee_institution"


@dataclass(frozen=True)
class Row:
    """A row of M's statement, with M's balance after it."""

    at: str
    payer: str
    payee: str
    amount: str
    balance: str

    def line(self, number: int) -> str:
        balances = f",{self.balance}" if self.payee == M else f"{self.balance},"
        return f"r{number},{DAY}{self.at},{self.payer},{self.payee},{self.amount},{balances},,"


# 2,000.00 were there before; what is left at the end is frozen.
ROWS = (
    Row("09:01:00", ACCOUNTS["V1"], M, "30000.00", "32000.00"),
    Row("09:02:00", ACCOUNTS["V2"], M, "50000.00", "82000.00"),
    Row("09:03:00", M, AWAY, "40000.00", "42000.00"),
    Row("09:04:00", MERCHANT, M, "20000.00", "62000.00"),
    Row("09:05:00", M, AWAY, "45000.00", "17000.00"),
    Row("09:06:00", ACCOUNTS["V3"], M, "10000.00", "27000.00"),
)


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_us = EVENING_US

    def now_us(self) -> int:
        return self.at_us


@dataclass
class ReturnDay:
    """A desk with its books, and the shortest way to each point of a return."""

    desk: Desk
    books: Books
    clock: StandingClock
    folder: Path

    def read_in(self, rows: Sequence[Row] = ROWS, name: str = "statement", *, covered: bool = True) -> None:
        """Takes a statement of M into the ledger; covered: that was asked for until after the freeze."""
        file = self.folder / f"{name}.csv"
        lines = [HEAD, *(row.line(number) for number, row in enumerate(rows, start=1))]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        asked = (CoverageOverride(M, parse_instant(DAY + rows[0].at), COVERED_UNTIL_US),)
        ingest_files(
            self.books.facts,
            self.books.reader,
            [file],
            rules=self.books.ledger_rules,
            coverage=asked if covered else None,
        )

    def report(self, victim: str, row: Row, *, payer: str | None = None) -> str:
        """A victim's report of that payment, checked against his slip; its id, which is his label."""
        at_us, amount = parse_instant(DAY + row.at), round(float(row.amount) * 100)
        paid = ReportedPayment(
            "", f"模拟·{victim}", AccountName(row.payee, "模拟·钱二", "模拟银行"),
            AccountName(row.payer if payer is None else payer), amount_minor=amount, at_us=at_us,
        )  # fmt: skip
        draft = ReportDraft(
            Channel.CALL, Reporter(ReporterKind.VICTIM, f"模拟·{victim}"), "模拟：冒充客服", payments=(paid,)
        )
        received = receive_report(self.desk, BOTH, draft)
        (clue,) = received.clues
        assign_clue(self.desk, BOTH, clue.id, BOTH.id)
        assess_clue(self.desk, BOTH, clue.id, "先核四要素")
        fields = VerifiedFields("模拟·钱二", row.payee, "模拟银行", amount, at_us)
        verify_clue(self.desk, BOTH, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1"))
        return received.report.id

    def case(self, rows: Sequence[Row] = ROWS) -> tuple[Case, dict[str, str]]:
        """The filed case of the victims whose payments are among the rows, and the label of each."""
        names = {number: name for name, number in ACCOUNTS.items()}
        labels = {names[row.payer]: self.report(names[row.payer], row) for row in rows if row.payer in names}
        case = open_case(self.desk, BOTH, list(labels.values()), "模拟冒充客服案")
        return file_case(self.desk, CHIEF, case.id, "模拟立字〔2026〕1号"), labels

    def freeze(self, case: str, amount_minor: int = 2_700_000, account: str = M) -> Measure:
        """The account is frozen for the case by the bank's own receipt."""
        wanted = MeasureDraft(
            kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case,
            target=Target(TargetKind.ACCOUNT, account, "模拟银行", "模拟·钱二"), amount_minor=amount_minor,
            traced_minor=amount_minor, document=f"模拟冻字〔2026〕{account[-2:]}号",
            overrides=(Override("more_than_carried", "全部余额待查，先行冻结"),),
        )  # fmt: skip
        drafted = draft_measure(self.desk, BOTH, wanted)
        frozen = approve_measure(self.desk, CHIEF, propose_measure(self.desk, BOTH, drafted.id).id)
        taken = self.answer(frozen)
        assert taken.measure is not None
        return taken.measure

    def answer(self, measure: Measure, outcome: Outcome = Outcome.EXECUTED, *, times: int = 1) -> ReceiptTaken:
        """The bank's clerk answers the order of a measure, the same answer so many times."""
        self.clock.at_us += MINUTE_US
        order = measure.orders[0].id
        receipt = Receipt(f"R-{order}", order, outcome, self.clock.at_us, self.clock.at_us)
        taken = record_receipt(self.desk, CLERK, receipt)
        for _ in range(times - 1):
            assert record_receipt(self.desk, CLERK, receipt).taken is Taken.ALREADY
        return taken

    def trace(self, case: str) -> ReturnFigures:
        """The case is traced, and the figures of its return read from it."""
        trace_case(self.desk, self.books, BOTH, case)
        return read_return_figures(self.desk, self.books, BOTH, case)

    def drafted(self) -> tuple[ReturnProcedure, dict[str, str], ReturnFigures]:
        """The return of the mule account by Art. 8, and the label of each victim."""
        self.read_in()
        case, labels = self.case()
        self.freeze(case.id)
        figures = self.trace(case.id)
        return draft_return(self.desk, DUTY, ReturnWanted(case.id), figures), labels, figures

    def wait(self, us: int) -> None:
        """Time passes, and the clocks ring."""
        self.clock.at_us += us
        for _ in range(3):
            run_clocks(self.desk, "w")

    def get(self, kind, record_id):
        """A record as it stands."""
        with self.desk.store.reading() as view:
            return view.records(kind).get(record_id)

    def payments(self, procedure: ReturnProcedure) -> tuple[Measure, ...]:
        """Every payment of a return as it stands."""
        with self.desk.store.reading() as view:
            return all_payments(view, procedure)

    def law(self, case: str) -> CaseLaw:
        """The books of the case."""
        with self.desk.store.reading() as view:
            return case_law(view, view.records(Case).get(case), self.books.evidence)

    def audit(self, action: str):
        """The audit's events of an action."""
        with self.desk.store.reading() as view:
            return [event for event in view.audit.walk() if event.action == action]


def yuan(by_victim, labels) -> dict[str, str]:
    """Amounts by the victims' names."""
    names = {label: name for name, label in labels.items()}
    return {names[victim]: format_minor(minor) for victim, minor in by_victim.items()}


def make_return_day(store: str, folder: Path) -> ReturnDay:
    """A desk in memory, in a home directory, or on PostgreSQL."""
    clock, home = StandingClock(), folder / "home"
    work = empty_store(store, home)
    books = bootstrap.books(home)
    if store != "sqlite":
        books = replace(books, facts=MemoryFactStore(), evidence=MemoryEvidenceStore())
    desk = Desk(work, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    return ReturnDay(desk, books, clock, folder)
