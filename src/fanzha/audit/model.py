"""What an audit row says: written by a use case, then sealed into the chain by the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, Refused

DetailValue = str | int | bool


@unique
class Outcome(StrEnum):
    """Whether it happened; what was refused is kept as well as what was done."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted on: the kind of record and its id."""

    kind: str  # measure, case, account, …
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One deed or refusal, before it has a place in the chain.

    Details hold ids, codes, amounts, counts and fingerprints, never a person's name; long numbers are masked when the
    entry is sealed.
    """

    at_us: int
    actor: str
    organisation: str  # of the actor
    action: str  # subject.verb: measure.approve, account.reveal
    outcome: Outcome = Outcome.DONE
    subject_kind: str = ""
    subject_id: str = ""
    case: str = ""  # the case it serves; empty where there is none
    reason: str = ""
    details: Mapping[str, DetailValue] = field(default_factory=dict[str, DetailValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent(AuditEntry):
    """An entry with its place in the chain: hexadecimal SHA-256 over itself and the hash before it."""

    seq: int  # from 1, without gaps
    previous_hash: str
    hash: str


def done(
    actor: Actor,
    at_us: int,
    action: str,
    subject: Subject,
    *,
    case: str = "",
    reason: str = "",
    details: Mapping[str, DetailValue] | None = None,
) -> AuditEntry:
    """The entry of something that was done."""
    return AuditEntry(
        at_us=at_us,
        actor=actor.id,
        organisation=actor.organisation,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        case=case,
        reason=reason,
        details=dict(details or {}),
    )


def refused(
    actor: Actor,
    at_us: int,
    action: str,
    subject: Subject,
    refusal: Refused,
    *,
    case: str = "",
    details: Mapping[str, DetailValue] | None = None,
) -> AuditEntry:
    """The entry of something that was asked and refused; the rule that refused it stands in the details."""
    rule = refusal.rule if isinstance(refusal, NotAllowed) else type(refusal).__name__
    return AuditEntry(
        at_us=at_us,
        actor=actor.id,
        organisation=actor.organisation,
        action=action,
        outcome=Outcome.REFUSED,
        subject_kind=subject.kind,
        subject_id=subject.id,
        case=case,
        reason=str(refusal),
        details={**(details or {}), "rule": rule},
    )
