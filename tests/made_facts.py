"""Fact batches written by hand: what the reader of a file would yield. All numbers and names are made up (模拟)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.records import SCHEMAS, FactBatch, TransferKind

DAY = "2026-03-01"
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "entries": {"at_precision": 0, "currency": "CNY", "kind": 0, "sheet": ""},
    "transfers": {"at_precision": 0, "currency": "CNY", "kind": 0, "sheet": ""},
    "accounts": {"currency": "CNY", "sheet": ""},
    "sub_accounts": {"currency": "CNY", "sheet": ""},
    "measures": {"sheet": ""},
    "queries": {"sheet": ""},
}


def instant(text: str) -> int:
    """'13:52:10' of the made-up day, or a whole date and time."""
    return parse_instant(text if "-" in text else f"{DAY}T{text}")


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A frame of one kind of fact; what a row leaves out is null or the default."""
    full = [{**DEFAULTS[table], "row": place, **row} for place, row in enumerate(rows, start=2)]
    return pl.DataFrame({name: [row.get(name) for row in full] for name in SCHEMAS[table]}, schema=dict(SCHEMAS[table]))


def batch(name: str, *, complete: bool = False, **tables: Any) -> FactBatch:
    """One file: `entries=[…], accounts=[…]` and so on; `quarantine` and `windows` as they are."""
    extra = {key: tables.pop(key) for key in ("quarantine", "windows", "closings") if key in tables}
    facts = {table: frame(table, rows) for table, rows in tables.items()}
    return FactBatch(
        path=f"{name}.csv",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        table="+".join(tables),
        rows=sum(len(rows) for rows in tables.values()),
        facts=facts,
        complete_ledger=complete,
        **extra,
    )


def entry(own: str, direction: str, at: str, amount: str, balance: str | None = None, **more: Any) -> dict[str, Any]:
    """A statement row: `own` is the card; direction 'in' or 'out'; `to` names the other side."""
    return {
        "card": own,
        "direction": 1 if direction == "in" else -1,
        "at_us": instant(at),
        "amount_minor": parse_minor(amount),
        "balance_minor": None if balance is None else parse_minor(balance),
        "counterparty": more.pop("to", None),
        "kind": int(TransferKind[more.pop("kind", "transfer").upper()]),
        **more,
    }


def transfer(payer: str | None, payee: str | None, at: str, amount: str, **more: Any) -> dict[str, Any]:
    """A canonical row; `payer_balance` and `payee_balance` in yuan."""
    return {
        "payer": payer,
        "payee": payee,
        "at_us": instant(at),
        "amount_minor": parse_minor(amount),
        "kind": int(TransferKind[more.pop("kind", "transfer").upper()]),
        **{f"{side}_minor": parse_minor(more.pop(side)) for side in ("payer_balance", "payee_balance") if side in more},
        **more,
    }
