"""A passkey whose device was lost counts no more, nor does any session of its owner: whoever has the device may have one."""

from __future__ import annotations

from fanzha.access import Action, CredentialKind, Person
from fanzha.access.passkeys import Passkey
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.services.desk.acting import acting
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.change_person import revoke_all
from fanzha.services.desk.keep_passkeys import take_away
from fanzha.services.desk.model import Desk


def remove_lost_passkey(desk: Desk, actor: Actor, passkey_id: str, reason: str) -> Passkey:
    """By whoever keeps the people of its owner's body.

    Raises NotFound for none, NotAllowed where the actor does not keep them, or without a reason.
    """
    subject = Subject("passkey", passkey_id)
    with acting(desk, actor, "passkey.remove", subject) as work:
        passkey = next(iter(work.unit.records(Passkey).get_many((passkey_id,))), None)
        if passkey is None:
            raise NotFound(f"there is no passkey {passkey_id}")
        kept_body(work, passkey.organisation, Action.PEOPLE_KEEP)
        if not is_reason(reason):
            raise NotAllowed("reason.needed", reason_sentence("removing a passkey"))
        revoke_all(work, work.unit.records(Person).get(passkey.person), (CredentialKind.SESSION,))
        return take_away(work, passkey, reason)
