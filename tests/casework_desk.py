"""A small desk: one body, an officer, a head, and reports that are made up (模拟)."""

from __future__ import annotations

from dataclasses import replace

from fanzha.bootstrap import rule_table
from fanzha.casework import (
    AccountName,
    CaseworkRules,
    Channel,
    Document,
    DocumentKind,
    DutyOfficer,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
    assess_clue,
    assign_clue,
    clues_of,
    open_case,
    receive_report,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US, parse_instant

NOON_US = parse_instant("2026-03-02T12:00:00")
PAYEE = "6299990000000000017"


class Desk:
    """What the tests act with; times are minutes after noon."""

    def __init__(self) -> None:
        self.rules = CaseworkRules.from_table(rule_table("casework.toml"))
        self.ids = CountedIds()
        self.officer = Actor("P1", "KM", Level.CITY, frozenset({Role.DUTY_OFFICER}), "模拟·王一")
        self.head = Actor("P9", "KM", Level.CITY, frozenset({Role.APPROVER}), "模拟·李九")
        self.stranger = Actor("P5", "QJ", Level.CITY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}), "模拟·赵五")

    def at(self, minute: float) -> int:
        return NOON_US + int(minute * MINUTE_US)

    def payment(self, minute: float = -30, yuan: int = 50_000, payee: str = PAYEE, **more) -> ReportedPayment:
        name = AccountName(payee, "模拟·钱二", "模拟银行")
        return ReportedPayment("", "模拟·孙三", name, amount_minor=yuan * 100, at_us=self.at(minute), **more)

    def report(self, minute: float = 0, payments=None, phone="19900000001", narrative="", id_number="", **more):
        draft = ReportDraft(
            Channel.CALL,
            Reporter(ReporterKind.VICTIM, "模拟·孙三", phone=phone, id_number=id_number),
            narrative,
            jurisdiction="5301",
            payments=(self.payment(),) if payments is None else payments,
            **more,
        )
        return receive_report(draft, self.officer, self.at(minute), self.ids)

    def clue(self, minute: float = 0, **more):
        report, _ = self.report(minute, **more)
        (clue,), events = clues_of(report, self.officer, self.at(minute), self.ids)
        return clue, list(events)

    def duty(self, officer="P1", open_clues=0, jurisdiction="5301", organisation="KM") -> DutyOfficer:
        return DutyOfficer(officer, organisation, jurisdiction, open_clues)

    def assessed(self, minute: float = 0, **more):
        clue, events = self.clue(minute, **more)
        clue, told = assign_clue(clue, self.duty(), self.officer, self.at(minute + 1), self.ids)
        events += told
        clue, told = assess_clue(clue, "钱已转出，先查再止付", self.officer, self.at(minute + 2), self.ids)
        return clue, events + list(told)

    def fields(self, **more) -> VerifiedFields:
        return replace(VerifiedFields("模拟·钱二", PAYEE, "模拟银行", 5_000_000, self.at(-30)), **more)

    def slip(self, kind=DocumentKind.TRANSFER_SLIP) -> Document:
        return Document(kind, "FILE-1", "第1页")

    def case(self, minute: float = 0, reports=1):
        made = tuple(self.report(minute)[0] for _ in range(reports))
        return open_case(made, "模拟刷单案", self.officer, self.at(minute), self.ids)
