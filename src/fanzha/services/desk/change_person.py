"""What becomes of an account: other roles, shut out, let in again, a new password."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fanzha import access
from fanzha.access import Action, CredentialKind, Person, check_password, new_credential, revoke
from fanzha.access import Credential as Shown
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor, Organisation, Role
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.record_query import Query
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.allot_queue import give_on
from fanzha.services.desk.keep_passkeys import remove_passkeys_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

Changed = tuple[Person, Mapping[str, DetailValue]]


def change_roles(desk: Desk, actor: Actor, login: str, roles: Sequence[Role]) -> Person:
    """Gives the person these roles in place of all others.

    Raises NotAllowed when the actor does not keep his body's people, or is himself the person.
    """

    def decide(work: Work, person: Person, body: Organisation) -> Changed:
        changed = access.change_roles(person, roles, body, work.actor)
        ends = Role.DUTY_OFFICER in person.roles and Role.DUTY_OFFICER not in changed.roles
        given_on = give_on(work, person) if ends else {}
        return changed, {"before": " ".join(person.roles), "after": " ".join(changed.roles)} | given_on

    return _change(desk, actor, "person.change_roles", login, decide)


def deactivate_person(desk: Desk, actor: Actor, login: str, reason: str) -> Person:
    """Shuts the person out at once: sessions, password, passkeys and tokens count no more; his open clues go to others.

    Raises NotAllowed as `change_roles`.
    """

    def decide(work: Work, person: Person, _body: Organisation) -> Changed:
        _check_reason(reason, f"deactivating {login}")
        changed = access.set_active(person, work.actor, active=False)
        revoke_all(work, person, tuple(CredentialKind))
        remove_passkeys_of(work, person.id, reason)
        return changed, give_on(work, person)

    return _change(desk, actor, "person.deactivate", login, decide, reason)


def reactivate_person(desk: Desk, actor: Actor, login: str, reason: str) -> Person:
    """Lets the person in again, who then needs a new password. Raises NotAllowed as `change_roles`."""

    def decide(work: Work, person: Person, _body: Organisation) -> Changed:
        _check_reason(reason, f"reactivating {login}")
        return access.set_active(person, work.actor, active=True), {}

    return _change(desk, actor, "person.reactivate", login, decide, reason)


def reset_password(desk: Desk, hasher: SecretHasher, actor: Actor, login: str, password: str) -> Person:
    """Gives the person a new password; the old one and every session count no more, and a lock is gone.

    Raises NotAllowed as `change_roles`, and for a program; BadInput for a bad password.
    """
    check_password(password, login, desk.rules.access.credentials)
    hashed = hasher.hash(password)

    def decide(work: Work, person: Person, _body: Organisation) -> Changed:
        if Role.API_CLIENT in person.roles:
            raise NotAllowed("person.program", f"{login} is a program: it has tokens, no password")
        give_password(work, person, hashed)
        return person, {}

    return _change(desk, actor, "person.reset_password", login, decide)


def give_password(work: Work, person: Person, hashed: str) -> None:
    """Puts a new password in place of the old one; every session ends."""
    revoke_all(work, person, (CredentialKind.PASSWORD, CredentialKind.SESSION))
    rules = work.rules.access.credentials
    made = new_credential(person, CredentialKind.PASSWORD, hashed, rules, work.now_us, work.ids)
    work.unit.records(Shown).add(made)


def revoke_all(work: Work, person: Person, kinds: Sequence[CredentialKind]) -> None:
    """Nothing of these kinds counts any more."""
    records = work.unit.records(Shown)
    for shown in list(every(records, Query(equals={"person": person.id}, within={"kind": kinds}))):
        if shown.revoked_at_us is None:
            records.save(revoke(shown, work.now_us))


def _check_reason(reason: str, what: str) -> None:
    if not is_reason(reason):
        raise NotAllowed("reason.needed", reason_sentence(what))


def _change(
    desk: Desk,
    actor: Actor,
    action: str,
    login: str,
    decide: Callable[[Work, Person, Organisation], Changed],
    reason: str = "",
) -> Person:
    subject = Subject("person", login)
    with acting(desk, actor, action, subject) as work:
        records = work.unit.records(Person)
        try:
            person = records.get(login)
        except NotFound:
            raise NotFound(f"there is no login {login}; see: fanzha office person list") from None
        body = kept_body(work, person.organisation, Action.PEOPLE_KEEP)
        changed, said = decide(work, person, body)
        person = changed if changed == person else records.save(changed)
        work.unit.audit.append(done(actor, work.now_us, action, subject, reason=reason, details=said))
    return person
