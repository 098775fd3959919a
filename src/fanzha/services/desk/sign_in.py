"""Somebody shows who he is and gets a token; what is wrong is counted, and never said more exactly than to himself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from fanzha.access import Credential as Shown
from fanzha.access import CredentialKind, Person, actor_of, after_attempt, check_password, check_usable, new_credential
from fanzha.audit import Subject, done, refused
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import MINUTE_US
from fanzha.ports.record_query import Query
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Work
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.bodies import tree_around
from fanzha.services.desk.change_person import give_password
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

SIGN_IN: Final = "person.sign_in"
CONFIRM: Final = "person.confirm"
CHANGE: Final = "person.change_password"
WRONG: Final = "sign_in.wrong"
EXPIRED: Final = "credential.expired"
_SENTENCE: Final = (
    "login or password is wrong, or the account is locked for {minutes} minutes after {attempts} wrong attempts, or not "
    "active; an administrator can give a new password"
)
STRANGER: Final = Actor("", "", Level.PARTNER, frozenset())
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, the token that says so, and until when."""

    actor: Actor
    token: str
    until_us: int


def sign_in(desk: Desk, hasher: SecretHasher, login: str, password: str) -> SignedIn:
    """A session of the person, by his password.

    Raises NotAllowed, in one sentence and after the same time whether login or password is wrong or the account is
    locked or not active; in another one when the right password has expired.
    """

    def begin(work: Work, person: Person) -> SignedIn:
        return begin_session(work, person, hasher.new_token())

    return _with_password(desk, hasher, SIGN_IN, login, password, begin)


def begin_session(work: Work, person: Person, token: str, **said: str) -> SignedIn:
    """A session of somebody who has shown who he is; `said` of how, for the audit.

    Raises NotAllowed where he is not active.
    """
    actor = actor_of(person, tree_around(work.unit.records(Organisation), (person.organisation,)))
    rules = work.rules.access.credentials
    made = new_credential(person, CredentialKind.SESSION, token_hash(token), rules, work.now_us, work.ids)
    work.unit.records(Shown).add(made)
    details = {"credential": made.id, **said}
    work.unit.audit.append(done(actor, work.now_us, SIGN_IN, Subject("person", person.id), details=details))
    assert made.expires_at_us is not None, "a session ends"
    return SignedIn(actor, token, made.expires_at_us)


def confirm_person(desk: Desk, hasher: SecretHasher, login: str, password: str) -> Actor:
    """The person, who shows at another's desk who he is to put his name to one thing; no session begins.

    Raises NotAllowed as `sign_in`.
    """

    def confirm(work: Work, person: Person) -> Actor:
        actor = actor_of(person, tree_around(work.unit.records(Organisation), (person.organisation,)))
        work.unit.audit.append(done(actor, work.now_us, CONFIRM, Subject("person", person.id)))
        return actor

    return _with_password(desk, hasher, CONFIRM, login, password, confirm)


def change_password(desk: Desk, hasher: SecretHasher, login: str, password: str, new_password: str) -> None:
    """The person's own new password, in place of one that is still right or has expired; every session ends.

    Raises NotAllowed as `sign_in`, BadInput for a bad new password.
    """
    check_password(new_password, login, desk.rules.access.credentials)
    if new_password == password:
        raise BadInput("the new password is the old one")
    hashed = hasher.hash(new_password)

    def change(work: Work, person: Person) -> None:
        give_password(work, person, hashed)
        work.unit.audit.append(done(as_noted(person), work.now_us, CHANGE, Subject("person", person.id)))

    _with_password(desk, hasher, CHANGE, login, password, change)


def _with_password(
    desk: Desk,
    hasher: SecretHasher,
    action: str,
    login: str,
    password: str,
    go_on: Callable[[Work, Person], Result],
) -> Result:
    """Goes on with whoever has the password; what is wrong is counted and written down, one attempt after the other."""
    with desk.store.reading() as view:
        person = next(iter(view.records(Person).find(Query(equals={"login": login}, limit=1)).rows), None)
        shown = None if person is None else _password_of(view, person)
    # Slow by intent, and outside the unit of work: nobody else waits for it. Nobody's password takes as long.
    right = hasher.matches(shown.hash, password) if shown else not hasher.hash(password)
    with desk.store.begin() as unit:
        if person is None or shown is None:
            refusal = NotAllowed(WRONG, "no such login, or it has no password")
            unit.audit.append(refused(STRANGER, desk.clock.now_us(), action, Subject("person", ""), refusal))
            unit.commit()
            raise _said(desk, refusal)
        unit.hold(f"{SIGN_IN}:{person.id}")
        person, shown = unit.records(Person).get(person.id), unit.records(Shown).get(shown.id)
        work = Work(desk, unit, as_noted(person))
        wrong = _attempt(work, person, shown, right=right, action=action)
        if wrong is None:
            result = go_on(work, person)
            unit.commit()
            return result
        unit.audit.append(refused(work.actor, work.now_us, action, Subject("person", person.id), wrong))
        unit.commit()
    raise _said(desk, wrong)


def _attempt(work: Work, person: Person, shown: Shown, *, right: bool, action: str) -> NotAllowed | None:
    """Counts the attempt; gives what is wrong with it. A locked password counts nothing and is right for nobody."""
    rules, now_us = work.rules.access.credentials, work.now_us
    try:
        check_usable(shown, person, now_us)
    except NotAllowed as unusable:
        if unusable.rule != EXPIRED:
            return unusable
        expired: NotAllowed | None = unusable
    else:
        expired = None
    after = after_attempt(shown, rules, now_us, right=right)
    if after != shown:
        work.unit.records(Shown).save(after)
    if not right:
        return NotAllowed(WRONG, "the password is wrong" + (", and now locked" if after.locked_until_us else ""))
    return None if action == CHANGE else expired


def _password_of(view: WorkView, person: Person) -> Shown | None:
    query = Query(
        equals={"person": person.id, "kind": CredentialKind.PASSWORD}, order_by="created_at_us", descending=True
    )
    return next((one for one in every(view.records(Shown), query) if one.revoked_at_us is None), None)


def as_noted(person: Person) -> Actor:
    """The person before he has shown who he is: for the audit, without any role."""
    return Actor(person.id, person.organisation, Level.PARTNER, frozenset(), person.display_name)


def _said(desk: Desk, wrong: NotAllowed) -> NotAllowed:
    if wrong.rule == EXPIRED:  # only ever said to who knew the password
        return NotAllowed(EXPIRED, "your password has expired; choose a new one: fanzha office change-password LOGIN")
    rules = desk.rules.access.credentials
    sentence = _SENTENCE.format(minutes=rules.lock_us // MINUTE_US, attempts=rules.attempts_max)
    return NotAllowed(WRONG, sentence)
