"""A clue and its next step: taken, assessed, its four fields read in a document, a case opened, the stop worded."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from fanzha.casework import Clue, ClueStage, Fact, QuickCheckFigure
from fanzha.casework.clock import clock_state
from fanzha.casework.model import Claim, ClueKind
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.core.time import DAY_US, format_instant, parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.services.desk.clue_page import CluePage, clue_page, over_us
from fanzha.services.desk.lists import ListWanted, list_clues, nothing_matches
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.quick_check_figure import quick_check_figure
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.clues import CLUE_DEEDS
from fanzha.web.deeds.deed import Deed, able, named
from fanzha.web.deeds.deed_pages import listed_names
from fanzha.web.deeds.verifying import numbers_of, standing
from fanzha.web.marked import marked
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.record_lists import counted_at, record_list
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.terms import choices_of
from fanzha.web.words import N_, sayer

ROWS: Final = 50
_NOT_ASKED: Final = frozenset({Status.DRAFT, Status.REJECTED, Status.WITHDRAWN})
_DEEDS: Final = named([deed for deed in CLUE_DEEDS if deed.kind == "clues"])
_ASIDE: Final = ("assign", "pause", "resume", "route", "reestimate", "dismiss", "reopen", "merge", "act")


def clues_list(ask: Ask) -> Answer:
    """The clues that one may see: first those to check, by money still recoverable and time left."""
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    wanted = ListWanted(
        status=tuple(filter(None, [ask.query.get("stage", "")])), account=plain_identifier(ask.query.get("account", "")),
        limit=ROWS, cursor=ask.query.get("cursor") or None,
    )  # fmt: skip
    found = list_clues(desk, ask.officer, wanted)
    rules = desk.rules.casework.clock
    clocks = {
        clue.id: {"clock": clock_state(clue, rules, now_us), "breach_us": over_us(clue, rules)} for clue in found.rows
    }
    context = {
        "page": found, "mask": mask_for(desk, ask.officer, found.rows), "clocks": clocks, "stages": choices_of(ClueStage),
        "stage": ask.query.get("stage", ""), "account": wanted.account,
        "nothing": "" if found.rows else nothing_matches(wanted),
    }  # fmt: skip
    return Page("clues.html", context)


def one_clue(ask: Ask) -> Answer:
    """What was claimed, the clock, and the one thing to do next."""
    mask = open_revealed(ask.console.desk, ask.officer, Clue, ask.path["record_id"]).mask
    console, actor, record_id = ask.console, ask.officer, ask.path["record_id"]
    page = clue_page(console.desk, actor, record_id)
    if not mask.lifted:  # the reports below name persons whom the clue does not
        mask = mask_for(console.desk, actor, [page.clue, *page.reports])
    step = next_step(page, actor.id)
    fields = step.fields_for(console, actor, record_id) if step is not None else ()
    against = step.trouble(console, actor, record_id) if step is not None else None
    aside = [_DEEDS[name] for name in _ASIDE]
    if page.clue.kind is not ClueKind.ACCOUNT:
        aside.append(_DEEDS["confirm"])
    context: dict[str, Any] = {
        "page": page, "clue": page.clue, "mask": mask, "step": step, "fields": fields, "against": against,
        "able": able([deed for deed in aside if deed is not step], console, actor, record_id),
        "stages": PATH, "at": _stage_of(page),
        "differing": {fact.id: differing(fact, page.clue.claims) for fact in page.facts},
        "narratives": [(one, marked(one.narrative, numbers_of(page), mask)) for one in page.reports],
        "worded": [one for one in page.measures if one.status in (Status.DRAFT, Status.PROPOSED)],
        "request": secrets.token_urlsafe(12), "trouble": None, "faults": {}, "version": "", "record_id": record_id,
        "listed": listed_names(ask, fields),
    }  # fmt: skip
    return Page("clue.html", context)


PATH: Final = (
    ("claim", N_("接警")), ("case", N_("开立案件")), ("assess", N_("研判")), ("verify", N_("四要素核对")),
    ("stop", N_("拟写止付")), ("propose", N_("报批")),
)  # fmt: skip


def _stage_of(page: CluePage) -> str:
    """How far the clue has come on the path from the report to the order."""
    if page.clue.stage is ClueStage.QUEUED:
        return "claim"
    if page.case is None:
        return "case"
    if page.clue.stage is ClueStage.ASSIGNED:
        return "assess"
    if not standing(page):
        return "verify"
    return "propose" if _ordered(page) else "stop"


def _ordered(page: CluePage) -> tuple[Measure, ...]:
    """The measures that rest on the clue's facts."""
    ids = {fact.id for fact in standing(page)}
    return tuple(one for one in page.measures if one.request.fact is not None and one.request.fact.evidence in ids)


def next_step(page: CluePage, officer: str) -> Deed | None:
    """The one deed that takes the clue on; None where it is over, rests, or waits for somebody else."""
    clue = page.clue
    if clue.merged_into or clue.stage in (ClueStage.ACTED, ClueStage.DISMISSED):
        return None
    if clue.stage is ClueStage.QUEUED:
        return _DEEDS["claim"]
    if clue.officer != officer:
        return None
    if clue.kind is ClueKind.ACCOUNT and page.case is None:
        return _DEEDS["case"]  # 受案 first: on his own case an officer sees the numbers that he is to check
    if clue.stage is ClueStage.ASSIGNED:
        return _DEEDS["assess"]
    if clue.kind is not ClueKind.ACCOUNT:
        return _DEEDS["confirm"] if clue.stage is ClueStage.ASSESSED else _DEEDS["act"]
    if not standing(page):
        return _DEEDS["verify"]
    if not _ordered(page):
        return _DEEDS["stop"]
    return _DEEDS["act"] if any(one.status not in _NOT_ASKED for one in _ordered(page)) else None


def differing(fact: Fact, claims: Sequence[Claim]) -> tuple[str, ...]:
    """Which of the four fields no claim says as the document does."""
    if not claims:
        return ()
    fields = fact.fields
    said = {
        "holder_name": fields.holder_name in {claim.holder_name for claim in claims},
        "account": fields.account in {plain_identifier(claim.account) for claim in claims},
        "amount": fields.amount_minor in {claim.amount_minor for claim in claims},
        "time": fields.at_us in {claim.at_us for claim in claims},
    }
    return tuple(name for name, same in said.items() if not same)


def fact_of_clue(ask: Ask) -> Answer:
    """A fact stands on the page of its clue."""
    fact = open_record(ask.console.desk, ask.officer, Fact, ask.path["record_id"]).record
    return GoTo(f"/clues/{fact.clue}")


def figure(ask: Ask) -> Answer:
    """How many clues were followed through in time, naming every one that broke it."""
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    wrong = ""
    since_us, until_us = now_us - 7 * DAY_US, now_us
    try:
        since_us = parse_instant(ask.query["from"]) if ask.query.get("from") else since_us
        until_us = parse_instant(ask.query["until"]) if ask.query.get("until") else until_us
        found = quick_check_figure(desk, ask.officer, since_us, until_us)
    except BadInput as error:
        wrong = str(error)
        since_us, until_us = now_us - 7 * DAY_US, now_us
        found = quick_check_figure(desk, ask.officer, since_us, until_us)
    context = {
        "figure": found, "since_us": since_us, "until_us": until_us, "wrong": wrong,
        "target": desk.rules.casework.clock.target_percent, "listed": _figure_list(found),
    }  # fmt: skip
    return Page("clue_figure.html", context)


def _figure_list(figure: QuickCheckFigure) -> Callable[[str], str]:
    """Where the list behind a number of the figure is."""
    asked = {"from": format_instant(figure.from_us), "until": format_instant(figure.until_us)}
    return lambda of: counted_at("/clues/figure/list", figure.as_of_us, of=of, **asked)


def figure_list(ask: Ask) -> Answer:
    """The clues that one number of the figure counts, as of its time."""
    from_us, until_us = parse_instant(ask.query.get("from", "")), parse_instant(ask.query.get("until", ""))
    found = quick_check_figure(ask.console.desk, ask.officer, from_us, until_us, as_of_us=ask.as_of_us)
    lists = {
        "counted": (N_("计入的线索"), (*found.within, *(one.clue for one in found.broke))),
        "within": (N_("按时办结"), found.within), "pending": (N_("未到期未办结"), found.pending),
        "merged": (N_("并入他条"), found.merged), "overnight": (N_("隔夜未接"), found.left_overnight),
    }  # fmt: skip
    if ask.query.get("of", "") not in lists:
        raise BadInput("there is no such number: go back to the figure and open one of them")
    name, ids = lists[ask.query["of"]]
    said = sayer(ask.language)(name)
    return record_list(ask, said, str(len(ids)), ids, as_of_us=found.as_of_us, back="/clues/figure")


ROUTES: Final = (
    Route("GET", "/clues", clues_list, SEERS),
    Route("GET", "/clues/figure", figure, SEERS),
    Route("GET", "/clues/figure/list", figure_list, SEERS),
    Route("GET", "/clues/{record_id:str}", one_clue, SEERS),
    Route("GET", "/facts/{record_id:str}", fact_of_clue, OFFICERS),
    *reveal_routes("clues", Clue),
)
