"""Whether a password or token still counts; hashing and comparing are done elsewhere."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access.model import Credential, CredentialKind, Person
from fanzha.access.rules import CredentialRules
from fanzha.access.tree import OrganisationTree
from fanzha.core.actor import NOBODYS_ROLES, Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


def new_credential(
    person: Person, kind: CredentialKind, hashed: str, rules: CredentialRules, now_us: int, ids: Ids, *, label: str = ""
) -> Credential:
    """A credential of a hash that says by which method it was made ($argon2id$…, sha256$…); BadInput for a bare word."""
    if not hashed.startswith(("$argon2", "sha256$")) or len(hashed) < 32:
        raise BadInput("a credential keeps a hash with its method in front, never the password or token itself")
    length_us = {
        CredentialKind.PASSWORD: rules.password_us,
        CredentialKind.SESSION: rules.session_us,
        CredentialKind.TOKEN: rules.token_us,
    }
    return Credential(
        ids.new("CRED"), 0, person.organisation, person.id, kind, hashed, now_us, now_us + length_us[kind], label
    )


def check_usable(credential: Credential, person: Person, now_us: int) -> None:
    """Raises NotAllowed when it is revoked, expired or locked, or its person is not active."""
    if not person.active or credential.person != person.id:
        raise NotAllowed("credential.person", "this account is not active: ask an administrator (管理员) of your body")
    if credential.revoked_at_us is not None and credential.revoked_at_us <= now_us:
        raise NotAllowed(
            "credential.revoked",
            "you were signed out, or this token was revoked: sign in again, or ask an administrator for a new token",
        )
    if credential.expires_at_us is not None and credential.expires_at_us <= now_us:
        raise NotAllowed(
            "credential.expired",
            "this session or token has expired: sign in again (fanzha office sign-in LOGIN), or ask for a new token",
        )
    if credential.locked_until_us is not None and now_us < credential.locked_until_us:
        raise NotAllowed("credential.locked", "too many wrong attempts; wait or ask the administrator")


def can_use(credential: Credential, person: Person, now_us: int) -> bool:
    """Whether it counts."""
    try:
        check_usable(credential, person, now_us)
    except NotAllowed:
        return False
    return True


def after_attempt(credential: Credential, rules: CredentialRules, now_us: int, *, right: bool) -> Credential:
    """The credential after somebody tried it: a right one clears the count, the last of too many wrong ones locks."""
    if right:
        return replace(credential, failures=0, locked_until_us=None)
    failures = credential.failures + 1
    if failures < rules.attempts_max:
        return replace(credential, failures=failures)
    return replace(credential, failures=0, locked_until_us=now_us + rules.lock_us)


def revoke(credential: Credential, now_us: int) -> Credential:
    """The credential counts no more; revoking twice keeps the first time."""
    return credential if credential.revoked_at_us is not None else replace(credential, revoked_at_us=now_us)


def actor_of(person: Person, tree: OrganisationTree) -> Actor:
    """The person as an actor, at the level of the body.

    Raises NotAllowed when the person is not active, the body is not there, or the roles hold the machine's.
    """
    body = tree.get(person.organisation)
    if not person.active or body is None:
        raise NotAllowed("credential.person", "this account is not active: ask an administrator (管理员) of your body")
    if NOBODYS_ROLES & set(person.roles):
        raise NotAllowed("credential.machine", "nobody signs in as the machine: sign in under your own login")
    return Actor(person.id, person.organisation, body.level, frozenset(person.roles), person.display_name)
