"""What the city's month shows besides its cases (模拟): a strike finished, the analysis of a day, and a bulletin issued."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.operations import (
    Correction,
    CustodyMove,
    CustodyStep,
    Force,
    Goods,
    Operation,
    OperationResult,
    OperationStep,
    Plan,
    ResultDraft,
    ResultKind,
    Suspect,
    SuspectMove,
    SuspectStep,
    TakeDown,
)
from fanzha.core.actor import Actor
from fanzha.core.time import MINUTE_US
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.services.desk.advance_suspect import advance_suspect
from fanzha.services.desk.correct_result import correct_result
from fanzha.services.desk.daily_analysis import draft_daily_analysis
from fanzha.services.desk.draft_operation_bulletin import draft_operation_bulletin
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.issue_bulletin import issue_bulletin
from fanzha.services.desk.model import Desk
from fanzha.services.desk.move_evidence import move_evidence
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.run_campaign import CampaignDraft, open_campaign
from fanzha.services.desk.staff_operation import TeamDraft, add_operation_body, add_point, add_team
from fanzha.services.desk.step_operation import step_operation
from fanzha.simulation.demo.office import DIVISIONS, MARK
from fanzha.statistics import day_of

BEFORE_END_US: Final = 26 * 60 * MINUTE_US  # so long before the visitor comes the strike begins
LASTS_US: Final = 10 * 60 * MINUTE_US
COUNTED_TWICE: Final = 2  # telephones that were entered too many, and are taken back visibly
ITEMS: Final = {"computer": 9, "phone": 46, "sim": 210, "bank_card": 37, "ukey": 6, "seal": 4}
SUSPECTS, DENS = 12, 3
KINDS: Final = ("laundering_den", "card_den", "calling_den")
# Capacity and charge of suspects in turn; of one whose capacity is not known yet there is no paper but that of his arrival.
ROLES: Final = (
    ("member", "fraud"), ("card_dealer", "aiding_network_crime"), ("card_opener", "aiding_network_crime"), ("", "fraud"),
)  # fmt: skip
FORCES: Final = {Force.OFFICERS: 64, Force.OTHER_BODIES: 18}


@dataclass(frozen=True, slots=True)
class StrikeStaff:
    """Who leads the strike: who plans and enters, and who decides and issues."""

    planner: Actor
    head: Actor
    counties: tuple[Actor, ...]  # an officer of each, who leads its team


def begin_strike(desk: Desk, staff: StrikeStaff, begins_us: int, ends_us: int) -> Operation:
    """A campaign over the whole month, and in it a strike that is planned, approved and begun now."""
    days = day_of(begins_us).isoformat(), day_of(ends_us).isoformat()
    campaign = open_campaign(desk, staff.planner, CampaignDraft(f"{MARK}净网专项行动", *days, aims="打击电信网络诈骗"))
    basis = f"{_number('刑立字', desk)}；刑事诉讼法第141条"
    plan = Plan(f"{MARK}断卡一号", "捣毁本市跑分窝点", basis, campaign=campaign.id)
    operation = plan_operation(desk, staff.planner, plan)
    for number, officer in enumerate(staff.counties, 1):
        add_operation_body(desk, staff.planner, operation.id, officer.organisation)
        held = add_point(desk, staff.planner, operation.id, _address(number))
        team = TeamDraft(f"{MARK}{number}组", officer.organisation, officer.id, point=held.points[-1].id)
        add_team(desk, staff.planner, operation.id, team)
    step_operation(desk, staff.head, operation.id, OperationStep.APPROVE, number=_number("方案", desk))
    return step_operation(desk, staff.head, operation.id, OperationStep.BEGIN)


def finish_strike(desk: Desk, staff: StrikeStaff, operation: Operation) -> None:
    """What the strike achieved is entered, it ends, and it is closed."""
    teams = open_record(desk, staff.planner, Operation, operation.id).record.teams
    by_body = {team.organisation: team.id for team in teams}
    for at, draft in enumerate(_results(desk.clock.now_us())):
        officer = staff.counties[at % len(staff.counties)]
        entered = enter_result(desk, officer, operation.id, replace(draft, team=by_body[officer.organisation]))
        _go_on(desk, staff, officer, entered.result)
    for step in (OperationStep.END, OperationStep.CLOSE):
        step_operation(desk, staff.head, operation.id, step)


def _go_on(desk: Desk, staff: StrikeStaff, officer: Actor, entry: OperationResult) -> None:
    """What follows an entry: a suspect's paper, a thing's way into the store, a miscount taken back."""
    draft, now_us = entry.draft, desk.clock.now_us()
    if draft.suspect is not None and draft.suspect.capacity:
        bailed = draft.suspect.capacity == "card_opener"
        step, kind = (SuspectStep.BAIL, "取保字") if bailed else (SuspectStep.DETAIN, "拘字")
        paper = f"{MARK}{kind}〔{day_of(now_us).year}〕{draft.request.rpartition('-')[2]}号"
        advance_suspect(desk, staff.planner, entry.id, SuspectMove(step, paper, now_us))
    elif draft.goods is not None:
        store = f"{MARK}物证室"
        move_evidence(desk, officer, entry.id, CustodyMove(CustodyStep.STORE, store, now_us, document=draft.document))
        if draft.goods.item == "phone":
            wanted = Correction(-COUNTED_TWICE, "清点时多计了两部", f"{draft.request}-correct")
            correct_result(desk, officer, entry.id, wanted)


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
        kind = KINDS[(number - 1) % len(KINDS)]
        take_down = TakeDown(kind, _address(number), DIVISIONS[(number - 1) % len(DIVISIONS)])
        yield replace(blank, take_down=take_down, request=f"strike-den-{number}")
    for number in range(1, SUSPECTS + 1):
        capacity, charge = ROLES[(number - 1) % len(ROLES)]
        suspect = Suspect(f"{MARK}·嫌{number}", f"53010219900101{number:03d}Z", (charge,), capacity)
        yield replace(blank, kind=ResultKind.SUSPECT, suspect=suspect, request=f"strike-suspect-{number}")
    for at, (item, quantity) in enumerate(ITEMS.items(), 1):
        more = COUNTED_TWICE if item == "phone" else 0
        goods = Goods(item, marks=f"{MARK}现场扣押")
        paper = f"{MARK}扣清字{at}号"
        yield replace(
            blank,
            kind=ResultKind.SEIZURE,
            quantity=quantity + more,
            goods=goods,
            document=paper,
            request=f"strike-{item}",
        )
    for force, people in FORCES.items():
        yield replace(blank, kind=ResultKind.DEPLOYMENT, quantity=people, force=force, request=f"strike-{force.value}")


def _address(number: int) -> str:
    return f"{MARK}市{MARK}路{number}号"
