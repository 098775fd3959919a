"""What a reader of a trace wants beside the figures: source rows of every transfer, holders' names, institutions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from fanzha.ledger.assembly import Assembly
from fanzha.ledger.columns import OUTSIDE
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.render_trace import SmallPart, TraceContext


def trace_context(stored: StoredLedger, document: Mapping[str, Any], rules: Mapping[str, Any]) -> TraceContext:
    """The sources, names and inflows of everything that a trace document mentions; `rules` is rules/tracing.toml."""
    assembly = stored.assembly
    pockets, t = assembly.columns.pockets, assembly.columns.transfers
    wanted = sorted(set(_transfers(document)))
    found = assembly.details.with_row_index("eid").filter(pl.col("transfer_id").is_in(wanted))
    sources = {
        transfer: [
            f"{row.path} · {row.sheet} · {row.row}" if row.sheet else f"{row.path} · {row.row}"
            for row in assembly.sources.of(eid)
        ]
        for eid, transfer in found.select("eid", "transfer_id").iter_rows()
    }
    shown = found["eid"].to_numpy()
    mentioned = np.setdiff1d(np.union1d(t.payer[shown], t.payee[shown]), [OUTSIDE])
    account_of = {int(pocket): str(pockets.account[int(pocket)]) for pocket in mentioned}
    institutions = {name: str(pockets.institution[pocket] or "") for pocket, name in account_of.items()}
    return TraceContext(
        sources,
        holder_names(assembly, account_of),
        {name: text for name, text in institutions.items() if text},
        inflows=_inflows(assembly, account_of),
        small_part=SmallPart(int(rules["small_part_percent_max"]), int(rules["small_part_amount_max"])),
    )


def _inflows(assembly: Assembly, account_of: Mapping[int, str]) -> dict[tuple[str, str], int]:
    """All that came into each account in the ledger, traced or not, in minor units; taken-back payments included."""
    columns = assembly.columns
    pockets, t = columns.pockets, columns.transfers
    came_in = np.zeros(len(pockets), np.int64)
    np.add.at(came_in, t.payee, t.amount_minor)
    return {
        (account, pockets.currencies[int(pockets.currency[pocket])]): int(came_in[pocket])
        for pocket, account in account_of.items()
    }


def holder_names(assembly: Assembly, account_of: Mapping[int, str]) -> dict[str, str]:
    """Each account's holder as most of its rows name him: one bank may call a wallet by its company."""
    t = assembly.columns.transfers
    wanted = np.zeros(len(assembly.columns.pockets), np.bool_)
    wanted[list(account_of)] = True
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pocket, column in ((t.payer, "payer_name"), (t.payee, "payee_name")):
        rows = np.flatnonzero(wanted[pocket])
        for one, name in zip(pocket[rows].tolist(), assembly.details[column][rows].to_list(), strict=True):
            if name:
                counts[account_of[one]][name] += 1
    return {account: min(names, key=lambda name: (-names[name], name)) for account, names in counts.items()}


def _transfers(document: Mapping[str, Any]) -> Iterator[str]:
    for found in document["methods"].values():
        for part in ("flows", "exits"):
            yield from (row["transfer"] for row in found[part] if row["transfer"])
