"""The boards of measures at one moment: one of them a page long, and of each how much is on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from fanzha.core.actor import Actor, Role
from fanzha.measures.appeals import Appeal
from fanzha.measures.lifecycle import ENDED, HOLDING, Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.ports.record_query import Page
from fanzha.services.desk.duty_desk import COUNTED, ENDING_US
from fanzha.services.desk.lists import INCIDENT_OPEN, ListWanted, Reading, list_measures
from fanzha.services.desk.model import Desk


@unique
class Board(StrEnum):
    """Which measures are looked at."""

    SIGN = "sign"  # what waits for the actor's own name
    PROPOSED = "proposed"  # what waits for anybody's
    DRAFTS = "drafts"
    OUT = "out"  # decided, and not answered yet
    HOLDING = "holding"
    ENDING = "ending"
    INCIDENTS = "incidents"
    APPEALS = "appeals"
    DONE = "done"  # queries that were answered, returns that were paid: nothing of them holds
    OVER = "over"


STATUSES: Final[Mapping[Board, tuple[Status, ...]]] = {
    Board.PROPOSED: (Status.PROPOSED,),
    Board.DRAFTS: (Status.DRAFT,),
    Board.OUT: (Status.APPROVED, Status.SENT, Status.ACKNOWLEDGED),
    Board.HOLDING: tuple(sorted(HOLDING)),
    Board.ENDING: tuple(sorted(HOLDING)),
    Board.DONE: tuple(sorted(HOLDING)),
    Board.OVER: tuple(sorted(ENDED)),
}
SIGNERS: Final = frozenset({Role.APPROVER, Role.COMMANDER})


@dataclass(frozen=True, slots=True)
class Boards:
    """A page of one board, and the figures of those that are worked off; beyond `COUNTED` a figure is that many and more."""

    board: Board
    measures: tuple[Measure, ...]
    incidents: tuple[Incident, ...]
    appeals: tuple[Appeal, ...]
    next_cursor: str | None
    counts: Mapping[Board, int]


def measure_boards(desk: Desk, actor: Actor, board: Board, wanted: ListWanted) -> Boards:
    """A page of a board, narrowed as wanted. Raises NotFound for a case that is not there, BadInput as `list_measures`."""
    if wanted.case and not wanted.cursor:
        list_measures(desk, actor, replace(wanted, limit=1))  # says that there is no such case
    with desk.store.reading() as view:
        reading = Reading(desk, view, actor)
        measures: Page[Measure] = Page(())
        incidents: Page[Incident] = Page(())
        appeals: Page[Appeal] = Page(())
        if board is Board.INCIDENTS:
            incidents = reading.incidents(replace(wanted, case="", institution=""))
        elif board is Board.APPEALS:
            appeals = reading.appeals(replace(wanted, case="", institution=""))
        else:
            measures = _measures(reading, board, wanted)
        cursor = measures.next_cursor or incidents.next_cursor or appeals.next_cursor
        return Boards(board, measures.rows, incidents.rows, appeals.rows, cursor, _counts(reading))


def _measures(reading: Reading, board: Board, wanted: ListWanted) -> Page[Measure]:
    if board is Board.SIGN:
        return reading.waiting(wanted)
    statuses = tuple(status.value for status in STATUSES[board])
    wanted = replace(wanted, status=statuses)
    if board is Board.HOLDING:
        return reading.holding(wanted)
    if board is Board.DONE:
        return reading.carried_out(wanted)
    due_us = reading.now_us + ENDING_US if board is Board.ENDING else None
    return reading.measures(replace(wanted, due_before_us=due_us))


def _counts(reading: Reading) -> dict[Board, int]:
    few = ListWanted(limit=COUNTED + 1)
    counted = {
        board: len(_measures(reading, board, few).rows)
        for board in (Board.PROPOSED, Board.DRAFTS, Board.OUT, Board.HOLDING, Board.ENDING)
    }
    if reading.actor.roles & SIGNERS:
        counted[Board.SIGN] = len(reading.waiting(few).rows)
    counted[Board.INCIDENTS] = len(reading.incidents(replace(few, status=(INCIDENT_OPEN,))).rows)
    counted[Board.APPEALS] = len(reading.appeals(few).rows)
    return counted
