"""Another officer approves; the order goes into the outbox in the same moment."""

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
from fanzha.services.desk.standing import standing_of


def approve_measure(desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None) -> Measure:
    """Approves what was proposed.

    Args:
        desk: the desk.
        actor: another than who drafted or proposed it, of the level that the term asks for.
        measure_id: of the measure.
        version: the version that the actor looked at; None: whatever stands now.

    Raises:
        NotAllowed: the rule that forbids it is named: four_eyes, level, organisation, …
        StaleVersion: somebody else changed it meanwhile.
    """
    with acting(desk, actor, "measure.approve", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_APPROVE, version)
        lineage = lineage_of(work.tree(measure.organisation), measure.organisation)
        standing = standing_of(work, measure.request)
        change = deciding.approve_measure(measure, actor, lineage, work.rules.measures, standing, work.now_us)
        return keep_measure(work, change)
