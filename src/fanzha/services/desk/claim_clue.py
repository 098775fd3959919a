"""An officer takes a clue that nobody has out of the queue."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, DutyOfficer
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def claim_clue(desk: Desk, actor: Actor, clue_id: str) -> Clue:
    """Gives the clue to the actor himself, if it is with nobody; taking it from another is `assign_clue`."""
    with acting(desk, actor, "clue.assign", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        if clue.officer and clue.officer != actor.id:
            raise NotAllowed("clue.officer", f"{clue_id} is with {clue.officer}; it must be assigned, with a reason")
        duty = DutyOfficer(actor.id, actor.organisation, "", 0)
        claimed, events = casework.assign_clue(clue, duty, actor, work.now_us, work.ids)
        return keep_clue(work, claimed, events) if events else clue
