"""What a measure would be, and what would stand against it, before anything of it is written down."""

from __future__ import annotations

from typing import cast

from fanzha.access import Action
from fanzha.casework import Case, Clue, Fact
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work
from fanzha.services.desk.case_family import family_of
from fanzha.services.desk.draft_measure import MeasureDraft, draft_within
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.preview_measure import Preview, preview_of
from fanzha.services.desk.rehearse import rehearsed


def preview_draft(desk: Desk, actor: Actor, draft: MeasureDraft) -> Preview:
    """The measure as the rules would word it, and its review.

    Raises what `draft_measure` raises; nothing is kept, and nothing noted.
    """
    with rehearsed(desk).store.begin() as unit:
        work = Work(desk, unit, actor)
        return preview_of(work, draft_within(work, draft))


def facts_of_case(desk: Desk, actor: Actor, case_id: str) -> tuple[Fact, ...]:
    """The facts that stand in a case, on which its orders may rest; the newest first. Raises NotFound as for a case."""
    with desk.store.reading() as view:
        look = Look(desk, view, actor)
        case = look.load(Case, case_id, Action.SEE)
        found = [
            fact
            for member in family_of(view, case)
            for clue in every(view.records(Clue), Query(equals={"case_id": member.id}))
            for fact in view.records(Fact).get_many(clue.facts)
            if fact.withdrawn_at_us is None
        ]
    return cast("tuple[Fact, ...]", tuple(sorted(found, key=lambda fact: fact.verified_at_us, reverse=True)))
