"""The facts of all files side by side: one frame per kind, each row with the number of its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from fanzha.records import SCHEMAS, FactBatch

FILE = "file"  # the column that numbers the file, by rising SHA-256


@dataclass(frozen=True, slots=True)
class Facts:
    """Files by rising SHA-256, and their facts in that order."""

    batches: tuple[FactBatch, ...]
    entries: pl.DataFrame
    transfers: pl.DataFrame
    accounts: pl.DataFrame
    sub_accounts: pl.DataFrame
    holders: pl.DataFrame
    measures: pl.DataFrame
    queries: pl.DataFrame


def gather(batches: Iterable[FactBatch]) -> Facts:
    """Each file once, whatever the order and the paths it came by."""
    by_sha: dict[str, FactBatch] = {}
    for batch in sorted(batches, key=lambda batch: (batch.sha256, batch.path)):
        by_sha.setdefault(batch.sha256, batch)
    files = tuple(by_sha.values())
    return Facts(files, **{name: _together(files, name) for name in SCHEMAS})


def _together(files: Sequence[FactBatch], name: str) -> pl.DataFrame:
    parts = [
        frame.with_columns(pl.lit(index, pl.UInt32).alias(FILE))
        for index, batch in enumerate(files)
        if (frame := batch.facts.get(name)) is not None and len(frame)
    ]
    if not parts:
        return pl.DataFrame(schema={**SCHEMAS[name], FILE: pl.UInt32})
    return parts[0] if len(parts) == 1 else pl.concat(parts, rechunk=True)
