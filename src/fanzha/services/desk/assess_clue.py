"""An officer says what he makes of a clue (研判), before it is verified."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def assess_clue(desk: Desk, actor: Actor, clue_id: str, finding: str) -> Clue:
    """Writes the assessment down; it may be written anew."""
    with acting(desk, actor, "clue.assess", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        return keep_clue(work, *casework.assess_clue(clue, finding, actor, work.now_us, work.ids))
