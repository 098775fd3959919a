"""Somebody is given an account at a body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.access import (
    Action,
    CredentialKind,
    Person,
    Scope,
    check_password,
    keeping_place,
    new_credential,
    new_person,
)
from fanzha.access import Credential as Shown
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor, Organisation, Role
from fanzha.core.errors import BadInput, NotFound
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.acting import Look, acting
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """Who is to be added; a program (api_client) has no password, but tokens."""

    login: str
    display_name: str
    organisation: str
    roles: Sequence[Role]


def add_person(desk: Desk, hasher: SecretHasher, actor: Actor, draft: PersonDraft, password: str = "") -> Person:
    """Adds the person with a first password.

    Raises NotAllowed when the actor does not keep the people of that body or the roles do not go together, Refused when
    the login is taken, BadInput for a bad login or password.
    """
    rules = desk.rules.access.credentials
    program = Role.API_CLIENT in draft.roles
    if program == bool(password):
        raise BadInput("a program has no password, but tokens" if program else "a person needs a first password")
    if password:
        check_password(password, draft.login, rules)
    hashed = hasher.hash(password) if password else ""
    subject = Subject("person", draft.login)
    with acting(desk, actor, "person.add", subject) as work:
        body = kept_body(work, draft.organisation, Action.PEOPLE_KEEP)
        person = work.unit.records(Person).add(new_person(draft.login, draft.display_name, draft.roles, body))
        if hashed:
            made = new_credential(person, CredentialKind.PASSWORD, hashed, rules, work.now_us, work.ids)
            work.unit.records(Shown).add(made)
        said = {"organisation": body.id, "roles": " ".join(person.roles)}
        work.unit.audit.append(done(actor, work.now_us, "person.add", subject, details=said))
    return person


def kept_body(work: Look, organisation: str, action: Action) -> Organisation:
    """The body, whose people or tokens the actor keeps.

    Raises NotFound when there is none, NotAllowed when it is not his to keep.
    """
    tree = work.tree(organisation)
    body = tree.get(organisation)
    if body is None:
        raise NotFound(f"there is no body {organisation}; see: fanzha office body list")
    work.check(action, Scope(keeping_place(body, work.actor, tree)))
    return body
