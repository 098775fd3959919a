"""Answers that an institution gave itself go into the ledger: their statements, and which time each answer covers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import BadInput, NotFound
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.generated_file import GeneratedFile, generate_file, take_in
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.unasked_rows import unasked_by

PATH = "回复"  # before the order's number, as the source of what the answer says
COLUMNS = ("request", "account", "from_us", "until_us", "statement")


@dataclass(frozen=True, slots=True)
class AnswersTakenIn:
    """The statements that are in the ledger now and were not before, and those that cannot be read, with the reason."""

    taken: tuple[str, ...]  # SHA-256
    unreadable: tuple[tuple[str, str], ...]  # SHA-256 and why


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
        own_people = _people_of_partners(look, measures)
    taking = _Taking(books, measures, set(books.facts.files()))
    for measure in measures:
        for receipt in measure.receipts:
            if receipt.answered and (not receipt.entered_by or receipt.entered_by in own_people):
                taking.add(measure, receipt)
    take_in(books, [*taking.statements, *taking.notes])
    return AnswersTakenIn(tuple(file.sha256 for file in taking.statements), tuple(taking.unreadable.items()))


def _people_of_partners(look: Look, measures: Sequence[Measure]) -> frozenset[str]:
    """Those who typed an answer in at their institution's own desk; what an officer typed is in the ledger already."""
    typed = {receipt.entered_by for measure in measures for receipt in measure.receipts if receipt.entered_by}
    people = look.unit.records(Person).get_many(sorted(typed))
    bodies = look.unit.records(Organisation).get_many(sorted({person.organisation for person in people}))
    partners = {body.id for body in bodies if body.level is Level.PARTNER}
    return frozenset(person.id for person in people if person.organisation in partners)


@dataclass(slots=True)
class _Taking:
    """What goes into the ledger at once: statements that can be read, and which time each answer covers."""

    books: Books
    asking: Sequence[Measure]
    there: set[str]  # SHA-256 of files that are in the ledger, or go into it now
    statements: list[GeneratedFile] = field(default_factory=list[GeneratedFile])
    notes: list[GeneratedFile] = field(default_factory=list[GeneratedFile])
    unreadable: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, measure: Measure, receipt: Receipt) -> None:
        for sha256 in dict.fromkeys(each.statement for each in receipt.answered if each.statement):
            if sha256 in self.there or sha256 in self.unreadable:
                continue
            try:
                self.statements.append(self._read(f"{PATH} {receipt.order} {sha256[:12]}", sha256))
            except (BadInput, NotFound) as error:
                self.unreadable[sha256] = str(error)
            else:
                self.there.add(sha256)
        self.notes += _note(measure, receipt, self.unreadable)

    def _read(self, path: str, sha256: str) -> GeneratedFile:
        content, reader = self.books.evidence.get(sha256), self.books.reader
        file = GeneratedFile(path, content, reader.read(reader.kept(path, content)))
        batches = [each.batch for each in (*self.statements, file)]
        unasked = unasked_by(self.asking, batches, self.books.facts.ledger())
        others = [each for each in unasked if each.elsewhere and each.path == path]
        if others:
            banks = ", ".join(dict.fromkeys(each.institution for each in others))
            raise BadInput(
                f"{path}: {len(others)} accounts of {banks} are in it, which nobody asked about; an officer may take it in "
                "with: fanzha measure query answer FILE --although TEXT"
            )
        return file


def note_what_it_covers(books: Books, measure: Measure, receipt: Receipt) -> None:
    """Takes the time that an answer covers into the ledger."""
    take_in(books, _note(measure, receipt, ()))


def _note(measure: Measure, receipt: Receipt, unreadable: Collection[str]) -> list[GeneratedFile]:
    """任务信息 of an answer, as exports carry it in a table of its own; the same answer gives the same bytes."""
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
    path = f"{PATH} {receipt.order} {receipt.id}"
    return [generate_file(path, COLUMNS, rows, {"queries": facts})] if facts else []
