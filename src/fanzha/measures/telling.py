"""The holder is told what is to be done, what was done and what was lifted again: who told him, when and how."""

from __future__ import annotations

from dataclasses import replace

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.time import format_instant
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.hearing import hearing_of, told_before_due_us
from fanzha.measures.lifecycle import HOLDING, Status
from fanzha.measures.model import CallBackOutcome, Measure, Signature, Telling
from fanzha.measures.policy import asks
from fanzha.measures.rules import MeasureRules, NoticeAt
from fanzha.measures.terms import Span


def check_tell(measure: Measure, actor: Actor, rules: MeasureRules, at_us: int, now_us: int) -> None:
    """The body that answers for a measure tells, once the measure holds: told before, he would take the money away."""
    if actor.organisation != measure.organisation:
        raise NotAllowed("organisation", f"{measure.id} belongs to another body")
    kind = rules.of(measure.kind, measure.drafted_us)
    if kind.notice_at is NoticeAt.NEVER:
        source = "" if kind.told is None else f" ({kind.told.text.source})"
        raise NotAllowed("told", f"of a {kind.label} nobody is told{source}")
    if kind.notice_at is NoticeAt.EXECUTION and measure.starts_us is None:
        raise NotAllowed("told", f"{measure.id} is not carried out yet: the holder is told at execution, not before")
    if hearing_of(measure, rules) is not None and measure.proposed_us is None:
        raise NotAllowed("told", f"{measure.id} is a draft, which may still change: propose it, then tell whom it hits")
    if not measure.drafted_us <= at_us <= now_us:
        raise NotAllowed("time", f"nobody can have been told of {measure.id} at {format_instant(at_us)}")


def tell_holder(measure: Measure, telling: Telling, actor: Actor, rules: MeasureRules, now_us: int) -> Change:
    """Writes down that he was told; told again, by another way, both stand."""
    check_tell(measure, actor, rules, telling.at_us, now_us)
    told = replace(measure, told=(*measure.told, telling))
    return Change(told, (happened(Happening.TOLD, told, actor, now_us, how=telling.how.value),))


def told_due_us(measure: Measure, rules: MeasureRules) -> int | None:
    """By when its holder is to be told; None where he is told already, where it holds nothing, or where no time is set."""
    kind = rules.of(measure.kind, measure.drafted_us)
    if kind.notice_at is NoticeAt.BEFORE:
        before_us = told_before_due_us(measure, rules)
        return _told_decided_due_us(measure, rules) if before_us is None else before_us
    within = None if kind.told is None else kind.told.within
    waits = kind.notice_at is NoticeAt.EXECUTION and measure.status in HOLDING and not measure.is_told
    if within is None or not waits or measure.starts_us is None:
        return None
    return within.end_of(measure.starts_us, rules.work)


def _told_decided_due_us(measure: Measure, rules: MeasureRules) -> int | None:
    """By when he is to be given the decision of what he was heard about; None before it is carried out, and once he has it."""
    kind = rules.of(measure.kind, measure.drafted_us)
    within = None if kind.told_decided is None else kind.told_decided.within
    start_us = measure.starts_us
    if within is None or kind.hearing is None or start_us is None or measure.status not in HOLDING:
        return None
    has_it = any(each.at_us >= start_us and each.how in kind.hearing.ways for each in measure.told)
    return None if has_it else within.end_of(start_us, rules.work)


def told_of_lift_due_us(measure: Measure, rules: MeasureRules) -> int | None:
    """By when its holder is to be told that it was lifted; None where he is, where it held nothing, or no time is set.

    What ran out by itself was said when it began; what was paid back in full is told by its return.
    """
    within = _of_lift_within(measure, rules)
    lifted = bool(measure.signed(Signature.LIFTED)) and measure.status is Status.LIFTED
    if within is None or not lifted or measure.starts_us is None or measure.ended_us is None:
        return None
    return None if _knows_of_lift(measure, measure.ended_us) else within.end_of(measure.ended_us, rules.work)


def _of_lift_within(measure: Measure, rules: MeasureRules) -> Span | None:
    told = rules.of(measure.kind, measure.drafted_us).told_of_lift
    return None if told is None else told.within


def _knows_of_lift(measure: Measure, lifted_us: int) -> bool:
    """He was told since, or it was lifted because he said on the telephone that he pays."""
    said = any(call.outcome is CallBackOutcome.GOES_ON for call in measure.call_backs)
    return said or any(telling.at_us >= lifted_us for telling in measure.told)


can_tell = asks(check_tell)
