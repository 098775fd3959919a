"""Openings of cards, SIMs and corporate accounts: by number, institution or outlet; one of them, masked or revealed."""

from __future__ import annotations

from typing import Final

from fanzha.casework.openings import Opening, OpeningKind
from fanzha.services.desk.lists import ListWanted, list_openings
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.routes import OFFICERS, SEERS, Route


def openings(ask: Ask) -> Answer:
    """The last brought first, or those of an institution and an outlet; a number is looked for by the search."""
    desk, actor = ask.console.desk, ask.officer
    institution, outlet = ask.query.get("institution", ""), ask.query.get("outlet", "")
    wanted = ListWanted(institution=institution, outlet=outlet, cursor=ask.query.get("cursor") or None)
    page = list_openings(desk, actor, wanted)
    context = {
        "page": page, "mask": mask_for(desk, actor, page.rows), "institution": institution, "outlet": outlet,
        "line": OpeningKind.LINE, "officer": bool(actor.roles & OFFICERS),
    }  # fmt: skip
    return Page("openings.html", context)


def one_opening(ask: Ask) -> Answer:
    """One opening with where it was read."""
    opened = open_revealed(ask.console.desk, ask.officer, Opening, ask.path["record_id"])
    return Page("opening.html", {"opening": opened.record, "mask": opened.mask, "line": OpeningKind.LINE})


ROUTES: Final = (
    Route("GET", "/openings", openings, SEERS),
    Route("GET", "/openings/{record_id:str}", one_opening, SEERS),
    *reveal_routes("openings", Opening),
)
