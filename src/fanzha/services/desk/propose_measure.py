"""A draft goes to the approver, if nothing stands against it without a reason."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.after_answer import put_tellings
from fanzha.services.desk.change_measure import change_measure, hold_target
from fanzha.services.desk.model import Desk
from fanzha.services.desk.standing import standing_of, with_filing


def propose_measure(
    desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Asks for the approval.

    Raises NotAllowed that names what stands against it: no basis, no fact, no 立案.
    """

    def decide(work: Work, measure: Measure) -> Change:
        hold_target(work, measure)
        standing = standing_of(work, measure.request, itself=measure.id)
        worded = replace(measure, request=with_filing(measure.request, standing))
        change = deciding.propose_measure(worded, actor, work.rules.measures, standing, work.now_us)
        put_tellings(work, change.measure)
        return change

    return change_measure(
        desk, actor, "measure.propose", measure_id, Action.MEASURE_PROPOSE, decide, version=version, request=request
    )
