"""Answers to queries that came by wire go into the ledger: their statements, and which time each answer covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotFound
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Receipt
from fanzha.ports.record_query import Query
from fanzha.ports.statement_reader import StatementFile, StatementReader
from fanzha.records import FactBatch
from fanzha.services.desk.acting import looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.generated_file import generate_file, take_in
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.unasked_rows import ReadOnce, unasked_by
from fanzha.services.ingest_files import ingest_files

PATH = "回复"  # before the order's number, as the source of what the answer says
COLUMNS = ("request", "account", "from_us", "until_us", "statement")


@dataclass(frozen=True, slots=True)
class AnswersTakenIn:
    """The statements that are in the ledger now and were not before, and those that cannot be read, with the reason."""

    taken: tuple[str, ...]  # SHA-256
    unreadable: tuple[tuple[str, str], ...]  # SHA-256 and why


@dataclass(frozen=True, slots=True)
class _Kept:
    """Reads files whose bytes are at hand; the paths of a question to it mean nothing."""

    reader: StatementReader
    files: tuple[StatementFile, ...] = field(default=())

    def discover(self, paths: Sequence[Path]) -> Iterable[StatementFile]:
        """The files."""
        del paths
        return self.files

    def kept(self, path: str, content: bytes) -> StatementFile:
        """Another one."""
        return self.reader.kept(path, content)

    def read(self, file: StatementFile) -> FactBatch:
        """Its facts."""
        return self.reader.read(file)


def take_in_answers(desk: Desk, books: Books, actor: Actor, case_id: str) -> AnswersTakenIn:
    """Reads the answers to a case's queries out of the evidence into the ledger; nothing is read twice.

    What an answer covers ends at the latest when it was given: no bank knows what comes after. A statement with rows of
    accounts that another bank keeps and no query of the case asks about is left to an officer, with the reason.

    Raises NotFound, NotAllowed when the actor may not trace the case.
    """
    with looking(desk, actor, "query.take_in", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.TRACE)
        query = Query(equals={"case_id": case.id, "kind": MeasureKind.QUERY}, order_by="drafted_us")
        measures = tuple(every(look.unit.records(Measure), query))
    there = set(books.facts.files())
    taken: list[str] = []
    unreadable: dict[str, str] = {}
    for measure in measures:
        for receipt in measure.receipts:
            if receipt.entered_by or not receipt.answered:
                continue
            for sha256 in dict.fromkeys(each.statement for each in receipt.answered if each.statement):
                if sha256 in there or sha256 in unreadable:
                    continue
                try:
                    _read_in(books, f"{PATH} {receipt.order} {sha256[:12]}", sha256, measures)
                except (BadInput, NotFound) as error:
                    unreadable[sha256] = str(error)
                else:
                    taken.append(sha256)
                    there.add(sha256)
            note_what_it_covers(books, measure, receipt, unreadable)
    return AnswersTakenIn(tuple(taken), tuple(unreadable.items()))


def _read_in(books: Books, path: str, sha256: str, asking: Sequence[Measure]) -> None:
    file = books.reader.kept(path, books.evidence.get(sha256))
    reader = ReadOnce(_Kept(books.reader, (file,)))
    others = [each for each in unasked_by(asking, reader.look([Path(path)]), books.facts.ledger()) if each.elsewhere]
    if others:
        banks = ", ".join(dict.fromkeys(each.institution for each in others))
        raise BadInput(
            f"{path}: {len(others)} accounts of {banks} are in it, which nobody asked about; an officer may take it in with: "
            "fanzha measure query answer FILE --although TEXT"
        )
    ingest_files(books.facts, reader, [Path(path)], rules=books.ledger_rules)


def note_what_it_covers(books: Books, measure: Measure, receipt: Receipt, unreadable: Iterable[str]) -> None:
    """Takes the time that an answer covers into the ledger.

    任务信息 of the answer, as exports carry it in a table of its own; the same answer gives the same bytes.
    """
    # Of an account that it was not asked about a bank cannot say that nothing happened: it may be another bank's.
    asked = {question.account for question in measure.request.questions}
    spans = [
        (each, min(each.until_us, receipt.answered_us))
        for each in receipt.answered
        if each.account in asked and each.statement not in unreadable
    ]
    facts = [
        {
            "sheet": "", "row": row, "serial": receipt.order, "institution": measure.target.institution,
            "subject": each.account, "sent_us": measure.sent_us, "answered_us": receipt.answered_us, "succeeded": True,
            "found_nothing": not each.statement, "answer": "" if each.statement else "无记录",
            "from_us": each.from_us, "to_us": until_us,
        }
        for row, (each, until_us) in enumerate(spans, 2)
        if each.from_us <= until_us
    ]  # fmt: skip
    rows = [(receipt.order, each.account, str(each.from_us), str(until_us), each.statement) for each, until_us in spans]
    if facts:
        take_in(books, [generate_file(f"{PATH} {receipt.order} {receipt.id}", COLUMNS, rows, {"queries": facts})])
