"""A fact turned out wrong: it is withdrawn with its reason, and nothing can be approved upon it any more."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Fact
from fanzha.core.actor import Actor
from fanzha.measures.lifecycle import OPEN
from fanzha.measures.model import Measure, effective_status
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class FactWithdrawn:
    """The fact as it stands now, and the measures upon it that somebody must look at again."""

    fact: Fact
    measures: tuple[str, ...]


def withdraw_fact(desk: Desk, actor: Actor, fact_id: str, reason: str) -> FactWithdrawn:
    """Withdraws the fact and names the open measures that rest on it; withdrawing it again changes nothing."""
    with acting(desk, actor, "fact.withdraw", Subject("fact", fact_id)) as work:
        fact = work.load(Fact, fact_id, Action.CLUE_WORK)
        withdrawn, events = casework.withdraw_fact(fact, reason, actor, work.now_us, work.ids)
        if events:
            withdrawn = work.unit.records(Fact).save(withdrawn)
            tell(work, events, "fact")
        return FactWithdrawn(withdrawn, _open_measures(work, fact))


def _open_measures(work: Work, fact: Fact) -> tuple[str, ...]:
    on_account = every(work.unit.records(Measure), Query(equals={"account": fact.fields.account}))
    return tuple(
        measure.id
        for measure in on_account
        if measure.organisation == fact.organisation
        and measure.request.fact is not None
        and measure.request.fact.evidence == fact.id
        and effective_status(measure, work.now_us) in OPEN
    )
