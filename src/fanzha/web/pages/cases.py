"""2.2 Cases: the list, and one case with its facts and where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fanzha.casework import (
    Case,
    CaseMove,
    CaseStatus,
    CaseStep,
    ClueStage,
    Fact,
    HandOver,
    Merge,
    MergedKind,
    Report,
    Series,
    Task,
    TaskStatus,
)
from fanzha.casework.case_clocks import case_clocks
from fanzha.casework.case_model import MoveKind
from fanzha.casework.lifecycle import CASE_TABLE
from fanzha.core.errors import NotFound, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import HOLDING_KINDS, Measure, MeasureKind, effective_status, held_minor
from fanzha.measures.orders import UNANSWERED
from fanzha.measures.purposes import Purpose
from fanzha.services.desk.amounts import case_amounts, case_stoppable
from fanzha.services.desk.body_called import body_called
from fanzha.services.desk.case_around import case_around
from fanzha.services.desk.case_history import case_history
from fanzha.services.desk.case_law import LawRow
from fanzha.services.desk.case_page import CasePage, case_page
from fanzha.services.desk.hand_over_case import waiting_hand_overs
from fanzha.services.desk.lists import ListWanted, list_cases, nothing_matches
from fanzha.services.desk.losses_of_cases import losses_of_cases
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_for_file import note_file_of_revealed
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.papers.case_brief import Printing, case_brief
from fanzha.services.desk.plan_interception import plan_interception
from fanzha.services.desk.read_case_law import read_case_law
from fanzha.web.account_reference import account_address
from fanzha.web.answers import Answer, Download, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.cases import CASE_DEEDS, METHODS
from fanzha.web.deeds.deed import able, named
from fanzha.web.deeds.tasks import place_of
from fanzha.web.marked import marked
from fanzha.web.pages.attached import file_routes
from fanzha.web.pages.clues import differing
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.terms import choices_of
from fanzha.web.words import N_, InBoth

ROWS: Final = 50
FEED_MAX: Final = 200  # lines of the history on the page; the record has them all
_DEEDS: Final = named([deed for deed in CASE_DEEDS if deed.kind == "cases"])
TABS: Final = (
    ("log", N_("动态")), ("money", N_("资金流向")), ("accounts", InBoth("账户", "Accounts")), ("related", N_("关联案件")),
    ("measures", N_("措施")), ("evidence", N_("证据")), ("returns", N_("返还")), ("deeds", N_("全部办理")),
)  # fmt: skip
_WORDED: Final = frozenset({Status.DRAFT, Status.PROPOSED})
_CAME_TO_NOTHING: Final = frozenset({Status.REFUSED, Status.REJECTED, Status.WITHDRAWN})
_TO_VERIFY: Final = frozenset({ClueStage.QUEUED, ClueStage.ASSIGNED, ClueStage.ASSESSED})
_ASIDE: Final = (
    "serve", "extend-review", "classify", "method", "add-report", "officer", "join", "leave", "task", "merge", "split",
    "series", "hand-over", "file-add",
)  # fmt: skip


def cases_list(ask: Ask) -> Answer:
    """The cases that one may see, newest first."""
    query = ask.query
    officer = ask.officer.id if query.get("officer") == "me" else query.get("officer", "")
    wanted = ListWanted(
        status=tuple(filter(None, [query.get("status", "")])), officer=officer,
        account=plain_identifier(query.get("account", "")), limit=ROWS, cursor=query.get("cursor") or None,
    )  # fmt: skip
    desk = ask.console.desk
    found = list_cases(desk, ask.officer, wanted)
    context = {
        "page": found, "mask": mask_for(desk, ask.officer, found.rows), "statuses": choices_of(CaseStatus),
        "status": query.get("status", ""), "officer": query.get("officer", ""), "account": wanted.account,
        "clocks": {case.id: case_clocks(case, desk.rules.casework) for case in found.rows},
        "lost": losses_of_cases(desk, ask.officer, [case.id for case in found.rows]), "currency": DEFAULT_CURRENCY,
        "classes": class_names(ask), "nothing": "" if found.rows else nothing_matches(wanted),
    }  # fmt: skip
    return Page("cases.html", context)


def class_names(ask: Ask) -> Mapping[tuple[str, str, str], str]:
    """What each class of the taxonomy is called, by version, class and subtype."""
    names: dict[tuple[str, str, str], str] = {}
    for version in ask.console.desk.rules.taxonomy.versions:
        for one in version.classes:
            names[version.version, one.slug, ""] = one.name
            names |= {(version.version, one.slug, sub.slug): f"{one.name} · {sub.name}" for sub in one.subtypes}
    return names


def one_case(ask: Ask) -> Answer:
    """A case: what is to be done, its facts with their sources, and one part of the rest at a time."""
    console, actor, record_id = ask.console, ask.officer, ask.path["record_id"]
    mask = open_revealed(console.desk, actor, Case, record_id).mask
    page = case_page(console.desk, actor, record_id)
    tab = ask.query.get("tab", "log")
    tab = tab if tab in dict(TABS) else "log"
    now_us = console.desk.clock.now_us()
    context: dict[str, Any] = {
        "page": page, "case": page.case, "mask": mask, "tabs": TABS, "tab": tab, "counts": _counts(page),
        "clocks": case_clocks(page.case, console.desk.rules.casework), "classes": class_names(ask),
        "todo": todo_of(page, actor.id, now_us), "differing": _differing(page), "claims": _claims_of(page),
        "narratives": _narratives(page, mask), "mine": page.case.is_open and actor.id in page.case.workers,
        "methods": dict(METHODS), "merge_kind": MoveKind.MERGE,
        "status_of": {measure.id: effective_status(measure, now_us) for measure in page.measures.rows},
        "sums": sums_of(page, now_us), "stoppable_minor": _stoppable_minor(ask, page),
        "next": next_of(page, actor.id, now_us), "stop_address": stop_address,
        "account_at": lambda number: account_address(console, actor, number, record_id),
    }  # fmt: skip
    context |= _PARTS[tab](ask, page) if tab in _PARTS else {}
    return Page("case.html", context)


@dataclass(frozen=True, slots=True)
class CaseSums:
    """What a case is about, in 分: other currencies stand on its parts."""

    lost_minor: int | None  # None: nobody has said how much
    held_minor: int
    returned_minor: int


def sums_of(page: CasePage, now_us: int) -> CaseSums:
    """What the victims lost, by their own word else by their payments; what is held now; what was paid back."""
    reports = [report for report in page.reports.rows if not report.merged_into]  # a repeat tells of the same loss
    told = [lost for report in reports if (lost := _lost(report)) is not None]
    held = [one for one in page.measures.rows if one.request.scope.currency == DEFAULT_CURRENCY]
    paid = [one for one in held if one.kind is MeasureKind.RETURN and one.executed_minor is not None]
    return CaseSums(sum(told) if told else None, held_minor(held, now_us), sum(one.executed_minor or 0 for one in paid))


def _stoppable_minor(ask: Ask, page: CasePage) -> int | None:
    try:
        return case_stoppable(ask.console.desk, ask.officer, page.case.id, DEFAULT_CURRENCY)
    except Refused:  # the deciding method was not run: the parts about money say so
        return None


def _lost(report: Report) -> int | None:
    losses = [loss.actual_minor for loss in report.losses if loss.currency == DEFAULT_CURRENCY]
    paid = [
        one.amount_minor for one in report.payments if one.currency == DEFAULT_CURRENCY and one.amount_minor is not None
    ]
    return sum(losses) if losses else sum(paid) if paid else None


def todo_of(page: CasePage, officer: str, now_us: int) -> dict[str, Sequence[Any]]:
    """What somebody still has to do: tasks, clues to check, facts without an order, drafts, orders without an answer."""
    ordered = {one.request.fact.evidence for one in page.measures.rows if one.request.fact is not None}
    held = {
        one.target.reference
        for one in page.measures.rows
        if one.kind in HOLDING_KINDS and effective_status(one, now_us) not in _CAME_TO_NOTHING
    }
    clues = [clue for clue in page.clues.rows if not clue.merged_into]
    standing = [fact for fact in page.facts if fact.withdrawn_at_us is None]
    return {
        "tasks": [task for task in page.tasks.rows if task.status is TaskStatus.OPEN],
        "clues": [clue for clue in clues if clue.stage in _TO_VERIFY],
        "facts": [fact for fact in standing if fact.fields.account not in held and fact.hop == 1],
        "drafts": [one for one in page.measures.rows if effective_status(one, now_us) in _WORDED],
        "unanswered": [one for one in page.measures.rows if _is_unanswered(one, now_us)],
        "acted": [clue for clue in clues if clue.stage is ClueStage.VERIFIED and clue.officer == officer
                  and set(clue.facts) & ordered],
    }  # fmt: skip


def stop_address(fact: Fact) -> str:
    """Where the stop of a fact is worded, with the fact and its amount in the form."""
    amount = format_minor(fact.fields.amount_minor, exponent_of(fact.fields.currency))
    return f"/clues/{fact.clue}/stop?fact={fact.id}&amount={amount}"


def _is_unanswered(measure: Measure, now_us: int) -> bool:
    waits = effective_status(measure, now_us) in (Status.SENT, Status.ACKNOWLEDGED)
    return waits and any(order.status in UNANSWERED for order in measure.orders)


def next_of(page: CasePage, officer: str, now_us: int) -> tuple[str, str, str]:
    """The one thing to do next: its word, its address, its key; empty where nothing presses."""
    todo = todo_of(page, officer, now_us)
    if todo["facts"]:
        return N_("拟写止付"), stop_address(todo["facts"][0]), "s"
    if todo["clues"]:
        return N_("核对线索"), f"/clues/{todo['clues'][0].id}", "s"
    if todo["drafts"]:
        return N_("核对后报批"), f"/measures/{todo['drafts'][0].id}", "s"
    return "", "", ""


def _counts(page: CasePage) -> dict[str, int]:
    return {
        "measures": len(page.measures.rows),
        "evidence": len(page.case.files) + sum(len(report.attachments) for report in page.reports.rows),
        "returns": len(page.returns.rows),
    }  # fmt: skip


def _claims_of(page: CasePage) -> dict[str, Sequence[Any]]:
    by_clue = {clue.id: clue.claims for clue in page.clues.rows}
    return {fact.id: by_clue.get(fact.clue, ()) for fact in page.facts}


def _differing(page: CasePage) -> dict[str, tuple[str, ...]]:
    claims = _claims_of(page)
    return {fact.id: differing(fact, claims[fact.id]) for fact in page.facts}


def _narratives(page: CasePage, mask: Mask) -> list[Any]:
    numbers = [fact.fields.account for fact in page.facts] + [clue.subject for clue in page.clues.rows]
    return [(report, marked(report.narrative, numbers, mask)) for report in page.reports.rows]


def _log(ask: Ask, page: CasePage) -> dict[str, Any]:
    events = case_history(ask.console.desk, ask.officer, page.case.id)
    told_of: dict[str, tuple[str, Any]] = {}
    parts: dict[str, Sequence[Any]] = {
        "report": page.reports.rows, "clue": page.clues.rows, "fact": page.facts, "task": page.tasks.rows,
    }  # fmt: skip
    for kind, rows in parts.items():
        told_of |= {one.id: (kind, one) for one in rows}
    return {
        "events": tuple(reversed(events))[:FEED_MAX], "events_all": len(events), "told_of": told_of,
        "case_statuses": {one.value: one for one in CaseStatus},
    }  # fmt: skip


def _money(ask: Ask, page: CasePage) -> dict[str, Any]:
    console, actor = ask.console, ask.officer
    trouble: Trouble | None = None
    law = plan = None
    try:
        law = read_case_law(console.desk, console.books, actor, page.case.id)
        if law.trace_run and page.case.is_open:
            plan = plan_interception(console.desk, console.books, actor, page.case.id)
    except (NotFound, Refused) as error:
        trouble = trouble_of(error)
    deeds = able(
        [_DEEDS[name] for name in ("trace", "follow", "stops", "queries", "method")], console, actor, page.case.id
    )
    victims = {report.id: report.reporter.name for report in page.reports.rows}
    return {"law": law, "plan": plan, "money_trouble": trouble, "able": deeds, "victims": victims}


def _accounts(ask: Ask, page: CasePage) -> dict[str, Any]:
    """The accounts of the last trace as the flow shows them: the most urgent first, what measures hold counted out."""
    console, actor = ask.console, ask.officer
    run = case_around(console.desk, actor, page.case.id).run
    if run is None:
        return {"run": None}
    found = case_amounts(console.desk, console.books.trace_rules, actor, page.case.id, Purpose.STOP).accounts
    amounts = {(one.account.account, one.account.currency): one for one in found}
    order = {key: place for place, key in enumerate(amounts)}
    accounts = sorted(run.accounts, key=lambda one: (order.get((one.account, one.currency), len(order)), one.hop))
    return {"run": run, "traced": [(one, amounts.get((one.account, one.currency))) for one in accounts]}


def _related(ask: Ask, page: CasePage) -> dict[str, Any]:
    around = case_around(ask.console.desk, ask.officer, page.case.id)
    verbs = ("merge", "split", "series", "hand-over", "add-report")
    return {"around": around, "able": able([_DEEDS[name] for name in verbs], ask.console, ask.officer, page.case.id)}


def _deeds(ask: Ask, page: CasePage) -> dict[str, Any]:
    follows = [step for step in CaseStep if CASE_TABLE[page.case.status][step] is not None]
    names = [*(step.value for step in follows), *_ASIDE]
    return {"able": able([_DEEDS[name] for name in names], ask.console, ask.officer, page.case.id)}


_PARTS: Final[Mapping[str, Callable[[Ask, CasePage], dict[str, Any]]]] = {
    "log": _log,
    "money": _money,
    "accounts": _accounts,
    "related": _related,
    "deeds": _deeds,
}


def _brief_of(ask: Ask) -> tuple[CasePage, Mask]:
    mask = open_revealed(ask.console.desk, ask.officer, Case, ask.path["record_id"]).mask
    return case_page(ask.console.desk, ask.officer, ask.path["record_id"]), mask


def brief(ask: Ask) -> Answer:
    """The case on one to three pages, to be printed; every page says who printed it, when, and which version."""
    page, mask = _brief_of(ask)
    context = {
        "page": page, "case": page.case, "mask": mask, "narratives": _narratives(page, mask), "classes": class_names(ask),
        "totals": _totals(ask, page),
    }  # fmt: skip
    return Page("case_brief.html", context)


def _totals(ask: Ask, page: CasePage) -> tuple[LawRow, ...]:
    """The sums of the case's books; none where this reader may not open them, or where they do not hold."""
    try:
        return read_case_law(ask.console.desk, ask.console.books, ask.officer, page.case.id).totals
    except (NotFound, Refused):
        return ()


def brief_paper(ask: Ask) -> Answer:
    """The same as a PDF."""
    page, mask = _brief_of(ask)
    mark = ""
    if mask.lifted:  # the reveal that lifted it was written down; a file of it is an export besides
        mark = note_file_of_revealed(ask.console.desk, ask.officer, Case, page.case.id, "case_brief").watermark
    printing = Printing(ask.officer.id, ask.console.desk.clock.now_us(), mark)
    console, body = ask.console, body_called(ask.console.desk, page.case.organisation)
    paper = console.press().press(case_brief(page, mask, printing, _totals(ask, page), body))
    return Download(paper, "application/pdf", f"{page.case.id}.pdf")


def one_series(ask: Ask) -> Answer:
    """A series with its cases, each with the reason that put it there."""
    opened = open_record(ask.console.desk, ask.officer, Series, ask.path["record_id"])
    return Page("series.html", {"series": opened.record, "mask": opened.mask})


def hand_overs(ask: Ask) -> Answer:
    """The hand-overs that one's body has offered or is asked to answer."""
    waiting = waiting_hand_overs(ask.console.desk, ask.officer)
    return Page("hand_overs.html", {"offers": waiting, "mask": mask_for(ask.console.desk, ask.officer, waiting)})


def one_hand_over(ask: Ask) -> Answer:
    """A hand-over stands on the page of its case."""
    offer = open_record(ask.console.desk, ask.officer, HandOver, ask.path["record_id"]).record
    return GoTo(f"/cases/{offer.case}?tab=related")


def one_task(ask: Ask) -> Answer:
    """A task stands on the page of its case or operation."""
    return GoTo(place_of(open_record(ask.console.desk, ask.officer, Task, ask.path["record_id"]).record))


def one_move(ask: Ask) -> Answer:
    """What went from one case to another stands on the page of the case that has it now."""
    move = open_record(ask.console.desk, ask.officer, CaseMove, ask.path["record_id"]).record
    return GoTo(f"/cases/{move.target}?tab=related")


def one_merge(ask: Ask) -> Answer:
    """A merge stands on the page of what was kept."""
    merge = open_record(ask.console.desk, ask.officer, Merge, ask.path["record_id"]).record
    return GoTo(f"/{'reports' if merge.kind is MergedKind.REPORT else 'clues'}/{merge.kept}")


ROUTES: Final = (
    Route("GET", "/cases", cases_list, SEERS),
    Route("GET", "/cases/{record_id:str}", one_case, SEERS),
    Route("GET", "/cases/{record_id:str}/brief", brief, SEERS),
    Route("GET", "/cases/{record_id:str}/brief.pdf", brief_paper, SEERS),
    Route("GET", "/series/{record_id:str}", one_series, SEERS),
    Route("GET", "/hand-overs", hand_overs, OFFICERS),
    Route("GET", "/hand-overs/{record_id:str}", one_hand_over, OFFICERS),
    Route("GET", "/tasks/{record_id:str}", one_task, OFFICERS),
    Route("GET", "/moves/{record_id:str}", one_move, OFFICERS),
    Route("GET", "/merges/{record_id:str}", one_merge, OFFICERS),
    *reveal_routes("cases", Case),
    *file_routes("cases", Case),
)
