"""Who is hit by a measure may object: a number at once, a clock, and a written answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids
from fanzha.measures.clocks import ClockKind, ClockRow, clock
from fanzha.measures.model import Measure, Signature
from fanzha.measures.policy import asks, check_reach
from fanzha.measures.rules import MeasureRules


@unique
class AppealStatus(StrEnum):
    """Where an appeal stands."""

    RECEIVED = "received"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    UPHELD_IN_PART = "upheld_in_part"
    DENIED = "denied"


_IN_WORDS = {
    AppealStatus.RECEIVED: "received", AppealStatus.WITHDRAWN: "taken back", AppealStatus.UPHELD: "upheld (成立)",
    AppealStatus.UPHELD_IN_PART: "upheld in part (部分成立)", AppealStatus.DENIED: "denied (不成立)",
}  # fmt: skip
ANSWERS = frozenset({AppealStatus.UPHELD, AppealStatus.UPHELD_IN_PART, AppealStatus.DENIED})


@unique
class AppealEvent(StrEnum):
    """What can happen to an appeal."""

    ANSWER_UPHELD = "answer_upheld"
    ANSWER_IN_PART = "answer_in_part"
    ANSWER_DENIED = "answer_denied"
    WITHDRAW = "withdraw"


# Total: a pair that leads nowhere is refused.
APPEAL_TRANSITIONS: dict[tuple[AppealStatus, AppealEvent], AppealStatus | None] = {
    (status, event): to if status is AppealStatus.RECEIVED else None
    for status in AppealStatus
    for event, to in {
        AppealEvent.ANSWER_UPHELD: AppealStatus.UPHELD,
        AppealEvent.ANSWER_IN_PART: AppealStatus.UPHELD_IN_PART,
        AppealEvent.ANSWER_DENIED: AppealStatus.DENIED,
        AppealEvent.WITHDRAW: AppealStatus.WITHDRAWN,
    }.items()
}


@dataclass(frozen=True, slots=True)
class Appeal:
    """An objection against a measure (申诉、控告); its id is the number that is told at once."""

    id: str
    version: int
    organisation: str  # the body that answers
    measure: str
    status: AppealStatus
    by: str  # the holder, or who acts for him, as written
    grounds: str
    received_us: int
    due_us: int
    evidence: tuple[str, ...] = ()  # SHA-256 of what was handed in
    received_by: str = ""
    answer: str = ""
    answered_by: str = ""
    answered_us: int | None = None

    def is_waiting_with(self, by: str, grounds: str, evidence: tuple[str, ...]) -> bool:
        """Whether the same person has said just that, with nothing new in his hands, and waits for the answer."""
        same = (self.by, self.grounds) == (by.strip(), grounds.strip())
        return same and self.status is AppealStatus.RECEIVED and set(evidence) <= set(self.evidence)


def receive_appeal(
    measure: Measure,
    by: str,
    grounds: str,
    actor: Actor,
    rules: MeasureRules,
    now_us: int,
    ids: Ids,
    *,
    evidence: tuple[str, ...] = (),
) -> Appeal:
    """An appeal is always taken, whoever it is from and whatever became of the measure; the number is its receipt."""
    kind = rules.of(measure.kind, now_us)
    due_us = kind.appeal_within.end_of(now_us, rules.work)
    return Appeal(
        ids.new("APPEAL"),
        0,
        measure.organisation,
        measure.id,
        AppealStatus.RECEIVED,
        by,
        grounds,
        now_us,
        due_us,
        evidence,
        actor.id,
    )


def check_answer_appeal(
    appeal: Appeal,
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    status: AppealStatus,
    answer: str,
    now_us: int,
) -> None:
    """Somebody who may decide the measure, and did not propose or approve it, answers in writing."""
    if APPEAL_TRANSITIONS[appeal.status, _event(status)] is None:
        raise NotAllowed("transition", f"{appeal.id} was dealt with already: it is {_IN_WORDS[appeal.status]}")
    if appeal.measure != measure.id:
        raise NotAllowed("appeal", f"{appeal.id} is about another measure")
    check_reach(measure, actor, lineage)
    kind = rules.of(measure.kind, now_us)
    if not any(grant.covers(actor) for grant in kind.approvers):
        raise NotAllowed("role", "an appeal is answered by who could have decided the measure")
    signed = measure.signed(Signature.PROPOSED, Signature.APPROVED, Signature.ACTED_FIRST, Signature.COUNTERSIGNED)
    renewed = {name for renewal in measure.renewals for name in (renewal.proposed_by, renewal.approved_by)}
    if actor.id in {approval.by for approval in signed} | {measure.drafted_by} | renewed:
        raise NotAllowed("four_eyes", "who took part in the measure does not answer the appeal against it")
    if len(answer.strip()) < rules.answers(now_us).written_length_min:
        raise NotAllowed("answer", "the answer is written: say what was examined and why it is so decided")


def answer_appeal(
    appeal: Appeal,
    measure: Measure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    status: AppealStatus,
    answer: str,
    now_us: int,
) -> Appeal:
    """The written answer; where it upholds, lifting or letting go is the next decision, made on the measure."""
    check_answer_appeal(appeal, measure, actor, lineage, rules, status, answer, now_us)
    return replace(appeal, status=status, answer=answer.strip(), answered_by=actor.id, answered_us=now_us)


def withdraw_appeal(appeal: Appeal, actor: Actor, now_us: int) -> Appeal:
    """Whoever appealed thinks better of it."""
    if APPEAL_TRANSITIONS[appeal.status, AppealEvent.WITHDRAW] is None:
        raise NotAllowed("transition", f"{appeal.id} was dealt with already: it is {_IN_WORDS[appeal.status]}")
    return replace(appeal, status=AppealStatus.WITHDRAWN, answered_by=actor.id, answered_us=now_us)


def appeal_clocks(appeal: Appeal) -> tuple[ClockRow, ...]:
    """The clock of the written answer, as long as it is open."""
    if appeal.status is not AppealStatus.RECEIVED:
        return ()
    return (clock(appeal.id, ClockKind.APPEAL_ANSWER, appeal.received_us, appeal.due_us),)


def _event(status: AppealStatus) -> AppealEvent:
    found = next((event for (_, event), to in APPEAL_TRANSITIONS.items() if to is status), None)
    if found is None or status not in ANSWERS:
        raise NotAllowed("answer", "an appeal is answered by upholding it, upholding it in part, or denying it")
    return found


can_answer_appeal = asks(check_answer_appeal)
