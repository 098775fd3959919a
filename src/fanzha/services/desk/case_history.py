"""The whole history of a record, or of a case with all that hangs on it: what happened, when, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Fact, Report, Task, WorkEvent
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.case_family import family_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight


def record_history(desk: Desk, actor: Actor, kind: type[Kept], record_id: str) -> tuple[WorkEvent, ...]:
    """Everything that happened to one record, oldest first."""
    with looking(desk, actor, f"{kind.__name__.lower()}.history", Subject(kind.__name__.lower(), record_id)) as look:
        look.load(kind, record_id, Action.SEE)
        return tuple(_events(look, record_id))


def case_history(desk: Desk, actor: Actor, case_id: str) -> tuple[WorkEvent, ...]:
    """Everything that happened to a case and to its reports, clues, facts and tasks that the actor sees, oldest first.

    What happened to a case before it was merged into this one is part of it. Measures have their own history.
    """
    with looking(desk, actor, "case.history", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        told = [event for record in _parts(look, case) for event in _events(look, record)]
        return tuple(sorted(told, key=lambda event: event.at_us))  # stable: of one record they keep their order


def _parts(look: Look, case: Case) -> Iterator[str]:
    unit = look.unit
    sight = Sight(unit, look.actor, look.rules.access.permissions)
    for member in family_of(unit, case):
        yield member.id
        on = Query(equals={"case_id": member.id})
        kinds: tuple[type[Any], ...] = (Report, Task, Clue)
        for kind in kinds:
            yield from (record.id for record in every(unit.records(kind), on) if sight.sees(record))
        for clue in [clue for clue in every(unit.records(Clue), on) if sight.sees(clue)]:
            yield from (fact.id for fact in every(unit.records(Fact), Query(equals={"clue": clue.id})))


def _events(look: Look, record_id: str) -> Iterator[WorkEvent]:
    yield from every(look.unit.records(WorkEvent), Query(equals={"record": record_id}, order_by="at_us"))
