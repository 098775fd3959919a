"""What a trace says is still recoverable of a clue: its place in the queue hangs on it."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def reestimate_clue(desk: Desk, actor: Actor, clue_id: str, recoverable_minor: Mapping[str, int]) -> Clue:
    """Sets what is still recoverable of each claim, by the claim's id; minor units, 0 to the claim's amount."""
    with acting(desk, actor, "clue.reestimate", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        estimated, events = casework.reestimate_clue(clue, recoverable_minor, actor, work.now_us, work.ids)
        return keep_clue(work, estimated, events) if events else clue
