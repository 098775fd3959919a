"""Who may do what to a measure, and when: each check raises the reason, each `can_` asks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec

from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.actor_words import LEVEL_WORDS, roles_in_words
from fanzha.core.errors import NotAllowed
from fanzha.core.reasons import reason_sentence
from fanzha.core.time import format_instant
from fanzha.measures.hearing import check_heard
from fanzha.measures.lifecycle import ENDED, TRANSITIONS, Answer, Event, Step
from fanzha.measures.model import Measure, MeasureKind, Request, Signature, effective_status, stands
from fanzha.measures.obstacles import (
    REASON_MIN,
    CaseStanding,
    Standing,
    conversion_obstacles,
    obstacles,
    standing_in_the_way,
)
from fanzha.measures.orders import Channel, Verb
from fanzha.measures.rules import Grant, KindRules, MeasureRules, Need, TermRule
from fanzha.measures.terms import Span
from fanzha.measures.together import too_long_renewed
from fanzha.measures.words import KIND_WORDS, STATUS_WORDS, cannot_follow

Arguments = ParamSpec("Arguments")


def asks(check: Callable[Arguments, None]) -> Callable[Arguments, bool]:
    """The question to a check: the same arguments, True or False."""

    def can(*args: Arguments.args, **kwargs: Arguments.kwargs) -> bool:
        return why_not(check, *args, **kwargs) is None

    return can


def why_not(check: Callable[Arguments, None], *args: Arguments.args, **kwargs: Arguments.kwargs) -> NotAllowed | None:
    """The reason that a check gives against it, or None."""
    try:
        check(*args, **kwargs)
    except NotAllowed as reason:
        return reason
    return None


def check_event(measure: Measure, event: Event, now_us: int) -> Step:
    """The step that the table gives, asked of what the measure is at this instant; NotAllowed where it is refused."""
    status = effective_status(measure, now_us)
    step = TRANSITIONS[status, event]
    if step.answer is Answer.REFUSED:
        void = status is not measure.status and measure.void_from_us is not None
        since = f" since {format_instant(measure.void_from_us)}" if void and measure.void_from_us is not None else ""
        raise NotAllowed(
            "void" if void else "transition",
            f"{measure.id} is {STATUS_WORDS[status]}{since}: {cannot_follow(status, event)}",
        )
    return step


def check_reach(measure: Measure, actor: Actor, lineage: Sequence[Organisation]) -> None:
    """The body that answers for the measure, or one above it; `lineage` is that body and those above it."""
    if actor.organisation not in {body.id for body in lineage} or measure.organisation not in {b.id for b in lineage}:
        raise NotAllowed("organisation", f"{measure.id} belongs to another body; ask it, or the body above both")


def check_draft(request: Request, actor: Actor, rules: MeasureRules, now_us: int) -> None:
    """Those who may propose a kind may draft it."""
    kind = rules.of(request.kind, now_us)
    if not any(grant.covers(actor) for grant in kind.proposers):
        raise NotAllowed("role", f"{kind.label} is proposed by {_who(kind.proposers)}")


def check_amend(measure: Measure, request: Request, actor: Actor, rules: MeasureRules, now_us: int) -> None:
    """The body that drafted it may word a draft anew; the kind stays."""
    check_event(measure, Event.PROPOSE, now_us)
    _check_own(measure, actor)
    check_draft(request, actor, rules, now_us)
    if request.kind is not measure.kind:
        raise NotAllowed("kind", f"{measure.id} is a {KIND_WORDS[measure.kind]}; draft a new measure for another kind")


def check_propose(measure: Measure, actor: Actor, rules: MeasureRules, standing: Standing, now_us: int) -> None:
    """An officer of the body that drafted it may propose a request against which nothing stands without a reason."""
    check_event(measure, Event.PROPOSE, now_us)
    _check_own(measure, actor)
    check_draft(measure.request, actor, rules, now_us)
    _check_obstacles(measure, rules, standing, now_us)


def check_decide(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, now_us: int
) -> None:
    """Whose turn it is: another officer of the level that the term asks for; what stands in the way is not asked."""
    check_event(measure, Event.APPROVE, now_us)
    _check_decider(measure, actor, lineage, rules, now_us)
    _check_four_eyes(measure, actor, rules, now_us)


def check_approve(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    standing: Standing,
    now_us: int,
) -> None:
    """Another officer, of the level that the term asks for, may approve what could still be proposed now."""
    check_decide(measure, actor, lineage, rules, now_us)
    check_heard(measure, rules, now_us)
    _check_obstacles(measure, rules, standing, now_us)


def check_reject(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, reason: str, now_us: int
) -> None:
    """Whoever may approve may turn it down, with a reason."""
    check_event(measure, Event.REJECT, now_us)
    _check_decider(measure, actor, lineage, rules, now_us)
    _check_reason(reason)


def check_withdraw(measure: Measure, actor: Actor, reason: str, now_us: int) -> None:
    """The body that drafted it may take it back as long as no order may have left; afterwards it must be lifted."""
    check_event(measure, Event.WITHDRAW, now_us)
    _check_own(measure, actor)
    if measure.orders:
        raise NotAllowed("order_prepared", f"an order of {measure.id} may have left already: lift it instead")
    _check_reason(reason)


def check_act_first(
    measure: Measure, actor: Actor, rules: MeasureRules, standing: Standing, reason: str, now_us: int
) -> None:
    """In an emergency the duty officer may act at once, where the kind has that path; the limits hold all the same."""
    check_event(measure, Event.ACT_FIRST, now_us)
    _check_own(measure, actor)
    kind = rules.of(measure.kind, now_us)
    if kind.emergency is None:
        raise NotAllowed("emergency", f"{kind.label} has no emergency path: it must be approved first")
    check_draft(measure.request, actor, rules, now_us)
    if not kind.emergency.roles & actor.roles:
        raise NotAllowed("role", f"only who is {roles_in_words(kind.emergency.roles)} may act first")
    _check_reason(reason)
    _check_obstacles(measure, rules, standing, now_us)


def check_countersign(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, now_us: int
) -> None:
    """Another officer who could have approved may countersign what was begun first, within the set time."""
    check_event(measure, Event.COUNTERSIGN, now_us)
    if measure.countersign_due_us is None or measure.signed(Signature.COUNTERSIGNED):
        raise NotAllowed("countersign", f"{measure.id} waits for no countersignature")
    _check_decider(measure, actor, lineage, rules, now_us)
    _check_four_eyes(measure, actor, rules, now_us)


def check_send(measure: Measure, order_id: str, channel: Channel, document: str, now_us: int) -> None:
    """An approved order that is not void may leave; one issued elsewhere has its 文号. A release may always leave."""
    order = measure.order(order_id)
    if order is None:
        raise NotAllowed("order", f"{measure.id} has no order {order_id}")
    if channel is Channel.ISSUED_ELSEWHERE and not document.strip():
        raise NotAllowed("document", "an order issued elsewhere is known by its number there (文号): enter it")
    if order.verb is Verb.BEGIN:
        check_event(measure, Event.SEND, now_us)
        if not measure.signed(Signature.APPROVED, Signature.ACTED_FIRST):
            raise NotAllowed("approval", f"{measure.id} was approved by nobody")
        if measure.request.basis is None:
            raise NotAllowed("legal_basis", f"{measure.id} has no legal basis")
        _check_related(measure)
    elif order.verb is not Verb.RELEASE and effective_status(measure, now_us) in ENDED:
        raise NotAllowed("void", f"{measure.id} is over: nothing of it can be extended or let go in part")


def check_renew(
    measure: Measure,
    actor: Actor,
    rules: MeasureRules,
    period: Span,
    reason: str,
    now_us: int,
    others: Sequence[Measure] = (),
) -> None:
    """Before its end, and no longer than its term's renewal, the body that holds may ask for one more period.

    others: all other measures on the target; together they may bind a person for so long and no longer.
    """
    check_event(measure, Event.RENEW, now_us)
    _check_own(measure, actor)
    kind, term = _kind_and_term(measure, rules, now_us)
    if not any(grant.covers(actor) for grant in kind.proposers):
        raise NotAllowed("role", f"a renewal is proposed by {_who(kind.proposers)}")
    _check_reason(reason)
    if term.renewal is None or measure.ends_us is None:
        raise NotAllowed("renewal", f"{kind.label} ({term.name}) is not renewed")
    if any(renewal.approved_us is None for renewal in measure.renewals):
        raise NotAllowed("renewal", f"a renewal of {measure.id} waits for approval already")
    begins_us = _begin_of_last_renewal(measure, rules)
    if begins_us is not None and begins_us > now_us:
        raise NotAllowed(
            "renewal", f"{measure.id} was renewed already, and that renewal has not begun: look at it again when it has"
        )
    _check_related(measure)
    if term.renewals_most is not None and len(measure.renewals) >= term.renewals_most:
        raise NotAllowed("renewal", f"renewed {len(measure.renewals)} times; at most {term.renewals_most} are allowed")
    if period.count < 1 or period.is_longer_than(term.renewal, measure.ends_us):
        raise NotAllowed("period", f"a renewal is at most {term.renewal} ({term.text.source})")
    _check_together(measure, period, term, others, now_us)


def _check_together(measure: Measure, period: Span, term: TermRule, others: Sequence[Measure], now_us: int) -> None:
    same = [m for m in others if m.id != measure.id and m.kind is measure.kind and m.target.is_same_as(measure.target)]
    sentence = too_long_renewed(measure, period, term, same, now_us)
    if sentence:
        raise NotAllowed("period", sentence)


def _begin_of_last_renewal(measure: Measure, rules: MeasureRules) -> int | None:
    """Where the last approved renewal begins; None where there is none."""
    granted = [renewal for renewal in measure.renewals if renewal.ends_us is not None]
    if not granted:
        return None
    if len(granted) > 1:
        return granted[-2].ends_us
    return None if measure.starts_us is None else rules.end_of(measure.request, measure.starts_us)


def check_approve_renewal(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    now_us: int,
    others: Sequence[Measure] = (),
) -> None:
    """The same approval as at first, by another than who asked, and before the end."""
    check_event(measure, Event.RENEW, now_us)
    _check_decider(measure, actor, lineage, rules, now_us)
    _check_related(measure)
    asked = next((renewal for renewal in measure.renewals if renewal.approved_us is None), None)
    if asked is None:
        raise NotAllowed("renewal", f"no renewal of {measure.id} waits for approval")
    kind, term = _kind_and_term(measure, rules, now_us)
    if kind.four_eyes and asked.proposed_by == actor.id:
        raise NotAllowed("four_eyes", "who asked for the renewal does not approve it")
    _check_together(measure, asked.period, term, others, now_us)


def check_founded(measure: Measure, rules: MeasureRules, case: CaseStanding | None, now_us: int) -> None:
    """What a measure rests on must stand when it is made longer: after 撤案 nothing keeps a freeze."""
    kind = rules.of(measure.kind, now_us)
    if Need.FILED_CASE in kind.needs and (case is None or not case.filing):
        raise NotAllowed("filed_case", f"{measure.request.case} is not filed any more: lift {measure.id}")


def check_lift(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, reason: str, now_us: int
) -> None:
    """Whoever may approve, or is named for it, may lift at any time; one is enough to let somebody's money go."""
    check_event(measure, Event.LIFT, now_us)
    if measure.kind is MeasureKind.RETURN:
        raise NotAllowed("kind", f"{measure.id} pays a decided return: the bank carries it out or refuses it")
    check_reach(measure, actor, lineage)
    if not any(grant.covers(actor) for grant in rules.of(measure.kind, now_us).lifters):
        _check_decider(measure, actor, lineage, rules, now_us)
    _check_reason(reason)


def check_release_part(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    amount_minor: int,
    reason: str,
    now_us: int,
) -> None:
    """Whoever may approve may let a part go; never more than is held."""
    check_event(measure, Event.RELEASE_PART, now_us)
    _check_decider(measure, actor, lineage, rules, now_us)
    _check_reason(reason)
    if amount_minor <= 0:
        raise NotAllowed("amount", "what is let go must be above zero")
    if measure.executed_minor is not None and amount_minor > measure.executed_minor - measure.released_minor:
        raise NotAllowed("amount", f"{measure.id} does not hold so much any more")


def check_convert(
    earlier: Measure, request: Request, rules: MeasureRules, case: CaseStanding | None, now_us: int
) -> None:
    """A measure that still binds may turn into what its rule allows: a stop into a freeze, with a filed case."""
    if not earlier.target.is_same_as(request.target):
        raise NotAllowed("conversion", "both must act on the same target")
    if not stands(earlier, now_us):
        raise NotAllowed("conversion", f"{earlier.id} binds no longer; nothing is left to turn into another")
    for obstacle in conversion_obstacles(earlier, request, rules, case, now_us):
        raise NotAllowed(obstacle.rule, obstacle.sentence)


def check_find_unrelated(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], reason: str, now_us: int
) -> None:
    """Any officer of the body may find that it has nothing to do with the case; from then the days to lift it run."""
    check_event(measure, Event.LIFT, now_us)
    check_reach(measure, actor, lineage)
    _check_reason(reason)
    if measure.unrelated_us is not None:
        raise NotAllowed("unrelated", f"{measure.id} was found unrelated already")


def check_find_related(measure: Measure, actor: Actor, lineage: Sequence[Organisation], now_us: int) -> None:
    """Any officer of the body may end a finding that was made because a fact or a clue had gone; one in words stands."""
    check_event(measure, Event.LIFT, now_us)
    check_reach(measure, actor, lineage)
    if measure.unrelated_us is None or not measure.unrelated_by:
        raise NotAllowed("unrelated", f"{measure.id} was not found unrelated because a fact or a clue had gone")


def _check_obstacles(measure: Measure, rules: MeasureRules, standing: Standing, now_us: int) -> None:
    found = obstacles(measure.request, rules, standing, now_us, measure.id)
    first = standing_in_the_way(measure.request, found)
    if first is not None:
        ask = f"; a reason for {first.rule} would let it pass" if first.gives_way else ""
        raise NotAllowed(first.rule, first.sentence + ask)


def _check_own(measure: Measure, actor: Actor) -> None:
    if actor.organisation != measure.organisation:
        raise NotAllowed("organisation", f"{measure.id} belongs to another body")


def _check_decider(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, now_us: int
) -> None:
    check_reach(measure, actor, lineage)
    kind, term = _kind_and_term(measure, rules, now_us)
    if any(grant.covers(actor, term.level) for grant in kind.approvers):
        return
    if any(grant.roles & actor.roles for grant in kind.approvers):
        needed = max(term.level, min(grant.level for grant in kind.approvers))
        name = LEVEL_WORDS[Level(needed)]
        raise NotAllowed(
            "level", f"{kind.label} ({term.name}) is decided at {name} level or above ({term.text.source}); hand it up"
        )
    raise NotAllowed("role", f"{kind.label} is decided by {_who(kind.approvers)}")


def _check_four_eyes(measure: Measure, actor: Actor, rules: MeasureRules, now_us: int) -> None:
    if not rules.of(measure.kind, now_us).four_eyes:
        return
    before = {sign.by for sign in measure.signed(Signature.PROPOSED, Signature.ACTED_FIRST)}
    if actor.id in before | {measure.drafted_by}:
        raise NotAllowed("four_eyes", f"who proposed {measure.id} does not approve it: another officer must")


def _kind_and_term(measure: Measure, rules: MeasureRules, now_us: int) -> tuple[KindRules, TermRule]:
    kind = rules.of(measure.kind, now_us)
    term = kind.term(measure.request.term)
    if term is None:
        raise NotAllowed("term", f"{measure.request.term!r} is no term of {kind.label} any more")
    return kind, term


def _check_related(measure: Measure) -> None:
    if measure.unrelated_us is not None:
        raise NotAllowed("unrelated", f"{measure.id} was found unrelated to the case: lift it")


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < REASON_MIN:
        raise NotAllowed("reason", reason_sentence("this"))


def _who(grants: Sequence[Grant]) -> str:
    return "; or ".join(f"{roles_in_words(grant.roles)} of {LEVEL_WORDS[grant.level]} or above" for grant in grants)


can_draft = asks(check_draft)
can_amend = asks(check_amend)
can_propose = asks(check_propose)
can_decide = asks(check_decide)
can_approve = asks(check_approve)
can_reject = asks(check_reject)
can_withdraw = asks(check_withdraw)
can_act_first = asks(check_act_first)
can_countersign = asks(check_countersign)
can_send = asks(check_send)
can_renew = asks(check_renew)
can_approve_renewal = asks(check_approve_renewal)
can_lift = asks(check_lift)
can_release_part = asks(check_release_part)
can_convert = asks(check_convert)
can_find_unrelated = asks(check_find_unrelated)
can_find_related = asks(check_find_related)
