"""A number that everybody may know of: proposed from what was verified, decided by another, shown late, taken down.

Verbs are pure, as everywhere in this room. What is live about a number (`live`) is found out by whoever calls them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from fanzha.casework.case_model import Case, CaseStatus
from fanzha.casework.model import Clue, ClueKind, ClueStage, Fact
from fanzha.casework.policy import check_head, check_live, check_person, check_reason
from fanzha.casework.public_rules import PublicationRules
from fanzha.casework.public_terms import public_term
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids


@unique
class IndicatorStatus(StrEnum):
    """Where a number stands on its way to the public page and off it."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # decided; waits for its delay
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@unique
class IndicatorStep(StrEnum):
    """What can happen to it."""

    APPROVE = "approve"
    REJECT = "reject"
    SHOW = "show"  # by the clock, after the delay
    POSTPONE = "postpone"  # by the clock, because something is live about it
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_OPEN: Final = frozenset({IndicatorStatus.PROPOSED, IndicatorStatus.APPROVED, IndicatorStatus.PUBLISHED})
# Total: a pair that leads nowhere is refused.
INDICATOR_TABLE: Final[dict[tuple[IndicatorStatus, IndicatorStep], IndicatorStatus | None]] = {
    (status, step): None for status in IndicatorStatus for step in IndicatorStep
} | {
    (IndicatorStatus.PROPOSED, IndicatorStep.APPROVE): IndicatorStatus.APPROVED,
    (IndicatorStatus.PROPOSED, IndicatorStep.REJECT): IndicatorStatus.REJECTED,
    (IndicatorStatus.APPROVED, IndicatorStep.SHOW): IndicatorStatus.PUBLISHED,
    (IndicatorStatus.APPROVED, IndicatorStep.POSTPONE): IndicatorStatus.APPROVED,
    (IndicatorStatus.PUBLISHED, IndicatorStep.EXPIRE): IndicatorStatus.EXPIRED,
    **{(status, IndicatorStep.WITHDRAW): IndicatorStatus.WITHDRAWN for status in _OPEN},
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """涉诈号码公示: an account, a line or a site that was verified as used for fraud; never a person."""

    id: str
    version: int
    organisation: str
    kind: ClueKind
    term: str  # as it is compared with what is asked: `public_term`
    clue: str
    fact: str  # empty where the clue is no account
    case: str
    status: IndicatorStatus
    proposed_by: str
    proposed_us: int
    reason: str
    decided_by: str = ""
    decided_us: int | None = None
    decision: str = ""
    shows_us: int | None = None  # from when it may be shown at the earliest
    shown_us: int | None = None
    ends_us: int | None = None
    held_back: tuple[str, ...] = ()  # what was live about it when it was to be shown
    ended_by: str = ""
    ended_us: int | None = None
    ended_reason: str = ""

    def is_shown(self, now_us: int) -> bool:
        """Whether somebody who asks is told; the end counts from its instant, whoever notes it and when."""
        return self.status is IndicatorStatus.PUBLISHED and self.ends_us is not None and now_us < self.ends_us


def propose_indicator(
    clue: Clue,
    facts: Sequence[Fact],
    reason: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    live: Sequence[str],
    case: Case | None,
) -> Indicator:
    """Asks for the publication of what a clue is about; its check must be over and have verified it.

    facts: those of the clue. live: what is going on about the number. case: the clue's. Raises NotAllowed.
    """
    check_live(clue)
    check_person(actor, f"publishing what {clue.id} is about")
    check_reason(reason, f"publishing what {clue.id} is about")
    check_ground(clue, facts, case)
    standing = [fact for fact in facts if fact.withdrawn_at_us is None]
    fact = standing[0] if clue.kind is ClueKind.ACCOUNT else None
    term = public_term(clue.subject if fact is None else fact.fields.account)
    if not term:
        raise NotAllowed("indicator.verified", f"{clue.id} names nothing that anybody could ask for")
    check_nothing_live(clue.id, live)
    return Indicator(
        id=ids.new("IND"), version=0, organisation=clue.organisation, kind=clue.kind, term=term, clue=clue.id,
        fact="" if fact is None else fact.id, case=clue.case, status=IndicatorStatus.PROPOSED,
        proposed_by=actor.id, proposed_us=now_us, reason=reason.strip(),
    )  # fmt: skip


def check_ground(clue: Clue, facts: Sequence[Fact], case: Case | None) -> None:
    """Raises NotAllowed where a clue is not verified, or its case did not end as the fraud that it was opened for."""
    standing = [fact for fact in facts if fact.withdrawn_at_us is None]
    if clue.kind is ClueKind.OTHER or clue.stage is not ClueStage.ACTED:
        raise NotAllowed(
            "indicator.verified",
            f"{clue.id} is not an account, line or site that was verified and acted upon: what is unverified is never shown",
        )
    if clue.kind is ClueKind.ACCOUNT and not standing:
        raise NotAllowed("indicator.verified", f"{clue.id} has no fact that stands: verify its four fields first")
    if case is not None and not case.is_open and case.status is not CaseStatus.CLOSED:
        raise NotAllowed(
            "indicator.case", f"{case.id}, to which {clue.id} belongs, did not end as a fraud that was cleared up"
        )


def check_nothing_live(named: str, live: Sequence[str]) -> None:
    """Raises NotAllowed where something is going on that a swindler must not hear of."""
    if live:
        raise NotAllowed(
            "indicator.live",
            f"{named}: {', '.join(live[:3])} is live about this number; showing it would warn whoever uses it",
        )


def approve_indicator(
    indicator: Indicator, reason: str, actor: Actor, rules: PublicationRules, now_us: int, *, live: Sequence[str]
) -> Indicator:
    """Another, who is a head, decides for it; it is shown after the delay at the earliest."""
    _check_decides(indicator, IndicatorStep.APPROVE, reason, actor)
    check_nothing_live(indicator.id, live)
    return replace(
        indicator, status=IndicatorStatus.APPROVED, decided_by=actor.id, decided_us=now_us, decision=reason.strip(),
        shows_us=now_us + rules.delay_us,
    )  # fmt: skip


def reject_indicator(indicator: Indicator, reason: str, actor: Actor, now_us: int) -> Indicator:
    """Another, who is a head, decides against it."""
    _check_decides(indicator, IndicatorStep.REJECT, reason, actor)
    return replace(
        indicator, status=IndicatorStatus.REJECTED, decided_by=actor.id, decided_us=now_us, decision=reason.strip()
    )


def withdraw_indicator(indicator: Indicator, reason: str, actor: Actor, now_us: int) -> Indicator:
    """Takes it down, or back before it is shown, from this instant on."""
    check_person(actor, f"withdrawing {indicator.id}")
    check_reason(reason, f"withdrawing {indicator.id}")
    status = _next(indicator, IndicatorStep.WITHDRAW)
    return replace(indicator, status=status, ended_by=actor.id, ended_us=now_us, ended_reason=reason.strip())


def strike_indicator(
    indicator: Indicator, rules: PublicationRules, now_us: int, *, live: Sequence[str]
) -> Indicator | None:
    """What the clock does to it: shows it, holds it back, or ends it; None where nothing is due."""
    due_us = next_instant(indicator)
    if due_us is None or now_us < due_us:
        return None
    if indicator.status is IndicatorStatus.PUBLISHED:
        return replace(indicator, status=IndicatorStatus.EXPIRED, ended_us=due_us)
    if live:
        return replace(indicator, shows_us=now_us + rules.again_us, held_back=tuple(live[:3]))
    return replace(
        indicator, status=IndicatorStatus.PUBLISHED, shown_us=now_us, ends_us=now_us + rules.length_us, held_back=()
    )


def next_instant(indicator: Indicator) -> int | None:
    """When the clock has something to do with it."""
    match indicator.status:
        case IndicatorStatus.APPROVED:
            return indicator.shows_us
        case IndicatorStatus.PUBLISHED:
            return indicator.ends_us
        case _:
            return None


def _check_decides(indicator: Indicator, step: IndicatorStep, reason: str, actor: Actor) -> None:
    check_head(actor, f"the publication of {indicator.id}")
    _next(indicator, step)
    if actor.id == indicator.proposed_by:
        raise NotAllowed("four_eyes", f"{indicator.id} was proposed by {actor.id}: another head decides")
    check_reason(reason, f"the decision on {indicator.id}")


def _next(indicator: Indicator, step: IndicatorStep) -> IndicatorStatus:
    after = INDICATOR_TABLE[indicator.status, step]
    if after is None:
        raise NotAllowed(
            "transition", f"{indicator.id} is {in_words(indicator.status)}: {in_words(step)} does not follow"
        )
    return after
