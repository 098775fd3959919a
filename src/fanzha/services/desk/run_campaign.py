"""专项行动: a campaign is opened, other bodies join it, and it ends."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import operations
from fanzha.casework.operations import Campaign, CampaignStep
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_operations import keep_campaign, known_body
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign as it is announced; days as 2021-03-01, first and last included."""

    title: str
    first_day: str
    last_day: str
    aims: str = ""
    document: str = ""  # 文号 of its plan


def open_campaign(desk: Desk, actor: Actor, draft: CampaignDraft, *, request: str = "") -> Campaign:
    """A campaign of the actor's body.

    request: the caller's key; the same key and draft again give the campaign that was opened.
    Raises NotAllowed where the actor plans no operations, BadInput for a missing title or days that are none.
    """
    with acting(desk, actor, "campaign.open", Subject("campaign", "")) as work:
        work.check(Action.OPERATION_PLAN, Scope(actor.organisation))
        opened, events = operations.open_campaign(
            draft.title, draft.aims, draft.first_day, draft.last_day, draft.document, actor, work.now_us, work.ids
        )
        command = fingerprint_of("campaign.open", draft)
        return once(work, request, command, Campaign, lambda: keep_campaign(work, opened, events, new=True))


def add_campaign_body(desk: Desk, actor: Actor, campaign_id: str, body: str) -> Campaign:
    """One more body takes part in the campaign and sees it."""
    with acting(desk, actor, "campaign.add_body", Subject("campaign", campaign_id)) as work:
        campaign = work.load(Campaign, campaign_id, Action.OPERATION_PLAN)
        joined, events = operations.add_campaign_body(campaign, known_body(work, body), actor, work.now_us, work.ids)
        return keep_campaign(work, joined, events)


def step_campaign(desk: Desk, actor: Actor, campaign_id: str, step: CampaignStep, reason: str = "") -> Campaign:
    """The campaign ends, is cancelled or goes on; the last two need a reason."""
    with acting(desk, actor, "campaign.step", Subject("campaign", campaign_id)) as work:
        campaign = work.load(Campaign, campaign_id, Action.OPERATION_DECIDE)
        stepped, events = operations.step_campaign(campaign, step, reason, actor, work.now_us, work.ids)
        return keep_campaign(work, stepped, events)
