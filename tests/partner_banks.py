"""A desk, simulated banks in the same process, and the shortest way to an approved order between them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from desk_home import BODIES, PEOPLE
from desk_stores import empty_store

from fanzha import bootstrap
from fanzha.access import LinkChannel, PartnerLink, Person
from fanzha.casework import (
    AccountName,
    Channel,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.actor import Actor, Organisation
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US, SECOND_US, parse_instant
from fanzha.exchange import HttpPartner, JsonReceipts, Keys, OrderFiles, Partners
from fanzha.measures.model import Measure, MeasureKind
from fanzha.ports.work_queues import BACKOFF_MAX_S
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.collect_receipts import CollectRun, ReceiptDesk, collect_receipts
from fanzha.services.desk.dispatch_orders import DispatchRun, dispatch_orders
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.link_partner import link_partner
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.simulation.banks import AccountConfig, BankConfig, Faults, PlannedPayment, SimulatedBank
from fanzha.simulation.banks.bank import Lost
from fanzha.storage.memory import MemoryEvidenceStore
from fanzha.storage.signing_key import Ed25519Verifier

NOON_US = parse_instant("2026-11-20T12:00:00")
PAID_US = NOON_US - 30 * MINUTE_US
MULE, SECOND_MULE, VICTIM = "6299990000000000017", "6299990000000000025", "6299990000000000033"
LEVELS = {body.id: body.level for body in BODIES}


def person(login: str) -> Actor:
    body, *roles = PEOPLE[login]
    return Actor(login, body, LEVELS[body], frozenset(roles))


BOTH, CHIEF, ADMIN = person("both"), person("chief"), person("admin")


class TurnedClock:
    """A clock that goes when it is told to; the desk and the banks share it."""

    def __init__(self, at_us: int = NOON_US) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        return self.at_us

    def turn(self, seconds: int) -> None:
        self.at_us += seconds * SECOND_US


def mule_bank(directory: Path, desk_key: tuple[str, str], **more) -> BankConfig:
    """模拟银行: the victim's 50,000 came in; 20,000 of it may go on to 模拟二行."""
    settings = {
        "name": "模拟银行",
        "directory": directory,
        "desk_keys": dict([desk_key]),
        "accounts": (AccountConfig(MULE, "模拟·钱二", 100_000),),
        "planned": (PlannedPayment(PAID_US, VICTIM, MULE, 5_000_000, payer_holder="模拟·孙三", payer_institution="模拟二行"),),
    }  # fmt: skip
    return BankConfig(**(settings | more))


class Wire(httpx.BaseTransport):
    """The banks of one process by their ports; what a bank loses is lost."""

    def __init__(self) -> None:
        self.banks: dict[int, SimulatedBank] = {}
        self.down: set[int] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        port = request.url.port
        if port in self.down or port not in self.banks:
            raise httpx.ConnectError("refused")
        body = request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            reply = self.banks[port].handle(request.method, request.url.raw_path.decode(), headers, body)
        except Lost:
            raise httpx.ReadError("lost") from None
        return httpx.Response(reply.status, content=reply.body)


@dataclass
class Town:
    """A desk with partners."""

    desk: Desk
    clock: TurnedClock
    home: Path
    wire: Wire
    partners: Partners
    receiving: ReceiptDesk
    cases: list[str] = field(default_factory=list)

    def bank(self, number: int) -> SimulatedBank:
        return self.wire.banks[number]

    def restart(self, number: int) -> SimulatedBank:
        """As after a kill: a new process upon the same book."""
        old = self.wire.banks[number]
        old.close()
        self.wire.banks[number] = SimulatedBank(old.config, self.clock, old.peers)
        return self.wire.banks[number]

    def open(self, number: int, config: BankConfig, organisation: str, *, linked: bool = True) -> SimulatedBank:
        bank = self.wire.banks[number] = SimulatedBank(config, self.clock)
        if linked:
            link = PartnerLink(
                "", 0, organisation, LinkChannel.HTTP, f"http://127.0.0.1:{number}", bank.key_id, bank.public_key
            )
            link_partner(self.desk, ADMIN, link)
        return bank

    def stop(self, amount_minor: int = 5_000_000) -> Measure:
        """An approved stop on the mule's account; its order waits in the outbox."""
        received = receive_report(self.desk, BOTH, _report())
        (clue,) = received.clues
        assign_clue(self.desk, BOTH, clue.id, BOTH.id)
        assess_clue(self.desk, BOTH, clue.id, "刚刚转出，先核四要素")
        fields = VerifiedFields("模拟·钱二", MULE, "模拟银行", 5_000_000, PAID_US)
        verified = verify_clue(self.desk, BOTH, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1"))
        case = open_case(self.desk, BOTH, [received.report.id], "模拟刷单案")
        self.cases.append(case.id)
        draft = MeasureDraft(
            kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case.id, fact=verified.fact.id,
            amount_minor=amount_minor, traced_minor=amount_minor,
        )  # fmt: skip
        proposed = propose_measure(self.desk, BOTH, draft_measure(self.desk, BOTH, draft).id)
        return approve_measure(self.desk, CHIEF, proposed.id)

    def send(self, worker: str = "w") -> DispatchRun:
        return dispatch_orders(self.desk, self.partners, worker)

    def collect(self) -> CollectRun:
        return collect_receipts(self.desk, self.receiving)

    def round(self, seconds: int = BACKOFF_MAX_S) -> None:
        """Everything that the machines do, and then time."""
        run_clocks(self.desk, "w")
        self.send()
        self.collect()
        self.clock.turn(seconds)

    def get(self, kind, record_id):
        with self.desk.store.reading() as view:
            return view.records(kind).get(record_id)

    def audit(self, action: str):
        with self.desk.store.reading() as view:
            return [event for event in view.audit.walk() if event.action == action]

    def close(self) -> None:
        for bank in self.wire.banks.values():
            with suppress(Exception):
                bank.close()
        self.desk.store.close()


def make_town(path: Path, kind: str = "memory") -> Town:
    """A desk at noon; its banks are opened by `Town.open`."""
    clock, wire, home = TurnedClock(), Wire(), path / "home"
    store = empty_store(kind, home)
    desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules())
    with store.begin() as unit:
        for body in BODIES:
            unit.records(Organisation).add(body)
        for login, (body, *roles) in PEOPLE.items():
            unit.records(Person).add(Person(login, 0, body, login, f"模拟·{login}", tuple(roles)))
        unit.commit()
    keys = Keys(
        lambda link: bootstrap.exchange_key(home, link.own_key),
        lambda link: Ed25519Verifier({link.key_id: bytes.fromhex(link.public_key)}),
    )
    partners = Partners(
        {
            LinkChannel.HTTP: HttpPartner(httpx.Client(transport=wire), keys, clock),
            LinkChannel.SIGNED_FILE: OrderFiles(keys),
        }
    )
    return Town(desk, clock, home, wire, partners, ReceiptDesk(partners, JsonReceipts(), MemoryEvidenceStore()))


def desk_key(town: Town) -> tuple[str, str]:
    """Id and public key of the desk, for the banks."""
    return bootstrap.exchange_public_key(town.home, "exchange.pem")


def open_mule_bank(
    town: Town, path: Path, *, faults: Faults | None = None, linked: bool = True, **more
) -> SimulatedBank:
    """模拟银行 on port 9001."""
    config = mule_bank(path / "bank", desk_key(town), faults=faults or Faults(), **more)
    return town.open(9001, config, "BANK", linked=linked)


def _report() -> ReportDraft:
    payee = AccountName(MULE, "模拟·钱二", "模拟银行")
    paid = ReportedPayment("", "模拟·孙三", payee, amount_minor=5_000_000, at_us=PAID_US)
    return ReportDraft(
        Channel.CALL,
        Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001"),
        "模拟：刷单返利",
        payments=(paid,),
    )
