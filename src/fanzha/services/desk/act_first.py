"""The emergency path: the order leaves at once, and is void unless another officer countersigns in time."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.standing import standing_of, with_filing


def act_first(desk: Desk, actor: Actor, measure_id: str, reason: str) -> Measure:
    """Begins a draft or a proposed measure without approval. Raises NotAllowed where its kind has no such path."""
    with acting(desk, actor, "measure.act_first", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_PROPOSE)
        standing = standing_of(work, measure.request)
        worded = replace(measure, request=with_filing(measure.request, standing))
        change = deciding.act_first(worded, actor, work.rules.measures, standing, reason, work.now_us)
        return keep_measure(work, change)
