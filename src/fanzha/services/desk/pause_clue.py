"""The clock of a clue stands still, for a reason of the table and no longer than the table says."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def pause_clue(desk: Desk, actor: Actor, clue_id: str, reason: str) -> Clue:
    """Lets the clock stand. Raises BadInput when the table has no such reason, NotAllowed when it was used before."""
    with acting(desk, actor, "clue.pause", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        rules = work.rules.casework.clock
        return keep_clue(work, *casework.pause_clue(clue, reason, rules, actor, work.now_us, work.ids))


def resume_clue(desk: Desk, actor: Actor, clue_id: str) -> Clue:
    """Lets the clock run again before the longest time of the pause is over."""
    with acting(desk, actor, "clue.resume", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        return keep_clue(work, *casework.resume_clue(clue, actor, work.now_us, work.ids))
