"""One action drafts a query to every institution whose statements the last trace of a case lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.core.time import SECOND_US
from fanzha.measures import deciding
from fanzha.measures.lifecycle import OPEN
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.orders import Question, Receipt
from fanzha.measures.queries import Asked, open_questions, query_requests, still_open
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, acting
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.trace_case import need_run
from fanzha.tracing.runs import RunAccount, RunQuestion, TraceRun


@dataclass(frozen=True, slots=True)
class QueriesDrafted:
    """The drafts, in the order of what can be won; what is asked or answered already; and what nobody can be asked yet."""

    drafted: tuple[Measure, ...]
    asked_already: tuple[RunQuestion, ...]
    answered_already: tuple[RunQuestion, ...]  # the institution said all that it has of that account and time
    without_institution: tuple[RunQuestion, ...]
    too_little: tuple[RunQuestion, ...] = ()  # less is traced there than the officer said is worth a question


def draft_queries(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    basis: str,
    reason: str,
    documents: Sequence[str] = (),
    least_minor: int = 0,
) -> QueriesDrafted:
    """Drafts them from the frontier of the last run; what waits for its answer, or has it, is not asked again.

    The time asked about ends now; of a time that was answered in part, what is left is asked.

    documents: the 文号 of the letters, in the order of the drafts; where there are fewer, the rest is numbered later.
    least_minor: questions behind which less is traced are left alone, so that nobody asks where a cup of tea went.

    Raises NotFound when the case was never traced, NotAllowed when the actor may not propose measures on it, BadInput
    when the basis is none of a query.
    """
    with acting(desk, actor, "measure.draft", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.MEASURE_PROPOSE)
        work.unit.hold(f"drafts of {case_id}")
        run = need_run(work, case.id)
        rules = work.rules.measures.of(MeasureKind.QUERY, work.now_us)
        article = rules.basis(basis)
        if article is None:
            raise BadInput(f"{basis} is no basis of {rules.label}; {', '.join(one.id for one in rules.bases)}")
        receipts = _receipts(work, case.id)
        left = {each: _left_of(_question(each, work.now_us), receipts) for each in run.questions}
        answered = tuple(each for each in run.questions if not left[each])
        asked, already, nowhere = _sorted_out(run, waiting_questions(work, case.id), frozenset(answered))
        new = [each for each in asked if each.traced_minor >= least_minor]
        little = tuple(each for each in asked if each.traced_minor < least_minor)
        frontier = [Asked(each.institution, part) for each in new for part in left[each]]
        requests = query_requests(frontier, case=case.id, basis=article, documents=documents, reason=reason)
        drafted = tuple(
            keep_measure(
                work, deciding.draft_measure(each, actor, work.rules.measures, work.now_us, work.ids), new=True
            )
            for each in requests
        )
    return QueriesDrafted(drafted, already, answered, nowhere, little)


def _receipts(look: Look, case_id: str) -> tuple[Receipt, ...]:
    """What institutions answered to the case's queries."""
    queries = every(look.unit.records(Measure), Query(equals={"case_id": case_id, "kind": MeasureKind.QUERY}))
    return tuple(receipt for measure in queries for receipt in measure.receipts)


def waiting_questions(look: Look, case_id: str) -> dict[str, tuple[Question, ...]]:
    """What queries of the case still wait for, by the id of the measure; drafts that nobody sent are among them."""
    measures = every(look.unit.records(Measure), Query(equals={"case_id": case_id, "kind": MeasureKind.QUERY}))
    return {
        measure.id: left
        for measure in measures
        if effective_status(measure, look.now_us) in OPEN and (left := open_questions(measure))
    }


def _sorted_out(
    run: TraceRun, waiting: dict[str, tuple[Question, ...]], answered: frozenset[RunQuestion]
) -> tuple[list[RunQuestion], tuple[RunQuestion, ...], tuple[RunQuestion, ...]]:
    asked = [question for left in waiting.values() for question in left]
    named = {account.account: account for account in run.accounts}
    new, already, nowhere = [], [], []
    for each in run.questions:
        if any(_is_same(each, question, named.get(each.account)) for question in asked):
            already.append(each)
        elif each in answered:
            continue
        elif not each.institution or not each.account:
            nowhere.append(each)
        else:
            new.append(each)
    return new, tuple(already), tuple(nowhere)


def _is_same(each: RunQuestion, question: Question, account: RunAccount | None) -> bool:
    """Whether the question that waits is about the account, by any of its numbers, and about a part of the time."""
    number = plain_identifier(question.account)
    same = number == each.account or (account is not None and account.is_called(number))
    return same and question.from_us <= each.until_us and each.from_us <= question.until_us


def _left_of(question: Question, receipts: Sequence[Receipt]) -> tuple[Question, ...]:
    """What of a question nobody has answered.

    Nothing, once the instant at which the money arrived is answered for: that time has gone on since is no new question.
    """
    left = still_open((question,), receipts)
    return left if left and left[0].from_us <= question.from_us else ()


def _question(each: RunQuestion, now_us: int) -> Question:
    """What is asked: of the time up to now, for no bank can answer for what comes after."""
    until_us = min(each.until_us, now_us)
    from_us = min(each.from_us, until_us - SECOND_US)  # a gap may open and close with one row
    return Question(each.account, from_us, until_us, each.holder, each.traced_minor)
