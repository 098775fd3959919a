"""The emergency path: the order leaves at once, and is void unless another officer countersigns in time."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, hold_target
from fanzha.services.desk.model import Desk
from fanzha.services.desk.standing import standing_of, with_filing


def act_first(
    desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Begins a draft or a proposed measure without approval. Raises NotAllowed where its kind has no such path."""

    def decide(work: Work, measure: Measure) -> Change:
        hold_target(work, measure)
        standing = standing_of(work, measure.request, itself=measure.id)
        worded = replace(measure, request=with_filing(measure.request, standing))
        return deciding.act_first(worded, actor, work.rules.measures, standing, reason, work.now_us)

    return change_measure(
        desk, actor, "measure.act_first", measure_id, Action.MEASURE_PROPOSE, decide,
        content=(reason,), version=version, request=request,
    )  # fmt: skip
