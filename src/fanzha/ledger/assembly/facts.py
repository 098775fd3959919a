"""The facts of all files side by side: one frame per kind, each row with the number of its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.columns import U32, Flags
from fanzha.records import SCHEMAS, FactBatch

FILE: Final = "file"  # the column that numbers the file, by rising SHA-256
PLACE: Final = "place"  # the row's place in its file: statement rows first, then canonical rows
BACKWARDS: Final = "backwards"  # the row's statement runs from the newest to the oldest; null where that is to be found
ROW_TABLES: Final = ("entries", "transfers")
_UNKNOWN: Final = -1


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
    held: dict[str, list[tuple[int, pl.DataFrame]]] = {name: [] for name in SCHEMAS}
    for index, batch in enumerate(files):
        for name, frame in batch.facts.items():
            if frame.height:
                held[name].append((index, frame))
    return Facts(files, **{name: _together(files, name, held[name], excerpts or {}) for name in SCHEMAS})


def _together(
    files: Sequence[FactBatch], name: str, held: Sequence[tuple[int, pl.DataFrame]], excerpts: Mapping[str, Excerpt]
) -> pl.DataFrame:
    """The files' tables of one kind, one below the other; what numbers the rows is added once, not file by file."""
    if not held:
        more = {PLACE: pl.UInt32, BACKWARDS: pl.Boolean} if name in ROW_TABLES else {}
        return pl.DataFrame(schema={**SCHEMAS[name], FILE: pl.UInt32, **more})
    lengths = [frame.height for _, frame in held]
    file = np.repeat(np.array([index for index, _ in held], np.uint32), lengths)
    columns = [pl.Series(FILE, file)]
    if name in ROW_TABLES:
        placed = [_places(files[index], name, excerpts.get(files[index].sha256)) for index, _ in held]
        runs = np.concatenate([runs for _, runs in placed])
        columns.append(pl.Series(PLACE, np.concatenate([place for place, _ in placed])))
        columns.append(pl.Series(BACKWARDS, runs == 1).set(pl.Series(runs == _UNKNOWN), None))
    frames = [frame for _, frame in held]
    return (frames[0] if len(frames) == 1 else pl.concat(frames, rechunk=True)).with_columns(columns)


def _places(batch: FactBatch, name: str, excerpt: Excerpt | None) -> tuple[U32, NDArray[np.int8]]:
    """Where each row of a table stands in its file, and how its statement runs: 1 backwards, 0 not, or _UNKNOWN."""
    entries = batch.facts.get("entries")
    first = len(entries) if name == "transfers" and entries is not None else 0
    end = first + len(batch.facts[name])
    if excerpt is None:
        return np.arange(first, end, dtype=np.uint32), np.full(end - first, _UNKNOWN, np.int8)
    return excerpt.place[first:end], excerpt.backwards[first:end].astype(np.int8)
