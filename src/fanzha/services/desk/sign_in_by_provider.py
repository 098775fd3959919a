"""Somebody shows who he is by a provider of identities elsewhere; only who has a login here already gets in."""

from __future__ import annotations

from typing import Final

from fanzha.access import Person
from fanzha.audit import Subject, refused
from fanzha.core.actor import NOBODYS_ROLES, Role
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.acting import Work
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sign_in import SIGN_IN, STRANGER, WRONG, SignedIn, as_noted, begin_session

SENTENCE: Final = (
    "the provider knows you, but no active login of this desk is yours; ask an administrator (管理员) of your body"
)


def sign_in_by_provider(desk: Desk, hasher: SecretHasher, provider: str, login: str) -> SignedIn:
    """A session of the person with this login, as the provider verified it; nobody is made by it.

    Raises NotAllowed where there is none, it is a program's, or it is not active.
    """
    with desk.store.begin() as unit:
        person = next(iter(unit.records(Person).find(Query(equals={"login": login}, limit=1)).rows), None)
        work = Work(desk, unit, STRANGER if person is None else as_noted(person))
        try:
            if person is None:
                raise NotAllowed(WRONG, "the provider named a login that is not here")  # noqa: TRY301 - noted below
            if set(person.roles) & (NOBODYS_ROLES | {Role.API_CLIENT}):
                raise NotAllowed("person.program", "the provider named a program")  # noqa: TRY301 - noted below
            seated = begin_session(work, person, hasher.new_token(), provider=provider)
        except NotAllowed as wrong:
            unit.audit.append(refused(work.actor, work.now_us, SIGN_IN, Subject("person", work.actor.id), wrong))
            unit.commit()
            raise NotAllowed(WRONG, SENTENCE) from None
        unit.commit()
        return seated
