"""What institutions say of money is followed at once: statements into the ledger, the trace on, the next stop drafted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import MACHINE
from fanzha.core.errors import FanzhaError
from fanzha.ports.work_queues import LeasedMessage
from fanzha.services.desk.acting import looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.lease_messages import lease_messages
from fanzha.services.desk.model import Desk
from fanzha.services.desk.put_to_follow import FOLLOW_TOPIC
from fanzha.services.desk.take_in_answers import take_in_answers
from fanzha.services.desk.trace_case import last_run

LEASE_S: Final = 300
BATCH: Final = 8
ATTEMPTS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class CaseFollowed:
    """What was done for one case; `failure` says why it could not be done, and an officer traces the case."""

    case: str
    statements: tuple[str, ...] = ()  # SHA-256 of those that are in the ledger now
    unreadable: tuple[tuple[str, str], ...] = ()  # SHA-256 and why
    drafted: tuple[str, ...] = ()  # ids of the follow-on stops; somebody proposes them
    failure: str = ""


def follow_answers(desk: Desk, books: Books, worker: str, *, limit: int = BATCH) -> tuple[CaseFollowed, ...]:
    """Follows the money of every case of which partners said something; call it again until it says nothing.

    One case that fails holds up no other: it is tried again after a pause, and after some attempts left to an officer.
    """
    waiting: dict[str, list[LeasedMessage]] = {}
    for leased in lease_messages(desk, worker, FOLLOW_TOPIC, LEASE_S, limit):
        waiting.setdefault(leased.message.body, []).append(leased)
    found = []
    for case, messages in waiting.items():
        followed = _follow(desk, books, case, max(one.message.created_us for one in messages))
        _settle(desk, messages, followed.failure)
        found.append(followed)
    return tuple(found)


def _follow(desk: Desk, books: Books, case: str, since_us: int) -> CaseFollowed:
    try:
        answers = take_in_answers(desk, books, MACHINE, case)
        if not answers.taken and _is_traced(desk, case, since_us):
            return CaseFollowed(case, unreadable=answers.unreadable)
        followed = follow_money(desk, books, MACHINE, case)
    except FanzhaError as failure:
        return CaseFollowed(case, failure=str(failure))
    drafted = tuple(measure.id for measure in followed.drafted)
    return CaseFollowed(case, answers.taken, answers.unreadable, drafted)


def _is_traced(desk: Desk, case_id: str, since_us: int) -> bool:
    """Whether somebody has followed the case's money since, with all that is known."""
    with looking(desk, MACHINE, "case.see", Subject("case", case_id)) as look:
        run = last_run(look, look.load(Case, case_id, Action.SEE).id)
    return run is not None and run.at_us > since_us


def _settle(desk: Desk, messages: list[LeasedMessage], failure: str) -> None:
    with desk.store.begin() as unit:
        for leased in messages:
            if not failure:
                unit.outbox.done(leased, desk.clock.now_us())
            elif leased.attempts >= ATTEMPTS_MAX:
                unit.outbox.give_up(leased, desk.clock.now_us(), failure)
            else:
                unit.outbox.retry(leased, desk.clock.now_us(), failure)
        unit.commit()
