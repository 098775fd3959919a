"""A made-up desk: its bodies, officers and measures; every number is impossible and every name plainly made up."""

from __future__ import annotations

from dataclasses import replace

from fanzha.bootstrap import rule_table
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US, parse_instant
from fanzha.measures.deciding import approve_measure, draft_measure, propose_measure
from fanzha.measures.model import (
    FactCheck,
    FactSource,
    FourFields,
    Measure,
    MeasureKind,
    Request,
    Scope,
    Target,
    TargetKind,
)
from fanzha.measures.obstacles import CaseStanding, Standing
from fanzha.measures.orders import Channel, Outcome, Receipt
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.rules import MeasureRules
from fanzha.measures.sending import record_sent
from fanzha.measures.terms import Span, Unit

RULES = MeasureRules.from_table(rule_table("measures.toml"))
T0 = parse_instant("2026-11-21 10:00")
HOUR_US = 60 * MINUTE_US

CITY = Organisation("CITY", "模拟市局", Level.CITY, None)
COUNTY = Organisation("COUNTY", "模拟县局", Level.COUNTY, "CITY")
OTHER = Organisation("OTHER", "模拟邻县局", Level.COUNTY, "CITY")
BANK = Organisation("BANK", "模拟银行", Level.PARTNER, None)
LINEAGE = (COUNTY, CITY)


def officer(name: str, body: Organisation = COUNTY, *roles: Role) -> Actor:
    return Actor(name, body.id, body.level, frozenset(roles))


DUTY = officer("duty", COUNTY, Role.DUTY_OFFICER)
CHIEF = officer("chief", COUNTY, Role.APPROVER)
CITY_CHIEF = officer("city-chief", CITY, Role.APPROVER)
BOTH = officer("both", COUNTY, Role.DUTY_OFFICER, Role.APPROVER)
STRANGER = officer("stranger", OTHER, Role.DUTY_OFFICER, Role.APPROVER)
DESK = officer("desk", BANK, Role.PARTNER_DESK)
BANK_CHIEF = officer("bank-chief", BANK, Role.APPROVER)
WIRE = officer("wire", COUNTY, Role.MACHINE)

ACCOUNT = Target(TargetKind.ACCOUNT, "6299990000000000001", "模拟银行", "模拟甲")
UNFILED = CaseStanding("CASE-1", "COUNTY")
FILED = CaseStanding("CASE-1", "COUNTY", "模拟立字〔2026〕1号")


def span(count: int, unit: str) -> Span:
    return Span(count, Unit(unit))


def stop_request(amount_minor: int = 3_000_000, **changes) -> Request:
    fields = FourFields("模拟甲", ACCOUNT.reference, amount_minor, T0 - 10 * MINUTE_US)
    request = Request(
        MeasureKind.STOP_PAYMENT,
        ACCOUNT,
        Scope(("credit_only",), amount_minor, amount_minor),
        RULES.of(MeasureKind.STOP_PAYMENT, T0).basis("afl-20"),
        "ordinary",
        span(48, "hours"),
        "被害人刚刚转账",
        case="CASE-1",
        fact=FactCheck(fields, FactSource.TRANSFER_SLIP, "duty", T0),
    )
    return replace(request, **changes)


def freeze_request(amount_minor: int = 2_700_000, **changes) -> Request:
    request = Request(
        MeasureKind.FREEZE,
        ACCOUNT,
        Scope(("amount_limited",), amount_minor, amount_minor),
        RULES.of(MeasureKind.FREEZE, T0).basis("procedure-239"),
        "ordinary",
        span(6, "months"),
        "涉案资金在账",
        case="CASE-1",
        filing=FILED.filing,
        document="模拟冻字〔2026〕1号",
    )
    return replace(request, **changes)


def proposed(request: Request, standing: Standing, at_us: int = T0, ids: CountedIds | None = None) -> Measure:
    draft = draft_measure(request, DUTY, RULES, at_us, ids or CountedIds()).measure
    return propose_measure(draft, DUTY, RULES, standing, at_us).measure


def approved(request: Request, standing: Standing, at_us: int = T0, ids: CountedIds | None = None) -> Measure:
    return approve_measure(proposed(request, standing, at_us, ids), CHIEF, LINEAGE, RULES, standing, at_us).measure


def sent(request: Request, standing: Standing, at_us: int = T0, ids: CountedIds | None = None) -> Measure:
    measure = approved(request, standing, at_us, ids)
    return record_sent(measure, measure.orders[0].id, WIRE, RULES, at_us, channel=Channel.HTTP).measure


def answer(measure: Measure, outcome: Outcome, at_us: int, number: str = "R1", order: str = "", **more) -> Receipt:
    return Receipt(number, order or measure.orders[0].id, outcome, at_us, at_us, **more)


def executed(request: Request, standing: Standing, at_us: int = T0, ids: CountedIds | None = None) -> Measure:
    measure = sent(request, standing, at_us, ids)
    decision = decide_receipt(measure, answer(measure, Outcome.EXECUTED, at_us), RULES, at_us, CountedIds())
    return decision.change.measure
