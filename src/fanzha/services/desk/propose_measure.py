"""A draft goes to the approver, if nothing stands against it without a reason."""

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


def propose_measure(desk: Desk, actor: Actor, measure_id: str) -> Measure:
    """Asks for the approval.

    Raises NotAllowed that names what stands against it: no basis, no fact, no 立案.
    """
    with acting(desk, actor, "measure.propose", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_PROPOSE)
        standing = standing_of(work, measure.request)
        worded = replace(measure, request=with_filing(measure.request, standing))
        change = deciding.propose_measure(worded, actor, work.rules.measures, standing, work.now_us)
        return keep_measure(work, change)
