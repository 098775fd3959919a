"""The approver says no, and why."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk


def reject_measure(desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None) -> Measure:
    """Turns down what was proposed; whoever may approve it may."""
    with acting(desk, actor, "measure.reject", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_APPROVE, version)
        lineage = lineage_of(work.tree(measure.organisation), measure.organisation)
        change = deciding.reject_measure(measure, actor, lineage, work.rules.measures, reason, work.now_us)
        return keep_measure(work, change)
