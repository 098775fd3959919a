"""A verified clue is followed through: from here its clock stands."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def act_on_clue(desk: Desk, actor: Actor, clue_id: str, actions: tuple[str, ...], reason: str = "") -> Clue:
    """Notes what came of the clue, by the ids of the measures or cases."""
    with acting(desk, actor, "clue.act", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        return keep_clue(work, *casework.act_on_clue(clue, actions, reason, actor, work.now_us, work.ids))
