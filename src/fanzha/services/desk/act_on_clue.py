"""A verified clue is followed through: from here its clock stands."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Task
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.words import STATUS_WORDS
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk

_NOT_ASKED: Final = frozenset({Status.DRAFT, Status.REJECTED, Status.WITHDRAWN})


def act_on_clue(desk: Desk, actor: Actor, clue_id: str, actions: tuple[str, ...], reason: str = "") -> Clue:
    """Notes what came of the clue, by the ids of the measures, cases or tasks. Raises NotFound for one that is not there.

    A measure that was only drafted, or taken back, is no action: NotAllowed.
    """
    with acting(desk, actor, "clue.act", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        for action in actions:
            _check_there(work, action)
        return keep_clue(work, *casework.act_on_clue(clue, actions, reason, actor, work.now_us, work.ids))


def _check_there(work: Work, action: str) -> None:
    for kind in (Measure, Case, Task):
        with suppress(NotFound):
            found = work.load(kind, action, Action.SEE)
            if isinstance(found, Measure) and found.status in _NOT_ASKED:
                raise NotAllowed("clue.no_action", f"{action} is {STATUS_WORDS[found.status]}: nobody has asked for it")
            return
    raise NotFound(f"there is no measure, case or task {action}, or you may not see it")
