"""Appeals of a body, in the order in which they must be answered."""

from __future__ import annotations

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures.appeals import Appeal, AppealStatus
from fanzha.ports.record_query import Page, Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.model import Desk


def list_appeals(
    desk: Desk,
    actor: Actor,
    *,
    status: AppealStatus | None = None,
    organisation: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Appeal]:
    """A page of the appeals against a body's measures (empty: the actor's own body), the next due first.

    status: None for those that wait and those that were answered. Raises NotAllowed for a body that may not be seen.
    """
    body = organisation or actor.organisation
    with looking(desk, actor, "appeal.list", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        statuses = tuple(AppealStatus) if status is None else (status,)
        query = Query(
            equals={"organisation": body}, within={"status": statuses}, order_by="due_us", limit=limit, cursor=cursor
        )
        return look.unit.records(Appeal).find(query)
