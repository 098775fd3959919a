"""Campaigns and operations are drafted, staffed, approved, begun and ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fanzha.casework.case_model import Comment
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import next_status
from fanzha.casework.operations.lifecycle import CAMPAIGN_TABLE, OPERATION_TABLE
from fanzha.casework.operations.model import (
    Campaign,
    CampaignStep,
    CapturePoint,
    Category,
    Operation,
    OperationDecision,
    OperationStatus,
    OperationStep,
    Plan,
    Team,
)
from fanzha.casework.operations.policy import check_leads, check_takes_part
from fanzha.casework.operations.words import words_of
from fanzha.casework.policy import check_head, check_person, check_reason, check_same_body
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids
from fanzha.core.time import parse_period

_REASONED: Final = frozenset({OperationStep.REOPEN, OperationStep.CANCEL})
_STAFFED: Final = frozenset({OperationStatus.PLANNED, OperationStatus.APPROVED, OperationStatus.RUNNING})


def open_campaign(
    title: str, aims: str, first_day: str, last_day: str, document: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Campaign, Events]:
    """专项行动: its period is whole days of Shanghai. Raises BadInput for a missing title or days that are none."""
    check_person(actor, "a campaign")
    if not title.strip():
        raise BadInput("title: a campaign needs a name")
    first_us, last_us = _day(first_day, "first day"), _day(last_day, "last day")
    if last_us < first_us:
        raise BadInput(f"last day: {last_day} is before the first day, {first_day}")
    campaign = Campaign(
        ids.new("CAMPAIGN"), 0, actor.organisation, title.strip(), aims, first_day, last_day, actor.id, now_us,
        document=document,
    )  # fmt: skip
    event = work_event(EventKind.CAMPAIGN_OPENED, campaign.id, actor, now_us, ids, after=campaign.status)
    return campaign, (event,)


def _day(text: str, field: str) -> int:
    start, end = parse_period(text)
    if len(text) != len("2021-01-01") or (end - start) < 86_399_000_000:
        raise BadInput(f"{field}: {text!r} is no day; write 2021-01-01")
    return start


def step_campaign(
    campaign: Campaign, step: CampaignStep, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Campaign, Events]:
    """A campaign ends, is cancelled or goes on, by a head of its body."""
    check_same_body(actor, campaign)
    check_head(actor, words_of(step))
    if step is not CampaignStep.END:
        check_reason(reason, words_of(step))
    after = next_status(CAMPAIGN_TABLE, campaign.status, step, campaign.id, words_of)
    event = work_event(
        EventKind.CAMPAIGN_STEPPED, campaign.id, actor, now_us, ids,
        before=campaign.status, after=after, step=step, reason=reason,
    )  # fmt: skip
    return replace(campaign, status=after), (event,)


def add_campaign_body(campaign: Campaign, body: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Campaign, Events]:
    """One more body takes part in the campaign; twice changes nothing."""
    check_same_body(actor, campaign)
    if body == campaign.organisation or body in campaign.bodies:
        return campaign, ()
    event = work_event(EventKind.CAMPAIGN_BODY_ADDED, campaign.id, actor, now_us, ids, body=body)
    return replace(campaign, bodies=(*campaign.bodies, body)), (event,)


def plan_operation(plan: Plan, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """行动 as it is drafted. Raises BadInput where its name, its aims or what it rests on are missing."""
    check_person(actor, "an operation")
    _check_plan(plan)
    operation = Operation(ids.new("OP"), 0, actor.organisation, plan, actor.id, now_us)
    event = work_event(
        EventKind.OPERATION_PLANNED, operation.id, actor, now_us, ids,
        after=operation.status, campaign=plan.campaign, kind=plan.kind, category=plan.category,
    )  # fmt: skip
    return operation, (event,)


def amend_plan(operation: Operation, plan: Plan, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """The plan as it is now; what was approved is approved anew, so it must be a draft still."""
    check_leads(operation, actor)
    _check_plan(plan)
    if operation.status is not OperationStatus.PLANNED:
        raise NotAllowed(
            "operation.plan",
            f"{operation.id} is {words_of(operation.status)}: its plan stands as it was approved; plan another one",
        )
    if plan == operation.plan:
        return operation, ()
    event = work_event(EventKind.OPERATION_AMENDED, operation.id, actor, now_us, ids, campaign=plan.campaign)
    return replace(operation, plan=plan), (event,)


def _check_plan(plan: Plan) -> None:
    for field, said in (("title", plan.title), ("aims", plan.aims), ("basis", plan.basis)):
        if not said.strip():
            raise BadInput(f"{field}: an operation needs it; write what it is for and on what it rests")
    if plan.category is Category.CLUSTER and not plan.class_slug:
        raise BadInput("class: a cluster strike is against one type of fraud; name it")


def step_operation(
    operation: Operation,
    step: OperationStep,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    number: str = "",
    reason: str = "",
    superiors: Collection[str] = (),
) -> tuple[Operation, Events]:
    """Approve with the plan's 文号, begin, end, close, reopen, cancel: by a head of the leading body, or of one above it.

    Who drafted the plan does not approve it.
    """
    check_leads(operation, actor, superiors)
    check_head(actor, words_of(step))
    if step is OperationStep.APPROVE:
        if actor.id == operation.drafted_by:
            raise NotAllowed("four_eyes", f"{operation.id} was drafted by {actor.id}: somebody else approves it")
        if not number.strip():
            raise NotAllowed("document.needed", f"{operation.id}: name the document number (文号) of the approved plan")
    if step in _REASONED:
        check_reason(reason, words_of(step))
    after = next_status(OPERATION_TABLE, operation.status, step, operation.id, words_of)
    decision = OperationDecision(step, number.strip(), reason, actor.id, actor.organisation, now_us)
    event = work_event(
        EventKind.OPERATION_STEPPED, operation.id, actor, now_us, ids,
        before=operation.status, after=after, step=step, number=number.strip(), reason=reason,
    )  # fmt: skip
    return replace(operation, status=after, decisions=(*operation.decisions, decision)), (event,)


def add_body(operation: Operation, body: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """One more body takes part and sees the operation; twice changes nothing."""
    _check_staffing(operation, actor)
    if body in operation.all_bodies:
        return operation, ()
    event = work_event(EventKind.OPERATION_BODY_ADDED, operation.id, actor, now_us, ids, body=body)
    return replace(operation, bodies=(*operation.bodies, body)), (event,)


def add_point(
    operation: Operation, place: str, note: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Operation, Events]:
    """抓捕点: one more place that the strike goes to."""
    _check_staffing(operation, actor)
    if not place.strip():
        raise BadInput("place: a capture point needs one")
    point = CapturePoint(ids.new("POINT"), place.strip(), note)
    event = work_event(EventKind.OPERATION_POINT_ADDED, operation.id, actor, now_us, ids, point=point.id)
    return replace(operation, points=(*operation.points, point)), (event,)


def add_team(operation: Operation, wanted: Team, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """A group of one body's officers, which gets its id here.

    Raises BadInput where the body takes no part or the point is none of its points.
    """
    _check_staffing(operation, actor)
    title, body, leader, point = wanted.title.strip(), wanted.organisation, wanted.leader, wanted.point
    if not title or not leader:
        raise BadInput("title, leader: a team needs both")
    if body not in operation.all_bodies:
        raise BadInput(f"body: {body} takes no part in {operation.id}; add it first")
    if point and all(one.id != point for one in operation.points):
        raise BadInput(f"point: {operation.id} has no capture point {point}")
    named = tuple(dict.fromkeys(member for member in wanted.members if member != leader))
    team = Team(ids.new("TEAM"), title, body, leader, named, point)
    event = work_event(
        EventKind.OPERATION_TEAM_ADDED, operation.id, actor, now_us, ids,
        team=team.id, body=body, leader=leader, members=len(named),
    )  # fmt: skip
    return replace(operation, teams=(*operation.teams, team)), (event,)


def add_case(operation: Operation, case: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """A case that the operation is about; twice changes nothing."""
    check_takes_part(operation, actor)
    if case in operation.cases:
        return operation, ()
    event = work_event(EventKind.OPERATION_CASE_ADDED, operation.id, actor, now_us, ids, case=case)
    return replace(operation, cases=(*operation.cases, case)), (event,)


def remark(operation: Operation, text: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Operation, Events]:
    """A word on the timeline, by whoever takes part."""
    check_takes_part(operation, actor)
    check_person(actor, "a remark")
    if not text.strip():
        raise BadInput("text: an empty remark says nothing")
    note = Comment(ids.new("NOTE"), actor.id, now_us, text.strip())
    event = work_event(EventKind.OPERATION_REMARKED, operation.id, actor, now_us, ids, comment=note.id)
    return replace(operation, remarks=(*operation.remarks, note)), (event,)


def _check_staffing(operation: Operation, actor: Actor) -> None:
    check_leads(operation, actor)
    if operation.status not in _STAFFED:
        raise NotAllowed(
            "operation.staff", f"{operation.id} is {words_of(operation.status)}: its bodies, points and teams stand"
        )
