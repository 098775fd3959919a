"""Returns of frozen money: the plan of each account with every other way beside it, the decision, the payments."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

from fanzha.core.errors import FanzhaError
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.services.compute_return import compute_return
from fanzha.services.desk.draft_return import draft_return
from fanzha.services.desk.lists import ListWanted, list_returns
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.methods_beside import methods_beside
from fanzha.services.desk.papers.return_worksheet import return_worksheet
from fanzha.services.desk.plan_return import plan_return
from fanzha.services.desk.read_case_law import read_case_law
from fanzha.services.desk.read_return_figures import read_return_figures
from fanzha.services.desk.return_choices import wanted_of
from fanzha.services.desk.return_page import return_page, sums_of
from fanzha.services.desk.return_papers import PaperKind, open_return, paper_kind, return_paper_of
from fanzha.web.answers import XLSX, Answer, Download, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.returns import CHOICES, RETURN_DEEDS, typed_of
from fanzha.web.forms import Field, read_fields
from fanzha.web.pages.measure_papers import PDF
from fanzha.web.pages.seat import second_person
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.words import N_

ROWS: Final = 50
SHOWN_MAX: Final = 200  # payments of an account on the page; the worksheet has all
PAPERS: Final = (
    (PaperKind.REPORT, N_("呈请返还资金报告书")), (PaperKind.ANNOUNCEMENT, N_("返还公告")),
    (PaperKind.DECISION, N_("返还决定书")), (PaperKind.NOTICE, N_("协助返还通知书")),
)  # fmt: skip


def listed(ask: Ask) -> Answer:
    """Returns that may be seen, newest first, by their state."""
    named = ask.query.get("status", "")
    status = named if named in {one.value for one in ProcedureStatus} else ""
    wanted = ListWanted(
        status=(status,) if status else (), case=ask.query.get("case", "").strip(), limit=ROWS,
        cursor=ask.query.get("cursor") or None,
    )  # fmt: skip
    page = list_returns(ask.console.desk, ask.officer, wanted)
    rows = [(one, sums_of(one)) for one in page.rows]
    context = {
        "rows": rows,
        "status": status,
        "statuses": tuple(ProcedureStatus),
        "wanted": wanted,
        "next": page.next_cursor,
    }
    return Page("returns.html", context)


def one(ask: Ask) -> Answer:
    """A return with its whole way."""
    return _one(ask)


def reveal(ask: Ask) -> Answer:
    """The return without its mask, once it is written down what for."""
    return _one(ask, lifted=True)


def _one(ask: Ask, trouble: Trouble | None = None, *, lifted: bool = False) -> Answer:
    desk, actor, return_id = ask.console.desk, ask.officer, ask.path["record_id"]
    try:
        page = return_page(
            desk, actor, return_id, reveal=lifted, case=ask.form.text("case"), reason=ask.form.text("reason")
        )
    except FanzhaError as error:
        if not lifted:
            raise
        return _one(ask, trouble_of(error))
    context = {
        "page": page, "procedure": page.procedure, "mask": page.mask, "papers": PAPERS, "shown_max": SHOWN_MAX,
        "deeds": able(RETURN_DEEDS, ask.console, actor, return_id), "trouble": trouble,
    }  # fmt: skip
    return Page("return.html", context, 200 if trouble is None else trouble.status)


def plan(ask: Ask) -> Answer:
    """What a return of a case would give whom, by every way, before anything is written down."""
    return _planned(ask, ask.query.get("case", "").strip())


def draft(ask: Ask) -> Answer:
    """Looks at other choices, or drafts the return by them."""
    case = ask.form.text("case")
    if ask.form.text("then") != "draft":
        return _planned(ask, case)
    desk, actor = ask.console.desk, ask.officer
    try:
        typed = typed_of(read_fields(CHOICES, ask.form, ask.console.desk.clock.now_us()))
        figures = read_return_figures(desk, ask.console.books, actor, case)
        earlier = ask.form.text("earlier")
        done = draft_return(desk, actor, wanted_of(case, typed, figures), figures, earlier=earlier)
    except FanzhaError as error:
        return _planned(ask, case, trouble_of(error))
    return GoTo(f"/returns/{done.id}", N_("返还方案已拟"))


def _planned(ask: Ask, case: str, trouble: Trouble | None = None) -> Answer:
    desk, actor = ask.console.desk, ask.officer
    planned, beside = None, {}
    if case:
        try:
            figures = read_return_figures(desk, ask.console.books, actor, case)
            wanted = wanted_of(case, typed_of(read_fields(CHOICES, ask.form, ask.console.desk.clock.now_us())), figures)
            planned = plan_return(desk, actor, wanted, figures)
            with desk.store.reading() as view:
                beside = dict(methods_beside(desk, view, planned.trace_run, planned.plans))
        except FanzhaError as error:
            trouble = trouble or trouble_of(error)
    kept: list[Field] = [replace(field, start=ask.form.text(field.name)) for field in CHOICES]
    context = {
        "case": case, "planned": planned, "beside": beside, "fields": kept, "trouble": trouble, "shown_max": SHOWN_MAX,
        "mask": Mask(desk.rules.access.masks), "request": secrets.token_urlsafe(12), "earlier": ask.form.text("earlier"),
    }  # fmt: skip
    return Page("return_new.html", context, 200 if trouble is None or ask.method == "GET" else trouble.status)


def papers(ask: Ask) -> Answer:
    """The worksheet (XLSX) or a paper (PDF); masked unless a purpose is given that bears the reveal."""
    desk, actor, form, return_id = ask.console.desk, ask.officer, ask.form, ask.path["record_id"]
    lifted, case, reason = form.text("reveal") == "1", form.text("case"), form.text("reason")
    try:
        if form.text("paper") == "worksheet":
            opened = open_return(
                desk, actor, return_id, reveal=lifted, case=case, reason=reason, approver=second_person(ask)
            )
            content = return_worksheet(opened.procedure, opened.mask, opened.names, opened.watermark)
            return Download(content, XLSX, f"{return_id}.xlsx")
        kind = paper_kind(form.text("paper"))
        made = return_paper_of(
            desk, actor, return_id, kind, reveal=lifted, case=case, reason=reason, approver=second_person(ask)
        )
    except FanzhaError as error:
        return _one(ask, trouble_of(error))
    return Download(ask.console.press().press(made.source), PDF, f"{return_id}-{kind.value}.pdf")


def sums(ask: Ask) -> Answer:
    """The books of a case: what each victim lost, and where it is now."""
    case, law, trouble = ask.query.get("case", "").strip(), None, None
    if case:
        try:
            law = read_case_law(ask.console.desk, ask.console.books, ask.officer, case)
        except FanzhaError as error:
            trouble = trouble_of(error)
    return Page(
        "return_sums.html", {"case": case, "law": law, "trouble": trouble}, 200 if trouble is None else trouble.status
    )


def compute(_ask: Ask) -> Answer:
    """The form of a calculation by proportion that rests on no record."""
    return Page("return_compute.html", {"found": None, "trouble": None})


def computed(ask: Ask) -> Answer:
    """Shares a frozen balance by proportion."""
    files = ask.form.files.get("file", ())
    content = files[0].content if files else ask.form.text("text").encode()
    try:
        found = compute_return(content, files[0].name if files else "JSON")
    except FanzhaError as error:
        return Page("return_compute.html", {"found": None, "trouble": trouble_of(error)}, 422)
    return Page("return_compute.html", {"found": found, "trouble": None})


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/returns", listed, SEERS),
    Route("GET", "/returns/new", plan, OFFICERS),
    Route("POST", "/returns/new", draft, OFFICERS),
    Route("GET", "/returns/sums", sums, SEERS),
    Route("GET", "/returns/compute", compute, SEERS),
    Route("POST", "/returns/compute", computed, SEERS),
    Route("GET", "/returns/{record_id:str}", one, SEERS),
    Route("POST", "/returns/{record_id:str}/reveal", reveal, SEERS),
    Route("POST", "/returns/{record_id:str}/papers", papers, SEERS),
)
