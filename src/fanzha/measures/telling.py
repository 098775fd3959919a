"""The holder is told what was done to his account, his line or his site: who told him, when and how."""

from __future__ import annotations

from dataclasses import replace

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.time import format_instant
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.lifecycle import HOLDING
from fanzha.measures.model import Measure, Telling
from fanzha.measures.policy import asks
from fanzha.measures.rules import MeasureRules, NoticeAt


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
    within = None if kind.told is None else kind.told.within
    waits = kind.notice_at is NoticeAt.EXECUTION and measure.status in HOLDING and not measure.is_told
    if within is None or not waits or measure.starts_us is None:
        return None
    return within.end_of(measure.starts_us, rules.work)


can_tell = asks(check_tell)
