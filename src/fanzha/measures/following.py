"""延伸止付: the stop that follows the money is worded at once; an officer still proposes it and another approves."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fanzha.core.actor import Actor, Role
from fanzha.core.ids import Ids
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, OriginKind, Request
from fanzha.measures.rules import MeasureRules


def draft_follow_on(
    measure: Measure, request: Request, actor: Actor, rules: MeasureRules, now_us: int, ids: Ids
) -> Change:
    """A draft of the body that answers for the measure, by whoever may propose it, or by the machine as a receipt comes in.

    Raises NotAllowed for anybody else.
    """
    if not actor.has(Role.MACHINE):
        policy.check_draft(request, actor, rules, now_us)
    draft = Measure(ids.new("MEAS"), 0, measure.organisation, request, Status.DRAFT, actor.id, now_us)
    return Change(
        draft, (happened(Happening.DRAFTED, draft, actor, now_us, kind=request.kind.value, follows=measure.id),)
    )


def follows_already(measures: Iterable[Measure], request: Request, told_by: Collection[str]) -> Measure | None:
    """The measure, whatever became of it, that followed the same onward payment before.

    told_by: the measures on the account that paid on; each of their receipts may tell of the payment again.
    """
    for each in measures:
        origin, fact = each.request.origin, each.request.fact
        same = origin is not None and origin.kind is OriginKind.EXTENSION and origin.id in told_by
        if same and fact is not None and request.fact is not None and fact.fields == request.fact.fields:
            return each
    return None
