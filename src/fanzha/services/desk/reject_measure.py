"""The approver says no, and why."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.casework import TaskStep
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.after_answer import TELL
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.model import Desk


def reject_measure(
    desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Turns down what was proposed; whoever may approve it may."""

    def decide(work: Work, measure: Measure) -> Change:
        lineage = lineage_around(work, measure)
        end_task(work, measure, TELL, reason, TaskStep.CANCEL)
        return deciding.reject_measure(measure, actor, lineage, work.rules.measures, reason, work.now_us)

    return change_measure(
        desk, actor, "measure.reject", measure_id, Action.MEASURE_APPROVE, decide,
        content=(reason,), version=version, request=request,
    )  # fmt: skip
