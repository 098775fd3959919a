"""A live trace's log in memory, with the promises of the port and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl

from fanzha.core.errors import Refused
from fanzha.ledger.columns import I64
from fanzha.ports.live_log import Checkpoint, LiveEntry, LiveWriter


class MemoryLiveLog:
    """A log that lasts as long as the process; its length is the number of records."""

    def __init__(self) -> None:
        self._writer = _Writer()
        self._open = False

    @contextmanager
    def writing(self) -> Iterator[LiveWriter]:
        """Opens it for one writer."""
        if self._open:
            raise Refused("this live trace is being written by another start; wait until it is done")
        self._open = True
        try:
            yield self._writer
        finally:
            self._open = False


class _Writer:
    def __init__(self) -> None:
        self._question: Mapping[str, Any] | None = None
        self._checkpoint: Checkpoint | None = None
        self._entries: list[LiveEntry] = []
        self._first_rows: list[int] = []
        self._rows = 0

    def question(self) -> Mapping[str, Any] | None:
        """What the log was begun for, None while it is new."""
        return self._question

    def begin(self, question: Mapping[str, Any]) -> None:
        """Says what the log is for."""
        assert self._question is None, "the log has begun"
        self._question = dict(question)

    def entries(self) -> Iterator[tuple[int, LiveEntry]]:
        """Every entry with the log's length behind it, in order."""
        yield from enumerate(tuple(self._entries), start=2)

    def append(self, entry: LiveEntry) -> int:
        """Takes an entry and gives the length behind it."""
        self._entries.append(entry)
        self._first_rows.append(self._rows)
        self._rows += len(entry.rows)
        return 1 + len(self._entries)

    def settle(self) -> None:
        """Memory keeps what it is given."""

    def texts_of(self, rows: I64, names: Sequence[str]) -> pl.DataFrame:
        """What rows, numbered through all entries, say in words; null where a row has none."""
        entry = np.searchsorted(self._first_rows, rows, side="right") - 1
        found: dict[str, list[str | None]] = {name: [] for name in names}
        for number, row in zip(entry.tolist(), rows.tolist(), strict=True):
            texts = self._entries[number].texts
            for name in names:
                found[name].append(texts[name][row - self._first_rows[number]] if name in texts.columns else None)
        return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String))

    def checkpoint(self) -> Checkpoint | None:
        """The last one committed."""
        return self._checkpoint

    def commit(self, checkpoint: Checkpoint) -> None:
        """Puts a checkpoint in place of the former one."""
        self._checkpoint = checkpoint

    def forget(self) -> None:
        """Empties the log and removes the checkpoint."""
        self._question = self._checkpoint = None
        self._entries, self._first_rows, self._rows = [], [], 0
