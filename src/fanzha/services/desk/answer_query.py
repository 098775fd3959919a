"""A bank answered: its statements go into the ledger, to the questions that they answer, and the case is traced again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, Refused
from fanzha.measures.lifecycle import OPEN, OUT, Status
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.orders import Answered, Outcome, Question, Receipt
from fanzha.measures.queries import open_questions
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.follow_money import bring_in_receipts
from fanzha.services.desk.generated_file import generate_file, take_in
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.trace_case import CaseTrace, trace_case
from fanzha.services.ingest_files import ingest_files
from fanzha.services.trace_money import pockets_named

ANSWERABLE = OUT | {Status.APPROVED}


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
    not_sent: tuple[str, ...]  # measures whose questions it would answer, but which nobody has sent yet
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
    desk: Desk, books: Books, actor: Actor, paths: Sequence[Path], *, case: str = "", query: str = ""
) -> QueryAnswered:
    """Reads statement files in, records each answer as a receipt of its query, and traces the cases again.

    A statement answers a question for the time that it covers; the same files once more change nothing.

    Raises NotFound, NotAllowed when the actor may not enter receipts, Refused when nothing waits for an answer, BadInput
    when no file can be read.
    """
    waiting = _waiting(desk, actor, case, query)
    report = ingest_files(books.facts, books.reader, paths, rules=books.ledger_rules)
    for waited_for in _cases(waiting):
        bring_in_receipts(desk, books, actor, waited_for)
    files = tuple(report.document["files"])
    covers = _Covers(books.ledger(), [file["sha256"] for file in files if "sha256" in file])
    answered, not_sent = [], []
    for measure in waiting:
        answers = tuple(a for question in measure.request.questions for a in covers.answers(question))
        new = [answer for answer in answers if not _is_known(measure, answer)]
        if not new:
            continue
        if measure.status not in ANSWERABLE:
            not_sent.append(measure.id)
        else:
            answered.append(_record(desk, actor, measure, Outcome.EXECUTED, tuple(new)))
    return _told(desk, books, actor, files, (answered, not_sent), _cases(waiting))


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
        raise Refused(f"{query} asks nothing of {', '.join(accounts) or 'anybody'} that is still open")
    if measure.status not in ANSWERABLE:
        raise Refused(f"{query} is {measure.status}: nobody has sent it, so nobody can have answered it")
    answers = tuple(Answered(q.account, q.from_us, q.until_us) for q in left)
    measure = _record(desk, actor, measure, Outcome.NOTHING_FOUND, answers, evidence)
    now_us = desk.clock.now_us()
    facts = [
        {
            "sheet": "", "row": row, "serial": measure.orders[0].id, "institution": measure.target.institution,
            "subject": answer.account, "sent_us": measure.sent_us, "answered_us": now_us, "succeeded": True,
            "found_nothing": True, "answer": "无记录", "from_us": answer.from_us,
            "to_us": min(answer.until_us, now_us),  # no bank knows what comes after
        }
        for row, answer in enumerate((each for each in answers if each.from_us <= now_us), 2)
    ]  # fmt: skip
    rows = [
        (measure.orders[0].id, *(str(fact[name]) for name in ("subject", "from_us", "to_us", "answer")))
        for fact in facts
    ]
    columns = ("request", "account", "from_us", "until_us", "answer")
    if facts:
        take_in(books, generate_file(f"无记录回复 {measure.orders[0].id}", columns, rows, {"queries": facts}))
    return _told(desk, books, actor, (), ([measure], []), _cases([measure]))


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
    became: tuple[list[Measure], list[str]],
    cases: Sequence[str],
) -> QueryAnswered:
    answered, not_sent = became
    again = tuple(trace_case(desk, books, actor, case) for case in cases) if files or answered else ()
    still_open = tuple(query for case in cases for query in open_queries(desk, actor, case=case))
    return QueryAnswered(files, tuple(answered), tuple(not_sent), still_open, again)
