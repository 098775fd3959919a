"""A clue that leads nowhere is closed with its reason, and opened again when it leads somewhere after all."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Fact
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.lift_unrelated import ground_is_back, ground_is_gone, resting_on
from fanzha.services.desk.model import Desk


def dismiss_clue(desk: Desk, actor: Actor, clue_id: str, reason: str) -> Clue:
    """Closes an assessed clue; its clock stands from now on.

    What was ordered on its facts is found unrelated in the same moment, with the clock and the task of its lift.
    """
    with acting(desk, actor, "clue.dismiss", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        dismissed = keep_clue(work, *casework.dismiss_clue(clue, reason, actor, work.now_us, work.ids))
        for fact in work.unit.records(Fact).get_many(clue.facts):
            if fact.withdrawn_at_us is None:
                ground_is_gone(work, resting_on(work, fact), f"{clue.id} was dismissed: {reason}", clue.id)
        return dismissed


def reopen_clue(desk: Desk, actor: Actor, clue_id: str, reason: str) -> Clue:
    """Opens a closed clue for the actor; the clock of a dismissed one runs on from where it stood.

    What was found unrelated only because it was dismissed is so no longer, unless it was lifted meanwhile.
    """
    with acting(desk, actor, "clue.reopen", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        opened = keep_clue(work, *casework.reopen_clue(clue, reason, actor, work.now_us, work.ids))
        for fact in work.unit.records(Fact).get_many(clue.facts):
            if fact.withdrawn_at_us is None:
                ground_is_back(work, {clue.id: fact}, None, f"{clue.id} was reopened: {reason}")
        return opened
