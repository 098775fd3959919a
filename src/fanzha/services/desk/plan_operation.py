"""行动方案: an operation is drafted, and its plan amended while it is a draft."""

from __future__ import annotations

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import Campaign, CampaignStatus, Operation, Plan, words_of
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_operations import held_operation, keep_operation
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


def plan_operation(desk: Desk, actor: Actor, plan: Plan, *, request: str = "") -> Operation:
    """An operation of the actor's body, as a draft that waits for approval.

    request: the caller's key; the same key and plan again give the operation that was drafted.
    Raises NotAllowed where the actor plans none or the campaign is over, BadInput where the plan says too little.
    """
    with acting(desk, actor, "operation.plan", Subject("operation", "")) as work:
        work.check(Action.OPERATION_PLAN, Scope(actor.organisation))
        _check_around(work, plan)
        planned, events = operations.plan_operation(plan, actor, work.now_us, work.ids)
        command = fingerprint_of("operation.plan", plan)
        return once(work, request, command, Operation, lambda: keep_operation(work, planned, events, new=True))


def amend_operation(desk: Desk, actor: Actor, operation_id: str, plan: Plan) -> Operation:
    """The plan as it is now. Raises NotAllowed once it was approved."""
    with acting(desk, actor, "operation.amend", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_PLAN)
        _check_around(work, plan)
        amended, events = operations.amend_plan(operation, plan, actor, work.now_us, work.ids)
        return keep_operation(work, amended, events)


def _check_around(work: Work, plan: Plan) -> None:
    """The campaign must be there and open, and the class of the taxonomy known."""
    if plan.campaign:
        campaign = work.load(Campaign, plan.campaign, Action.SEE)
        if campaign.status is not CampaignStatus.OPEN:
            raise NotAllowed(
                "campaign.over", f"{campaign.id} is {words_of(campaign.status)}; reopen it, or plan without a campaign"
            )
    known = dict.fromkeys(one.slug for version in work.rules.taxonomy.versions for one in version.classes)
    if plan.class_slug and plan.class_slug not in known:
        raise BadInput(f"class: {plan.class_slug!r} is not in the taxonomy; there are: {', '.join(known)}")
