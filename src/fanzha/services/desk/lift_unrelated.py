"""What has nothing to do with its case is let go within days: the finding, its task, and what rested on a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fanzha.casework import Fact, TaskStep, order_target_of
from fanzha.measures import ending, policy
from fanzha.measures.changes import Change
from fanzha.measures.clocks import ClockKind, due_clocks
from fanzha.measures.lifecycle import OPEN, OUT
from fanzha.measures.model import FourFields, Measure, OriginKind, effective_status
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import lineage_around
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.task_by_machine import put_task

LIFT = "解除"


def unrelated(work: Work, measure: Measure, reason: str, gone: str = "") -> Change:
    """The finding; the officer of the case has the lift before him, with the day by which it is due.

    gone: the fact or clue whose end is the reason.
    """
    lineage = lineage_around(work, measure)
    change = ending.find_unrelated(measure, work.actor, lineage, reason, work.now_us, gone=gone)
    rows = due_clocks(change.measure, work.rules.measures)
    due_us = next((row.due_us for row in rows if row.kind is ClockKind.LIFT_UNRELATED), None)
    if due_us is not None:
        put_task(work, measure, LIFT, "经查与案件无关，限期解除并告知当事人", due_us, again=True)
    return change


def resting_on(work: Work, fact: Fact) -> tuple[Measure, ...]:
    """The open measures of the body that rest on a fact, with those that continue one of them."""
    on_account = tuple(
        measure
        for measure in every(work.unit.records(Measure), Query(equals={"account": fact.fields.account}))
        if measure.organisation == fact.organisation
    )
    resting = {m.id for m in on_account if m.fact_id == fact.id}
    for _ in on_account:  # a stop that turned into a freeze, which was queued first
        resting |= {m.id for m in on_account if _continues(m, resting)}
    return tuple(m for m in on_account if m.id in resting and effective_status(m, work.now_us) in OPEN)


def _continues(measure: Measure, earlier: Iterable[str]) -> bool:
    origin = measure.request.origin
    return origin is not None and origin.kind is OriginKind.CONVERSION and origin.id in earlier


def ground_is_gone(work: Work, resting: Sequence[Measure], reason: str, gone: str) -> tuple[str, ...]:
    """Finds unrelated what rests on a ground that has gone; what was never ordered cannot be approved any more anyway.

    gone: the id of the fact or clue.
    """
    found = []
    for measure in resting:
        asked = (measure, work.actor, lineage_around(work, measure), reason, work.now_us)
        if policy.can_find_unrelated(*asked):
            found.append(keep_measure(work, unrelated(work, measure, reason, gone)).id)
    return tuple(found)


def ground_is_back(work: Work, grounds: Mapping[str, Fact], instead: Fact | None, reason: str) -> tuple[str, ...]:
    """Ends the finding of what was unrelated only because a ground had gone, with its clock and its task; their ids.

    What was lifted meanwhile stays lifted. What has not left yet says the four fields to the bank: it goes on only where
    the fact has the same.

    grounds: by the id of what had gone the fact that the measures rest on. instead: the fact that was made in its place;
    None: the same is there again.
    """
    found = []
    for gone, fact in grounds.items():
        now = instead or fact
        for measure in resting_on(work, fact):
            asked = (measure, work.actor, lineage_around(work, measure))
            fits = measure.status in OUT or _same_fields(measure, now)
            if measure.unrelated_by == gone and fits and policy.can_find_related(*asked, work.now_us):
                kept = keep_measure(work, ending.find_related(*asked, now.id, reason, work.now_us))
                end_task(work, kept, LIFT, reason, TaskStep.CANCEL)
                found.append(kept.id)
    return tuple(found)


def _same_fields(measure: Measure, fact: Fact) -> bool:
    ordered, read = measure.request.fact, order_target_of(fact)
    return ordered is None or ordered.fields == FourFields(
        read.holder_name, read.account, read.amount_minor, read.at_us
    )
