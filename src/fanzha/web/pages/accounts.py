"""2.4 An account: what was said, verified, done, and what the ledger knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.measures.model import effective_status, stands
from fanzha.measures.queries import open_questions
from fanzha.services.desk.account_page import ROWS, AccountPage, AccountWanted, SourceKind, account_page
from fanzha.services.desk.account_state import account_state
from fanzha.web.account_chart import HEIGHT, WIDTH, account_chart
from fanzha.web.account_reference import account_address, account_of
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

SOURCE_WORDS: Final = {
    SourceKind.ANSWER: N_("银行对查询的回复"), SourceKind.RECEIPT: N_("银行回执"), SourceKind.STATEMENT: N_("导入的流水文件"),
}  # fmt: skip


def open_by_number(ask: Ask) -> Answer:
    """A number that somebody typed, opened by an address that does not show it."""
    number = ask.form.text("number")
    if len(number) < 4:
        raise BadInput(N_("请填写完整账号"))
    return GoTo(account_address(ask.console, ask.officer, number, ask.form.text("case")))


def dossier(ask: Ask) -> Answer:
    """The account behind a reference, with the rows of a case or all of them."""
    return _page(ask, wanted_of(ask))


def revealed(ask: Ask) -> Answer:
    """The same without the mask, this once; who is shown is written down before."""
    wanted = replace(
        wanted_of(ask), case=ask.form.text("case"), reveal=True, reason=ask.form.text("reason")
    )  # fmt: skip
    return _page(ask, wanted)


def wanted_of(ask: Ask) -> AccountWanted:
    """Which account and which of its rows the address names."""
    query = ask.query
    return AccountWanted(
        number=account_of(ask.console, ask.officer, ask.path["reference"]),
        case=query.get("case", ""),
        currency=query.get("currency", ""),
        whole=query.get("rows") == "all",
        from_us=_instant(query.get("from", "")),
        until_us=_instant(query.get("until", "")),
        start=_start(query.get("start", "")),
    )


def _instant(text: str) -> int | None:
    return parse_instant(text) if text else None


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(ask: Ask, wanted: AccountWanted) -> Answer:
    console = ask.console
    page = account_page(console.desk, console.books, ask.officer, wanted)
    around = {"case": wanted.case, "currency": wanted.currency, "rows": "all" if wanted.whole else ""}
    kept = {name: ask.query.get(name, "") for name in ("from", "until")} | around
    address = f"/accounts/{ask.path['reference']}"

    def at(**changed: str) -> str:
        """This page with something of it changed."""
        said = {name: value for name, value in {**kept, **changed}.items() if value}
        return address + (f"?{urlencode(said)}" if said else "")

    def account_at(number: str) -> str:
        return account_address(console, ask.officer, number, wanted.case)

    return Page("account.html", {
        "state": account_state(page), "around": at().partition("?")[2],
        "page": page, "wanted": wanted, "at": at, "account_at": account_at, "address": address, "row_count": ROWS,
        "chart": account_chart(page.book.stretches) if page.book else None, "chart_size": (WIDTH, HEIGHT),
        "standing": _standing(page), "source_name": page.source_called, "source_words": SOURCE_WORDS, "unasked": _unasked(page),
        "effective": lambda measure: effective_status(measure, page.dossier.now_us),
    })  # fmt: skip


def _standing(page: AccountPage) -> list[Any]:
    """The measures that bind the account now, the first to end first."""
    now_us = page.dossier.now_us
    found = [one for one in page.dossier.standing.measures if stands(one, now_us)]
    return sorted(found, key=lambda one: (one.void_from_us is None, one.void_from_us, one.id))


def _unasked(page: AccountPage) -> bool:
    """Whether the bank was never asked and no statement of the account's own is at hand."""
    covered = page.book is not None and bool(page.book.rows.periods)
    return not covered and not any(open_questions(one) or one.receipts for one in page.dossier.queries)


ROUTES: Final[tuple[Route, ...]] = (
    Route("POST", "/accounts", open_by_number, SEERS),
    Route("GET", "/accounts/{reference:str}", dossier, SEERS),
    Route("POST", "/accounts/{reference:str}/reveal", revealed, SEERS),
)
