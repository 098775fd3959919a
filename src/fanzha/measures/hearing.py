"""Whoever is to be disciplined is told before anything is decided, and may speak for himself: nothing is decided sooner."""

from __future__ import annotations

from fanzha.core.errors import NotAllowed
from fanzha.core.time import format_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, Telling
from fanzha.measures.rules import HearingRule, MeasureRules
from fanzha.measures.words import TELLING_WORDS


def hearing_of(measure: Measure, rules: MeasureRules) -> HearingRule | None:
    """The rule by which somebody is heard before the measure is decided; None where nobody is."""
    return rules.of(measure.kind, measure.drafted_us).hearing


def told_before(measure: Measure, hearing: HearingRule) -> Telling | None:
    """When he was first told, in a way that counts, of what was proposed; of a draft that could still change he was not."""
    asked_us = measure.proposed_us
    counted = (each for each in measure.told if asked_us is not None and each.at_us >= asked_us)
    return min((each for each in counted if each.how in hearing.ways), key=lambda each: each.at_us, default=None)


def heard_us(measure: Measure, rules: MeasureRules) -> int | None:
    """From when the measure may be decided; None where nobody need be heard, or where he was not told yet."""
    hearing = hearing_of(measure, rules)
    told = None if hearing is None else told_before(measure, hearing)
    return None if hearing is None or told is None else hearing.within.end_of(told.at_us, rules.work)


def check_heard(measure: Measure, rules: MeasureRules, now_us: int) -> None:
    """Raises NotAllowed until he was told, his time to speak is over, and somebody has looked at what he said."""
    hearing = hearing_of(measure, rules)
    if hearing is None:
        return
    until_us = heard_us(measure, rules)
    if until_us is None:
        ways = " or ".join(TELLING_WORDS[way] for way in sorted(hearing.ways))
        raise NotAllowed(
            "not_told",
            f"whom {measure.id} hits is told before it is decided ({ways}), and may speak within {hearing.within}: hand him "
            f"the notice, then note it with: fanzha measure told {measure.id}",
        )
    if now_us < until_us:
        raise NotAllowed(
            "hearing",
            f"whom {measure.id} hits may speak for himself until {format_instant(until_us)[:16]}: decide after that",
        )
    if any(each.looked_at_us is None for each in measure.counter_evidence):
        raise NotAllowed("hearing", f"what was said against {measure.id} waits: look at it before it is decided")


def told_before_due_us(measure: Measure, rules: MeasureRules) -> int | None:
    """By when he is to be told of what was proposed; None where he is, where nobody need be, or where no time is set."""
    hearing, told = hearing_of(measure, rules), rules.of(measure.kind, measure.drafted_us).told
    asked_us = measure.proposed_us
    if hearing is None or told is None or told.within is None or asked_us is None:
        return None
    waits = measure.status is Status.PROPOSED and told_before(measure, hearing) is None
    return told.within.end_of(asked_us, rules.work) if waits else None
