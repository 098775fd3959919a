"""Proof after the fact: what of a measure, as it stands written, the law of its day would not have allowed."""

from __future__ import annotations

from collections.abc import Iterator

from fanzha.core.actor import Level
from fanzha.measures.hearing import heard_us
from fanzha.measures.lifecycle import ENDED, OPEN, Status
from fanzha.measures.model import Measure, Signature, effective_status
from fanzha.measures.obstacles import REASON_MIN
from fanzha.measures.rules import KindRules, MeasureRules, Need

UNDECIDED = frozenset({Status.DRAFT, Status.PROPOSED, Status.REJECTED, Status.WITHDRAWN})


def faults(measure: Measure, rules: MeasureRules, now_us: int) -> tuple[str, ...]:
    """Sentences for what is wrong with a measure that was decided; empty when it is lawful, or only a draft."""
    if measure.status in UNDECIDED:
        return ()
    kind = rules.of(measure.kind, measure.drafted_us)
    return tuple(
        f"{measure.id}: {fault}"
        for fault in (
            *_papers(measure, kind),
            *_names(measure, kind),
            *_times(measure, kind, now_us),
            *_renewals(measure, kind, rules),
            *_heard(measure, kind, rules),
        )
    )


def _papers(measure: Measure, kind: KindRules) -> Iterator[str]:
    request = measure.request
    if request.basis is None or kind.basis(request.basis.id) is None:
        yield "no legal basis"
    if Need.CASE in kind.needs and not request.case:
        yield "no case"
    if Need.FILED_CASE in kind.needs and not request.filing:
        yield "before 立案"
    if Need.DOCUMENT in kind.needs and not request.document:
        yield "no 文号"
    if Need.FACT in kind.needs and request.fact is None:
        yield "no fact, a clue only"
    if Need.FINDING in kind.needs and (request.finding is None or not request.finding.is_whole):
        yield "no finding of an organ"
    if len(request.reason.strip()) < REASON_MIN:
        yield "no reason"


def _heard(measure: Measure, kind: KindRules, rules: MeasureRules) -> Iterator[str]:
    """Whom it hits was told before, and had his time to speak."""
    decided = measure.signed(Signature.APPROVED)
    if kind.hearing is None or not decided:
        return
    until_us = heard_us(measure, rules)
    if until_us is None:
        yield "decided before whom it hits was told"
    elif decided[0].at_us < until_us:
        yield "decided before the time to speak was over"


def _names(measure: Measure, kind: KindRules) -> Iterator[str]:
    decided = measure.signed(Signature.APPROVED, Signature.COUNTERSIGNED)
    if not decided and not measure.acted_first:
        yield "approved by nobody"
    asked = {sign.by for sign in measure.signed(Signature.PROPOSED, Signature.ACTED_FIRST)} | {measure.drafted_by}
    if kind.four_eyes and any(sign.by in asked for sign in decided):
        yield "proposed and approved by one person"
    term = kind.term(measure.request.term)
    if term is None:
        yield f"no term {measure.request.term!r}"
    elif any(sign.level < term.level for sign in decided if sign.level is not Level.PARTNER):
        yield "approved below the level of its term"


def _times(measure: Measure, kind: KindRules, now_us: int) -> Iterator[str]:
    term, starts_us, ends_us = kind.term(measure.request.term), measure.starts_us, measure.ends_us
    period = None if term is None else term.period
    if period is not None and measure.status not in ENDED | {Status.APPROVED}:
        binds = term is not None and term.text.binds and not measure.renewals and starts_us is not None
        if ends_us is None:
            yield "no end"
        elif binds and starts_us is not None and ends_us > period.end_of(starts_us):
            yield f"longer than {period}"
    if measure.status in OPEN and effective_status(measure, now_us) is Status.LAPSED:
        yield "over, and the machine has not noted it yet"


def _renewals(measure: Measure, kind: KindRules, rules: MeasureRules) -> Iterator[str]:
    """Each asked for by one and granted by another before the end of the last, and no longer than the term allows."""
    term = kind.term(measure.request.term)
    begun_us = measure.starts_us if measure.starts_us is not None else measure.sent_us
    ends_us = None if begun_us is None else rules.end_of(measure.request, begun_us)
    for renewal in measure.renewals:
        if renewal.approved_us is None or renewal.ends_us is None or ends_us is None:
            continue
        if kind.four_eyes and renewal.approved_by == renewal.proposed_by:
            yield "renewed by one person"
        if renewal.approved_us >= ends_us:
            yield "renewed after its end"
        if term is None or term.renewal is None or renewal.ends_us > term.renewal.end_of(ends_us, rules.work):
            yield "renewed for longer than its term allows"
        ends_us = renewal.ends_us
