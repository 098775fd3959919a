"""2.1 The duty desk: what to do first, and how much time is left."""

from __future__ import annotations

import re
from typing import Final

from fanzha.casework import OPEN_STAGES, Clue
from fanzha.casework.model import ClueStage
from fanzha.core.errors import BadInput
from fanzha.services.desk.duty_desk import COUNTED, ENDING_US, DeskRow, duty_desk
from fanzha.services.desk.find_duplicates import NOTHING_ALIKE, LooksAlike, alike_beside
from fanzha.services.desk.lists import ListWanted, list_measures
from fanzha.services.desk.note_call import call_notes, note_call, words_without_notes
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.shift_sheet import SHEET_ROWS, shift_sheet
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import OFFICERS, Route
from fanzha.web.words import N_

ROWS: Final = 40
_OPEN: Final = tuple(sorted(stage.value for stage in OPEN_STAGES))
TABS: Final = ("queue", "mine", "all", "unsent", "receipts", "ending", "sign")
CLUE_TABS: Final = ("queue", "mine", "all")  # the others list measures
PINS_COOKIE: Final = "fanzha-pins"  # an officer's own marks in his own browser, nothing that anybody acts on
PINS_MAX: Final = 12


def desk_page(ask: Ask) -> Answer:
    """The queue, or one of the boards beside it; asked for as a fragment it is the list alone."""
    tab = ask.query.get("tab", "")
    tab = tab if tab in TABS else "queue"
    console, actor = ask.console, ask.officer
    found = duty_desk(console.desk, actor, _wanted(ask, tab), pins_of(ask), ask.query.get("clue", ""))
    rows = list(found.rows) if tab in CLUE_TABS else []
    measures = () if tab in CLUE_TABS else found.unsent if tab == "unsent" else _measures(ask, tab)
    chosen = found.opened if rows else None
    mask = mask_for(
        console.desk, actor, [*(row.clue for row in rows), *(row.report for row in rows if row.report), *measures]
    )
    context = {
        "tab": tab, "desk": found, "rows": rows, "measures": measures, "mask": mask, "counted": COUNTED, "chosen": chosen,
        "stage": ClueStage, "alike": _alike(ask, chosen),
        "words": words_without_notes(chosen.report) if chosen and chosen.report else "",
        "notes": call_notes(chosen.report) if chosen and chosen.report else (),
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


def _alike(ask: Ask, chosen: DeskRow | None) -> LooksAlike:
    """What may be one with the open row's report: it is looked for only while the row is open."""
    if chosen is None or chosen.report is None:
        return NOTHING_ALIKE
    return alike_beside(ask.console.desk, ask.officer, chosen.report.id)


def pins_of(ask: Ask) -> tuple[str, ...]:
    """The clues that this browser keeps first."""
    kept = ask.cookies.get(PINS_COOKIE, "").split(".")
    return tuple(one for one in kept if re.fullmatch(r"[A-Z0-9-]{1,40}", one))[:PINS_MAX]


def pin(ask: Ask) -> Answer:
    """Puts a clue first, or back among the others; the latest pin stands first."""
    clue, pins = ask.form.text("clue"), pins_of(ask)
    open_record(ask.console.desk, ask.officer, Clue, clue)
    kept = tuple(one for one in pins if one != clue) if clue in pins else (clue, *pins)[:PINS_MAX]
    return GoTo(_back(ask), cookies={PINS_COOKIE: ".".join(kept) or None})


def note(ask: Ask) -> Answer:
    """Notes what is being said on the telephone under the report of the clue; the desk stays where it is."""
    clue = open_record(ask.console.desk, ask.officer, Clue, ask.form.text("clue")).record
    if not clue.reports:
        raise BadInput(f"{clue.id} comes from no report: write on the page of its case")
    note_call(ask.console.desk, ask.officer, clue.reports[0], ask.form.text("note"))
    return GoTo(_back(ask), N_("已记入报案"))


def _back(ask: Ask) -> str:
    tab = ask.form.text("tab")
    return f"/desk?tab={tab if tab in TABS else 'queue'}&clue={ask.form.text('clue')}"


def sheet_page(ask: Ask) -> Answer:
    """交接班单: what the next shift takes over, to be read on the screen and signed on paper."""
    desk, actor = ask.console.desk, ask.officer
    sheet = shift_sheet(desk, actor)
    measures = (*sheet.unsigned.rows, *sheet.unsent.rows, *sheet.unanswered.rows, *sheet.ending.rows)
    reports = [row.report for row in sheet.clues if row.report]
    mask = mask_for(
        desk, actor, [*(row.clue for row in sheet.clues), *reports, *measures, *sheet.tasks.rows, *sheet.errands.rows]
    )
    return Page("shift_sheet.html", {"sheet": sheet, "mask": mask, "rows_max": SHEET_ROWS})


ROUTES: Final = (
    Route("GET", "/desk", desk_page, OFFICERS),
    Route("POST", "/desk/pin", pin, OFFICERS),
    Route("POST", "/desk/note", note, OFFICERS),
    Route("GET", "/desk/shift-sheet", sheet_page, OFFICERS),
)
