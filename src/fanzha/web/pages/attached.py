"""Files of reports and cases: taken out for a purpose, which is written down."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fanzha.core.actor import Role
from fanzha.core.errors import NotFound, Refused
from fanzha.services.desk.attached_file import take_file
from fanzha.web.answers import Answer, Download, Page
from fanzha.web.asking import Ask
from fanzha.web.pages.seat import second_person
from fanzha.web.refusals import trouble_of
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

SECOND: Final = "export.second_person"  # the rule by which somebody else must approve


def file_routes(kind: str, record: type[Any], roles: frozenset[Role] = SEERS) -> tuple[Route, ...]:
    """Taking a file out of one kind of record."""
    taking = partial(_take, kind, record)
    taking.__name__ = f"take_file_{kind}"  # type: ignore[attr-defined]
    return (Route("POST", f"/{kind}/{{record_id:str}}/files/{{file_id:str}}", taking, roles),)


def _take(kind: str, record: type[Any], ask: Ask) -> Answer:
    record_id, file_id = ask.path["record_id"], ask.path["file_id"]
    case, reason = ask.form.text("case"), ask.form.text("reason")
    console = ask.console
    try:
        taken = take_file(
            console.desk,
            console.books.evidence,
            ask.officer,
            record,
            record_id,
            file_id,
            case=case,
            reason=reason,
            approver=second_person(ask),
        )
    except NotFound:
        raise
    except Refused as refusal:
        trouble = trouble_of(refusal)
        context = {
            "kind": kind, "record_id": record_id, "trouble": trouble if case or reason or trouble.rule == SECOND else None,
             "approver": ask.form.text("approver"), "case": case,
            "reason": reason, "action": f"/{kind}/{record_id}/files/{file_id}", "heading": N_("下载文件"),
            "press": N_("下载并留痕"),
        }  # fmt: skip
        return Page("reveal.html", context, trouble.status)
    # Whatever came with a report is never shown by the browser itself, only kept.
    return Download(taken.content, "application/octet-stream", taken.attachment.name)
