"""What has nothing to do with its case is let go within days: the finding, its task, and what rested on a fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fanzha.casework import Fact
from fanzha.measures import ending, policy
from fanzha.measures.changes import Change
from fanzha.measures.clocks import ClockKind, due_clocks
from fanzha.measures.lifecycle import OPEN
from fanzha.measures.model import Measure, OriginKind, effective_status
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import lineage_around
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.task_by_machine import put_task

LIFT = "解除"


def unrelated(work: Work, measure: Measure, reason: str) -> Change:
    """The finding; the officer of the case has the lift before him, with the day by which it is due."""
    change = ending.find_unrelated(measure, work.actor, lineage_around(work, measure), reason, work.now_us)
    rows = due_clocks(change.measure, work.rules.measures)
    due_us = next((row.due_us for row in rows if row.kind is ClockKind.LIFT_UNRELATED), None)
    if due_us is not None:
        put_task(work, measure, LIFT, "经查与案件无关，限期解除并告知当事人", due_us)
    return change


def resting_on(work: Work, fact: Fact) -> tuple[Measure, ...]:
    """The open measures of the body that rest on a fact, with those that continue one of them."""
    on_account = tuple(
        measure
        for measure in every(work.unit.records(Measure), Query(equals={"account": fact.fields.account}))
        if measure.organisation == fact.organisation
    )
    resting = {m.id for m in on_account if m.request.fact is not None and m.request.fact.evidence == fact.id}
    for _ in on_account:  # a stop that turned into a freeze, which was queued first
        resting |= {m.id for m in on_account if _continues(m, resting)}
    return tuple(m for m in on_account if m.id in resting and effective_status(m, work.now_us) in OPEN)


def _continues(measure: Measure, earlier: Iterable[str]) -> bool:
    origin = measure.request.origin
    return origin is not None and origin.kind is OriginKind.CONVERSION and origin.id in earlier


def ground_is_gone(work: Work, resting: Sequence[Measure], reason: str) -> tuple[str, ...]:
    """Finds unrelated what rests on a ground that has gone; what was never ordered cannot be approved any more anyway."""
    found = []
    for measure in resting:
        asked = (measure, work.actor, lineage_around(work, measure), reason, work.now_us)
        if policy.can_find_unrelated(*asked):
            found.append(keep_measure(work, unrelated(work, measure, reason)).id)
    return tuple(found)
