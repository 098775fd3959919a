"""Which questions of a query an institution settles at its own desk: by the statements that it sends, or by nothing found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.model import Measure
from fanzha.measures.orders import Answered, Question
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.books import Books
from fanzha.services.desk.unasked_rows import accounts_in


def settled_questions(
    books: Books, measure: Measure, statements: Sequence[BroughtFile], now_us: int
) -> tuple[Answered, ...]:
    """Every question of the query, up to now: each with the files that have rows of its account; these are kept.

    statements: what the institution sends as all that it has, archives opened; none: nothing was found. A question about
    whose account no file says anything has nothing found. A register of holders goes with the first question.

    Raises BadInput for a file that is no statement, or when none of them says anything about what was asked.
    """
    files = [member for file in statements for member in _members(books, file)]
    asked = [question for question in measure.request.questions if question.from_us < now_us]
    holding = {question: [name for name, _, held in files if _names(held, question)] for question in asked}
    if files and not any(holding.values()):
        raise BadInput(
            f"none of {', '.join(file.name for file in statements)} has a row of an account that was asked about; "
            "send the statement of these accounts, or say that nothing was found"
        )
    first = next((question for question, held in holding.items() if held), None)
    if first is not None:
        holding[first] += [name for name, _, held in files if not any(_names(held, question) for question in asked)]
    kept = {name: books.evidence.put(content, name) for name, content, _ in files}
    return tuple(
        Answered(question.account, question.from_us, min(question.until_us, now_us), statement)
        for question, names in holding.items()
        for statement in ([kept[name] for name in names] or [""])
    )


def _names(accounts: frozenset[str], question: Question) -> bool:
    return plain_identifier(question.account) in accounts


def _members(books: Books, file: BroughtFile) -> Iterator[tuple[str, bytes, frozenset[str]]]:
    """Each table of the file with its bytes and the accounts whose rows it has."""
    found = False
    for member in books.reader.discover_in(file.name, file.content):
        if member.skipped is not None:
            continue
        try:
            accounts = accounts_in(books.reader.read(member))
        except BadInput as error:
            raise BadInput(f"{member.path}: cannot be read as a statement: {error}") from None
        found = True
        yield member.path, member.load(), accounts
    if not found:
        raise BadInput(f"{file.name}: cannot be read as a statement; send XLSX, XLS, CSV, TXT, or a ZIP of these")
