"""A trace for people: its tables on the screen, its workbook and its page in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fanzha.cli.output import say, show_table
from fanzha.core.errors import BadInput

ROWS_SHOWN = 15


def write_trace_files(
    stored: Any, document: dict[str, Any], xlsx: Path | None, html: Path | None, watermark: str = ""
) -> None:
    """The workbook and the page of a trace, where they are wanted."""
    if xlsx is None and html is None:
        return
    from fanzha.bootstrap import rule_table
    from fanzha.services.name_trace import trace_context
    from fanzha.services.render_trace import funds_flow_page, funds_flow_workbook, read_trace_document

    read, about = read_trace_document(document), trace_context(stored, document, rule_table("tracing.toml"))
    about = replace(about, watermark=watermark)
    if xlsx is not None:
        _write(xlsx, funds_flow_workbook(read, about))
    if html is not None:
        _write(html, funds_flow_page(read, about).encode())


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    say(f"wrote {path}")


def show_trace(document: dict[str, Any]) -> None:
    """A trace for people."""
    for name, found in document["methods"].items():
        if "balance" not in found:
            continue
        balance = found["balance"]
        say(
            f"{name} ({found['currency']}): {balance['origin']} traced = {balance['held']} held + {balance['exited']} exited"
            f" + {balance['unknown']} unknown (difference {balance['difference']})"
        )
    first, found = next(iter(document["methods"].items()))
    held = [a for a in found["accounts"] if a["stoppable"] == "unknown" or Decimal(a["stoppable"])]
    held.sort(key=lambda a: -Decimal(a["held"]))
    show_table(
        f"{first}: where the money is, what can be stopped",
        ["hop", "account", "in", "out", "held", "stoppable", "state"],
        [
            [str(a["hop"]), a["account"], a["traced_in"], a["traced_out"], a["held"], a["stoppable"], a["state"]]
            for a in held[:ROWS_SHOWN]
        ],
        right=["hop", "in", "out", "held", "stoppable"],
        spare=["out", "in"],
        nothing=f"{first}: no account holds any of it, as far as the statements show",
    )
    _say_more([a["held"] for a in held[ROWS_SHOWN:]])
    show_table(
        "Whom to ask next",
        ["account", "institution", "traced", "from", "to", "why"],
        [
            [q["account"], q["institution"], q["traced"], q["ask"]["from"], q["ask"]["to"], q["reason"]]
            for q in found["frontier"][:ROWS_SHOWN]
        ],
        right=["traced"],
        nothing="nobody has to be asked",
    )
    _say_more([q["traced"] for q in found["frontier"][ROWS_SHOWN:]])
    show_table(
        "Where it left",
        ["kind", "account", "to", "at", "traced"],
        [[e["kind"], e["account"], _left_to(e), e["at"] or "", e["traced"]] for e in found["exits"][:ROWS_SHOWN]],
        right=["traced"],
    )
    _say_more([e["traced"] for e in found["exits"][ROWS_SHOWN:]])
    for warning in document["warnings"]:
        say(f"note: {warning}")
    say(f"result {document['result_hash'][:16]} on ledger {document['ledger']['digest'][:16]}")


def _say_more(amounts: Sequence[str]) -> None:
    """What a table for people leaves out."""
    if amounts:
        known = sum((Decimal(amount) for amount in amounts if amount != "unknown"), Decimal(0))
        say(f"… and {len(amounts)} more, {known} in all; --json, --html and --xlsx have every one")


def _left_to(left: Mapping[str, Any]) -> str:
    """Who was paid; of a hub also by which rule it is one."""
    rule = str(left.get("reason", "")).partition(":")[0] if left["kind"] == "hub" else ""
    return f"{left.get('payee', '')} {rule}".strip()


def show_changes(document: dict[str, Any]) -> None:
    """What a comparison found, for people."""
    if not document["same_question"]:
        say("note: the two documents answer different questions")
    for side, names in (("earlier", document["only_old"]), ("new", document["only_new"])):
        if names:
            say(f"note: only the {side} document has {', '.join(names)}; it is not compared")
    for name, found in document["methods"].items():
        figures = ("traced_in", "traced_out", "held", "stoppable", "state")
        rows = [
            [a["account"], a["change"], *(_change(a.get(figure)) for figure in figures), _whose(a.get("by_victim"))]
            for a in found["accounts"]
        ]
        columns = ["account", "change", "in", "out", "held", "stoppable", "state", "whose"]
        show_table(f"{name}: accounts that changed", columns, rows, nothing=f"{name}: no account changed")
        moved = [
            f"{part} {_change((b['old'], b['new']))}" for part, b in found["balance"].items() if b["old"] != b["new"]
        ]
        if moved:
            say(f"{name}: {', '.join(moved)}")


def _change(pair: Sequence[Any] | None) -> str:
    """`old → new`, a dash where there was none; nothing where nothing changed."""
    return "" if pair is None else " → ".join("–" if value is None else str(value) for value in pair)


def _whose(pair: Sequence[Mapping[str, str] | None] | None) -> str:
    """Each victim whose share of what is held changed."""
    old, new = (shares or {} for shares in pair or (None, None))
    changed = [label for label in {**old, **new} if old.get(label) != new.get(label)]
    return "; ".join(f"{label} {_change((old.get(label), new.get(label)))}" for label in changed)
