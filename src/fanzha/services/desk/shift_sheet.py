"""What one shift of the duty desk leaves to the next: what is open, what has not been answered, what ends within half a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Generic

from fanzha.casework import OPEN_STAGES, TaskStatus
from fanzha.casework.case_model import Task
from fanzha.casework.errand_model import OPEN_ERRANDS, Errand
from fanzha.core.actor import Actor
from fanzha.measures.lifecycle import HOLDING, Status
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Page
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look
from fanzha.services.desk.duty_desk import ENDING_US, DeskRow, desk_rows, unsent_orders
from fanzha.services.desk.lists import ListWanted, Reading
from fanzha.services.desk.model import Desk

SHEET_ROWS: Final = 100  # of each part; the lists of the console have the rest


@dataclass(frozen=True, slots=True)
class SheetPart(Generic[Kept]):
    """One part of the sheet; `more` where the list goes on beyond it."""

    rows: tuple[Kept, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ShiftSheet:
    """The sheet at one moment."""

    clues: tuple[DeskRow, ...]  # not checked yet, in the order in which they are worked off
    clues_more: bool
    unsigned: SheetPart[Measure]  # drafts and proposals
    unsent: SheetPart[Measure]  # approved, and the order does not leave
    unanswered: SheetPart[Measure]  # ordered, and no institution has answered
    ending: SheetPart[Measure]  # holding, and void within half a day
    tasks: SheetPart[Task]  # open, and due within half a day or before
    errands: SheetPart[Errand]  # between bodies, not answered yet
    now_us: int
    until_us: int  # what ends or falls due before this is on the sheet


def shift_sheet(desk: Desk, actor: Actor) -> ShiftSheet:
    """Everything that the actor may see of what the next shift has to know, read at one moment."""
    with desk.store.reading() as view:
        reading = Reading(desk, view, actor)
        until_us = reading.now_us + ENDING_US
        clues = reading.clues(_wanted(OPEN_STAGES))
        soon = replace(_wanted(HOLDING), due_before_us=until_us)
        unsent = unsent_orders(reading, SHEET_ROWS + 1)
        due = replace(_wanted((TaskStatus.OPEN,)), due_before_us=until_us)
        return ShiftSheet(
            clues=desk_rows(Look(desk, view, actor), clues.rows),
            clues_more=clues.next_cursor is not None,
            unsigned=_part(reading.measures, _wanted((Status.DRAFT, Status.PROPOSED))),
            unsent=SheetPart(unsent[:SHEET_ROWS], len(unsent) > SHEET_ROWS),
            unanswered=_part(reading.measures, _wanted((Status.SENT, Status.ACKNOWLEDGED))),
            ending=_part(reading.measures, soon),
            tasks=_part(reading.tasks, due),
            errands=_part(reading.errands, _wanted(OPEN_ERRANDS)),
            now_us=reading.now_us,
            until_us=until_us,
        )


def _wanted(statuses: Iterable[StrEnum]) -> ListWanted:
    return ListWanted(status=tuple(sorted(one.value for one in statuses)), limit=SHEET_ROWS)


def _part(draw: Callable[[ListWanted], Page[Kept]], wanted: ListWanted) -> SheetPart[Kept]:
    page = draw(wanted)
    return SheetPart(page.rows, page.next_cursor is not None)
