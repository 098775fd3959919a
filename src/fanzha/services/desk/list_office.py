"""Bodies, people and tokens, as their administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, CredentialKind, Person
from fanzha.access import Credential as Shown
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import NotFound
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def list_bodies(desk: Desk, actor: Actor) -> tuple[Organisation, ...]:
    """The actor's body with everything above and below it, and the partners; highest first. Bodies are no secret."""
    with looking(desk, actor, "organisation.list", Subject("organisation", actor.organisation)) as look:
        bodies = look.unit.records(Organisation)
        tree = look.tree()
        ids = (actor.organisation, *tree.above(actor.organisation), *bodies_below(bodies, actor.organisation))
        partners = tuple(every(bodies, Query(equals={"level": int(Level.PARTNER)})))
        found = {body.id: body for body in (*bodies.get_many(ids), *partners)}
    return tuple(
        sorted(found.values(), key=lambda body: (body.level is Level.PARTNER, -body.level, body.jurisdiction, body.id))
    )


def list_other_bodies(desk: Desk, actor: Actor, *, partners: bool = False) -> tuple[Organisation, ...]:
    """Every other body of the whole tree, highest first, by place: to whom something can go; the partners last, if wanted."""
    with looking(desk, actor, "organisation.list", Subject("organisation", actor.organisation)) as look:
        found = [
            body
            for body in every(look.unit.records(Organisation), Query())
            if (partners or body.level is not Level.PARTNER) and body.id != actor.organisation
        ]
    return tuple(sorted(found, key=lambda body: (body.level is Level.PARTNER, -body.level, body.jurisdiction, body.id)))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person, and how his password stands: until when it holds, whether it is locked."""

    person: Person
    password_until_us: int | None
    locked_until_us: int | None


def list_people(desk: Desk, actor: Actor, organisation: str = "") -> tuple[PersonLine, ...]:
    """The people of a body (of all that the actor keeps, where none is named), active or not.

    Raises NotAllowed when he keeps no people there.
    """
    with looking(desk, actor, "person.list", Subject("organisation", organisation or actor.organisation)) as look:
        kept_body(look, organisation or actor.organisation, Action.PEOPLE_KEEP)
        wanted = (organisation,) if organisation else _kept_bodies(look, actor)
        people = every(look.unit.records(Person), Query(within={"organisation": wanted}))
        return tuple(_line(look, person) for person in people)


def list_tokens(desk: Desk, actor: Actor, login: str) -> tuple[Shown, ...]:
    """The tokens of a program, oldest first. Raises NotAllowed when its body's tokens are not the actor's to keep."""
    with looking(desk, actor, "token.list", Subject("person", login)) as look:
        person = next(iter(look.unit.records(Person).get_many((login,))), None)
        if person is None:
            raise NotFound(f"there is no login {login}; see: fanzha office person list")
        kept_body(look, person.organisation, Action.TOKEN_KEEP)
        query = Query(equals={"person": login, "kind": CredentialKind.TOKEN}, order_by="created_at_us")
        return tuple(every(look.unit.records(Shown), query))


def _kept_bodies(look: Look, actor: Actor) -> tuple[str, ...]:
    bodies = look.unit.records(Organisation)
    found = (actor.organisation, *bodies_below(bodies, actor.organisation))
    if actor.level is Level.PARTNER or look.tree().above(actor.organisation):
        return found
    partners = every(bodies, Query(equals={"level": int(Level.PARTNER)}))
    return (*found, *(body.id for body in partners))


def _line(look: Look, person: Person) -> PersonLine:
    query = Query(equals={"person": person.id, "kind": CredentialKind.PASSWORD}, order_by="created_at_us")
    passwords = [one for one in every(look.unit.records(Shown), query) if one.revoked_at_us is None]
    if not passwords:
        return PersonLine(person, None, None)
    last = passwords[-1]
    return PersonLine(person, last.expires_at_us, last.locked_until_us)
