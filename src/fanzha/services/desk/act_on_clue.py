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
            _check_of_it(work, clue, action)
        return keep_clue(work, *casework.act_on_clue(clue, actions, reason, actor, work.now_us, work.ids))


def _check_of_it(work: Work, clue: Clue, action: str) -> None:
    for kind in (Measure, Case, Task):
        with suppress(NotFound):
            found = work.load(kind, action, Action.SEE)
            if isinstance(found, Measure) and found.status in _NOT_ASKED:
                raise NotAllowed("clue.no_action", f"{action} is {STATUS_WORDS[found.status]}: nobody has asked for it")
            if not _is_of(clue, found):
                raise NotAllowed(
                    "clue.other_action",
                    f"{action} is of another matter than {clue.id}: name its own case, or a measure or task of that case",
                )
            return
    raise NotFound(f"there is no measure, case or task {action}, or you may not see it")


def _is_of(clue: Clue, found: object) -> bool:
    """Whether it serves the clue's case, or rests on one of its facts, or is on its account."""
    match found:
        case Case():
            return found.id == clue.case or bool(set(clue.reports) & set(found.reports))
        case Task():
            return found.case == clue.case
        case Measure():
            fact = found.request.fact
            on_it = found.target.reference == clue.subject or (fact is not None and fact.evidence in clue.facts)
            return on_it or (bool(clue.case) and found.request.case == clue.case)
        case _:
            return False
