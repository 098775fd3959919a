"""Somebody shows who he is by a passkey: his device verified him and signed, for this site and this moment alone."""

from __future__ import annotations

from typing import Final

from fanzha.access import Person
from fanzha.access.passkeys import Passkey, check_passkey, used
from fanzha.audit import Subject, refused
from fanzha.core.errors import NotAllowed
from fanzha.ports.passkey_ceremony import PasskeyCeremony, Site
from fanzha.ports.record_query import Query
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.acting import Work
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sign_in import SIGN_IN, STRANGER, WRONG, SignedIn, as_noted, begin_session

SENTENCE: Final = (
    "this passkey is not known here, was removed, or its answer does not hold; sign in by password, and look at your "
    "passkeys in the settings"
)


def sign_in_by_passkey(
    desk: Desk, hasher: SecretHasher, ceremony: PasskeyCeremony, site: Site, answer: str, challenge: bytes
) -> SignedIn:
    """A session of the passkey's owner.

    challenge: what was asked of this visitor, once, a moment ago; whoever calls knows that.

    Raises NotAllowed in one sentence whatever is wrong; what it was stands in the audit.
    """
    try:
        found = _signer(desk, site, ceremony.signer_of(answer))
        sign_count = ceremony.signed(answer, site, challenge, found.public_key)
    except NotAllowed as wrong:
        with desk.store.begin() as unit:
            unit.audit.append(refused(STRANGER, desk.clock.now_us(), SIGN_IN, Subject("person", ""), wrong))
            unit.commit()
        raise NotAllowed(WRONG, SENTENCE) from None
    with desk.store.begin() as unit:
        unit.hold(f"{SIGN_IN}:{found.person}")
        passkey, person = unit.records(Passkey).get(found.id), unit.records(Person).get(found.person)
        work = Work(desk, unit, as_noted(person))
        try:
            check_passkey(passkey, person)
            unit.records(Passkey).save(used(passkey, sign_count, work.now_us))
            seated = begin_session(work, person, hasher.new_token(), passkey=passkey.id)
        except NotAllowed as wrong:
            subject = Subject("person", person.id)
            unit.audit.append(refused(work.actor, work.now_us, SIGN_IN, subject, wrong))
            unit.commit()
            raise NotAllowed(WRONG, SENTENCE) from None
        unit.commit()
        return seated


def _signer(desk: Desk, site: Site, credential_id: str) -> Passkey:
    with desk.store.reading() as view:
        kept = view.records(Passkey).find(Query(equals={"credential_id": credential_id}, limit=1)).rows
    if not kept or kept[0].site != site.name:
        raise NotAllowed("passkey.unknown", "no passkey of this site has this id")
    return kept[0]
