"""Publicity: where to go and what to say, what was done, and what came of it or why that cannot be told."""

from __future__ import annotations

from typing import Final

from fanzha.casework.publicity import PublicityEntry
from fanzha.core.errors import BadInput
from fanzha.services.desk.advise_publicity import advise_publicity, publicity_effect, publicity_tally
from fanzha.services.desk.lists import ListWanted, list_publicity
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.statistics import Period, day_of, read_period
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.publicity import PUBLICITY_DEEDS
from fanzha.web.operation_words import operation_words
from fanzha.web.record_lists import counted_at, record_list
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.words import CHINESE, N_, sayer


def publicity(ask: Ask) -> Answer:
    """The advice of the last whole week, this year's tally, and the entries."""
    desk, actor = ask.console.desk, ask.officer
    page = list_publicity(desk, actor, ListWanted(cursor=ask.query.get("cursor") or None))
    at_us = desk.clock.now_us()

    def listed(of: str, **asked: str) -> str:
        return counted_at("/publicity/list", at_us, of=of, **asked)

    context = operation_words(ask) | {
        "found": advise_publicity(desk, actor, as_of_us=at_us),
        "tally": publicity_tally(desk, actor, _year(at_us), as_of_us=at_us), "page": page,
        "mask": mask_for(desk, actor, page.rows), "class_names": _class_names(ask), "zh": ask.language == CHINESE,
        "officer": bool(actor.roles & OFFICERS),
        "listed": listed,
    }  # fmt: skip
    return Page("publicity.html", context)


def counted_records(ask: Ask) -> Answer:
    """The reports behind a number of the advice, or the entries behind one of the tally, as of its time."""
    desk, actor = ask.console.desk, ask.officer
    as_of_us = desk.clock.now_us() if ask.as_of_us is None else ask.as_of_us
    if ask.query.get("of", "") == "tally":
        for line in publicity_tally(desk, actor, _year(as_of_us), as_of_us=as_of_us):
            if line.measure == ask.query.get("measure", ""):
                ids = line.uncounted if ask.query.get("uncounted") else line.ids
                name, value = operation_words(ask)["name_of"](line.measure), f"{line.value:,}"
                if ask.query.get("uncounted"):
                    name, value = f"{name}: {sayer(ask.language)(N_('未清点'))}", str(len(ids))
                return record_list(ask, name, value, ids, as_of_us=as_of_us, back="/publicity")
    place, names = (ask.query.get("area", ""), ask.query.get("class", "")), _class_names(ask)
    for one in advise_publicity(desk, actor, as_of_us=as_of_us).advice:
        if (one.area, one.class_slug) == place:
            band = ask.query.get("group", "")
            ids = one.group_ids.get(band, ()) if band else one.ids
            name = f"{one.area} {names.get(one.class_slug, one.class_slug)} {names.get(band, band)}"
            return record_list(ask, name.strip(), str(len(ids)), ids, as_of_us=as_of_us, back="/publicity")
    raise BadInput("there is no such number: go back to the page of publicity and open one of them")


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


def _year(at_us: int) -> Period:
    return read_period("this-year", day_of(at_us))


def _class_names(ask: Ask) -> dict[str, str]:
    names = {one.slug: one.name for version in ask.console.desk.rules.taxonomy.versions for one in version.classes}
    return names | {"not_stated": "未载明" if ask.language == CHINESE else "not stated"}


ROUTES: Final = (
    Route("GET", "/publicity", publicity, SEERS),
    Route("GET", "/publicity/list", counted_records, SEERS),
    Route("GET", "/publicity/{record_id:str}", one_entry, SEERS),
)
