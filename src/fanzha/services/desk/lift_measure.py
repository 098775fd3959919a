"""A measure binds nobody from this instant; the release goes into the outbox."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures import ending
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk


def lift_measure(desk: Desk, actor: Actor, measure_id: str, reason: str) -> Measure:
    """Lifts it; one officer who may is enough to let somebody's money go."""
    with acting(desk, actor, "measure.lift", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_LIFT)
        lineage = lineage_of(work.tree(measure.organisation), measure.organisation)
        change = ending.lift_measure(measure, actor, lineage, work.rules.measures, reason, work.now_us)
        return keep_measure(work, change)
