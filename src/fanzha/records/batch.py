"""What one file yielded: its facts, what had to be put aside and why, and what the export says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from fanzha.records.schemas import SCHEMAS


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that could not become a fact, with its raw cells, so that nothing is lost."""

    sheet: str
    row: int
    field: str  # the column at fault, '' where the whole row is
    reason: str  # a short code: amount_unreadable, failed, direction_unknown, id_lost_precision …
    raw: str  # the row's cells as a JSON array
    account: str | None = None  # whose totals it blocks, where that can be told
    cell: str | None = None  # the cell at fault as it was written, where one cell is


@dataclass(frozen=True, slots=True)
class StatedWindow:
    """The period that the export itself says was queried for an account (None: for every account of the file)."""

    account: str | None
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class StatedClosing:
    """The balance that a bank message states at the end of an account's statement."""

    account: str
    currency: str
    balance_minor: int
    at_us: int
    unexplained_minor: int = 0  # by how much it differs from the opening balance and the lines; positive: more is there


@dataclass(frozen=True, slots=True)
class FactBatch:
    """The facts of one file (one member of an archive), keyed by the SHA-256 of its bytes."""

    path: str  # as given, archive members behind '!', for people; never part of a digest
    sha256: str
    table: str  # 'entries', 'transfers', …, or several joined by '+', for the report
    rows: int  # data rows read, blank rows and repeated headers not counted
    facts: Mapping[str, pl.DataFrame]  # by the names of SCHEMAS
    quarantine: tuple[QuarantinedRow, ...] = ()
    windows: tuple[StatedWindow, ...] = ()
    complete_ledger: bool = False  # a canonical table without any balance column
    notes: tuple[str, ...] = field(default=())  # what the reader should tell the officer
    kept: tuple[QuarantinedRow, ...] = ()  # rows that did become facts, but without the field at fault
    closings: tuple[StatedClosing, ...] = ()

    def __post_init__(self) -> None:
        for name, frame in self.facts.items():
            assert dict(frame.schema) == {k: v() if isinstance(v, type) else v for k, v in SCHEMAS[name].items()}, name
