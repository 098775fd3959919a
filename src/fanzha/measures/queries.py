"""One letter for each institution that keeps accounts whose statements are missing, and what of it is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha.core.actor import Actor
from fanzha.measures import policy
from fanzha.measures.changes import Change, Happening, happened, signed_by
from fanzha.measures.lifecycle import Event
from fanzha.measures.model import LegalBasis, Measure, MeasureKind, Request, Scope, Signature, Target, TargetKind
from fanzha.measures.orders import Answered, Outcome, Question, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the trace's frontier, and the institution that can answer it."""

    institution: str
    question: Question


def query_requests(
    frontier: Sequence[Asked], *, case: str, basis: LegalBasis, documents: Sequence[str], reason: str
) -> tuple[Request, ...]:
    """One request for each institution, in the order of the frontier (the most recoverable first).

    documents: the 文号 of the letters, in the same order; where there are fewer, the rest is to be numbered later.
    """
    questions: dict[str, list[Question]] = {}
    for asked in frontier:
        questions.setdefault(asked.institution, []).append(asked.question)
    numbers = [*documents, *("" for _ in questions)]
    return tuple(
        Request(
            MeasureKind.QUERY,
            Target(TargetKind.INSTITUTION, institution, institution),
            Scope(("account_information", "transactions")),
            basis,
            "once",
            None,
            reason,
            case,
            document=document,
            questions=tuple(of_institution),
        )
        for (institution, of_institution), document in zip(questions.items(), numbers, strict=False)
    )


def not_needed(measure: Measure, statements: Sequence[str], actor: Actor, now_us: int) -> Change:
    """A query that nobody sent is taken back, as what it asks for is there already.

    statements: SHA-256 of the files that tell it. Raises NotAllowed where it was sent, or is over.
    """
    step = policy.check_event(measure, Event.WITHDRAW, now_us)
    reason = "不再需要：已有流水 " + " ".join(dict.fromkeys(each[:12] for each in statements))
    withdrawn = replace(
        measure,
        status=step.to,
        approvals=signed_by(measure, Signature.WITHDRAWN, actor, now_us, reason),
        ended_us=now_us,
        end_reason=reason,
    )
    return Change(withdrawn, (happened(Happening.WITHDRAWN, withdrawn, actor, now_us, reason=reason),))


def open_questions(measure: Measure) -> tuple[Question, ...]:
    """What no answer has covered yet, cut to the times that are missing; "nothing found" without more covers it all."""
    if any(each.outcome is Outcome.NOTHING_FOUND and not each.answered for each in measure.receipts):
        return ()
    return still_open(measure.request.questions, measure.receipts)


def still_open(questions: Sequence[Question], receipts: Sequence[Receipt]) -> tuple[Question, ...]:
    """The questions less all that the receipts cover, whatever the order in which they came."""
    return left_of(questions, [answered for receipt in receipts for answered in receipt.answered])


def left_of(questions: Sequence[Question], answered: Sequence[Answered]) -> tuple[Question, ...]:
    """The questions less these answers."""
    answers = sorted((each.account, each.from_us, each.until_us) for each in answered)
    left: list[Question] = []
    for question in questions:
        from_us = question.from_us
        for account, begins_us, ends_us in answers:
            if account != question.account or ends_us < from_us or begins_us > question.until_us:
                continue
            if begins_us > from_us:
                left.append(_cut(question, from_us, begins_us))
            from_us = max(from_us, ends_us)
        if from_us < question.until_us:
            left.append(_cut(question, from_us, question.until_us))
    return tuple(left)


def _cut(question: Question, from_us: int, until_us: int) -> Question:
    return Question(question.account, from_us, until_us, question.holder, question.traced_minor)
