"""One file's facts as a directory: a Parquet file per kind of fact, one for the quarantine, and batch.json."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from fanzha.engines.local.durable_files import StoreDamaged, frame_bytes, read_frame, write_bytes
from fanzha.records import FactBatch, QuarantinedRow, StatedWindow

BATCH: Final = "batch.json"
QUARANTINE: Final = "quarantine"
_QUARANTINE_SCHEMA: Final = {
    "sheet": pl.String,
    "row": pl.Int64,
    "field": pl.String,
    "reason": pl.String,
    "raw": pl.String,
    "account": pl.String,
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
    path = directory / BATCH
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        quarantine = read_frame(directory / f"{QUARANTINE}.parquet").rows(named=True) if document["quarantine"] else []
        return FactBatch(
            path=document["path"],
            sha256=sha256,
            table=document["table"],
            rows=document["rows"],
            facts={name: read_frame(directory / f"{name}.parquet") for name in document["tables"]},
            quarantine=tuple(QuarantinedRow(**row) for row in quarantine),
            windows=tuple(StatedWindow(account, start, end) for account, start, end in document["windows"]),
            complete_ledger=document["complete_ledger"],
            notes=tuple(document["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise StoreDamaged(path, f"not readable ({type(error).__name__})") from None
