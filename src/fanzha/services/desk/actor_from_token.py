"""Who acts: the person behind a token, as he stands now."""

from __future__ import annotations

import hashlib
from typing import Final

from fanzha.access import Credential, CredentialKind, Person, actor_of, check_usable
from fanzha.audit import Subject, refused
from fanzha.core.actor import Actor, Organisation, Role
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.services.desk.bodies import tree_around
from fanzha.services.desk.model import Desk

TOKEN_METHOD: Final = "sha256$"  # noqa: S105 - the name of a method
NOT_SIGNED_IN: Final = "this token is not known here; sign in anew"


def token_hash(token: str) -> str:
    """What is kept of a token, its method in front; a token of 256 random bits needs no slow hash."""
    return TOKEN_METHOD + hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def actor_from_token(desk: Desk, token: str) -> Actor:
    """The person whose session or program's token it is, with the roles and the body of this moment.

    Raises NotAllowed when the token is unknown, revoked or expired, or its person is not active any more. What somebody
    tries with a token that once was good is written down; a token that never was is not.
    """
    with desk.store.reading() as view:
        query = Query(equals={"token_hash": token_hash(token)}, limit=1)
        found = next(iter(view.records(Credential).find(query).rows), None)
        if found is None or found.kind is CredentialKind.PASSWORD:
            raise NotAllowed("credential.unknown", NOT_SIGNED_IN)
        person = view.records(Person).get(found.person)
        tree = tree_around(view.records(Organisation), (person.organisation,))
    now_us = desk.clock.now_us()
    try:
        check_usable(found, person, now_us)
        return actor_of(person, tree)
    except NotAllowed as refusal:
        roles: frozenset[Role] = frozenset()
        body = tree.get(person.organisation)
        assert body is not None, f"{person.id} is of a body that is not there"
        who = Actor(person.id, body.id, body.level, roles)
        with desk.store.begin() as unit:
            unit.audit.append(refused(who, now_us, "token.use", Subject("credential", found.id), refusal))
            unit.commit()
        raise
