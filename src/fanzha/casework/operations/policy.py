"""Who may do what in an operation, as far as the operation itself tells; every rule raises, and has its `can_`."""

from __future__ import annotations

from collections.abc import Collection

from fanzha.casework.operations.lifecycle import TAKES_ENTRIES
from fanzha.casework.operations.model import Operation
from fanzha.casework.operations.words import words_of
from fanzha.casework.policy import check_person, why_not
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed


def check_takes_part(operation: Operation, actor: Actor) -> None:
    """Only who is of a body of the operation, or in one of its teams, enters what it achieved."""
    if actor.organisation not in operation.all_bodies and actor.id not in operation.members:
        raise NotAllowed(
            "operation.part",
            f"{operation.id} is of {', '.join(operation.all_bodies)}; {actor.id} acts for {actor.organisation or 'no body'} "
            "and is in none of its teams: have his body added (fanzha operation body)",
        )


def check_leads(operation: Operation, actor: Actor, superiors: Collection[str] = ()) -> None:
    """Only the leading body, or one above it, changes the plan and decides."""
    if actor.organisation != operation.organisation and actor.organisation not in superiors:
        raise NotAllowed(
            "operation.lead",
            f"{operation.id} is led by {operation.organisation}; {actor.id} acts for {actor.organisation or 'no body'}: "
            f"ask {operation.organisation}",
        )


def check_takes_entries(operation: Operation, actor: Actor) -> None:
    """What was achieved is entered from the begin until the file is closed, by a person who takes part."""
    check_person(actor, f"an entry of {operation.id}")
    check_takes_part(operation, actor)
    if operation.status not in TAKES_ENTRIES:
        raise NotAllowed(
            "operation.entries",
            f"{operation.id} is {words_of(operation.status)} and takes no entries; it takes them while it is running or "
            "ended: begin it, or reopen it (fanzha operation step)",
        )


def can_take_entries(operation: Operation, actor: Actor) -> str:
    """The reason why not; empty where the actor may enter."""
    return why_not(lambda: check_takes_entries(operation, actor))
