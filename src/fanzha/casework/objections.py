"""Somebody says that a number is listed wrongly; he gets a number at once and a written answer within the time.

An objection is taken whether or not the number is listed: that it was taken tells nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.casework.policy import check_head
from fanzha.casework.public_terms import public_term
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


@unique
class ObjectionStatus(StrEnum):
    """Where an objection stands."""

    RECEIVED = "received"
    UPHELD = "upheld"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class ListingObjection:
    """Against the publication of a number; its id is what the objector is told."""

    id: str
    version: int
    organisation: str  # the body that answers
    term: str
    by: str
    contact: str
    grounds: str
    received_us: int
    due_us: int
    indicator: str = ""  # what it is about, found by who answers it
    status: ObjectionStatus = ObjectionStatus.RECEIVED
    answer: str = ""
    answered_by: str = ""
    answered_us: int | None = None


def receive_objection(
    term: str, by: str, contact: str, grounds: str, actor: Actor, now_us: int, ids: Ids, *, due_us: int
) -> ListingObjection:
    """Raises BadInput without a number, a name, a way to answer, or grounds."""
    number = public_term(term)
    if not (number and by.strip() and contact.strip() and grounds.strip()):
        raise BadInput("an objection names the number, who objects, how he is reached, and why")
    return ListingObjection(
        ids.new("OBJ"), 0, actor.organisation, number, by.strip(), contact.strip(), grounds.strip(), now_us, due_us
    )


def answer_objection(
    objection: ListingObjection, status: ObjectionStatus, answer: str, actor: Actor, now_us: int, *, took_part: bool,
    length_min: int,
) -> ListingObjection:  # fmt: skip
    """The written answer of a head who took no part in the publication; length_min: characters, by the rules."""
    check_head(actor, f"the answer to {objection.id}")
    if objection.status is not ObjectionStatus.RECEIVED or status is ObjectionStatus.RECEIVED:
        raise NotAllowed(
            "transition", f"{objection.id} is {in_words(objection.status)}: it is answered once, for or against"
        )
    if took_part:
        raise NotAllowed(
            "four_eyes", "who proposed or decided the publication does not answer the objection against it"
        )
    if len(answer.strip()) < length_min:
        raise NotAllowed("answer", "the answer is written: say what was examined and why it is so decided")
    return replace(objection, status=status, answer=answer.strip(), answered_by=actor.id, answered_us=now_us)
