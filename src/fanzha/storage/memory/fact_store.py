"""Facts and ledger in memory, with the promises of the port and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from fanzha.core.errors import Refused
from fanzha.ports.fact_store import FactWriter, LedgerChoices, StoredLedger
from fanzha.records import FactBatch


@dataclass(slots=True)
class _Held:
    batches: dict[str, FactBatch] = field(default_factory=dict)
    ledger: StoredLedger | None = None
    choices: LedgerChoices = field(default_factory=LedgerChoices)


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

    def replace(self, held: _Held) -> None:
        """Everything at once."""
        self._held = held

    def added_to(self, batches: dict[str, FactBatch]) -> dict[str, FactBatch]:
        """What is there, and more; what is there stays as it is."""
        return {**batches, **self._held.batches}


class _Writer:
    def __init__(self, store: MemoryFactStore) -> None:
        self._store = store
        self._added: dict[str, FactBatch] = {}

    def add(self, batch: FactBatch) -> None:
        """Takes the facts of one more file."""
        self._added.setdefault(batch.sha256, batch)

    def commit(self, ledger: StoredLedger, choices: LedgerChoices) -> None:
        """Makes it visible."""
        self._store.replace(_Held(self._store.added_to(self._added), ledger, choices))
        self._added = {}
