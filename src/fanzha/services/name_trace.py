"""What a reader of a trace wants beside the figures: source rows of every transfer, holders' names, institutions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from fanzha.ledger.columns import OUTSIDE
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.render_trace import TraceContext


def trace_context(stored: StoredLedger, document: Mapping[str, Any]) -> TraceContext:
    """The sources and names of everything that a trace document mentions."""
    assembly = stored.assembly
    pockets, t = assembly.columns.pockets, assembly.columns.transfers
    wanted = sorted(set(_transfers(document)))
    found = assembly.details.with_row_index("eid").filter(pl.col("transfer_id").is_in(wanted))
    sources: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    institutions: dict[str, str] = defaultdict(str)
    for eid, transfer, payer_name, payee_name in found.select(
        "eid", "transfer_id", "payer_name", "payee_name"
    ).iter_rows():
        sources[transfer] = [
            f"{row.path} · {row.sheet} · {row.row}" if row.sheet else f"{row.path} · {row.row}"
            for row in assembly.sources.of(eid)
        ]
        for pocket, name in ((int(t.payer[eid]), payer_name), (int(t.payee[eid]), payee_name)):
            if pocket == OUTSIDE:
                continue
            account = str(pockets.account[pocket])
            if name:
                names.setdefault(account, name)
            institutions[account] = str(pockets.institution[pocket] or "")
    return TraceContext(sources, names, {a: i for a, i in institutions.items() if i})


def _transfers(document: Mapping[str, Any]) -> Iterator[str]:
    for found in document["methods"].values():
        for part in ("flows", "exits"):
            yield from (row["transfer"] for row in found[part] if row["transfer"])
