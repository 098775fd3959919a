"""One file's facts as a directory: a Parquet file per kind of fact, one for the quarantine, and batch.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from fanzha.engines.local.durable_files import StoreDamaged, frame_bytes, read_frame, reading, write_bytes
from fanzha.ledger.columns import I64, U32
from fanzha.records import SCHEMAS, FactBatch, QuarantinedRow, StatedClosing, StatedWindow

ROW_TABLES: Final = ("entries", "transfers")  # in the order in which their rows are numbered
BATCH: Final = "batch.json"
QUARANTINE: Final = "quarantine"
_QUARANTINE_SCHEMA: Final = {
    "sheet": pl.String,
    "row": pl.Int64,
    "field": pl.String,
    "reason": pl.String,
    "raw": pl.String,
    "account": pl.String,
    "cell": pl.String,
}


def write_batch(directory: Path, batch: FactBatch) -> dict[str, str]:
    """Writes the facts; returns the SHA-256 of each file written, by name."""
    tables = {name: frame for name, frame in batch.facts.items() if len(frame)}
    frames = dict(tables)
    if batch.quarantine:
        rows = [{name: getattr(row, name) for name in _QUARANTINE_SCHEMA} for row in batch.quarantine]
        frames[QUARANTINE] = pl.DataFrame(rows, schema=_QUARANTINE_SCHEMA)
    document = {
        "path": batch.path,
        "table": batch.table,
        "rows": batch.rows,
        "tables": list(tables),
        "quarantine": bool(batch.quarantine),
        "windows": [[w.account, w.from_us, w.to_us] for w in batch.windows],
        "complete_ledger": batch.complete_ledger,
        "notes": list(batch.notes),
        "kept": [[getattr(row, name) for name in _QUARANTINE_SCHEMA] for row in batch.kept],
        "closings": [[c.account, c.currency, c.balance_minor, c.at_us, c.unexplained_minor] for c in batch.closings],
    }
    contents = {f"{name}.parquet": frame_bytes(frame) for name, frame in frames.items()}
    contents[BATCH] = json.dumps(document, ensure_ascii=False).encode()
    for name, data in contents.items():
        write_bytes(directory / name, data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}


def read_batch(directory: Path, sha256: str) -> FactBatch:
    """The facts as they were added.

    Raises StoreDamaged when a file is gone or unreadable.
    """
    return _read(directory, sha256, None)


def read_excerpt(directory: Path, sha256: str, places: U32) -> FactBatch:
    """The facts, but of statement rows and canonical rows only those at these places; numbered in that order, rising.

    Raises StoreDamaged when a file is gone or unreadable.
    """
    return _read(directory, sha256, places.astype(np.int64))


def find_citing(directories: Sequence[Path], order_numbers: pl.Series, serials: pl.Series) -> dict[Path, U32]:
    """The places of statement rows with one of these order numbers or serials, by directory.

    Raises StoreDamaged when a file is unreadable.
    """
    paths = [path for path in (directory / "entries.parquet" for directory in directories) if path.exists()]
    if not paths:
        return {}
    wanted = pl.col("order_number").is_in(order_numbers.implode()) | pl.col("serial").is_in(serials.implode())
    with reading(paths[0].parent.parent):
        # Most files have none: one walk through all of them tells which do.
        table = pl.scan_parquet(paths, include_file_paths="path")
        named = table.filter(wanted.fill_null(False)).select("path").unique().collect().to_series().to_list()
    found = {}
    for path in sorted(Path(name) for name in named):
        with reading(path):
            places = pl.scan_parquet(path).select(wanted.fill_null(False).arg_true()).collect().to_series()
        found[path.parent] = places.to_numpy().astype(np.uint32)
    return found


def _read(directory: Path, sha256: str, places: I64 | None) -> FactBatch:
    path = directory / BATCH
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        quarantine = read_frame(directory / f"{QUARANTINE}.parquet").rows(named=True) if document["quarantine"] else []
        return FactBatch(
            path=document["path"],
            sha256=sha256,
            table=document["table"],
            rows=document["rows"],
            facts=_tables(directory, document["tables"], places),
            quarantine=tuple(QuarantinedRow(**row) for row in quarantine),
            windows=tuple(StatedWindow(account, start, end) for account, start, end in document["windows"]),
            complete_ledger=document["complete_ledger"],
            notes=tuple(document["notes"]),
            # Homes that an earlier version wrote have neither.
            kept=tuple(QuarantinedRow(*row) for row in document.get("kept", ())),
            closings=tuple(StatedClosing(*closing) for closing in document.get("closings", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise StoreDamaged(path, f"not readable ({type(error).__name__})") from None


def _tables(directory: Path, names: Sequence[str], places: I64 | None) -> dict[str, pl.DataFrame]:
    paths = {name: directory / f"{name}.parquet" for name in names}
    if places is None:
        return {name: read_frame(path) for name, path in paths.items()}
    found = {name: read_frame(path) for name, path in paths.items() if name not in ROW_TABLES}
    entries = 0
    if len(places) and all(name in names for name in ROW_TABLES):
        with reading(paths["entries"]):
            entries = pq.read_metadata(paths["entries"]).num_rows
    for name in ROW_TABLES:
        if name not in names:
            continue
        own = places[places >= entries] - entries if name == "transfers" else places
        if name == "entries" and entries:
            own = places[places < entries]
        found[name] = _rows_at(paths[name], own) if len(own) else pl.DataFrame(schema=dict(SCHEMAS[name]))
    return found


def _rows_at(path: Path, places: I64) -> pl.DataFrame:
    wanted = pl.col("place").is_in(pl.Series(places).implode())
    with reading(path):
        found = pl.scan_parquet(path, parallel="prefiltered").with_row_index("place").filter(wanted).collect()
    if not np.array_equal(found["place"].to_numpy(), places):
        raise StoreDamaged(path, "it has fewer rows than were written")
    return found.drop("place")
