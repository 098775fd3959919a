"""A session ends before its time."""

from __future__ import annotations

from fanzha.access import Credential as Shown
from fanzha.access import CredentialKind, revoke
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import acting
from fanzha.services.desk.actor_from_token import NOT_SIGNED_IN, token_hash
from fanzha.services.desk.model import Desk


def sign_out(desk: Desk, actor: Actor, token: str) -> None:
    """The session of this token counts no more.

    Raises NotAllowed when it is no session of the actor's.
    """
    subject = Subject("person", actor.id)
    with acting(desk, actor, "person.sign_out", subject) as work:
        records = work.unit.records(Shown)
        session = next(iter(records.find(Query(equals={"token_hash": token_hash(token)}, limit=1)).rows), None)
        if session is None or session.person != actor.id or session.kind is not CredentialKind.SESSION:
            raise NotAllowed("credential.unknown", NOT_SIGNED_IN)
        if session.revoked_at_us is None:
            records.save(revoke(session, work.now_us))
        work.unit.audit.append(done(actor, work.now_us, "person.sign_out", subject, details={"credential": session.id}))
