"""Another officer answers for what was begun first."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.model import Desk
from fanzha.services.desk.standing import check_fact_stands


def countersign_measure(
    desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Countersigns within the set time; afterwards, or once its fact was withdrawn, NotAllowed is raised."""

    def decide(work: Work, measure: Measure) -> Change:
        check_fact_stands(work.unit, measure.fact_id)
        return deciding.countersign(measure, actor, lineage_around(work, measure), work.rules.measures, work.now_us)

    return change_measure(
        desk, actor, "measure.countersign", measure_id, Action.MEASURE_APPROVE, decide,
        version=version, request=request,
    )  # fmt: skip
