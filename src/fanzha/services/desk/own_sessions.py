"""Where somebody is signed in: he sees his own sessions, and ends those that he does not know."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Credential, CredentialKind, revoke
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import acting, looking
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session that counts, and whether it is the one that asks."""

    session: Credential
    this: bool


def own_sessions(desk: Desk, actor: Actor, token: str = "") -> tuple[OwnSession, ...]:
    """The actor's sessions that count now, the newest first."""
    with looking(desk, actor, "session.list", Subject("person", actor.id)) as look:
        query = Query(
            equals={"person": actor.id, "kind": CredentialKind.SESSION}, order_by="created_at_us", descending=True
        )
        found = [
            one
            for one in every(look.unit.records(Credential), query)
            if one.revoked_at_us is None and (one.expires_at_us is None or one.expires_at_us > look.now_us)
        ]
    mine = token_hash(token)
    return tuple(OwnSession(one, one.hash == mine) for one in found)


def end_session(desk: Desk, actor: Actor, credential_id: str) -> None:
    """One of the actor's own sessions counts no more. Raises NotFound for anything else."""
    subject = Subject("credential", credential_id)
    with acting(desk, actor, "session.end", subject) as work:
        records = work.unit.records(Credential)
        session = next(iter(records.get_many((credential_id,))), None)
        if session is None or session.person != actor.id or session.kind is not CredentialKind.SESSION:
            raise NotFound(f"there is no session {credential_id} of yours")
        if session.revoked_at_us is None:
            records.save(revoke(session, work.now_us))
            work.unit.audit.append(done(actor, work.now_us, "session.end", subject))
