"""Publicity: where to go and what to say, what was done, and what came of it or why that cannot be told."""

from __future__ import annotations

from typing import Final

from fanzha.casework.publicity import COUNTS_AS, PublicityEntry
from fanzha.services.desk.advise_publicity import advise_publicity, publicity_effect, publicity_tally
from fanzha.services.desk.lists import ListWanted, list_publicity
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.statistics import day_of, read_period
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.publicity import PUBLICITY_DEEDS
from fanzha.web.operation_words import operation_words
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.words import CHINESE


def publicity(ask: Ask) -> Answer:
    """The advice of the last whole week, this year's tally, and the entries."""
    desk, actor = ask.console.desk, ask.officer
    page = list_publicity(desk, actor, ListWanted(cursor=ask.query.get("cursor") or None))
    year = read_period("this-year", day_of(desk.clock.now_us()))
    context = operation_words(ask) | {
        "found": advise_publicity(desk, actor), "tally": publicity_tally(desk, actor, year), "page": page,
        "mask": mask_for(desk, actor, page.rows), "class_names": _class_names(ask), "zh": ask.language == CHINESE,
        "officer": bool(actor.roles & OFFICERS),
        "uncatalogued": {name: kind for kind, name in COUNTS_AS.items() if name.startswith("proposed:")},
    }  # fmt: skip
    return Page("publicity.html", context)


def one_entry(ask: Ask) -> Answer:
    """One entry, and its effect beside areas where nothing of the kind was done."""
    desk, actor = ask.console.desk, ask.officer
    opened = open_record(desk, actor, PublicityEntry, ask.path["record_id"])
    effect = None
    if opened.record.counts and len(opened.record.draft.jurisdiction) >= 6:
        effect = publicity_effect(desk, actor, opened.record.id)
    deeds = tuple(deed for deed in PUBLICITY_DEEDS if deed.is_of_record)
    context = {
        "entry": opened.record, "mask": opened.mask, "found": effect, "class_names": _class_names(ask),
        "deeds": able(deeds, ask.console, actor, opened.record.id),
    }  # fmt: skip
    return Page("publicity_entry.html", context)


def _class_names(ask: Ask) -> dict[str, str]:
    names = {one.slug: one.name for version in ask.console.desk.rules.taxonomy.versions for one in version.classes}
    return names | {"not_stated": "未载明" if ask.language == CHINESE else "not stated"}


ROUTES: Final = (
    Route("GET", "/publicity", publicity, SEERS),
    Route("GET", "/publicity/{record_id:str}", one_entry, SEERS),
)
