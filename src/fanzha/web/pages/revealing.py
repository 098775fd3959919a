"""Lifting the mask: for one's own open case at once, elsewhere for a case that is named with a reason; always written down."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fanzha.core.actor import Role
from fanzha.core.errors import NotFound, Refused
from fanzha.services.desk.open_record import open_record
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

TOLD: Final = N_("已显示完整信息，本次查看已留痕")


def reveal_routes(kind: str, record: type[Any], roles: frozenset[Role] = SEERS) -> tuple[Route, ...]:
    """The form and the act for one kind of record."""
    address = f"/{kind}/{{record_id:str}}/reveal"
    return (
        Route("GET", address, _named(partial(_ask_for, kind), f"ask_reveal_{kind}"), roles),
        Route("POST", address, _named(partial(_reveal, kind, record), f"reveal_{kind}"), roles),
    )


def _named(answer: partial[Answer], name: str) -> partial[Answer]:
    answer.__name__ = name  # type: ignore[attr-defined]
    return answer


def _ask_for(kind: str, ask: Ask) -> Answer:
    return _form(kind, ask, None)


def _reveal(kind: str, record: type[Any], ask: Ask) -> Answer:
    record_id = ask.path["record_id"]
    case, reason = ask.form.text("case"), ask.form.text("reason")
    try:
        open_record(ask.console.desk, ask.officer, record, record_id, reveal=True, case=case, reason=reason)
    except NotFound:
        raise
    except Refused as refusal:
        return _form(kind, ask, trouble_of(refusal))
    return GoTo(f"/{kind}/{record_id}", TOLD)


def _form(kind: str, ask: Ask, trouble: Trouble | None) -> Answer:
    context = {
        "kind": kind, "record_id": ask.path["record_id"], "trouble": trouble, "case": ask.form.text("case"),
        "action": f"/{kind}/{ask.path['record_id']}/reveal", "reason": ask.form.text("reason"),
        "heading": N_("显示完整信息"), "press": N_("显示并留痕"),
    }  # fmt: skip
    return Page("reveal.html", context, 200 if trouble is None else trouble.status)
