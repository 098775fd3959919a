"""How long a person is bound by measures that follow one another: counted over all cases, bodies and institutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.measures.lifecycle import HOLDING, Status
from fanzha.measures.model import Finding, Measure, Request, effective_status
from fanzha.measures.rules import TermRule
from fanzha.measures.terms import Span

_DECIDED = frozenset({Status.APPROVED, Status.SENT, Status.ACKNOWLEDGED})  # it may begin at any instant


@dataclass(frozen=True, slots=True)
class _Time:
    begins_us: int
    ends_us: int
    finding: Finding | None


def too_long_together(request: Request, term: TermRule, same: Sequence[Measure], now_us: int) -> str:
    """Why the request would bind the person for too long, in a sentence; empty where it would not.

    same: the other measures of the kind on the person, whatever became of them. Those upon one finding run side by side, at
    one institution and another; upon another finding they follow one another, and what has gone over into the next without a
    break counts from its first beginning.
    """
    if term.together_at_most is None or request.period is None:
        return ""
    times = _times(same, now_us)
    follows = [time.ends_us for time in times if not _is_one(time.finding, request.finding)]
    ends_us = request.period.end_of(max((now_us, *follows)))
    return _objection(term, _begun_us(times, now_us), ends_us)


def too_long_renewed(measure: Measure, period: Span, term: TermRule, same: Sequence[Measure], now_us: int) -> str:
    """The same of one more period of a measure that binds already."""
    if term.together_at_most is None or measure.ends_us is None:
        return ""
    return _objection(term, _begun_us(_times((*same, measure), now_us), now_us), period.end_of(measure.ends_us))


def _objection(term: TermRule, begun_us: int, ends_us: int) -> str:
    if term.together_at_most is None or ends_us <= term.together_at_most.end_of(begun_us):
        return ""
    return f"together it would be longer than {term.together_at_most} ({term.text.source})"


def _is_one(one: Finding | None, other: Finding | None) -> bool:
    return one is not None and other is not None and one.is_same_as(other)


def _times(measures: Sequence[Measure], now_us: int) -> list[_Time]:
    """From when to when each binds or bound; what is decided and has not begun, as if it began now."""
    found = []
    for measure in measures:
        finding, ends_us = measure.request.finding, measure.ends_us
        if measure.starts_us is not None:
            over_us = measure.ended_us if effective_status(measure, now_us) not in HOLDING else None
            last_us = over_us if over_us is not None else ends_us if ends_us is not None else now_us
            found.append(_Time(measure.starts_us, last_us, finding))
        elif effective_status(measure, now_us) in _DECIDED and measure.request.period is not None:
            found.append(_Time(now_us, measure.request.period.end_of(now_us), finding))
    return found


def _begun_us(times: Sequence[_Time], now_us: int) -> int:
    """The first beginning of what goes over, one into the next, into this instant."""
    begun_us = now_us
    for time in sorted(times, key=lambda each: each.ends_us, reverse=True):
        if time.ends_us >= begun_us:
            begun_us = min(begun_us, time.begins_us)
    return begun_us
