"""A draft says again what it said in an earlier version; what it said until now stays among the versions."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_bulletins import keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_draft_versions import version_of
from fanzha.statistics.draft_versions import restore
from fanzha.statistics.drafting import OwnBulletin


def restore_draft(
    desk: Desk, actor: Actor, bulletin_id: str, number: int, *, version: int | None = None
) -> OwnBulletin:
    """The draft as it was in that version, its figures as they were counted then; checks before the issue count for it too.

    Raises NotAllowed for what was issued and while somebody else is at work on a block, BadInput for a version that is not
    there, StaleVersion where the draft was changed since it was looked at.
    """
    with acting(desk, actor, "bulletin.restore", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT, version)
        earlier = version_of(work, held, number)
        return keep_bulletin(work, restore(held, earlier, actor, work.now_us), "bulletin.restore", str(number))
