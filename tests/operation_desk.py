"""An operation at work, made up (模拟): its rules, its officers, and the tally of a strike as a bulletin of 2021 told it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fanzha.bootstrap import rule_table
from fanzha.casework.operations import (
    Goods,
    Identifier,
    IdentifierKind,
    Operation,
    OperationRules,
    OperationStep,
    Plan,
    ResultDraft,
    ResultKind,
    Suspect,
    TakeDown,
    add_body,
    enter_result,
    plan_operation,
    step_operation,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US, parse_instant

RULES: Final = OperationRules.from_table(rule_table("operations.toml"))
DAWN_US: Final = parse_instant("2021-05-26T05:00:00")
PLAN: Final = Plan("模拟收网一号", "捣毁本市跑分窝点", "模拟刑立字〔2021〕1号; 刑事诉讼法第141条")
OFFICER: Final = Actor("P1", "KM", Level.CITY, frozenset({Role.DUTY_OFFICER}), "模拟·王一")
HEAD: Final = Actor("P9", "KM", Level.CITY, frozenset({Role.APPROVER}), "模拟·李九")
HELPER: Final = Actor("P2", "QJ", Level.CITY, frozenset({Role.DUTY_OFFICER}), "模拟·周二")
STRANGER: Final = Actor("P5", "ZZ", Level.CITY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}), "模拟·赵五")
# The figures of one day of a published bulletin of 2021, by their measure.
STRIKE_2021: Final = {
    "suspects_caught": 226, "dens_destroyed": 21, "seized_computers": 78, "seized_phones": 439, "seized_sims": 2733,
    "seized_bank_cards": 302, "seized_account_sets": 50, "seized_ukeys": 23, "seized_seals": 110, "seized_pos": 3,
}  # fmt: skip


class OperationDesk:
    """What the tests act with; times are minutes after dawn of the strike."""

    def __init__(self) -> None:
        self.ids, self.rules = CountedIds(), RULES

    def at(self, minute: float) -> int:
        return DAWN_US + int(minute * MINUTE_US)

    def planned(self, **plan) -> Operation:
        return plan_operation(replace(PLAN, **plan), OFFICER, self.at(-600), self.ids)[0]

    def running(self, **plan) -> Operation:
        operation, _ = add_body(self.planned(**plan), "QJ", OFFICER, self.at(-590), self.ids)
        for step, number in ((OperationStep.APPROVE, "模拟方案〔2021〕1号"), (OperationStep.BEGIN, "")):
            operation, _ = step_operation(operation, step, HEAD, self.at(-1), self.ids, number=number)
        return operation

    def enter(self, operation: Operation, draft: ResultDraft, actor: Actor = OFFICER, minute: float = 60):
        return enter_result(operation, draft, self.rules, actor, self.at(minute), self.ids)[0]


def seized(
    item: str, quantity: int = 1, *numbers: str, kind: IdentifierKind = IdentifierKind.SERIAL, **more
) -> ResultDraft:
    goods = Goods(item, tuple(Identifier(kind, number) for number in numbers))
    return replace(ResultDraft(ResultKind.SEIZURE, DAWN_US, quantity=quantity, goods=goods), **more)


def suspect(number: int = 1, charge: str = "fraud", **more) -> ResultDraft:
    said = {"capacity": more.pop("capacity", ""), "arrival": more.pop("arrival", "caught")}
    named = Suspect(f"模拟·嫌{number}", f"53010219900101{number:03d}Z", (charge,), **said)
    return replace(ResultDraft(ResultKind.SUSPECT, DAWN_US, suspect=named), **more)


def den(target: str = "laundering_den", place: str = "模拟市模拟路1号", **more) -> ResultDraft:
    return replace(ResultDraft(ResultKind.TAKE_DOWN, DAWN_US, take_down=TakeDown(target, place)), **more)
