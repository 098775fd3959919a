"""What answers by wire say of money is followed at once: statements into the ledger, the trace on, the next stop drafted."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.core.actor import MACHINE
from fanzha.core.errors import FanzhaError
from fanzha.measures.receipts import Taken
from fanzha.services.desk.books import Books
from fanzha.services.desk.collect_receipts import CollectRun
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.model import Desk
from fanzha.services.desk.receipt_rows import says_of_money
from fanzha.services.desk.take_in_answers import take_in_answers


@dataclass(frozen=True, slots=True)
class CaseFollowed:
    """What was done for one case; `failure` says why it could not be done, and an officer traces the case."""

    case: str
    statements: tuple[str, ...] = ()  # SHA-256 of those that are in the ledger now
    unreadable: tuple[tuple[str, str], ...] = ()  # SHA-256 and why
    drafted: tuple[str, ...] = ()  # ids of the follow-on stops; somebody proposes them
    failure: str = ""


def follow_answers(desk: Desk, books: Books, run: CollectRun) -> tuple[CaseFollowed, ...]:
    """Follows the money of every case of which new answers speak of money. One case that fails holds up no other."""
    return tuple(_follow(desk, books, case) for case in dict.fromkeys(_cases(run)) if case)


def _cases(run: CollectRun) -> list[str]:
    cases = []
    for one in run.recorded:
        measure = one.taken.measure
        if measure is None or one.taken.taken is Taken.ALREADY:
            continue
        receipt = next(each for each in reversed(measure.receipts) if each.id == one.receipt)
        if says_of_money(measure, receipt) or any(each.statement for each in receipt.answered):
            cases.append(measure.request.case)
    return cases


def _follow(desk: Desk, books: Books, case: str) -> CaseFollowed:
    try:
        answers = take_in_answers(desk, books, MACHINE, case)
        followed = follow_money(desk, books, MACHINE, case)
    except FanzhaError as failure:
        return CaseFollowed(case, failure=str(failure))
    drafted = tuple(measure.id for measure in followed.drafted)
    return CaseFollowed(case, answers.taken, answers.unreadable, drafted)
