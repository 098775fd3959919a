"""What the city's month shows besides its cases (模拟): a strike finished, the analysis of a day, and a bulletin issued."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.operations import (
    Goods,
    Identifier,
    IdentifierKind,
    Operation,
    OperationStep,
    Plan,
    ResultDraft,
    ResultKind,
    Suspect,
    TakeDown,
)
from fanzha.core.actor import Actor
from fanzha.core.time import MINUTE_US
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.services.desk.daily_analysis import draft_daily_analysis
from fanzha.services.desk.draft_operation_bulletin import draft_operation_bulletin
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.issue_bulletin import issue_bulletin
from fanzha.services.desk.model import Desk
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.run_campaign import CampaignDraft, open_campaign
from fanzha.services.desk.step_operation import step_operation
from fanzha.simulation.demo.office import MARK
from fanzha.statistics import day_of

BEFORE_END_US: Final = 26 * 60 * MINUTE_US  # so long before the visitor comes the strike begins
LASTS_US: Final = 10 * 60 * MINUTE_US
ITEMS: Final = {"computer": 9, "phone": 46, "sim": 210, "bank_card": 37, "ukey": 6, "seal": 4}
SUSPECTS, DENS = 12, 3


@dataclass(frozen=True, slots=True)
class StrikeStaff:
    """Who leads the strike: who plans and enters, and who decides and issues."""

    planner: Actor
    head: Actor


def begin_strike(desk: Desk, staff: StrikeStaff, begins_us: int, ends_us: int) -> Operation:
    """A campaign over the whole month, and in it a strike that is planned, approved and begun now."""
    days = day_of(begins_us).isoformat(), day_of(ends_us).isoformat()
    campaign = open_campaign(desk, staff.planner, CampaignDraft(f"{MARK}净网专项行动", *days, aims="打击电信网络诈骗"))
    basis = f"{_number('刑立字', desk)}；刑事诉讼法第141条"
    plan = Plan(f"{MARK}断卡一号", "捣毁本市跑分窝点", basis, campaign=campaign.id)
    operation = plan_operation(desk, staff.planner, plan)
    step_operation(desk, staff.head, operation.id, OperationStep.APPROVE, number=_number("方案", desk))
    return step_operation(desk, staff.head, operation.id, OperationStep.BEGIN)


def finish_strike(desk: Desk, staff: StrikeStaff, operation: Operation) -> None:
    """What the strike achieved is entered, it ends, and it is closed."""
    for draft in _results(desk.clock.now_us()):
        enter_result(desk, staff.planner, operation.id, draft)
    for step in (OperationStep.END, OperationStep.CLOSE):
        step_operation(desk, staff.head, operation.id, step)


def tell_month(desk: Desk, staff: StrikeStaff, operation: Operation, reader: BulletinReader) -> dict[str, str]:
    """The analysis of the day before, and the strike's bulletin drafted by the one and issued by the other."""
    analysis = draft_daily_analysis(desk, staff.planner)
    drafted = draft_operation_bulletin(desk, staff.planner, operation.id)
    issued = issue_bulletin(desk, staff.head, drafted.id, reader, number=_number("反诈通", desk))
    return {"operation": operation.id, "daily_analysis": analysis.id, "bulletin": issued.id}


def _number(kind: str, desk: Desk) -> str:
    """A made 文号 of the demo's year."""
    return f"{MARK}{kind}〔{day_of(desk.clock.now_us()).year}〕1号"


def _results(now_us: int) -> Iterator[ResultDraft]:
    blank = ResultDraft(ResultKind.TAKE_DOWN, now_us - 60 * MINUTE_US)
    for number in range(1, DENS + 1):
        take_down = TakeDown("laundering_den", f"{MARK}市{MARK}路{number}号")
        yield replace(blank, take_down=take_down, request=f"strike-den-{number}")
    for number in range(1, SUSPECTS + 1):
        suspect = Suspect(f"{MARK}·嫌{number}", f"53010219900101{number:03d}Z", ("fraud",))
        yield replace(blank, kind=ResultKind.SUSPECT, suspect=suspect, request=f"strike-suspect-{number}")
    for item, quantity in ITEMS.items():
        goods = Goods(item, (Identifier(IdentifierKind.SERIAL, f"MONI-{item}-1"),) if quantity == 1 else ())
        yield replace(blank, kind=ResultKind.SEIZURE, quantity=quantity, goods=goods, request=f"strike-{item}")
