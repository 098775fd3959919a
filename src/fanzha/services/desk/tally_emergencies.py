"""How often a body acted first during a time, and what became of it: counted apart from the ordinary way."""

from __future__ import annotations

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import deciding
from fanzha.measures.deciding import EmergencyTally
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def tally_emergencies(
    desk: Desk, actor: Actor, from_us: int, until_us: int, *, organisation: str = ""
) -> EmergencyTally:
    """Counts the measures of a body (empty: the actor's own) drafted from an instant until another."""
    if from_us >= until_us:
        raise BadInput("the time to count must begin before it ends")
    body = organisation or actor.organisation
    with looking(desk, actor, "measure.tally", Subject("organisation", body)) as look:
        look.check(Action.SEE, Scope(body))
        drafted = Query(
            equals={"organisation": body}, ranges={"drafted_us": Range(from_us, until_us)}, order_by="drafted_us"
        )
        return deciding.tally_emergencies(every(look.unit.records(Measure), drafted), look.now_us)
