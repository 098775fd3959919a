"""`fanzha measure`: stops, freezes and all other measures, from the draft to the answer and the way out."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import typer

from fanzha.cli import (
    measure_appeals,
    measure_correcting,
    measure_deciding,
    measure_drafting,
    measure_looking,
    measure_orders,
)

app = typer.Typer(
    name="measure", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Stops, freezes and all other measures: draft, approve, send, answer, renew, lift, appeal.",
)  # fmt: skip
QUERIES: Final = "fanzha.cli.query"  # letters that ask for statements have verbs of their own
VERBS: Final[Mapping[str, Callable[..., Any]]] = {
    "draft": measure_drafting.draft,
    "amend": measure_drafting.amend,
    "preview": measure_drafting.preview,
    "convert": measure_drafting.convert,
    "propose": measure_deciding.propose,
    "approve": measure_deciding.approve,
    "reject": measure_deciding.reject,
    "withdraw": measure_deciding.withdraw,
    "act-first": measure_deciding.act_first,
    "countersign": measure_deciding.countersign,
    "send": measure_orders.send,
    "receipt": measure_orders.receipt,
    "receipts": measure_orders.receipts,
    "correct-receipt": measure_correcting.correct_receipt,
    "renew": measure_deciding.renew,
    "approve-renewal": measure_deciding.approve_renewal,
    "release-part": measure_deciding.release_part,
    "lift": measure_deciding.lift,
    "unrelated": measure_deciding.unrelated,
    "evidence": measure_deciding.evidence,
    "look": measure_deciding.look,
    "call-back": measure_deciding.call_back,
    "told": measure_deciding.told,
    "appeal": measure_appeals.appeal,
    "decide-appeal": measure_appeals.decide_appeal,
    "withdraw-appeal": measure_appeals.withdraw_appeal,
    "appeals": measure_looking.list_appeals,
    "notice": measure_orders.notice,
    "show": measure_looking.show,
    "list": measure_looking.list_measures,
    "incidents": measure_looking.list_incidents,
    "close-incident": measure_looking.close_incident,
    "tally": measure_looking.tally,
}
for _name, _verb in VERBS.items():
    app.command(_name)(_verb)


def _mount_queries() -> None:
    """`measure query …`, where this build has it."""
    try:
        queries = importlib.import_module(QUERIES)
    except ModuleNotFoundError as missing:
        if missing.name != QUERIES:
            raise
        return
    app.add_typer(queries.app, name="query", help="Ask institutions for statements, and take the answers in.")


_mount_queries()
