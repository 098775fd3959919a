"""Another officer answers for what was begun first."""

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


def countersign_measure(desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None) -> Measure:
    """Countersigns within the set time; afterwards the measure is void and NotAllowed is raised."""
    with acting(desk, actor, "measure.countersign", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_APPROVE, version)
        lineage = lineage_of(work.tree(measure.organisation), measure.organisation)
        change = deciding.countersign(measure, actor, lineage, work.rules.measures, work.now_us)
        return keep_measure(work, change)
