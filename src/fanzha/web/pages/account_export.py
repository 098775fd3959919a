"""2.4 An account's dossier as a workbook: for a reason, counted and marked; by a second person too where it is much."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from fanzha.core.errors import FanzhaError, NotFound
from fanzha.services.desk.account_page import AccountWanted
from fanzha.services.desk.export_account import ROWS_MAX, export_account
from fanzha.services.desk.papers.account_book import account_book
from fanzha.web.answers import XLSX, Answer, Download, Page
from fanzha.web.asking import Ask
from fanzha.web.pages.accounts import wanted_of
from fanzha.web.pages.seat import second_person
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import SEERS, Route


def export_form(ask: Ask) -> Answer:
    """What leaves, and what for."""
    return _form(ask, wanted_of(ask), None)


def export(ask: Ask) -> Answer:
    """The workbook, once it is written down who took it; what stands against it stands above the form."""
    form = ask.form
    wanted = replace(
        wanted_of(ask), case=form.text("case"), reason=form.text("reason"), reveal=form.text("reveal") == "1"
    )  # fmt: skip
    try:
        exported = export_account(ask.console.desk, ask.console.books, ask.officer, wanted, second_person(ask))
    except NotFound:
        raise
    except FanzhaError as error:
        return _form(ask, wanted, trouble_of(error))
    return Download(account_book(exported), XLSX, f"{exported.note.export.id}.xlsx")


def _form(ask: Ask, wanted: AccountWanted, trouble: Trouble | None) -> Answer:
    kept = {name: ask.query[name] for name in ("case", "currency", "rows", "from", "until") if ask.query.get(name)}
    around = f"?{urlencode(kept)}" if kept else ""
    address = f"/accounts/{ask.path['reference']}"
    return Page("account_export.html", {
        "wanted": wanted, "trouble": trouble, "approver": ask.form.text("approver"),
        "action": f"{address}/export{around}", "back": address + around, "most": ROWS_MAX,
    }, 200 if trouble is None else trouble.status)  # fmt: skip


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/accounts/{reference:str}/export", export_form, SEERS),
    Route("POST", "/accounts/{reference:str}/export", export, SEERS),
)
