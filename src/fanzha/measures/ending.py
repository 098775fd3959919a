"""How a measure goes on or ends: renewed, let go in part, lifted, lapsed by the clock, turned into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fanzha.core.actor import MACHINE, Actor, Organisation
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened, signed_by, with_order
from fanzha.measures.deciding import next_order
from fanzha.measures.guard import holds_whole
from fanzha.measures.lifecycle import HOLDING, TRANSITIONS, Answer, Event, Status
from fanzha.measures.model import (
    HOLDING_KINDS,
    CallBack,
    CallBackOutcome,
    CounterEvidence,
    EvidenceKind,
    Measure,
    MeasureKind,
    Origin,
    OriginKind,
    PartRelease,
    Renewal,
    Request,
    Signature,
    effective_status,
    holds,
)
from fanzha.measures.obstacles import CaseStanding
from fanzha.measures.orders import UNANSWERED, Incident, IncidentKind, Verb
from fanzha.measures.rules import MeasureRules
from fanzha.measures.terms import Span


def ask_renewal(
    measure: Measure,
    actor: Actor,
    rules: MeasureRules,
    period: Span,
    reason: str,
    now_us: int,
    others: Sequence[Measure] = (),
) -> Change:
    """One more period is asked for; nothing is longer until it is approved. others: the other measures on the target."""
    policy.check_renew(measure, actor, rules, period, reason, now_us, others)
    asked = replace(measure, renewals=(*measure.renewals, Renewal(period, reason, actor.id, now_us)))
    return Change(asked, (happened(Happening.RENEWAL_ASKED, asked, actor, now_us, reason=reason),))


def approve_renewal(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    now_us: int,
    others: Sequence[Measure] = (),
) -> Change:
    """The new period begins where the old one ends; the institution is told. others: the other measures on the target."""
    policy.check_approve_renewal(measure, actor, lineage, rules, now_us, others)
    assert measure.ends_us is not None, "a renewal is asked only of what ends"
    ends_us = measure.renewals[-1].period.end_of(measure.ends_us, rules.work)
    renewal = replace(measure.renewals[-1], approved_by=actor.id, approved_us=now_us, ends_us=ends_us)
    renewed = replace(
        measure,
        ends_us=ends_us,
        renewals=(*measure.renewals[:-1], renewal),
        orders=with_order(measure, next_order(measure, Verb.EXTEND, now_us, until_us=ends_us)),
    )
    return Change(renewed, (happened(Happening.RENEWED, renewed, actor, now_us, order=renewed.orders[-1].id),))


def release_part(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    amount_minor: int,
    reason: str,
    now_us: int,
) -> Change:
    """Living costs, wages or money of others is let go; the rest stays held."""
    policy.check_release_part(measure, actor, lineage, rules, amount_minor, reason, now_us)
    order = next_order(measure, Verb.RELEASE_PART, now_us, amount_minor=amount_minor)
    released = replace(
        measure,
        part_releases=(*measure.part_releases, PartRelease(amount_minor, reason, actor.id, now_us, order.id)),
        orders=with_order(measure, order),
        approvals=signed_by(measure, Signature.RELEASED_PART, actor, now_us, reason),
    )
    return Change(
        released, (happened(Happening.RELEASED_PART, released, actor, now_us, order=order.id, reason=reason),)
    )


def book_returned(measure: Measure, amount_minor: int, payment: str, now_us: int) -> Change:
    """A payment that was carried out took this much out of what the measure holds; booked once, minor units.

    payment: the id of the payment's own measure.
    """
    if any(release.order == payment for release in measure.part_releases):
        return Change(measure)
    booked = replace(
        measure,
        part_releases=(*measure.part_releases, PartRelease(amount_minor, "返还", MACHINE.id, now_us, payment)),
    )
    return Change(booked, (happened(Happening.RELEASED_PART, booked, MACHINE, now_us, order=payment),))


def ended_if_empty(change: Change, rules: MeasureRules, now_us: int, *, told_us: int | None = None) -> Change:
    """The change, with the end of what holds by an amount and holds nothing more: all was paid back or let go.

    No release goes out: the bank said itself that the money is gone. What was let go counts once the bank has confirmed
    it. A measure that holds the whole account holds what comes in later, so somebody lifts it; and so does one of which
    nothing was let go, though the bank found nothing to hold.

    told_us: when the answer came that may have emptied it, if not now. It ends when that was told and enough was let go.
    """
    measure = change.measure
    kind = rules.of(measure.kind, measure.drafted_us)
    waits = any(order.verb is Verb.RELEASE_PART and order.status in UNANSWERED for order in measure.orders)
    last = _letting_go_the_last(measure)
    if measure.kind not in HOLDING_KINDS or holds_whole(measure.request.scope, kind) or waits or last is None:
        return change
    empty_us = max(now_us if told_us is None else told_us, last.at_us)
    step = TRANSITIONS[effective_status(measure, empty_us), Event.EMPTY]
    if step.answer is not Answer.MOVES:
        return change
    reason = "全部返还" if last.by == MACHINE.id else "全部解除"
    emptied = replace(measure, status=step.to, ended_us=empty_us, end_reason=reason)
    told = happened(Happening.EMPTIED, emptied, MACHINE, now_us, reason=reason)
    return Change(emptied, (*change.events, told), change.incidents)


def _letting_go_the_last(measure: Measure) -> PartRelease | None:
    """The part release after which nothing is left of what the institution holds; None while something is."""
    left = measure.executed_minor
    for release in measure.let_go if left is not None else ():
        left = (left or 0) - release.amount_minor
        if left <= 0 < release.amount_minor:
            return release
    return None


def is_emptied(measure: Measure) -> bool:
    """Whether it is over because nothing was left to hold, by the banks' answers alone: nobody lifted it."""
    return measure.status is Status.LIFTED and not measure.signed(Signature.LIFTED)


def find_unrelated(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], reason: str, now_us: int, *, gone: str = ""
) -> Change:
    """The money has nothing to do with the case: from this instant the days in which it must be lifted run.

    gone: the fact that was withdrawn, or the clue that was dismissed, where that is why.
    """
    policy.check_find_unrelated(measure, actor, lineage, reason, now_us)
    found = replace(
        measure,
        unrelated_us=now_us,
        unrelated_by=gone,
        approvals=signed_by(measure, Signature.FOUND_UNRELATED, actor, now_us, reason),
    )
    return Change(found, (happened(Happening.UNRELATED, found, actor, now_us, reason=reason),))


def find_related(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], fact: str, reason: str, now_us: int
) -> Change:
    """What had gone is there again, and the measure rests on it: the days in which it must be lifted end.

    fact: the one on which it rests from now on.
    """
    policy.check_find_related(measure, actor, lineage, now_us)
    instead = "" if measure.request.fact is not None and measure.request.fact.evidence == fact else fact
    found = replace(
        measure,
        unrelated_us=None,
        unrelated_by="",
        rests_on=instead,
        approvals=signed_by(measure, Signature.FOUND_RELATED, actor, now_us, reason),
    )
    return Change(found, (happened(Happening.RELATED, found, actor, now_us, fact=fact, reason=reason),))


def lift_measure(
    measure: Measure, actor: Actor, lineage: Sequence[Organisation], rules: MeasureRules, reason: str, now_us: int
) -> Change:
    """It binds nobody from this instant; the release goes out, and one that fails is an incident."""
    policy.check_lift(measure, actor, lineage, rules, reason, now_us)
    lifted = replace(
        let_go(measure, now_us),
        status=policy.check_event(measure, Event.LIFT, now_us).to,
        approvals=signed_by(measure, Signature.LIFTED, actor, now_us, reason),
        ended_us=now_us,
        end_reason=reason,
    )
    return Change(lifted, (happened(Happening.LIFTED, lifted, actor, now_us, reason=reason),))


def record_call_back(
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    outcome: CallBackOutcome,
    note: str,
    now_us: int,
) -> Change:
    """The customer was called and warned; where he pays all the same, the hold on his payment ends at once.

    note: what was said, in a sentence.
    """
    if measure.kind is not MeasureKind.PAYER_HOLD:
        raise NotAllowed(
            "kind", f"{measure.id} holds no payment at the payer's bank (延迟支付): only there is the payer called back"
        )
    policy.check_lift(measure, actor, lineage, rules, note, now_us)
    if not holds(measure, now_us):
        raise NotAllowed("not_held", f"{measure.id} does not hold the payment yet: call back once the bank has said so")
    called = replace(measure, call_backs=(*measure.call_backs, CallBack(outcome, note.strip(), actor.id, now_us)))
    told = happened(Happening.CALLED_BACK, called, actor, now_us, outcome=outcome.value, reason=note)
    if outcome is not CallBackOutcome.GOES_ON:
        return Change(called, (told,))
    lifted = lift_measure(called, actor, lineage, rules, note, now_us)
    return Change(lifted.measure, (told, *lifted.events), lifted.incidents)


def lapse(measure: Measure, now_us: int) -> Change | None:
    """What the clock does at the due instant, or None where there is nothing to do, or it is done already.

    It ends at the instant that was due, however late the machine comes to it; the release goes out. What was begun first
    and never countersigned is an incident besides.
    """
    if effective_status(measure, now_us) is not Status.LAPSED or measure.status is Status.LAPSED:
        return None
    due_us = measure.void_from_us
    assert due_us is not None, "only what is due lapses"
    unsigned = measure.countersign_due_us == due_us and not measure.signed(Signature.COUNTERSIGNED)
    reason = "not countersigned in time" if unsigned else "end of term"
    lapsed = replace(
        let_go(measure, now_us),
        status=TRANSITIONS[measure.status, Event.LAPSE].to,
        ended_us=due_us,
        end_reason=reason,
    )
    incidents = (_uncountersigned(measure, now_us),) if unsigned else ()
    return Change(lapsed, (happened(Happening.LAPSED, lapsed, MACHINE, now_us, reason=reason),), incidents)


def let_go(measure: Measure, now_us: int) -> Measure:
    """With a release order, where an order to begin may have left; one is enough."""
    if not measure.orders or any(order.verb is Verb.RELEASE for order in measure.orders):
        return measure
    return replace(measure, orders=with_order(measure, next_order(measure, Verb.RELEASE, now_us)))


def _uncountersigned(measure: Measure, now_us: int) -> Incident:
    sentence = f"{measure.id} was begun first and nobody countersigned it in time: it is void"
    kind = IncidentKind.NOT_COUNTERSIGNED
    return Incident(f"{measure.id}.{kind.value}", 0, measure.organisation, kind, sentence, now_us, measure.id)


def conversion_request(
    earlier: Measure, wanted: Request, rules: MeasureRules, case: CaseStanding | None, now_us: int
) -> Request:
    """The request that continues an earlier measure (stop into freeze); it goes through its own proposal and approval."""
    policy.check_convert(earlier, wanted, rules, case, now_us)
    return replace(wanted, origin=Origin(OriginKind.CONVERSION, earlier.id))


def mark_converted(earlier: Measure, into: Measure, now_us: int) -> Change | None:
    """The earlier measure ends as the later one is carried out; None where it has ended by itself before.

    Raises NotAllowed when the later one does not continue it, or does not hold yet.
    """
    if into.request.origin != Origin(OriginKind.CONVERSION, earlier.id):
        raise NotAllowed("conversion", f"{into.id} does not continue {earlier.id}")
    if not holds(into, now_us):
        raise NotAllowed("conversion", f"{into.id} does not hold yet; {earlier.id} goes on until it does")
    if effective_status(earlier, now_us) not in HOLDING:
        return None
    converted = replace(
        earlier, status=Status.CONVERTED, converted_into=into.id, ended_us=now_us, end_reason=into.kind.value
    )
    return Change(converted, (happened(Happening.CONVERTED, converted, MACHINE, now_us, into=into.id),))


def give_evidence(measure: Measure, actor: Actor, kind: EvidenceKind, text: str, now_us: int, ids: Ids) -> Change:
    """What speaks against the measure is put beside its request; whoever brings it, it is never turned away.

    The same words once more, while nobody has looked at the first, change nothing.
    """
    said = kind, text.strip()
    if any((each.kind, each.text) == said and each.looked_at_us is None for each in measure.counter_evidence):
        return Change(measure)
    evidence = CounterEvidence(ids.new("EVID"), kind, text, now_us, actor.id)
    given = replace(measure, counter_evidence=(*measure.counter_evidence, evidence))
    detail = {"evidence": evidence.id, "kind": kind.value}
    return Change(given, (happened(Happening.EVIDENCE_GIVEN, given, actor, now_us, **detail),))


def look_at_evidence(measure: Measure, actor: Actor, evidence_id: str, finding: str, now_us: int) -> Change:
    """An officer of the body says what he made of it; a lift or a part release is his next step, not ours."""
    if actor.organisation != measure.organisation:
        raise NotAllowed("organisation", f"{measure.id} belongs to another body")
    if not finding.strip():
        raise NotAllowed("reason", "say in a sentence what was found")
    seen = [each for each in measure.counter_evidence if each.id == evidence_id and each.looked_at_us is None]
    if not seen:
        raise NotAllowed("evidence", f"{measure.id} has no evidence {evidence_id} that waits")
    looked = replace(seen[0], looked_at_by=actor.id, looked_at_us=now_us, finding=finding)
    changed = replace(
        measure,
        counter_evidence=tuple(looked if each.id == evidence_id else each for each in measure.counter_evidence),
    )
    return Change(changed, (happened(Happening.EVIDENCE_LOOKED_AT, changed, actor, now_us, evidence=evidence_id),))
