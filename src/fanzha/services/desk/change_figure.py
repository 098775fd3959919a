"""A value put by hand in place of a counted one: marked, with its reason, and shown as such wherever it stands."""

from __future__ import annotations

from decimal import Decimal

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_bulletins import keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.statistics.drafting import OwnBulletin, put_by_hand


def change_figure(
    desk: Desk, actor: Actor, bulletin_id: str, name: str, value: Decimal, reason: str, *, version: int | None = None
) -> OwnBulletin:
    """The draft that says the value; its comparisons were made of the counted one and are not said any more.

    Raises NotAllowed without a reason or after the issue, BadInput for a name that the bulletin does not have.
    """
    with acting(desk, actor, "bulletin.change_figure", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT, version)
        changed = put_by_hand(held, name, value, reason, actor, work.now_us)
        return keep_bulletin(work, changed, "bulletin.change_figure", reason)
