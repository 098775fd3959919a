"""The facts of all files side by side: one frame per kind, each row with the number of its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from fanzha.ledger.columns import U32, Flags
from fanzha.records import SCHEMAS, FactBatch

FILE: Final = "file"  # the column that numbers the file, by rising SHA-256
PLACE: Final = "place"  # the row's place in its file: statement rows first, then canonical rows
BACKWARDS: Final = "backwards"  # the row's statement runs from the newest to the oldest; null where that is to be found
ROW_TABLES: Final = ("entries", "transfers")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which rows of a file a batch holds, where it holds not all of them: their places, rising, and how they run."""

    place: U32
    backwards: Flags


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


def gather(batches: Iterable[FactBatch], excerpts: Mapping[str, Excerpt] | None = None) -> Facts:
    """Each file once, whatever the order and the paths it came by; `excerpts`, by SHA-256, are files not here in full."""
    by_sha: dict[str, FactBatch] = {}
    for batch in sorted(batches, key=lambda batch: (batch.sha256, batch.path)):
        by_sha.setdefault(batch.sha256, batch)
    files = tuple(by_sha.values())
    return Facts(files, **{name: _together(files, name, excerpts or {}) for name in SCHEMAS})


def _together(files: Sequence[FactBatch], name: str, excerpts: Mapping[str, Excerpt]) -> pl.DataFrame:
    parts = []
    for index, batch in enumerate(files):
        frame = batch.facts.get(name)
        if frame is None or not len(frame):
            continue
        numbered = frame.with_columns(pl.lit(index, pl.UInt32).alias(FILE))
        parts.append(numbered if name not in ROW_TABLES else _placed(numbered, batch, name, excerpts.get(batch.sha256)))
    if not parts:
        more = {PLACE: pl.UInt32, BACKWARDS: pl.Boolean} if name in ROW_TABLES else {}
        return pl.DataFrame(schema={**SCHEMAS[name], FILE: pl.UInt32, **more})
    return parts[0] if len(parts) == 1 else pl.concat(parts, rechunk=True)


def _placed(frame: pl.DataFrame, batch: FactBatch, name: str, excerpt: Excerpt | None) -> pl.DataFrame:
    entries = batch.facts.get("entries")
    first = len(entries) if name == "transfers" and entries is not None else 0
    if excerpt is None:
        place = pl.int_range(first, first + len(frame), dtype=pl.UInt32, eager=True)
        return frame.with_columns(place.alias(PLACE), pl.lit(None, pl.Boolean).alias(BACKWARDS))
    mine = slice(first, first + len(frame))
    return frame.with_columns(
        pl.Series(PLACE, excerpt.place[mine]), pl.Series(BACKWARDS, excerpt.backwards[mine], dtype=pl.Boolean)
    )
