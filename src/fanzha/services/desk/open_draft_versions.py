"""The earlier versions of a draft, newest first, and one of them."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Page, Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.model import Desk
from fanzha.statistics.draft_versions import DraftVersion
from fanzha.statistics.drafting import OwnBulletin


def list_draft_versions(
    desk: Desk, actor: Actor, bulletin_id: str, *, limit: int = 50, cursor: str | None = None
) -> Page[DraftVersion]:
    """A page of what the draft said each time it was saved. Raises NotFound where the bulletin may not be seen."""
    with looking(desk, actor, "bulletin.versions", Subject("bulletin", bulletin_id)) as look:
        held = look.load(OwnBulletin, bulletin_id, Action.SEE)
        wanted = Query(
            equals={"bulletin": held.id}, order_by="number", descending=True, limit=limit, cursor=cursor
        )  # fmt: skip
        return look.unit.records(DraftVersion).find(wanted)


def open_draft_version(desk: Desk, actor: Actor, bulletin_id: str, number: int) -> DraftVersion:
    """One of them. Raises BadInput for a number that the draft does not have, else as `list_draft_versions`."""
    with looking(desk, actor, "bulletin.versions", Subject("bulletin", bulletin_id)) as look:
        return version_of(look, look.load(OwnBulletin, bulletin_id, Action.SEE), number)


def version_of(look: Look, bulletin: OwnBulletin, number: int) -> DraftVersion:
    """The same for a use case that is at work already."""
    found = look.unit.records(DraftVersion).get_many((f"{bulletin.id}.{number}",))
    if not found:
        raise BadInput(f"{bulletin.id} has no saved version {number}: see fanzha bulletin versions {bulletin.id}")
    return found[0]
