"""The customer whose payment is held was called back and warned; he decides, and may go on."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import CallBackOutcome, Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.model import Desk


def record_call_back(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    outcome: CallBackOutcome,
    note: str,
    *,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Notes the call; where the customer pays all the same, the hold on his payment ends at once."""

    def decide(work: Work, measure: Measure) -> Change:
        lineage = lineage_around(work, measure)
        return ending.record_call_back(measure, actor, lineage, work.rules.measures, outcome, note, work.now_us)

    return change_measure(
        desk, actor, "measure.call_back", measure_id, Action.MEASURE_LIFT, decide,
        content=(outcome, note), version=version, request=request,
    )  # fmt: skip
