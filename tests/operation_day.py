"""A strike of two counties at a desk, made up (模拟): planned, approved and running, with the shortest way to each deed."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import xlsxwriter
from desk_home import BODIES, PEOPLE, seat_people
from desk_stores import empty_store
from operation_desk import DAWN_US, PLAN, STRIKE_2021, den, seized, suspect

from fanzha import bootstrap
from fanzha.casework.operations import IdentifierKind, Operation, OperationStep, ResultDraft
from fanzha.core.actor import Actor
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.enter_result import Entered, enter_result
from fanzha.services.desk.model import Desk
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.staff_operation import add_operation_body
from fanzha.services.desk.step_operation import step_operation

LEVELS = {body.id: body.level for body in BODIES}
AT = SimpleNamespace(**{
    login.replace("-", "_"): Actor(login, body, LEVELS[body], frozenset(roles))
    for login, (body, *roles) in PEOPLE.items()
})  # fmt: skip
HEADS = ("编号", "名称", "数量", "号码", "特征", "时间")
PEOPLE_HEADS = (*HEADS, "姓名", "证件号码", "罪名")
# The things of the bulletin's list as a sheet would list them: one row each where a number tells them apart.
NUMBERED = {
    "seized_sims": ("电话卡", "8986009900{:010d}"), "seized_phones": ("手机", "imei:8600000{:08d}"),
    "seized_bank_cards": ("银行卡", "62999900{:011d}"), "seized_computers": ("电脑", "PC{:06d}"),
}  # fmt: skip
LISTED = {"seized_account_sets": "对公账户套件", "seized_ukeys": "U盾", "seized_seals": "印章", "seized_pos": "POS机"}
ITEMS = {
    "seized_computers": "computer", "seized_phones": "phone", "seized_sims": "sim", "seized_bank_cards": "bank_card",
    "seized_account_sets": "account_set", "seized_ukeys": "ukey", "seized_seals": "seal", "seized_pos": "pos",
}  # fmt: skip


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_us = DAWN_US

    def now_us(self) -> int:
        return self.at_us


@dataclass
class OperationDay:
    """A desk with its people, and an operation of COUNTY and OTHER that runs."""

    desk: Desk
    clock: StandingClock
    operation: Operation

    def wait(self, minutes: float) -> None:
        self.clock.at_us += int(minutes * MINUTE_US)

    def enter(self, draft: ResultDraft, actor: Actor = AT.duty) -> Entered:
        return enter_result(self.desk, actor, self.operation.id, draft)


def make_operation_day(store: str, home: Path, **plan) -> OperationDay:
    clock = StandingClock()
    desk = Desk(empty_store(store, home), clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    operation = plan_operation(desk, AT.analyst, replace(PLAN, **plan))
    add_operation_body(desk, AT.analyst, operation.id, "OTHER")
    step_operation(desk, AT.chief, operation.id, OperationStep.APPROVE, number="模拟方案〔2021〕1号")
    operation = step_operation(desk, AT.chief, operation.id, OperationStep.BEGIN)
    clock.at_us += 60 * MINUTE_US
    return OperationDay(desk, clock, operation)


def sheet_of(rows: Iterable[tuple[object, ...]], heads: tuple[str, ...] = HEADS) -> bytes:
    """A workbook as somebody fills it in."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    page = book.add_worksheet("缴获清单")
    for number, row in enumerate((heads, *rows)):
        page.write_row(number, 0, row)
    book.close()
    return memory.getvalue()


def strike_rows() -> list[tuple[object, ...]]:
    """The things seized on the day of the bulletin, row by row."""
    at = "2021-05-26 05:30"
    numbered = [
        (f"{name}{number}", name, 1, pattern.format(number), "模拟", at)
        for measure, (name, pattern) in NUMBERED.items()
        for number in range(STRIKE_2021[measure])
    ]
    return numbered + [(name, name, STRIKE_2021[measure], "", "模拟", at) for measure, name in LISTED.items()]


def people_rows() -> list[tuple[object, ...]]:
    """The dens and the suspects of that day, row by row."""
    at = "2021-05-26 05:30"
    dens = [(f"窝{n}", "跑分、洗钱窝点", 1, "", "", at) for n in range(STRIKE_2021["dens_destroyed"])]
    suspects = [
        (f"嫌{n}", "", "", "", "", at, f"模拟·嫌{n}", f"53010219900101{n:03d}Z", "诈骗罪、洗钱罪")
        for n in range(STRIKE_2021["suspects_caught"])
    ]
    return [*dens, *suspects]


def strike_drafts() -> Iterable[ResultDraft]:
    """The same day as officers type it in: suspects and dens one by one, things by the box."""
    for number in range(STRIKE_2021["suspects_caught"]):
        yield suspect(number, request=f"嫌{number}")
    for number in range(STRIKE_2021["dens_destroyed"]):
        yield den(place=f"模拟市模拟路{number}号", request=f"窝{number}")
    for measure, item in ITEMS.items():
        yield seized(item, STRIKE_2021[measure], request=item)


def card(number: str, **more) -> ResultDraft:
    return seized("bank_card", 1, number, kind=IdentifierKind.ACCOUNT, **more)
