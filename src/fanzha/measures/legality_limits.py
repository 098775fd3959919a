"""Proof after the fact: what stood against a measure at the instant of its decision, and no reason of it overcame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fanzha.measures.legality import UNDECIDED
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, Signature
from fanzha.measures.obstacles import NEVER_DONE, REASON_MIN, Standing, obstacles
from fanzha.measures.rules import MeasureRules

# What the records themselves show long after: the target and its modes, the amount, the four fields, the term. What was
# known of the account and carried to it that day is not kept, and so not replayed.
OF_ITSELF: Final = frozenset(
    {
        "target",
        "person",
        "finding",
        "mode",
        "mode_reason",
        "amount",
        "traced",
        "fact",
        "question",
        "term",
        "period",
        "together",
    }
)


def faults_at_decision(measure: Measure, others: Iterable[Measure], rules: MeasureRules) -> tuple[str, ...]:
    """Sentences for what forbade a measure when it was decided; empty when nothing did, or nobody has decided yet.

    others: every measure on the same target. Of them those count that were decided before, as they stood that instant.
    """
    decided = measure.signed(Signature.APPROVED, Signature.ACTED_FIRST)
    if measure.status in UNDECIDED or not decided:
        return ()
    at_us = decided[0].at_us
    request = measure.request
    before = tuple(then for other in others if other.id != measure.id for then in _as_it_stood(other, at_us))
    kind = rules.of(request.kind, at_us)
    replayed = OF_ITSELF | {limit.name for limit in kind.limits}
    reasoned = {override.rule for override in request.overrides if len(override.reason.strip()) >= REASON_MIN}
    return tuple(
        f"{measure.id}: {each.rule}: {each.sentence}" + ("; and no reason was given" if each.gives_way else "")
        for each in obstacles(request, rules, Standing(others=before), at_us, measure.id)
        if each.rule in replayed and not (each.gives_way and each.rule in reasoned)
    )


def _as_it_stood(other: Measure, at_us: int) -> tuple[Measure, ...]:
    """Another measure at an instant, where its record says for sure how it stood; nothing where it was not decided yet."""
    decided = other.signed(Signature.APPROVED, Signature.ACTED_FIRST)
    if not decided or decided[0].at_us >= at_us or other.status in NEVER_DONE:
        return ()
    over_us = min((at for at in (other.ended_us, other.void_from_us) if at is not None), default=None)
    if over_us is not None and over_us <= at_us:
        return (other,)
    begun = other.starts_us is not None and other.starts_us <= at_us
    return (replace(other, status=Status.EXECUTED if begun else Status.APPROVED, ended_us=None),)
