"""Tokens of programs: given once, kept as a hash, revoked at once."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, CredentialKind, Person, new_credential, revoke
from fanzha.access import Credential as Shown
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.acting import acting
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.add_person import kept_body
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is told once, and what is kept of it."""

    token: str
    credential: Shown


def add_token(desk: Desk, hasher: SecretHasher, actor: Actor, login: str, label: str) -> NewToken:
    """One more token for a program; the label says where it lies.

    Raises NotAllowed when the login is a person's, or its body's tokens are not the actor's to keep; BadInput without a
    label.
    """
    if not label.strip():
        raise BadInput("a token needs a label that says where it will lie, such as: gateway-1")
    token = hasher.new_token()
    subject = Subject("person", login)
    with acting(desk, actor, "token.add", subject) as work:
        try:
            person = work.unit.records(Person).get(login)
        except NotFound:
            raise NotFound(f"there is no login {login}; see: fanzha office person list") from None
        kept_body(work, person.organisation, Action.TOKEN_KEEP)
        if Role.API_CLIENT not in person.roles:
            raise NotAllowed("token.person", f"{login} is a person: people sign in, only programs have tokens")
        rules = work.rules.access.credentials
        made = new_credential(
            person, CredentialKind.TOKEN, token_hash(token), rules, work.now_us, work.ids, label=label.strip()
        )
        made = work.unit.records(Shown).add(made)
        work.unit.audit.append(done(actor, work.now_us, "token.add", subject, details={"credential": made.id}))
    return NewToken(token, made)


def revoke_token(desk: Desk, actor: Actor, credential_id: str, reason: str) -> Shown:
    """The token counts no more; revoking it twice keeps the first time.

    Raises NotFound for what is no token, NotAllowed as `add_token`.
    """
    subject = Subject("credential", credential_id)
    with acting(desk, actor, "token.revoke", subject) as work:
        records = work.unit.records(Shown)
        token = next(iter(records.get_many((credential_id,))), None)
        if token is None or token.kind is not CredentialKind.TOKEN:
            raise NotFound(f"there is no token {credential_id}; see: fanzha office token list LOGIN")
        kept_body(work, token.organisation, Action.TOKEN_KEEP)
        if not is_reason(reason):
            raise NotAllowed("reason.needed", reason_sentence("revoking a token"))
        revoked = revoke(token, work.now_us)
        token = token if revoked == token else records.save(revoked)
        said = {"person": token.person}
        work.unit.audit.append(done(actor, work.now_us, "token.revoke", subject, reason=reason, details=said))
    return token
