"""Living costs, wages or money of others is let go while the rest stays held."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.draft_release import RELEASE
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.model import Desk
from fanzha.services.desk.pay_return import check_not_owed
from fanzha.services.desk.weighing import spare_of


def release_part(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    reason: str,
    *,
    amount_minor: int | None = None,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Lets a part go; None: what the guard would leave free for wages and living, less what was let go before.

    Raises NotAllowed when no amount is named and nothing is known that should be left free, or when a decided return is
    to pay it out.
    """

    def decide(work: Work, measure: Measure) -> Change:
        spare = spare_of(work, measure)
        amount = spare if amount_minor is None else amount_minor
        if amount_minor is None and amount == 0:
            raise NotAllowed("amount", f"nothing is known that {measure.id} should leave free; name the amount")
        check_not_owed(work, measure, amount)
        lineage = lineage_around(work, measure)
        change = ending.release_part(measure, actor, lineage, work.rules.measures, amount, reason, work.now_us)
        if amount >= spare:
            end_task(work, measure, RELEASE, reason)
        return change

    return change_measure(
        desk, actor, "measure.release_part", measure_id, Action.MEASURE_LIFT, decide,
        content=(amount_minor, reason), version=version, request=request,
    )  # fmt: skip
