"""One bulletin as it stands, and whether what was issued is still what it was; the bulletins of a body."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Page, Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.model import Desk
from fanzha.statistics.drafting import OwnBulletin, content_sha256


@dataclass(frozen=True, slots=True)
class OpenedBulletin:
    """A bulletin; `intact` is None for a draft, and whether it says what its hash was made of for an issued one."""

    bulletin: OwnBulletin
    intact: bool | None


def open_bulletin(desk: Desk, actor: Actor, bulletin_id: str) -> OpenedBulletin:
    """The bulletin. Raises NotFound where it is not there or may not be seen."""
    with looking(desk, actor, "bulletin.open", Subject("bulletin", bulletin_id)) as look:
        found = look.load(OwnBulletin, bulletin_id, Action.SEE)
        return OpenedBulletin(found, None if found.issued is None else content_sha256(found) == found.issued.sha256)


def list_bulletins(
    desk: Desk, actor: Actor, *, organisation: str = "", limit: int = 50, cursor: str | None = None
) -> Page[OwnBulletin]:
    """A page of a body's bulletins (empty: the actor's own), newest first."""
    body = organisation or actor.organisation
    with looking(desk, actor, "bulletin.list", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        wanted = Query(
            equals={"organisation": body}, order_by="drafted_us", descending=True, limit=limit, cursor=cursor
        )
        return look.unit.records(OwnBulletin).find(wanted)
