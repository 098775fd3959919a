"""An office begins: its first body and its first administrator, in an empty store, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fanzha.access import Credential as Shown
from fanzha.access import CredentialKind, OrganisationTree, Person, check_password, new_credential, new_person
from fanzha.audit import Subject, done, refused
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.ports.record_query import Query
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.ports.work_store import UnitOfWork
from fanzha.services.desk.model import Desk

NOBODY: Final = Actor("", "", Level.PARTNER, frozenset())
ACTION: Final = "office.found"


@dataclass(frozen=True, slots=True)
class Founded:
    """The first body and the first person."""

    body: Organisation
    administrator: Person


def found_office(
    desk: Desk, hasher: SecretHasher, body: Organisation, login: str, display_name: str, password: str
) -> Founded:
    """Makes the body at the top of the tree, and its administrator, who then adds everybody else.

    Raises NotAllowed when the store knows any body or person already, BadInput for a bad login, password or body.
    """
    if body.parent is not None or body.level is Level.PARTNER or not body.id or not body.name.strip():
        raise BadInput("the first body stands at the top of the tree: it has an id, a name and a level, and no parent")
    OrganisationTree((body,))
    body = replace(body, jurisdiction=check_division(body.jurisdiction, "--jurisdiction"))
    person = new_person(login, display_name, (Role.ADMINISTRATOR,), body)
    rules = desk.rules.access.credentials
    check_password(password, login, rules)
    hashed = hasher.hash(password)
    now_us = desk.clock.now_us()
    with desk.store.begin() as unit:
        unit.hold(ACTION)
        if _is_founded(unit):
            refusal = NotAllowed(ACTION, "there is an office already; its administrators add bodies and people")
            unit.audit.append(refused(NOBODY, now_us, ACTION, Subject("organisation", body.id), refusal))
            unit.commit()
            raise refusal
        unit.records(Organisation).add(body)
        person = unit.records(Person).add(person)
        made = new_credential(person, CredentialKind.PASSWORD, hashed, rules, now_us, desk.ids)
        unit.records(Shown).add(made)
        founder = Actor(person.id, body.id, body.level, frozenset(person.roles))
        unit.audit.append(
            done(founder, now_us, ACTION, Subject("organisation", body.id), details={"person": person.id})
        )
        unit.commit()
    return Founded(body, person)


def _is_founded(unit: UnitOfWork) -> bool:
    anyone = Query(limit=1)
    return bool(unit.records(Organisation).find(anyone).rows or unit.records(Person).find(anyone).rows)
