"""What bodies ask of each other: the list, and one of them with what can be done."""

from __future__ import annotations

from typing import Final

from fanzha.casework.errand_model import Errand, ErrandStatus
from fanzha.services.desk.lists import ListWanted, list_errands
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.errands import ERRAND_DEEDS
from fanzha.web.pages.attached import file_routes
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.routes import OFFICERS, PARTNERS, SEERS, Route
from fanzha.web.terms import choices_of


def errands_list(ask: Ask) -> Answer:
    """What one's body asked and what it is asked; open ones first, by due time."""
    status, case = ask.query.get("status", ""), ask.query.get("case", "")
    cursor = ask.query.get("cursor") or None
    matter = ask.query.get("matter", "")
    wanted = ListWanted(status=(status,) if status else (), case=case, matter=matter, cursor=cursor)
    page = list_errands(ask.console.desk, ask.officer, wanted)
    context = {
        "page": page, "mask": mask_for(ask.console.desk, ask.officer, page.rows), "status": status, "case": case,
        "matter": matter,
        "statuses": choices_of(ErrandStatus), "sends": bool(ask.officer.roles & OFFICERS),
    }  # fmt: skip
    return Page("errands.html", context)


def one_errand(ask: Ask) -> Answer:
    """One of them, with what may be done by whom."""
    opened = open_revealed(ask.console.desk, ask.officer, Errand, ask.path["record_id"])
    errand = opened.record
    done_to = tuple(deed for deed in ERRAND_DEEDS if deed.is_of_record)
    context = {
        "errand": errand, "mask": opened.mask, "able": able(done_to, ask.console, ask.officer, errand.id),
        "mine": ask.officer.id in (errand.sent_by, errand.officer),
        "asked": ask.officer.organisation == errand.to_organisation,
    }  # fmt: skip
    return Page("errand.html", context)


ROUTES: Final = (
    Route("GET", "/errands", errands_list, OFFICERS | PARTNERS),
    Route("GET", "/errands/{record_id:str}", one_errand, SEERS | PARTNERS),
    *reveal_routes("errands", Errand, SEERS | PARTNERS),
    *file_routes("errands", Errand, SEERS | PARTNERS),
)
