"""Facts and ledger in memory, with the promises of the port and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from fanzha.core.errors import Refused
from fanzha.ledger.columns import U32
from fanzha.ports.fact_store import FactWriter, LedgerChoices, StoredLedger
from fanzha.records import FactBatch


@dataclass(slots=True)
class _Held:
    batches: dict[str, FactBatch] = field(default_factory=dict)
    ledger: StoredLedger | None = None
    choices: LedgerChoices = field(default_factory=LedgerChoices)
    rowless: dict[str, FactBatch] = field(default_factory=dict)  # files without their rows, as excerpts asked for them


class MemoryFactStore:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._held = _Held()
        self._open = False

    def files(self) -> tuple[str, ...]:
        """SHA-256 of every file whose facts are there, rising."""
        return tuple(sorted(self._held.batches))

    def batch(self, sha256: str) -> FactBatch:
        """The facts of one file."""
        return self._held.batches[sha256]

    def excerpt(self, places: Mapping[str, U32]) -> Sequence[FactBatch]:
        """The facts of every file, of its rows those at the given places."""
        held = self._held
        found = []
        for sha256 in self.files():
            own = places.get(sha256)
            if own is None and sha256 not in held.rowless:
                held.rowless[sha256] = _at_places(held.batches[sha256], np.empty(0, np.uint32))
            found.append(held.rowless[sha256] if own is None else _at_places(held.batches[sha256], own))
        return found

    def citing(self, order_numbers: Collection[str], serials: Collection[str]) -> Mapping[str, U32]:
        """The places of statement rows that have one of the order numbers or serials."""
        entries = {
            sha256: frame for sha256, b in self._held.batches.items() if (frame := b.facts.get("entries")) is not None
        }
        if not entries:
            return {}
        lengths = [frame.height for frame in entries.values()]
        cited = np.zeros(sum(lengths), np.bool_)
        for name, texts in (("order_number", order_numbers), ("serial", serials)):
            column = pl.concat([frame.get_column(name) for frame in entries.values()])
            cited |= column.is_in(list(texts)).fill_null(False).to_numpy()
        rows = np.flatnonzero(cited)
        first = np.cumsum(lengths) - lengths
        file = np.searchsorted(first, rows, side="right") - 1
        names = list(entries)
        return {names[at]: (rows[file == at] - first[at]).astype(np.uint32) for at in np.unique(file).tolist()}

    def ledger(self) -> StoredLedger | None:
        """The ledger, None before the first commit."""
        return self._held.ledger

    def choices(self) -> LedgerChoices:
        """What people decided so far."""
        return self._held.choices

    def damages(self) -> Sequence[str]:
        """Memory keeps what it is given."""
        return ()

    @contextmanager
    def writing(self) -> Iterator[FactWriter]:
        """Opens the store for one writer."""
        if self._open:
            raise Refused("the ledger is being written by another start; wait until it is done")
        self._open = True
        try:
            yield _Writer(self)
        finally:
            self._open = False

    def change(
        self, added: Mapping[str, FactBatch], removed: Collection[str], ledger: StoredLedger, choices: LedgerChoices
    ) -> None:
        """More and less, all at once; what stays is as it was."""
        batches = {sha: batch for sha, batch in {**added, **self._held.batches}.items() if sha not in removed}
        rowless = {sha: batch for sha, batch in self._held.rowless.items() if sha in batches}
        self._held = _Held(batches, ledger, choices, rowless)


def _at_places(batch: FactBatch, places: U32) -> FactBatch:
    facts, first = dict(batch.facts), 0
    for name in ("entries", "transfers"):
        if name in facts:
            frame = facts[name]
            own = places.astype(np.int64) - first
            facts[name] = frame[own[(own >= 0) & (own < len(frame))]]
            first += len(frame)
    return replace(batch, facts=facts)


class _Writer:
    def __init__(self, store: MemoryFactStore) -> None:
        self._store = store
        self._added: dict[str, FactBatch] = {}
        self._removed: set[str] = set()

    def add(self, batch: FactBatch) -> None:
        """Takes the facts of one more file."""
        self._added.setdefault(batch.sha256, batch)

    def remove(self, sha256: str) -> None:
        """Takes the facts of a file out."""
        self._removed.add(sha256)

    def commit(self, ledger: StoredLedger, choices: LedgerChoices) -> None:
        """Makes it visible."""
        self._store.change(self._added, self._removed, ledger, choices)
        self._added, self._removed = {}, set()
