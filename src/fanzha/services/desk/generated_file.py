"""What an institution answered becomes a file of the ledger like any other: its bytes kept, its rows read once."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fanzha.records import SCHEMAS, FactBatch, StatedWindow
from fanzha.services.change_files import change_files
from fanzha.services.desk.books import Books


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file that was made here of an institution's own words: a CSV with its rows, and the facts in them.

    `path` is what people see of it as the source of a row.
    """

    path: str
    content: bytes
    batch: FactBatch
    skipped: str | None = None
    error: str | None = None

    @property
    def sha256(self) -> str:
        """Of its bytes."""
        return self.batch.sha256


def generate_file(
    path: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    facts: Mapping[str, Sequence[Mapping[str, Any]]],
    windows: Sequence[StatedWindow] = (),
) -> GeneratedFile:
    """The file of these rows; `facts` by kind, each naming the row (the header is row 1) that says it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    content = text.getvalue().encode()
    frames = {kind: _frame(kind, said) for kind, said in facts.items() if said}
    batch = FactBatch(
        path, hashlib.sha256(content).hexdigest(), "+".join(frames), len(rows), frames, windows=tuple(windows)
    )
    return GeneratedFile(path, content, batch)


def _frame(kind: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = SCHEMAS[kind]
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=dict(schema))


def take_in(books: Books, files: Sequence[GeneratedFile], gone: Collection[str] = (), reason: str = "") -> None:
    """Keeps the bytes among the evidence and takes the rows into the ledger, all at once; a file twice changes nothing.

    gone: SHA-256 of files that leave the ledger with that, for the reason.
    """
    there = set(books.facts.files())
    new = [file for file in files if file.sha256 not in there]
    for file in new:
        books.evidence.put(file.content, file.path)
    if new or gone:
        change_files(books.facts, [file.batch for file in new], gone, reason, rules=books.ledger_rules)
