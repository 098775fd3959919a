"""A clue is given to an officer, who from then on takes it forward."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.casework import OPEN_STAGES, Clue, DutyOfficer
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named

_WORKERS = frozenset({Role.DUTY_OFFICER, Role.ANALYST})


def assign_clue(desk: Desk, actor: Actor, clue_id: str, officer: str, *, reason: str = "") -> Clue:
    """Gives the clue to a person of its body, or of one below the actor's; taking it from another needs a reason."""
    with acting(desk, actor, "clue.assign", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_ASSIGN)
        person = person_named(work.unit.records(Person), officer)
        tree = work.tree(clue.organisation, person.organisation)
        reach = {clue.organisation, actor.organisation}
        if person.organisation not in reach and not tree.is_below(person.organisation, actor.organisation):
            raise NotAllowed("organisation.other", f"{officer} works for {person.organisation}: route {clue_id} there")
        duty = _duty(work, person)
        above = tree.above(clue.organisation)
        assigned, events = casework.assign_clue(
            clue, duty, actor, work.now_us, work.ids, reason=reason, superiors=above
        )
        return keep_clue(work, assigned, events) if events else clue


def _duty(work: Work, person: Person) -> DutyOfficer:
    if not person.active or not _WORKERS & set(person.roles):
        raise NotAllowed("clue.officer", f"{person.id} checks no clues: give it to a duty officer or an analyst")
    still_open = [stage.value for stage in OPEN_STAGES]
    held = work.unit.records(Clue).count(Query(equals={"officer": person.id}, within={"stage": still_open}))
    return DutyOfficer(person.id, person.organisation, "", held)
