"""案件复盘: what happened in a case and when, each line with where it is written; and how long it took from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fanzha.casework import Case, VerifiedFields
from fanzha.measures.model import HOLDING_KINDS, Measure
from fanzha.measures.orders import Outcome
from fanzha.services.desk.case_history import case_history
from fanzha.services.desk.case_page import CasePage, case_page
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.pages.measure_view import history_of
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

RECORDS: Final = 1000  # of each kind on the sheet; what goes beyond is said
_NOTED: Final = ("reason", "finding", "title", "number", "text")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, and the record that says so."""

    at_us: int
    what: Any  # a word to be translated, or the kind of an event
    by: str
    note: str  # in somebody's words, to be shown behind the mask
    source: str  # what the record is called
    address: str  # where it is opened; empty where it is a paper
    kind: Any = None  # of the measure, where it is about one
    paid: VerifiedFields | None = None  # of a payment


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long it took from one step to another; None where one of them has not happened."""

    name: str
    us: int | None


def case_review(ask: Ask) -> Answer:
    """The case's steps in the order of time, to be gone through on the screen or on paper."""
    desk, actor, case_id = ask.console.desk, ask.officer, ask.path["record_id"]
    mask = open_revealed(desk, actor, Case, case_id).mask
    page = case_page(desk, actor, case_id, limit=RECORDS)
    events = case_history(desk, actor, case_id)
    lines = sorted([*_payments(page), *_of_events(events, page), *_of_measures(page)], key=lambda one: one.at_us)
    cut = [one for one in (page.reports, page.clues, page.measures) if one.next_cursor is not None]
    context = {
        "case": page.case,
        "page": page,
        "mask": mask,
        "lines": lines,
        "stretches": _stretches(page),
        "cut": bool(cut),
    }
    return Page("case_review.html", context)


def _payments(page: CasePage) -> Iterator[Line]:
    """What was paid, by the facts that officers checked; what nobody has checked is no step."""
    for fact in page.facts:
        if fact.withdrawn_at_us is not None:
            continue
        document = fact.checks[0].document
        what = N_("被害人转账") if fact.hop == 1 else N_("资金转出")
        place = f"/clues/{fact.clue}"
        yield Line(fact.fields.at_us, what, "", "", document.reference, place, document.kind, fact.fields)


def _of_events(events: Sequence[Any], page: CasePage) -> Iterator[Line]:
    places = {page.case.id: "/cases/"} | {one.id: "/cases/" for one in page.absorbed}
    places |= {one.id: "/reports/" for one in page.reports.rows} | {one.id: "/clues/" for one in page.clues.rows}
    places |= {one.id: "/tasks/" for one in page.tasks.rows}
    for event in events:
        note = next((said for name in _NOTED if (said := event.detail(name))), "")
        place = places.get(event.record, "")
        yield Line(event.at_us, event.kind, event.actor, note, event.record, f"{place}{event.record}" if place else "")


def _of_measures(page: CasePage) -> Iterator[Line]:
    for measure in page.measures.rows:
        for line in history_of(measure):
            source = (line.at_us, line.what, line.by, line.note, measure.id, f"/measures/{measure.id}", measure.kind)
            yield Line(*source)


def _stretches(page: CasePage) -> tuple[Stretch, ...]:
    """From the first payment to the first order that an institution carried out, step by step."""
    paid = min((fact.fields.at_us for fact in page.facts if fact.withdrawn_at_us is None), default=None)
    told = min((report.received_at_us for report in page.reports.rows), default=None)
    checked = min((fact.verified_at_us for fact in page.facts), default=None)
    holding = [one for one in page.measures.rows if one.kind in HOLDING_KINDS]
    sent = min((one.sent_us for one in holding if one.sent_us is not None), default=None)
    done = min((at_us for one in holding for at_us in _carried_out(one)), default=None)
    steps = (
        (N_("首笔转账到报案"), paid, told), (N_("报案到首次核对"), told, checked), (N_("首次核对到首次发出止付"), checked, sent),
        (N_("首次发出到首次执行"), sent, done), (N_("首笔转账到首次执行"), paid, done),
    )  # fmt: skip
    return tuple(Stretch(name, None if a is None or b is None else b - a) for name, a, b in steps)


def _carried_out(measure: Measure) -> Iterator[int]:
    yield from (one.answered_us for one in measure.receipts if one.outcome in (Outcome.EXECUTED, Outcome.PARTIAL))


ROUTES: Final = (Route("GET", "/cases/{record_id:str}/review", case_review, SEERS),)
