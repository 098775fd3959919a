"""2.1 The duty desk: what to do first, and how much time is left."""

from __future__ import annotations

from typing import Final

from fanzha.casework import OPEN_STAGES
from fanzha.casework.model import ClueStage
from fanzha.services.desk.duty_desk import COUNTED, ENDING_US, DeskRow, duty_desk
from fanzha.services.desk.lists import ListWanted, list_measures
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.shift_sheet import SHEET_ROWS, shift_sheet
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import OFFICERS, Route

ROWS: Final = 40
_OPEN: Final = tuple(sorted(stage.value for stage in OPEN_STAGES))
TABS: Final = ("queue", "mine", "all", "receipts", "ending", "sign")


def desk_page(ask: Ask) -> Answer:
    """The queue, or one of the boards beside it; asked for as a fragment it is the list alone."""
    tab = ask.query.get("tab", "")
    tab = tab if tab in TABS else "queue"
    console, actor = ask.console, ask.officer
    found = duty_desk(console.desk, actor, _wanted(ask, tab))
    rows = [] if tab in ("receipts", "ending", "sign") else list(found.rows)
    measures = () if rows or tab in ("queue", "mine", "all") else _measures(ask, tab)
    chosen = _chosen(ask, rows)
    mask = mask_for(
        console.desk, actor, [*(row.clue for row in rows), *(row.report for row in rows if row.report), *measures]
    )
    context = {
        "tab": tab, "desk": found, "rows": rows, "measures": measures, "mask": mask, "counted": COUNTED, "chosen": chosen,
        "stage": ClueStage,
    }  # fmt: skip
    return Page("parts/desk_list.html" if ask.fragment else "desk.html", context)


def _wanted(ask: Ask, tab: str) -> ListWanted:
    officer = ask.officer.id if tab == "mine" else ""
    status = ("queued",) if tab == "queue" else _OPEN
    return ListWanted(status=status, officer=officer, limit=ROWS, cursor=ask.query.get("cursor") or None)


def _measures(ask: Ask, tab: str) -> tuple[object, ...]:
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    if tab == "sign":
        return list_measures(desk, ask.officer, ListWanted(limit=ROWS), waiting_for_me=True).rows
    wanted = {
        "receipts": ListWanted(status=("sent", "acknowledged"), limit=ROWS),
        "ending": ListWanted(status=("executed", "partial"), due_before_us=now_us + ENDING_US, limit=ROWS),
    }[tab]
    return list_measures(desk, ask.officer, wanted).rows


def _chosen(ask: Ask, rows: list[DeskRow]) -> DeskRow | None:
    """The row that is open at the side: the one that was asked for, else the first."""
    wanted = ask.query.get("clue", "")
    return next((row for row in rows if row.clue.id == wanted), rows[0] if rows else None)


def sheet_page(ask: Ask) -> Answer:
    """交接班单: what the next shift takes over, to be read on the screen and signed on paper."""
    desk, actor = ask.console.desk, ask.officer
    sheet = shift_sheet(desk, actor)
    measures = (*sheet.unsigned.rows, *sheet.unanswered.rows, *sheet.ending.rows)
    reports = [row.report for row in sheet.clues if row.report]
    mask = mask_for(
        desk, actor, [*(row.clue for row in sheet.clues), *reports, *measures, *sheet.tasks.rows, *sheet.errands.rows]
    )
    return Page("shift_sheet.html", {"sheet": sheet, "mask": mask, "rows_max": SHEET_ROWS})


ROUTES: Final = (
    Route("GET", "/desk", desk_page, OFFICERS),
    Route("GET", "/desk/shift-sheet", sheet_page, OFFICERS),
)
