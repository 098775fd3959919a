"""Who may be what: logins, passwords, and which roles go together at which body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fanzha.access.model import Person
from fanzha.access.rules import CredentialRules
from fanzha.access.tree import OrganisationTree
from fanzha.core.actor import NOBODYS_LOGINS, NOBODYS_ROLES, Actor, Level, Organisation, Role
from fanzha.core.actor_words import LEVEL_WORDS, roles_in_words
from fanzha.core.errors import BadInput, NotAllowed

PASSWORD_LENGTH_MAX: Final = 256  # a longer one only keeps the machine busy
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
# Whoever keeps people, audits work or is a program does no work of the desk besides.
_ALONE: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.API_CLIENT})
_OF_PARTNERS: Final = frozenset({Role.PARTNER_DESK, Role.ADMINISTRATOR, Role.API_CLIENT})


def check_login(login: str) -> None:
    """Raises BadInput for what cannot be a login; it is the person's id, stands in the audit and is never given anew."""
    if not _LOGIN.fullmatch(login) or login in NOBODYS_LOGINS:
        raise BadInput(
            f"{login!r} cannot be a login: 1 to 40 small letters, digits, dots, hyphens, underscores; "
            f"not {' or '.join(map(repr, sorted(NOBODYS_LOGINS)))}"
        )


def check_password(password: str, login: str, rules: CredentialRules) -> None:
    """Raises BadInput when it is too short, too long, or the login itself."""
    if not rules.password_length_min <= len(password) <= PASSWORD_LENGTH_MAX:
        raise BadInput(f"a password has {rules.password_length_min} to {PASSWORD_LENGTH_MAX} characters")
    if password.casefold() == login:
        raise BadInput("the login is no password")


def check_roles(roles: Iterable[Role], body: Organisation) -> tuple[Role, ...]:
    """The roles in one order.

    Raises BadInput for none, NotAllowed for what does not go together, or not at this body.
    """
    wanted = frozenset(roles)
    if not wanted:
        raise BadInput("somebody without a role can do nothing: name at least one")
    if wanted & NOBODYS_ROLES:
        raise NotAllowed(
            "person.machine", f"the role of the {min(wanted & NOBODYS_ROLES)} is nobody's: name another role"
        )
    alone = wanted & _ALONE
    if alone and len(wanted) > 1:
        raise NotAllowed(
            "person.alone",
            f"{roles_in_words(alone)} goes with no other role, for who keeps or audits does no casework: give it alone, "
            "or add a second person for it",
        )
    misplaced = wanted - _OF_PARTNERS if body.level is Level.PARTNER else wanted & {Role.PARTNER_DESK}
    if misplaced:
        possible = (
            _OF_PARTNERS if body.level is Level.PARTNER else frozenset(Role) - NOBODYS_ROLES - {Role.PARTNER_DESK}
        )
        raise NotAllowed(
            "person.place",
            f"{roles_in_words(misplaced)} is no role at {body.id}, which is of the level {LEVEL_WORDS[body.level]}; "
            f"there are {roles_in_words(possible, ', ')}",
        )
    return tuple(sorted(wanted))


def new_person(login: str, display_name: str, roles: Iterable[Role], body: Organisation) -> Person:
    """Somebody new at a body. Raises BadInput or NotAllowed as the checks of login and roles."""
    check_login(login)
    if not display_name.strip():
        raise BadInput(f"{login}: a name is needed, as colleagues know it")
    return Person(login, 0, body.id, login, display_name.strip(), check_roles(roles, body))


def change_roles(person: Person, roles: Iterable[Role], body: Organisation, actor: Actor) -> Person:
    """The person with other roles from the next thing he does on. Raises NotAllowed where he would do it to himself."""
    _check_other(person, actor)
    return replace(person, roles=check_roles(roles, body))


def set_active(person: Person, actor: Actor, *, active: bool) -> Person:
    """The person shut out, or let in again. Raises NotAllowed where he would do it to himself."""
    _check_other(person, actor)
    return replace(person, active=active)


def _check_other(person: Person, actor: Actor) -> None:
    if person.id == actor.id:
        raise NotAllowed("person.self", "nobody changes his own roles or account; ask another administrator")


def keeping_place(body: Organisation, actor: Actor, tree: OrganisationTree) -> str:
    """The body whose place decides who keeps the people of this one.

    Partners stand beside the tree, so nobody is above them: their people are kept by their own administrator, and by
    those of the body at the top of the tree.
    """
    if body.level is not Level.PARTNER or body.id == actor.organisation or actor.level is Level.PARTNER:
        return body.id
    return (actor.organisation, *tree.above(actor.organisation))[-1]
