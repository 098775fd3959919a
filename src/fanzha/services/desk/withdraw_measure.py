"""The desk takes a measure back before any order of it was prepared."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.casework import TaskStep
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.after_answer import TELL
from fanzha.services.desk.change_measure import change_measure
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.model import Desk


def withdraw_measure(
    desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Takes a draft or a proposal back, with a reason; what was approved is lifted instead."""

    def decide(work: Work, measure: Measure) -> Change:
        end_task(work, measure, TELL, reason, TaskStep.CANCEL)
        return deciding.withdraw_measure(measure, actor, reason, work.now_us)

    return change_measure(
        desk, actor, "measure.withdraw", measure_id, Action.MEASURE_PROPOSE, decide,
        content=(reason,), version=version, request=request,
    )  # fmt: skip
