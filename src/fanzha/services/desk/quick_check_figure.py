"""How many of a body's clues were followed through in time, with every clue that broke the figure."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Clue, EventKind, QuickCheckFigure, WorkEvent
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

_COUNTED = tuple(kind.value for kind in EventKind if kind.partition(".")[0] in {"clue", "record"})


def quick_check_figure(
    desk: Desk, actor: Actor, from_us: int, until_us: int, *, organisation: str = "", as_of_us: int | None = None
) -> QuickCheckFigure:
    """The figure over the clues received in [from, until) that are with the body now, counted from events alone.

    organisation: the actor's own where none is named. as_of_us: as it was told then; now where none is given.

    Raises BadInput when the period is none, NotAllowed when the actor may not see that body's records.
    """
    if from_us >= until_us:
        raise BadInput("the period ends before it begins")
    body = organisation or actor.organisation
    with looking(desk, actor, "clue.count", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        received, as_of = Range(from_us, until_us), look.now_us if as_of_us is None else as_of_us
        clues = Query(equals={"organisation": body}, ranges={"received_at_us": received}, order_by="received_at_us")
        counted = {clue.id for clue in every(look.unit.records(Clue), clues)}
        told = Query(within={"kind": _COUNTED}, ranges={"at_us": Range(from_us, as_of + 1)}, order_by="at_us")
        events = (event for event in every(look.unit.records(WorkEvent), told) if event.record in counted)
        return casework.quick_check_figure(events, look.rules.casework, from_us, until_us, as_of)
