"""Another officer approves; the order goes into the outbox in the same moment."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure, MeasureKind
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, hold_target, lineage_around
from fanzha.services.desk.model import Desk
from fanzha.services.desk.pay_return import check_payable
from fanzha.services.desk.standing import standing_of


def approve_measure(
    desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Approves what was proposed.

    Args:
        desk: the desk.
        actor: another than who drafted or proposed it, of the level that the term asks for.
        measure_id: of the measure.
        version: the version that the actor looked at; None: whatever stands now.
        request: the caller's own key of the command.

    Raises:
        NotAllowed: the rule that forbids it is named: four_eyes, level, organisation, …
        StaleVersion: somebody else changed it meanwhile.
    """

    def decide(work: Work, measure: Measure) -> Change:
        hold_target(work, measure)
        if measure.kind is MeasureKind.RETURN:
            check_payable(work, measure)
        lineage = lineage_around(work, measure)
        standing = standing_of(work, measure.request, itself=measure.id)
        return deciding.approve_measure(measure, actor, lineage, work.rules.measures, standing, work.now_us)

    return change_measure(
        desk, actor, "measure.approve", measure_id, Action.MEASURE_APPROVE, decide, version=version, request=request
    )
