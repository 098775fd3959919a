"""A clue becomes a fact: an officer read the four fields in a document."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Document, EventKind, Fact, VerifiedFields, checks_by
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class Verified:
    """The clue as it stands now, and the fact that was made of it."""

    clue: Clue
    fact: Fact


def verify_clue(
    desk: Desk, actor: Actor, clue_id: str, fields: VerifiedFields, document: Document, *, hop: int = 1
) -> Verified:
    """Makes the fact that all four fields stand so in the document that the actor looked at.

    Raises NotAllowed when a field is empty or the document is not enough at this hop.
    """
    with acting(desk, actor, "clue.verify", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        checks = checks_by(actor, document, work.now_us)
        clue, fact, events = casework.verify_clue(
            clue, fields, checks, work.rules.casework.fact, actor, work.now_us, work.ids, hop=hop
        )
        fact = work.unit.records(Fact).add(fact)
        made = tuple(event for event in events if event.kind is EventKind.FACT_MADE)
        clue = keep_clue(work, clue, tuple(event for event in events if event not in made))
        tell(work, made, "fact")
    return Verified(clue, fact)
