"""A measure binds nobody from this instant; the release goes into the outbox."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.casework import TaskStep
from fanzha.core.actor import Actor
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.after_answer import put_tellings
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.draft_release import RELEASE
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.lift_unrelated import LIFT
from fanzha.services.desk.model import Desk
from fanzha.services.desk.pay_return import check_not_owed


def lift_measure(
    desk: Desk, actor: Actor, measure_id: str, reason: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """Lifts it; one officer who may is enough to let somebody's money go.

    Raises NotAllowed while a decided return has not been paid out of it.
    """

    def decide(work: Work, measure: Measure) -> Change:
        return lifted(work, measure, reason)

    return change_measure(
        desk, actor, "measure.lift", measure_id, Action.MEASURE_LIFT, decide,
        content=(reason,), version=version, request=request,
    )  # fmt: skip


def lifted(work: Work, measure: Measure, reason: str) -> Change:
    """The lift as a part of another use case: what waited for it is done, and the holder is to be told."""
    check_not_owed(work, measure, None)
    lineage = lineage_around(work, measure)
    change = ending.lift_measure(measure, work.actor, lineage, work.rules.measures, reason, work.now_us)
    end_task(work, measure, LIFT, reason)
    end_task(work, measure, RELEASE, reason, TaskStep.CANCEL)
    put_tellings(work, change.measure)
    return change
