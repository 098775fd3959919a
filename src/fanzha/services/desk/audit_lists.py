"""What an auditor reads beside the audit's rows: where the chain ends, who looked behind a mask, who searched for what."""

from __future__ import annotations

from typing import Any

from fanzha.access import Action, Reveal, Scope, SearchEntry
from fanzha.audit import Head, Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.ports.record_query import Page, Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.model import Desk

ROWS = 50


def audit_head(desk: Desk, actor: Actor) -> Head:
    """How many rows the audit has, and the hash of the last. Raises NotAllowed for whoever is no auditor."""
    with looking(desk, actor, "audit.read", Subject("audit", "")) as look:
        _check_audits(look)
        return look.unit.audit.head()


def list_reveals(desk: Desk, actor: Actor, cursor: str | None = None) -> Page[Reveal]:
    """Who of the actor's body and those below looked behind a mask, newest first. Raises NotAllowed as `audit_head`."""
    return _list(desk, actor, Reveal, cursor)


def list_searches(desk: Desk, actor: Actor, cursor: str | None = None) -> Page[SearchEntry]:
    """Who of the actor's body and those below searched for what, newest first. Raises NotAllowed as `audit_head`."""
    return _list(desk, actor, SearchEntry, cursor)


def _list(desk: Desk, actor: Actor, kind: type[Any], cursor: str | None) -> Page[Any]:
    with looking(desk, actor, "audit.read", Subject("organisation", actor.organisation)) as look:
        _check_audits(look)
        bodies = (actor.organisation, *bodies_below(look.unit.records(Organisation), actor.organisation))
        query = Query(
            within={"organisation": bodies}, order_by="at_us", descending=True, limit=ROWS, cursor=cursor or None
        )
        found: Page[Any] = look.unit.records(kind).find(query)
        return found


def _check_audits(look: Look) -> None:
    look.check(Action.AUDIT_READ, Scope(look.actor.organisation))
