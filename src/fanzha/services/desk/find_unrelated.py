"""The money has nothing to do with the case: from now on the days run within which it must be let go."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure
from fanzha.services.desk.lift_unrelated import unrelated
from fanzha.services.desk.model import Desk


def find_unrelated(
    desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Finds a measure unrelated to its case; whoever may lift it still lifts it, and a clock says by when."""

    def decide(work: Work, measure: Measure) -> Change:
        return unrelated(work, measure, reason)

    return change_measure(
        desk, actor, "measure.find_unrelated", measure_id, Action.MEASURE_LIFT, decide,
        content=(reason,), version=version, request=request,
    )  # fmt: skip
