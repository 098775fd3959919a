"""A fact turned out wrong: it is withdrawn, nothing is approved upon it any more, and its clue is verified anew."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Fact
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.lift_unrelated import ground_is_gone, resting_on
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.publish_indicator import take_down


@dataclass(frozen=True, slots=True)
class FactWithdrawn:
    """The fact and its clue as they stand now, and the measures upon the fact that somebody must look at again."""

    fact: Fact
    clue: Clue
    measures: tuple[str, ...]
    to_be_lifted: tuple[str, ...] = ()  # those of them that were ordered: from now on the days to lift them run


def withdraw_fact(desk: Desk, actor: Actor, fact_id: str, reason: str) -> FactWithdrawn:
    """Withdraws the fact and names the open measures that rest on it; withdrawing it again changes nothing.

    What was ordered on it is found unrelated in the same moment, with the clock and the task of its lift.
    """
    with acting(desk, actor, "fact.withdraw", Subject("fact", fact_id)) as work:
        fact = work.load(Fact, fact_id, Action.CLUE_WORK)
        withdrawn, events = casework.withdraw_fact(fact, reason, actor, work.now_us, work.ids)
        resting = resting_on(work, fact)
        lifted: tuple[str, ...] = ()
        if events:
            withdrawn = work.unit.records(Fact).save(withdrawn)
            tell(work, events, "fact")
            take_down(work, withdrawn, f"{fact.id} was withdrawn: {reason}")
            lifted = ground_is_gone(work, resting, f"{fact.id} was withdrawn: {reason}", fact.id)
        return FactWithdrawn(withdrawn, _clue_after(work, withdrawn), tuple(measure.id for measure in resting), lifted)


def _clue_after(work: Work, withdrawn: Fact) -> Clue:
    clue = work.unit.records(Clue).get(withdrawn.clue)
    facts = tuple(every(work.unit.records(Fact), Query(equals={"clue": clue.id})))
    after, events = casework.unverify_clue(clue, facts, work.actor, work.now_us, work.ids)
    return keep_clue(work, after, events) if events else clue
