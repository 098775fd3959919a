"""What the public page shows, is to show, and what is objected to it."""

from __future__ import annotations

from typing import Final

from fanzha.casework.indicators import Indicator
from fanzha.services.desk.documents.indicator import term_shown
from fanzha.services.desk.list_indicators import list_indicators, list_listing_objections
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.indicators import INDICATOR_DEEDS
from fanzha.web.routes import OFFICERS, SEERS, Route

ROWS: Final = 40
TABS: Final = ("numbers", "objections")


def indicators_page(ask: Ask) -> Answer:
    """The numbers of one's body, newest first; or the objections, the next due first."""
    desk, actor, cursor = ask.console.desk, ask.officer, ask.query.get("cursor") or None
    tab = ask.query.get("tab", "")
    tab = tab if tab in TABS else "numbers"
    if tab == "objections":
        objections = list_listing_objections(desk, actor, limit=ROWS, cursor=cursor)
        mask = mask_for(desk, actor, ())
        context = {"tab": tab, "page": objections, "mask": mask}
    else:
        found = list_indicators(desk, actor, limit=ROWS, cursor=cursor)
        mask = mask_for(desk, actor, ())
        shown = {one.id: term_shown(one, mask) for one in found.rows}
        context = {"tab": tab, "page": found, "mask": mask, "terms": shown}
    return Page("indicators.html", context)


def indicator_page(ask: Ask) -> Answer:
    """One number: what it rests on, who decided, when it is shown, what held it back."""
    opened = open_record(ask.console.desk, ask.officer, Indicator, ask.path["record_id"])
    one = opened.record
    deeds = [deed for deed in INDICATOR_DEEDS if deed.kind == "indicators" and deed.is_of_record]
    context = {
        "indicator": one, "mask": opened.mask, "term_shown": term_shown(one, opened.mask),
        "deeds": able(deeds, ask.console, ask.officer, one.id),
    }  # fmt: skip
    return Page("indicator.html", context)


def to_objections(_ask: Ask) -> Answer:
    """An objection stands in the list of all."""
    return GoTo("/indicators?tab=objections")


ROUTES: Final = (
    Route("GET", "/indicators", indicators_page, SEERS),
    Route("GET", "/indicators/{record_id:str}", indicator_page, OFFICERS),
    Route("GET", "/objections/{record_id:str}", to_objections, OFFICERS),
)
