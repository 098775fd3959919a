"""Living costs, wages or money of others is let go while the rest stays held."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.measures.orders import UNANSWERED, OrderStatus
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
    another: bool = False,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Lets a part go; None: what the guard would leave free for wages and living, less what was let go before.

    another: it is a further part, though one of that amount was let go for the same reason, or is on its way.

    Raises NotAllowed when no amount is named and nothing is known that should be left free, when a decided return is to
    pay it out, or when it may be what was let go before (release.again).
    """

    def decide(work: Work, measure: Measure) -> Change:
        spare = spare_of(work, measure)
        amount = spare if amount_minor is None else amount_minor
        if amount_minor is None and amount == 0:
            raise NotAllowed("amount", f"nothing is known that {measure.id} should leave free; name the amount")
        check_not_owed(work, measure, amount)
        if not another:
            _check_not_again(measure, amount, reason)
        lineage = lineage_around(work, measure)
        change = ending.release_part(measure, actor, lineage, work.rules.measures, amount, reason, work.now_us)
        if amount >= spare:
            end_task(work, measure, RELEASE, reason)
        return change

    return change_measure(
        desk, actor, "measure.release_part", measure_id, Action.MEASURE_LIFT, decide,
        content=(amount_minor, reason), version=version, request=request,
    )  # fmt: skip


def _check_not_again(measure: Measure, amount_minor: int, reason: str) -> None:
    """What was let go does not come back: two hands that mean one release let the money go once."""
    for release in reversed(measure.part_releases):
        order = measure.order(release.order)  # the payment of a return has none here
        if order is None or order.status is OrderStatus.REFUSED or release.amount_minor != amount_minor:
            continue
        if order.status in UNANSWERED or release.reason.strip() == reason.strip():
            gone = format_minor(amount_minor, exponent_of(measure.request.scope.currency))
            sentence = (
                f"{gone} of {measure.id} were let go at {format_instant(release.at_us)}, order {order.id}: is it the same? "
                "nothing more was let go; where it is a further part, say so (--another)"
            )
            raise NotAllowed("release.again", sentence)
