"""Reports: taken in as the officer types during a call, then shown with their clues and what looks alike."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from fanzha.casework import Report, ReportStatus
from fanzha.core.errors import FanzhaError
from fanzha.core.identifiers import doubts_about_account, doubts_about_phone, plain_identifier
from fanzha.services.desk.add_to_report import attach_file
from fanzha.services.desk.find_duplicates import find_duplicates
from fanzha.services.desk.find_report import report_id_of
from fanzha.services.desk.lists import ListWanted, list_reports, nothing_matches
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.match_institution import known_institutions
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.report_page import report_page
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able, named
from fanzha.web.deeds.reports import REPORT_DEEDS, brought
from fanzha.web.forms import Faults, Field, today_words
from fanzha.web.pages.attached import file_routes
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.report_doubts import doubts_of, seen_mark
from fanzha.web.report_form import (
    LOSSES,
    PAYMENTS,
    URGENT,
    Rows,
    check_not_empty,
    contact_fields,
    loss_fields,
    other_fields,
    payment_fields,
    read_draft,
    reporter_fields,
    written,
)
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.show import grouped
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

ROWS: Final = 50
LOOK_AGAIN: Final = N_("请趁来电人在线再核对标出的项目；无误就再按一次，照此受理")
_DEEDS: Final = named([deed for deed in REPORT_DEEDS if deed.kind == "reports"])


def reports_list(ask: Ask) -> Answer:
    """The reports that one may see, newest first."""
    wanted = ListWanted(
        status=tuple(filter(None, [ask.query.get("status", "")])), account=plain_identifier(ask.query.get("account", "")),
        limit=ROWS, cursor=ask.query.get("cursor") or None,
    )  # fmt: skip
    found = list_reports(ask.console.desk, ask.officer, wanted)
    context = {
        "page": found, "mask": mask_for(ask.console.desk, ask.officer, found.rows), "statuses": choices_of(ReportStatus),
        "status": ask.query.get("status", ""), "account": wanted.account,
        "nothing": "" if found.rows else nothing_matches(wanted),
    }  # fmt: skip
    return Page("reports.html", context)


def new_report(ask: Ask) -> Answer:
    """The empty form."""
    return _form(ask, Rows())


def take_in(ask: Ask) -> Answer:
    """Takes the report in, adds a row, or names every field that is wrong; what was written stays."""
    rows = Rows.of(ask.form)
    if ask.form.text("more"):
        return _form(ask, rows, grown=ask.form.text("more"))
    desk, console = ask.console.desk, ask.console
    uploads = [brought(upload) for upload in ask.form.files.get("files", ())]
    try:
        now_us = desk.clock.now_us()
        draft = read_draft(ask.form, rows, now_us, desk.rules.measures.latest_said_us(now_us))
        check_not_empty(draft, uploads)
        if doubts := _unseen_doubts(ask, rows):
            return _form(ask, rows, trouble=Trouble(LOOK_AGAIN, "", status=422), faults=doubts)
        received = receive_report(desk, ask.officer, draft, request=ask.form.text("request"))
        report = received.report
        for file in uploads:
            report = attach_file(desk, console.books.evidence, ask.officer, report.id, file)
    except Faults as faults:
        headline = N_("请改正标出的项目；尚未提交，已填内容都在")
        return _form(ask, rows, trouble=Trouble(headline, "", status=422), faults=faults.faults)
    except FanzhaError as error:
        return _form(ask, rows, trouble=trouble_of(error))
    alike = received.alike.reports or received.alike.clues or received.alike.payees
    said: tuple[str, ...] = (N_("警情已受理，受理编号："), report.acknowledgement)
    typed = tuple(grouped(paid.payee.number) for paid in report.payments if paid.payee.number)
    if typed:  # to who has just typed it, once: it goes back to his own browser
        said = (*said, N_("请向来电人逐段核读收款账号："), *typed)
    may_be_one = (N_("可能是重复报案，或同一账户另有警情：见下"),) if alike else ()
    return GoTo(f"/reports/{report.id}", "\n".join((*said, *may_be_one)))


def _unseen_doubts(ask: Ask, rows: Rows) -> Mapping[str, str]:
    """What looks mistyped, by field, where the form was not yet shown with exactly that; a second press takes it in."""
    doubts = doubts_of(ask.form, rows, known_institutions(ask.console.desk, ask.officer))
    return {} if ask.form.text("seen") == seen_mark(ask.form, doubts) else doubts


def _form(
    ask: Ask, rows: Rows, *, grown: str = "", trouble: Trouble | None = None, faults: Mapping[str, str] | None = None
) -> Answer:
    def parts(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return written(fields, ask.form)

    today = today_words(ask.console.desk.clock.now_us())
    payments = [parts(payment_fields(row, today)) for row in range(1, rows.payments + 1)]
    context = {
        "reporter": parts(reporter_fields()), "others": parts(other_fields()), "contacts": parts(contact_fields()),
        "payments": [(fields[:URGENT], fields[URGENT:]) for fields in payments],
        "losses": [parts(loss_fields(row)) for row in range(1, rows.losses + 1)],
        "rows": rows, "trouble": trouble, "faults": faults or {}, "focus": _first_of(grown, rows),
        "seen": seen_mark(ask.form, faults) if faults and trouble and trouble.headline == LOOK_AGAIN else "",
        "request": ask.form.text("request") or secrets.token_urlsafe(12),
        "institutions": known_institutions(ask.console.desk, ask.officer).names,
    }  # fmt: skip
    return Page("report_new.html", context, 200 if trouble is None else trouble.status)


def _first_of(grown: str, rows: Rows) -> str:
    """The field in which writing goes on: the first of the row that was added, else who reports."""
    first = {PAYMENTS: f"{PAYMENTS}-{rows.payments}-payee", LOSSES: f"{LOSSES}-{rows.losses}-victim"}
    return first.get(grown, "name")


def one_report(ask: Ask) -> Answer:
    """A report with its number, its clues, and what may be one with it."""
    wanted = report_id_of(ask.console.desk, ask.officer, ask.path["record_id"])
    if wanted != ask.path["record_id"]:
        return GoTo(f"/reports/{wanted}")
    return report_shown(ask, open_revealed(ask.console.desk, ask.officer, Report, wanted).mask)


def report_shown(ask: Ask, mask: Mask) -> Answer:
    """The page, its persons as the mask shows them."""
    console, actor, record_id = ask.console, ask.officer, ask.path["record_id"]
    page = report_page(console.desk, actor, record_id)
    inside = actor.organisation == page.report.organisation
    alike = find_duplicates(console.desk, actor, record_id) if inside and not page.report.merged_into else None
    verbs = ("add", "attach", "merge", "unfounded", "withdraw", "reopen")
    context: dict[str, Any] = {
        "page": page, "report": page.report, "mask": mask, "alike": alike,
        "doubts": {paid.id: doubts_about_account(paid.payee.number) for paid in page.report.payments},
        "phone_doubts": doubts_about_phone(page.report.reporter.phone),
        "institutions": known_institutions(console.desk, actor),
        "able": able([_DEEDS[name] for name in verbs], console, actor, record_id),
    }  # fmt: skip
    return Page("report.html", context)


ROUTES: Final = (
    Route("GET", "/reports", reports_list, SEERS),
    Route("GET", "/reports/new", new_report, OFFICERS),
    Route("POST", "/reports/new", take_in, OFFICERS),
    Route("GET", "/reports/{record_id:str}", one_report, SEERS),
    *reveal_routes("reports", Report),
    *file_routes("reports", Report),
)
