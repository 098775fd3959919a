"""Where a drill plays: a home with its office and people, banks that listen, and a clock that is turned by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fanzha import bootstrap
from fanzha.access import LinkChannel, PartnerLink, Person
from fanzha.audit import Subject, done
from fanzha.core.actor import MACHINE, Actor, Level, Organisation, Role
from fanzha.core.errors import Refused
from fanzha.core.ids import TimeSortedIds
from fanzha.core.time import format_instant
from fanzha.ports.dispatcher import Dispatcher
from fanzha.ports.work_store import WorkStore
from fanzha.services.desk.books import Books
from fanzha.services.desk.collect_receipts import ReceiptDesk
from fanzha.services.desk.link_partner import link_partner, list_links
from fanzha.services.desk.model import Desk
from fanzha.simulation.banks import BankConfig, Faults, PlannedPayment
from fanzha.simulation.banks.server import FileClock
from fanzha.simulation.drill.scenario import MARK, Scenario, ScriptedPayment

KEY: Final = "exchange.pem"
ADMIN: Final = "drill-admin"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the people of a drill work with."""

    scenario: Scenario
    home: Path
    clock: FileClock
    desk: Desk
    books: Books
    dispatcher: Dispatcher
    receipts: ReceiptDesk
    people: Mapping[str, Actor]

    def turn_clock(self, to_us: int) -> None:
        """Lets time pass for everybody, the banks too; never back."""
        if to_us > self.clock.now_us():
            write_clock(clock_file(self.home), to_us)


def clock_file(home: Path) -> Path:
    """Where the drill's time stands, for every process of it."""
    return home / "drill" / "clock"


def write_clock(file: Path, at_us: int) -> None:
    """Sets the time, at once or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".clock.{os.getpid()}")
    beside.write_text(format_instant(at_us), encoding="ascii")
    beside.replace(file)


def bank_configs(scenario: Scenario, home: Path, faults: Faults, seed: int) -> tuple[BankConfig, ...]:
    """The banks of the script, obeying the desk of this home; each hears of the payments at its accounts."""
    key_id, public_key = bootstrap.exchange_public_key(home, KEY)
    return tuple(
        BankConfig(
            name=bank.name,
            directory=home / "drill" / bank.name,
            desk_keys={key_id: public_key},
            accounts=bank.accounts,
            planned=tuple(
                _planned(scenario, payment) for payment in scenario.payments if bank.name in _hears(scenario, payment)
            ),
            faults=faults,
            seed=seed,
            statement=bank.statement,
            clock=clock_file(home),
        )
        for bank in scenario.banks
    )


def _hears(scenario: Scenario, payment: ScriptedPayment) -> set[str]:
    sides = (payment.payer,) if payment.tried else (payment.payer, payment.payee)
    return {scenario.bank_of(side) for side in sides}


def _planned(scenario: Scenario, payment: ScriptedPayment) -> PlannedPayment:
    return PlannedPayment(
        at_us=payment.at_us, payer=payment.payer, payee=payment.payee, amount_minor=payment.amount_minor,
        payee_holder=payment.payee_holder or scenario.holder_of(payment.payee),
        payee_institution=payment.payee_institution or scenario.bank_of(payment.payee),
        payer_holder=scenario.holder_of(payment.payer), payer_institution=scenario.bank_of(payment.payer),
        words=payment.words,
    )  # fmt: skip


def prepare_home(scenario: Scenario, home: Path) -> None:
    """The office of the script in an empty home, its clock at the beginning; once it is there nothing is changed."""
    if not clock_file(home).exists():
        write_clock(clock_file(home), scenario.begins_us)
    store = bootstrap.work_store(home)
    try:
        with store.begin() as unit:
            bodies = [*scenario.bodies, *(_partner(bank.name) for bank in scenario.banks)]
            for body in bodies:
                unit.records(Organisation).add(body)
            top = next(body.id for body in scenario.bodies if body.parent is None)
            unit.records(Person).add(Person(ADMIN, 0, top, ADMIN, f"{MARK}·{ADMIN}", (Role.ADMINISTRATOR,)))
            for member in scenario.members:
                name = f"{MARK}·{member.login}"
                unit.records(Person).add(Person(member.login, 0, member.body, member.login, name, member.roles))
            unit.audit.append(done(MACHINE, scenario.begins_us, "office.found", Subject("organisation", top)))
            unit.commit()
    except Refused:
        return  # it is there since an earlier start
    finally:
        store.close()


def _partner(bank: str) -> Organisation:
    return Organisation(bank, bank, Level.PARTNER, None, institution=bank)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bank listens, and by which key it signs."""

    name: str
    url: str
    key: str
    public_key: str


def connect_banks(stage: Stage, addresses: tuple[Address, ...]) -> None:
    """Links every bank, once; a bank that listens elsewhere since is linked anew."""
    admin = stage.people[ADMIN]
    known = {link.organisation: link for link in list_links(stage.desk, admin)}
    for bank in addresses:
        link = known.get(bank.name)
        if link is None or (link.address, link.public_key) != (bank.url, bank.public_key):
            wanted = PartnerLink("", 0, bank.name, LinkChannel.HTTP, bank.url, bank.key, bank.public_key, KEY)
            link_partner(stage.desk, admin, wanted)


@contextmanager
def open_stage(
    scenario: Scenario, home: Path, watch: Callable[[WorkStore], WorkStore] = lambda s: s
) -> Iterator[Stage]:
    """The desk of a prepared home by the drill's clock; `watch` may put something before the store."""
    clock, store = FileClock(clock_file(home)), bootstrap.work_store(home)
    rules, facts = bootstrap.desk_rules(), bootstrap.account_facts(home)
    desk = Desk(watch(store), clock, TimeSortedIds(clock), rules, facts)
    levels = {body.id: body.level for body in scenario.bodies}
    top = next(body for body in scenario.bodies if body.parent is None)
    people = {m.login: Actor(m.login, m.body, levels[m.body], frozenset(m.roles)) for m in scenario.members}
    people[ADMIN] = Actor(ADMIN, top.id, top.level, frozenset({Role.ADMINISTRATOR}))
    with closing(store), bootstrap.partners(home, clock) as partners:
        yield Stage(
            scenario, home, clock, desk, bootstrap.books(home), partners, bootstrap.receipt_desk(home, partners), people
        )


def read_addresses(file: Path) -> tuple[Address, ...]:
    """Where the banks of a drill listen, as the process that runs them wrote it; none where it did not yet."""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads(file.read_text(encoding="utf-8"))
        return tuple(Address(each["name"], each["url"], each["key"], each["public_key"]) for each in told)
    return ()
