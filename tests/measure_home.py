"""A home whose desk has a case with a checked fact, so that measures can be tried on the command line."""

from __future__ import annotations

from pathlib import Path

from desk_home import make_desk_home

from fanzha import bootstrap
from fanzha.access import Person
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
from fanzha.core.actor import Actor, Level
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.verify_clue import verify_clue

ACCOUNT = "6299990000000000017"
HOLDER = "模拟·钱二"
FILING = "模拟立字〔2026〕1号"
LEVELS = {"CITY": Level.CITY, "COUNTY": Level.COUNTY, "OTHER": Level.COUNTY}


def actor_of(desk: Desk, login: str) -> Actor:
    with desk.store.reading() as view:
        person = view.records(Person).get(login)
    level = LEVELS.get(person.organisation, Level.PARTNER)
    return Actor(person.id, person.organisation, level, frozenset(person.roles))


def make_fact(
    desk: Desk, login: str = "both", account: str = ACCOUNT, institution: str = "模拟银行", paid_us: int | None = None
) -> tuple[str, str]:
    """A report, its clue checked, and a case; gives the ids of case and fact."""
    actor = actor_of(desk, login)
    paid_us = desk.clock.now_us() - 30 * MINUTE_US if paid_us is None else paid_us
    paid = ReportedPayment(
        "", "模拟·孙三", AccountName(account, HOLDER, institution), amount_minor=5_000_000, at_us=paid_us
    )
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001")
    draft = ReportDraft(Channel.CALL, victim, "模拟：刷单返利，转账后被拉黑", payments=(paid,))
    received = receive_report(desk, actor, draft)
    (clue,) = received.clues
    assign_clue(desk, actor, clue.id, actor.id)
    assess_clue(desk, actor, clue.id, "刚刚转出，先核四要素")
    fields = VerifiedFields(HOLDER, account, institution, 5_000_000, paid_us)
    verified = verify_clue(desk, actor, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1"))
    case = open_case(desk, actor, [received.report.id], "模拟刷单案")
    return case.id, verified.fact.id


def make_measure_home(path: Path) -> tuple[Path, str, str]:
    """The home, and the ids of its case and fact."""
    home = make_desk_home(path)
    desk = bootstrap.desk(home)
    try:
        return home, *make_fact(desk)
    finally:
        desk.store.close()


def file_the_case(home: Path, case: str) -> None:
    desk = bootstrap.desk(home)
    try:
        file_case(desk, actor_of(desk, "chief"), case, FILING)
    finally:
        desk.store.close()
