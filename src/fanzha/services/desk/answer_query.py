"""A bank answered: its statements go into the ledger, to the questions that they answer, and the case is traced again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fanzha.access import Action, Scope
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, Refused
from fanzha.core.identifiers import number_ending
from fanzha.core.reasons import is_reason
from fanzha.measures.lifecycle import OPEN, OUT
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.orders import Answered, Outcome, Question, Receipt
from fanzha.measures.queries import left_of, not_needed, open_questions
from fanzha.measures.words import STATUS_WORDS
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.records import FactBatch
from fanzha.services.desk.acting import Look, acting, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.follow_money import bring_in_receipts
from fanzha.services.desk.generated_file import generate_file, take_in
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.take_in_answers import note_what_it_covers
from fanzha.services.desk.trace_case import CaseTrace, trace_case
from fanzha.services.desk.unasked_rows import ReadOnce, Unasked, unasked_by
from fanzha.services.ingest_files import ingest_files
from fanzha.services.trace_money import pockets_named

UNASKED_NAMED = 5  # accounts, in a refusal


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """A query and what of it nobody has answered yet."""

    measure: Measure
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class QueryAnswered:
    """What came in, which questions it answers, what is still open, and the cases as they are traced now."""

    files: tuple[dict[str, Any], ...]  # of the Ingest document
    answered: tuple[Measure, ...]
    not_needed: tuple[str, ...]  # queries that nobody had sent, taken back as all that they ask for is there
    not_sent: tuple[str, ...]  # queries that nobody has sent yet, of which only a part is there
    unasked: tuple[Unasked, ...]  # accounts whose rows came though no query of the case asks about them
    still_open: tuple[OpenQuery, ...]
    traces: tuple[CaseTrace, ...]

    @property
    def put_aside(self) -> bool:
        """Whether a row or a whole file could not be read."""
        return any(file.get("error") or file.get("quarantined") for file in self.files)


def open_queries(desk: Desk, actor: Actor, *, case: str = "", query: str = "") -> tuple[OpenQuery, ...]:
    """Queries that wait for an answer: of a case, one alone, or all of the actor's body, the oldest first."""
    with looking(desk, actor, "query.see", Subject("case" if case else "measure", case or query)) as look:
        return tuple(_open(look, measure) for measure in _wanted(look, case, query) if _left(look, measure))


def answer_query(
    desk: Desk,
    books: Books,
    actor: Actor,
    paths: Sequence[Path],
    *,
    case: str = "",
    query: str = "",
    complete: bool = False,
    although: str = "",
) -> QueryAnswered:
    """Reads statement files in, records each answer as a receipt of its query, and traces the cases again.

    A statement answers a question for the time that it covers. A query that nobody sent is never answered: it is taken
    back where all that it asks for is there by now. The same files once more change nothing.

    Args:
        desk: the desk.
        books: with the ledger.
        actor: who takes the answer in.
        paths: files, folders, archives.
        case: only queries of this case.
        query: only this query.
        complete: the institution says that it has no more for the time asked about; its statements stand for all of it.
        although: why rows of accounts go in that another institution keeps and no query asks about.

    Raises:
        NotFound: the query or case is not there, or may not be seen.
        NotAllowed: the actor may not enter receipts, or there are such rows and no reason.
        Refused: nothing waits for an answer, or nobody sent the query.
        BadInput: no file can be read.
    """
    waiting = _waiting(desk, actor, case, query)
    if query:
        _check_sent(waiting[0])
    reader = ReadOnce(books.reader)
    unasked = _unasked(desk, books, actor, reader.look(paths), waiting, although)
    report = ingest_files(books.facts, reader, paths, rules=books.ledger_rules)
    for waited_for in _cases(waiting):
        bring_in_receipts(desk, books, actor, waited_for)
    files = tuple(report.document["files"])
    covers = _Covers(books.ledger(), [file["sha256"] for file in files if "sha256" in file])
    became = _Became()
    for measure in waiting:
        parts = [(question, tuple(covers.answers(question))) for question in measure.request.questions]
        if complete and measure.status in OUT:
            parts = [(question, _all_of_it(desk, question, found)) for question, found in parts]
        new = tuple(answer for _, found in parts for answer in found if not _is_known(measure, answer))
        if new:
            _take(desk, actor, measure, new, became)
    for answered in became.answered if complete else ():
        note_what_it_covers(books, answered, answered.receipts[-1])
    return _told(desk, books, actor, files, became, _cases(waiting), unasked)


@dataclass(slots=True)
class _Became:
    """What became of the queries."""

    answered: list[Measure] = field(default_factory=list[Measure])
    not_needed: list[str] = field(default_factory=list[str])
    not_sent: list[str] = field(default_factory=list[str])


def _take(desk: Desk, actor: Actor, measure: Measure, new: tuple[Answered, ...], became: _Became) -> None:
    if measure.status in OUT:
        became.answered.append(_record(desk, actor, measure, Outcome.EXECUTED, new))
        return
    with acting(desk, actor, "query.not_needed", Subject("measure", measure.id)) as work:
        unsent = work.load(Measure, measure.id, Action.RECEIPT_ENTER)
        if left_of(unsent.request.questions, new):
            became.not_sent.append(measure.id)
        else:
            keep_measure(work, not_needed(unsent, [each.statement for each in new], actor, work.now_us))
            became.not_needed.append(measure.id)


def _check_sent(measure: Measure) -> None:
    if measure.status not in OUT:
        raise Refused(
            f"{measure.id} is {STATUS_WORDS[measure.status]}: nobody has sent it, so nobody can have answered it; if its "
            f"letter went out, note it first: fanzha measure send {measure.id}"
        )


def _all_of_it(desk: Desk, question: Question, found: tuple[Answered, ...]) -> tuple[Answered, ...]:
    """All the time that was asked about, up to now, where there is a statement at all."""
    until_us = min(question.until_us, desk.clock.now_us())
    if not found or until_us <= question.from_us:
        return found
    return (Answered(question.account, question.from_us, until_us, found[0].statement),)


def _unasked(
    desk: Desk, books: Books, actor: Actor, batches: Sequence[FactBatch], waiting: Sequence[Measure], although: str
) -> tuple[Unasked, ...]:
    """What the files hold besides what the cases' queries ask about; of another institution only with a reason."""
    subject = Subject("case", next(iter(_cases(waiting)), ""))
    with acting(desk, actor, "query.answer", subject) as work:
        asking = [*waiting, *(each for case in _cases(waiting) for each in _wanted(work, case, ""))]
        found = unasked_by(asking, batches, books.facts.ledger())
        others = [each for each in found if each.elsewhere]
        if others and not is_reason(although):
            raise NotAllowed("not_asked", _of_others(Mask(work.rules.access.masks), others))
        if found:
            said: dict[str, DetailValue] = {"unasked": len(found), "of_others": len(others)}
            reason = although.strip() if others else ""
            work.unit.audit.append(done(actor, work.now_us, "query.answer", subject, reason=reason, details=said))
    return found


def _of_others(mask: Mask, others: Sequence[Unasked]) -> str:
    named = "; ".join(
        f"{mask.account(each.account)} of {each.institution}, {each.rows} rows in {each.path}"
        for each in others[:UNASKED_NAMED]
    )
    more = f"; and {len(others) - UNASKED_NAMED} more" if len(others) > UNASKED_NAMED else ""
    return (
        f"the answer holds rows of accounts that another institution keeps and nobody asked about: {named}{more}. Nothing "
        'was read in; ask the bank for its own rows alone, or take them in with a reason: --although "why"'
    )


def answer_nothing(
    desk: Desk, books: Books, actor: Actor, query: str, *, accounts: Sequence[str] = (), evidence: str = ""
) -> QueryAnswered:
    """The institution answered that it has nothing, on these accounts or on all that it was asked about.

    evidence: the SHA-256 of its letter.

    Raises Refused when the query has no open question on such an account, or was not sent.
    """
    (measure,) = _waiting(desk, actor, "", query)
    left = [q for q in open_questions(measure) if not accounts or q.account in accounts]
    if not left:
        named = ", ".join(number_ending(account) for account in accounts)
        raise Refused(f"{query} asks nothing of {named or 'anybody'} that is still open")
    _check_sent(measure)
    now_us = desk.clock.now_us()  # no bank knows what comes after: what is asked of the future stays open
    answers = tuple(Answered(q.account, q.from_us, min(q.until_us, now_us)) for q in left if q.from_us < now_us)
    if not answers:
        raise Refused(f"{query} asks only about what is still to come: nobody can have found nothing of it yet")
    measure = _record(desk, actor, measure, Outcome.NOTHING_FOUND, answers, evidence)
    facts = [
        {
            "sheet": "", "row": row, "serial": measure.orders[0].id, "institution": measure.target.institution,
            "subject": answer.account, "sent_us": measure.sent_us, "answered_us": now_us, "succeeded": True,
            "found_nothing": True, "answer": "无记录", "from_us": answer.from_us,
            "to_us": answer.until_us,
        }
        for row, answer in enumerate((each for each in answers if each.from_us <= now_us), 2)
    ]  # fmt: skip
    rows = [
        (measure.orders[0].id, *(str(fact[name]) for name in ("subject", "from_us", "to_us", "answer")))
        for fact in facts
    ]
    columns = ("request", "account", "from_us", "until_us", "answer")
    if facts:
        take_in(books, [generate_file(f"无记录回复 {measure.orders[0].id}", columns, rows, {"queries": facts})])
    return _told(desk, books, actor, (), _Became([measure]), _cases([measure]))


def _waiting(desk: Desk, actor: Actor, case: str, query: str) -> tuple[Measure, ...]:
    with looking(desk, actor, "receipt.record", Subject("measure" if query else "case", query or case)) as look:
        found = tuple(m for m in _wanted(look, case, query, Action.RECEIPT_ENTER) if _left(look, m))
    if not found:
        raise Refused("no query waits for an answer; read a statement that nobody was asked for with: fanzha ingest")
    return found


def _wanted(look: Look, case: str, query: str, action: Action = Action.SEE) -> Iterable[Measure]:
    if query:
        return [look.load(Measure, query, action)]
    kind = {"kind": MeasureKind.QUERY}
    records = look.unit.records(Measure)
    if case:
        look.load(Case, case, Action.SEE)
        wanted: Query = Query(equals={"case_id": case, **kind}, order_by="drafted_us")
    else:
        look.check(action, Scope(look.actor.organisation))
        own = look.actor.organisation
        wanted = Query(equals={"organisation": own, **kind}, within={"status": OPEN}, order_by="drafted_us")
    return [measure for measure in every(records, wanted) if _may(look, measure, action)]


def _may(look: Look, measure: Measure, action: Action) -> bool:
    try:
        look.check(action, look.scope_of(measure))
    except NotAllowed:
        return False
    return True


def _left(look: Look, measure: Measure) -> tuple[Question, ...]:
    return open_questions(measure) if effective_status(measure, look.now_us) in OPEN else ()


def _open(look: Look, measure: Measure) -> OpenQuery:
    return OpenQuery(measure, _left(look, measure))


class _Covers:
    """What files cover of accounts, by the ledger that they are part of."""

    def __init__(self, stored: StoredLedger, sha256s: Sequence[str]) -> None:
        self._stored = stored
        self._files = {
            place: figures.sha256
            for place, figures in enumerate(stored.assembly.files)
            if figures.sha256 in set(sha256s)
        }
        self._places = np.flatnonzero(np.isin(stored.assembly.spans.file, list(self._files))).tolist()

    def answers(self, question: Question) -> Iterable[Answered]:
        """The parts of a question's time that the files cover."""
        spans, pockets = self._stored.assembly.spans, set(pockets_named(self._stored, question.account))
        for place in self._places:
            if int(spans.pocket[place]) not in pockets:
                continue
            sha256 = self._files[int(spans.file[place])]
            from_us = max(question.from_us, int(spans.from_us[place]))
            until_us = min(question.until_us, int(spans.to_us[place]))
            if from_us < until_us:
                yield Answered(question.account, from_us, until_us, sha256)


def _is_known(measure: Measure, answer: Answered) -> bool:
    return any(answer in receipt.answered for receipt in measure.receipts)


def _record(
    desk: Desk, actor: Actor, measure: Measure, outcome: Outcome, answers: tuple[Answered, ...], evidence: str = ""
) -> Measure:
    said = repr((outcome, sorted((a.account, a.from_us, a.until_us, a.statement) for a in answers)))
    now_us = desk.clock.now_us()
    receipt = Receipt(
        f"ANSWER-{hashlib.sha256(said.encode()).hexdigest()[:16]}", measure.orders[0].id, outcome, now_us, now_us,
        answered=answers, evidence=evidence or next((a.statement for a in answers), ""),
    )  # fmt: skip
    taken = record_receipt(desk, actor, receipt)
    return measure if taken.measure is None else taken.measure


def _cases(measures: Iterable[Measure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(measure.request.case for measure in measures if measure.request.case))


def _told(
    desk: Desk,
    books: Books,
    actor: Actor,
    files: tuple[dict[str, Any], ...],
    became: _Became,
    cases: Sequence[str],
    unasked: tuple[Unasked, ...] = (),
) -> QueryAnswered:
    again = tuple(trace_case(desk, books, actor, case) for case in cases) if files or became.answered else ()
    left = tuple(query for case in cases for query in open_queries(desk, actor, case=case))
    return QueryAnswered(
        files, tuple(became.answered), tuple(became.not_needed), tuple(became.not_sent), unasked, left, again
    )
