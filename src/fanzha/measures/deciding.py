"""From a draft to an approved order: drafting, proposing, approving, turning down; and the emergency path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from fanzha.core.actor import Actor, Organisation
from fanzha.core.ids import Ids
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened, signed_by, with_order
from fanzha.measures.guard import AccountView, holds_whole, innocent_money
from fanzha.measures.lifecycle import Event, Status
from fanzha.measures.model import Measure, Request, Signature
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Order, OrderStatus, Verb
from fanzha.measures.rules import MeasureRules


def draft_measure(request: Request, actor: Actor, rules: MeasureRules, now_us: int, ids: Ids) -> Change:
    """A draft of the actor's body; nothing is asked of anybody yet."""
    policy.check_draft(request, actor, rules, now_us)
    measure = Measure(ids.new("MEAS"), 0, actor.organisation, request, Status.DRAFT, actor.id, now_us)
    return Change(measure, (happened(Happening.DRAFTED, measure, actor, now_us, kind=request.kind.value),))


def amend_draft(measure: Measure, request: Request, actor: Actor, rules: MeasureRules, now_us: int) -> Change:
    """Another wording of a draft, with a reason more or an amount less; once proposed it stands as it was proposed."""
    policy.check_amend(measure, request, actor, rules, now_us)
    amended = replace(measure, request=request)
    changed = " ".join(_changed(measure.request, request))
    return Change(amended, (happened(Happening.AMENDED, amended, actor, now_us, changed=changed),))


def _changed(before: Request, after: Request) -> Iterator[str]:
    """What of a request was worded anew, by the names of its parts."""
    for held, now in ((before, after), (before.scope, after.scope)):
        names = (field.name for field in fields(held) if field.name != "scope")
        yield from (name for name in names if getattr(held, name) != getattr(now, name))


def propose_measure(measure: Measure, actor: Actor, rules: MeasureRules, standing: Standing, now_us: int) -> Change:
    """The draft goes to the approver, with the innocent money that it would hold counted where the balance is known."""
    policy.check_propose(measure, actor, rules, standing, now_us)
    request = _counted(measure.request, rules, standing.account, now_us)
    proposed = replace(
        measure,
        request=request,
        status=policy.check_event(measure, Event.PROPOSE, now_us).to,
        approvals=signed_by(measure, Signature.PROPOSED, actor, now_us),
    )
    return Change(proposed, (happened(Happening.PROPOSED, proposed, actor, now_us, **_weighed(request, standing)),))


def approve_measure(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    standing: Standing,
    now_us: int,
) -> Change:
    """The order is prepared; it leaves through the outbox."""
    policy.check_approve(measure, actor, lineage, rules, standing, now_us)
    approved = replace(
        measure,
        status=policy.check_event(measure, Event.APPROVE, now_us).to,
        approvals=signed_by(measure, Signature.APPROVED, actor, now_us),
        orders=with_order(measure, _begin(measure, now_us)),
    )
    return Change(approved, (happened(Happening.APPROVED, approved, actor, now_us, order=approved.orders[-1].id),))


def reject_measure(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, reason: str, now_us: int
) -> Change:
    """The approver says no, and why."""
    policy.check_reject(measure, actor, lineage, rules, reason, now_us)
    rejected = replace(
        measure,
        status=policy.check_event(measure, Event.REJECT, now_us).to,
        approvals=signed_by(measure, Signature.REJECTED, actor, now_us, reason),
        ended_us=now_us,
        end_reason=reason,
    )
    return Change(rejected, (happened(Happening.REJECTED, rejected, actor, now_us, reason=reason),))


def withdraw_measure(measure: Measure, actor: Actor, reason: str, now_us: int) -> Change:
    """The desk takes it back before any order was prepared."""
    policy.check_withdraw(measure, actor, reason, now_us)
    withdrawn = replace(
        measure,
        status=policy.check_event(measure, Event.WITHDRAW, now_us).to,
        approvals=signed_by(measure, Signature.WITHDRAWN, actor, now_us, reason),
        ended_us=now_us,
        end_reason=reason,
    )
    return Change(withdrawn, (happened(Happening.WITHDRAWN, withdrawn, actor, now_us, reason=reason),))


def act_first(
    measure: Measure, actor: Actor, rules: MeasureRules, standing: Standing, reason: str, now_us: int
) -> Change:
    """The emergency path: the order may leave at once, and is void unless another officer countersigns in time."""
    policy.check_act_first(measure, actor, rules, standing, reason, now_us)
    emergency = rules.of(measure.kind, now_us).emergency
    assert emergency is not None, "the check lets only kinds with an emergency path through"
    begun = replace(
        measure,
        request=_counted(measure.request, rules, standing.account, now_us),
        status=policy.check_event(measure, Event.ACT_FIRST, now_us).to,
        approvals=signed_by(measure, Signature.ACTED_FIRST, actor, now_us, reason),
        orders=with_order(measure, _begin(measure, now_us)),
        countersign_due_us=emergency.countersign_within.end_of(now_us, rules.work),
    )
    weighed = _weighed(begun.request, standing)
    return Change(begun, (happened(Happening.ACTED_FIRST, begun, actor, now_us, reason=reason, **weighed),))


def countersign(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, now_us: int
) -> Change:
    """Another officer answers for what was begun first; from now on its own term counts."""
    policy.check_countersign(measure, actor, lineage, rules, now_us)
    signed = replace(measure, approvals=signed_by(measure, Signature.COUNTERSIGNED, actor, now_us))
    return Change(signed, (happened(Happening.COUNTERSIGNED, signed, actor, now_us),))


def request_id(measure: Measure, verb: Verb) -> str:
    """The request id of the measure's next order of that verb: the same however often it is prepared anew."""
    before = sum(order.verb is verb for order in measure.orders)
    return f"{measure.id}.{verb.value}" + (f".{before + 1}" if before else "")


def next_order(
    measure: Measure, verb: Verb, now_us: int, *, amount_minor: int | None = None, until_us: int | None = None
) -> Order:
    """An order that extends or releases what the first order of the measure began."""
    return Order(
        request_id(measure, verb),
        verb,
        measure.target.institution,
        OrderStatus.PREPARED,
        now_us,
        original=f"{measure.id}.{Verb.BEGIN.value}",
        amount_minor=amount_minor,
        until_us=until_us,
    )


def _begin(measure: Measure, now_us: int) -> Order:
    scope = measure.request.scope
    return Order(
        f"{measure.id}.{Verb.BEGIN.value}",
        Verb.BEGIN,
        measure.target.institution,
        OrderStatus.PREPARED,
        now_us,
        amount_minor=scope.amount_minor,
        document=measure.request.document,
    )


def _counted(request: Request, rules: MeasureRules, view: AccountView | None, now_us: int) -> Request:
    if view is None:
        return request
    whole = holds_whole(request.scope, rules.of(request.kind, now_us))
    innocent = innocent_money(request.scope, view, whole=whole)
    return replace(request, scope=replace(request.scope, innocent_minor=innocent))


def _weighed(request: Request, standing: Standing) -> dict[str, str]:
    """What the audit keeps of the weighing: the limits that a reason overcame, and how much was carried by which method."""
    overridden = ", ".join(override.rule for override in request.overrides)
    carried = standing.carried
    if carried is None:
        return {"overrides": overridden}
    return {"overrides": overridden, "method": carried.method, "carried_minor": str(carried.most_minor)}


@dataclass(frozen=True, slots=True)
class EmergencyTally:
    """How often the emergency path was taken, and what became of it; counted apart from the rest."""

    acted_first: int
    in_time: int
    missing: int  # the time is over and nobody signed: void since
    waiting: int


def tally_emergencies(measures: Iterable[Measure], now_us: int) -> EmergencyTally:
    """Counts the measures that were begun first."""
    first = [measure for measure in measures if measure.acted_first]
    signed = sum(bool(measure.signed(Signature.COUNTERSIGNED)) for measure in first)
    over = sum(
        not measure.signed(Signature.COUNTERSIGNED)
        and measure.countersign_due_us is not None
        and now_us >= measure.countersign_due_us
        for measure in first
    )
    return EmergencyTally(len(first), signed, over, len(first) - signed - over)
