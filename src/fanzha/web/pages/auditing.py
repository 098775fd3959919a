"""Who did what, for auditors: rows of the audit as sentences, and lists of reveals, searches and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fanzha.audit import Outcome, said
from fanzha.services.desk.audit_lists import audit_head, list_reveals, list_searches
from fanzha.services.desk.export_list import list_exports
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.read_audit import AuditWanted, read_audit
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.audit_words import place_of, sentence_of
from fanzha.web.routes import AUDITORS, Route
from fanzha.web.words import N_

ROWS: Final = 50
ANNEX_ROWS: Final = 500  # of one annex; older rows are the next one
EXPORTS: Final = 200
TABS: Final[Mapping[str, str]] = {
    "events": N_("经过"), "reveals": N_("查看全部信息"), "searches": N_("查询"), "exports": N_("导出记录"),
}  # fmt: skip


def audit_page(ask: Ask) -> Answer:
    """One of the lists; that it was read is written down as well."""
    tab = ask.query.get("tab", "")
    tab = tab if tab in TABS else "events"
    head = audit_head(ask.console.desk, ask.officer)
    return Page("audit.html", {"tab": tab, "tabs": TABS, "head": head, **_LISTS[tab](ask)})


def annex(ask: Ask) -> Answer:
    """The rows as an annex to be printed, oldest first, with their hashes and where the chain ends."""
    head = audit_head(ask.console.desk, ask.officer)
    return Page("audit_annex.html", {"head": head, **_events(ask, ANNEX_ROWS)})


def _events(ask: Ask, rows: int = ROWS) -> dict[str, Any]:
    query, desk = ask.query, ask.console.desk
    before = query.get("before", "")
    wanted = AuditWanted(
        query.get("case", ""), query.get("actor", ""), query.get("record", ""), rows,
        int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )  # fmt: skip
    events = read_audit(desk, ask.officer, wanted)
    mask = mask_for(desk, ask.officer, events)
    kept = {name: value for name in ("case", "actor", "record") if (value := query.get(name, ""))}
    older = urlencode({**kept, "before": events[-1].seq}) if len(events) == rows else ""
    lines = [(event, sentence_of(event), place_of(event), said(event)) for event in events]
    return {
        "lines": lines, "mask": mask, "wanted": wanted, "older": older, "narrowed": urlencode(kept),
        "refused": Outcome.REFUSED,
    }  # fmt: skip


def _reveals(ask: Ask) -> dict[str, Any]:
    found = list_reveals(ask.console.desk, ask.officer, ask.query.get("cursor"))
    return {"found": found, "mask": mask_for(ask.console.desk, ask.officer, ())}


def _searches(ask: Ask) -> dict[str, Any]:
    found = list_searches(ask.console.desk, ask.officer, ask.query.get("cursor"))
    return {"found": found, "mask": mask_for(ask.console.desk, ask.officer, ())}


def _exports(ask: Ask) -> dict[str, Any]:
    return {"exports": list_exports(ask.console.desk, ask.officer, EXPORTS)}


_LISTS: Final[Mapping[str, Callable[[Ask], dict[str, Any]]]] = {
    "events": _events, "reveals": _reveals, "searches": _searches, "exports": _exports,
}  # fmt: skip
ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/audit", audit_page, AUDITORS),
    Route("GET", "/audit/annex", annex, AUDITORS),
)
