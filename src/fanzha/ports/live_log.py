"""Where a live trace keeps what it was given, so that a killed start goes on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl

from fanzha.ledger.columns import I64, U8
from fanzha.ports.transfer_stream import StreamPosition
from fanzha.records import QuarantinedRow
from fanzha.tracing.live_ledger import LiveBatch


def no_rows() -> LiveBatch:
    """A batch without rows."""
    none, nobody = np.empty(0, np.int64), np.empty(0, np.uint32)
    return LiveBatch(none, nobody, nobody, none, np.empty(0, np.uint8))


@dataclass(frozen=True, slots=True)
class AsideRow:
    """A row that was put aside, and how many rows of its entry were taken before it."""

    before: int
    row: QuarantinedRow


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """Rows that become durable together, and everything that is needed to take them once more in the same way."""

    position: StreamPosition  # of the input, behind these rows
    rows: LiveBatch = field(default_factory=no_rows)
    source_row: I64 = field(default_factory=lambda: np.empty(0, np.int64))  # where each row stands in the input
    texts: pl.DataFrame = field(default_factory=pl.DataFrame)  # what rows say in words, null where a row has none
    accounts: tuple[str, ...] = ()  # names of accounts that these rows are the first to mention
    account_flags: U8 = field(default_factory=lambda: np.empty(0, np.uint8))
    aside: tuple[AsideRow, ...] = ()
    last_id: str = ""  # of the last row read, whatever became of it
    ended: bool = False  # the input ended here


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the lines were handed over: all that was said of the log up to `log_length` has left."""

    log_length: int
    out_length: int  # bytes of the file of lines
    seq: int  # of the last line
    offset: int  # of the input


class LiveWriter(Protocol):
    """A log opened by its one writer. Lengths are opaque and rise with every entry."""

    def question(self) -> Mapping[str, Any] | None:
        """What the log was begun for, None while it is new."""

    def begin(self, question: Mapping[str, Any]) -> None:
        """Says what the log is for, before its first entry; durable at once."""

    def entries(self) -> Iterator[tuple[int, LiveEntry]]:
        """Every entry with the log's length behind it, in order. Raises BadInput when one is damaged."""

    def append(self, entry: LiveEntry) -> int:
        """Takes an entry and gives the length behind it; durable after the next `settle`."""

    def settle(self) -> None:
        """Waits until everything that was taken is durable."""

    def texts_of(self, rows: I64, names: Sequence[str]) -> pl.DataFrame:
        """What rows, numbered through all entries, say in words; null where a row has none."""

    def checkpoint(self) -> Checkpoint | None:
        """The last one committed."""

    def commit(self, checkpoint: Checkpoint) -> None:
        """Puts a checkpoint in place of the former one; at any moment one of the two is there."""

    def forget(self) -> None:
        """Empties the log and removes the checkpoint."""


class LiveLog(Protocol):
    """The state of one live trace."""

    def writing(self) -> AbstractContextManager[LiveWriter]:
        """Opens it for one writer, cutting off an entry that a crash left unfinished.

        Raises Refused when another writer has it, BadInput when it is damaged.
        """


class LineSink(Protocol):
    """Where lines go."""

    @property
    def name(self) -> str:
        """The whole path of a file, '' for a stream."""

    @property
    def kept(self) -> bool:
        """Whether what was written can be cut back: a file can, a stream cannot."""

    def length(self) -> int:
        """Bytes that are there."""

    def cut_back(self, length: int) -> None:
        """Removes everything beyond a length."""

    def write(self, lines: bytes) -> None:
        """Hands lines over."""

    def sync(self) -> int:
        """Waits until what was written cannot get lost, and gives the length."""
