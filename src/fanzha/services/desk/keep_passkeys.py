"""Passkeys of people: each makes and removes his own; all of somebody who is shut out go with him."""

from __future__ import annotations

import hashlib

from fanzha.access import Action, Person
from fanzha.access.passkeys import Passkey, check_label, check_passkey, check_room, remove
from fanzha.audit import Subject, done
from fanzha.core.actor import NOBODYS_ROLES, Actor, Role
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.ports.passkey_ceremony import MadeKey, Owner
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def own_passkeys(desk: Desk, actor: Actor) -> tuple[Passkey, ...]:
    """The actor's passkeys that count, oldest first."""
    with looking(desk, actor, "passkey.list", Subject("person", actor.id)) as look:
        return tuple(one for one in passkeys_of(look, actor.id) if one.revoked_at_us is None)


def list_passkeys(desk: Desk, actor: Actor, login: str) -> tuple[Passkey, ...]:
    """Somebody's passkeys, removed ones too. Raises NotAllowed where the actor does not keep his body's people."""
    with looking(desk, actor, "passkey.list", Subject("person", login)) as look:
        person = next(iter(look.unit.records(Person).get_many((login,))), None)
        if person is None:
            raise NotFound(f"there is no login {login}; see: fanzha office person list")
        kept_body(look, person.organisation, Action.PEOPLE_KEEP)
        return passkeys_of(look, person.id)


def passkeys_of(look: Look, person: str) -> tuple[Passkey, ...]:
    """Every passkey that somebody ever had, oldest first."""
    return tuple(every(look.unit.records(Passkey), Query(equals={"person": person}, order_by="created_at_us")))


def owner_of(actor: Actor) -> Owner:
    """The actor as a device keeps him: under an id that says nothing of him."""
    meaningless = hashlib.sha256(b"passkey owner:" + actor.id.encode("utf-8", "surrogatepass")).hexdigest()
    return Owner(meaningless, actor.id, actor.display_name or actor.id)


def register_passkey(desk: Desk, actor: Actor, made: MadeKey, site: str, label: str) -> Passkey:
    """Keeps the public half of a new passkey of the actor's.

    Raises NotAllowed for a program, for one passkey too many, and for one that is kept already; BadInput without a name.
    """
    plain = check_label(label)
    subject = Subject("person", actor.id)
    with acting(desk, actor, "passkey.register", subject) as work:
        if actor.roles & (NOBODYS_ROLES | {Role.API_CLIENT}):
            raise NotAllowed("person.program", f"{actor.id} is a program: it has tokens, no passkey")
        work.unit.hold(f"passkeys:{actor.id}")
        check_room(passkeys_of(work, actor.id))
        records = work.unit.records(Passkey)
        if records.find(Query(equals={"credential_id": made.credential_id}, limit=1)).rows:
            raise NotAllowed("passkey.known", "this passkey is kept already")
        passkey = Passkey(
            work.ids.new("KEY"), 0, actor.organisation, actor.id, made.credential_id, made.public_key, made.sign_count,
            site, plain, work.now_us,
        )  # fmt: skip
        check_passkey(passkey, work.unit.records(Person).get(actor.id))
        passkey = records.add(passkey)
        said = {"passkey": passkey.id, "site": site}
        work.unit.audit.append(done(actor, work.now_us, "passkey.register", subject, details=said))
    return passkey


def remove_own_passkey(desk: Desk, actor: Actor, passkey_id: str) -> Passkey:
    """The passkey counts no more. Raises NotFound for none of the actor's own."""
    subject = Subject("passkey", passkey_id)
    with acting(desk, actor, "passkey.remove", subject) as work:
        passkey = next(iter(work.unit.records(Passkey).get_many((passkey_id,))), None)
        if passkey is None or passkey.person != actor.id:
            raise NotFound(f"there is no passkey {passkey_id} of yours")
        return take_away(work, passkey)


def remove_passkeys_of(work: Work, person: str, reason: str) -> None:
    """None of somebody's passkeys counts any more."""
    for passkey in passkeys_of(work, person):
        take_away(work, passkey, reason)


def take_away(work: Work, passkey: Passkey, reason: str = "") -> Passkey:
    """Writes down that it counts no more, once."""
    removed = remove(passkey, work.now_us)
    if removed == passkey:
        return passkey
    subject = Subject("passkey", passkey.id)
    said = {"person": passkey.person}
    work.unit.audit.append(done(work.actor, work.now_us, "passkey.remove", subject, reason=reason, details=said))
    return work.unit.records(Passkey).save(removed)
