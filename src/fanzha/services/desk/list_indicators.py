"""What a body shows, or is asked to show, on the public page; and the objections against it."""

from __future__ import annotations

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework.indicators import Indicator, IndicatorStatus
from fanzha.casework.objections import ListingObjection, ObjectionStatus
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Page, Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.model import Desk


def list_indicators(
    desk: Desk,
    actor: Actor,
    *,
    status: IndicatorStatus | None = None,
    organisation: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Indicator]:
    """A page of a body's numbers (empty: the actor's own body), newest first.

    Raises NotAllowed for a body that may not be seen.
    """
    body = organisation or actor.organisation
    with looking(desk, actor, "indicator.list", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        statuses = tuple(one.value for one in (IndicatorStatus if status is None else (status,)))
        query = Query(
            equals={"organisation": body}, within={"status": statuses}, order_by="proposed_us", descending=True,
            limit=limit, cursor=cursor,
        )  # fmt: skip
        return look.unit.records(Indicator).find(query)


def list_listing_objections(
    desk: Desk,
    actor: Actor,
    *,
    status: ObjectionStatus | None = None,
    organisation: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ListingObjection]:
    """A page of the objections that a body answers (empty: the actor's own body), the next due first.

    Raises NotAllowed for a body that may not be seen.
    """
    body = organisation or actor.organisation
    with looking(desk, actor, "listing_objection.list", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        statuses = tuple(one.value for one in (ObjectionStatus if status is None else (status,)))
        query = Query(
            equals={"organisation": body}, within={"status": statuses}, order_by="due_us", limit=limit, cursor=cursor
        )
        return look.unit.records(ListingObjection).find(query)
