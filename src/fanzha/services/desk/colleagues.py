"""To whom work can be given: the active people of a body and of those below it."""

from __future__ import annotations

from collections.abc import Collection

from fanzha.access import Action, Person, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation, Role
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import looking
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

WORKERS = frozenset({Role.DUTY_OFFICER, Role.ANALYST})


def colleagues(desk: Desk, actor: Actor, organisation: str, roles: Collection[Role] = WORKERS) -> tuple[Person, ...]:
    """The people with one of the roles, of the body first. Raises NotAllowed where the actor may not see its records."""
    with looking(desk, actor, "person.choose", Subject("organisation", organisation)) as look:
        look.check(Action.SEE, Scope(organisation))
        bodies = (organisation, *bodies_below(look.unit.records(Organisation), organisation))
        people = every(look.unit.records(Person), Query(within={"organisation": bodies}))
        found = [person for person in people if person.active and set(person.roles) & set(roles)]
    return tuple(sorted(found, key=lambda person: (person.organisation != organisation, person.login)))
