"""延伸止付: the stop that follows the money is worded at once; an officer still proposes it and another approves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from fanzha.core.actor import Actor, Role
from fanzha.core.ids import Ids
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.guard import holds_whole
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import FactCheck, Measure, MeasureKind, OriginKind, Request
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

    A stop of the same case that rests on the payment followed it, too: a statement may show it before the receipt tells.

    measures: on the account that the payment went to. told_by: the measures on the account that paid on; each of their
    receipts may tell of the payment again.
    """
    if request.fact is None:
        return None
    for each in measures:
        origin, fact = each.request.origin, each.request.fact
        extends = origin is not None and origin.kind is OriginKind.EXTENSION and origin.id in told_by
        of_case = (each.kind, each.request.case) == (request.kind, request.case)
        if (extends or of_case) and fact is not None and _is_same_payment(fact, request.fact):
            return each
    return None


def _is_same_payment(one: FactCheck, other: FactCheck) -> bool:
    """Of payments to one account; a statement may leave the holder's name out."""
    return (one.fields.amount_minor, one.fields.time_us) == (other.fields.amount_minor, other.fields.time_us)


def stopped_since(measures: Iterable[Measure], paid_us: int, told_us: int, rules: MeasureRules) -> Measure | None:
    """The stop, over by now, that shut the account upon a payment that was known of before it was over.

    Whoever ended it decided of that payment, too: it is not followed a second time.

    measures: of the case on the account. paid_us, told_us: when the payment came there, and when the first answer told of
    it.
    """
    for each in measures:
        began_us, over_us = each.starts_us, each.ends_us if each.ended_us is None else each.ended_us
        if each.kind is not MeasureKind.STOP_PAYMENT or began_us is None or over_us is None:
            continue
        whole = holds_whole(each.request.scope, rules.of(each.kind, each.drafted_us))
        if whole and paid_us <= began_us and told_us < over_us:
            return each
    return None


def follow_on_draft(measures: Iterable[Measure], case: str, currency: str) -> Measure | None:
    """The follow-on stop of the case among an account's measures that nobody has proposed yet."""
    for each in measures:
        origin, request = each.request.origin, each.request
        if origin is None or origin.kind is not OriginKind.EXTENSION or each.status is not Status.DRAFT:
            continue
        if (request.case, request.scope.currency) == (case, currency):
            return each
    return None


def grow_follow_on(draft: Measure, more_minor: int, measure: Measure, actor: Actor, now_us: int) -> Change:
    """One stop for all that went to an account: the draft takes the traced money of one more payment, too.

    more_minor: minor units. measure: whose receipt told of that payment.
    """
    scope = draft.request.scope
    amount = (scope.amount_minor or 0) + more_minor
    request = replace(draft.request, scope=replace(scope, amount_minor=amount, traced_minor=amount))
    grown = replace(draft, request=request)
    return Change(grown, (happened(Happening.AMENDED, grown, actor, now_us, follows=measure.id),))
