"""Where facts and the ledger made of them are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fanzha.ledger.assembly import Assembly, ConfirmedPair, CoverageOverride
from fanzha.ledger.columns import U32
from fanzha.records import FactBatch

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ForgottenFile:
    """A file that somebody took out of the ledger."""

    sha256: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class LedgerChoices:
    """What people decided about the ledger; kept with it and applied again whenever it is assembled."""

    joins_rejected: tuple[tuple[str, str], ...] = ()
    coverage: tuple[CoverageOverride, ...] = ()
    pairs: tuple[ConfirmedPair, ...] = ()
    forgotten: tuple[ForgottenFile, ...] = ()  # in the order in which they were taken out


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """The ledger as it was last committed; its arrays are read-only and may be mapped from files."""

    assembly: Assembly
    digest: str
    index: Arrays = field(default_factory=dict[str, NDArray[np.int64]])  # by name, as the index builder gave them
    made_by: str = ""  # fingerprint of the rules and the manner of assembly


class FactWriter(Protocol):
    """Changes that become visible together, or not at all."""

    def add(self, batch: FactBatch) -> None:
        """Takes the facts of one more file; a file whose SHA-256 is already there changes nothing."""

    def remove(self, sha256: str) -> None:
        """Takes the facts of a file out; a file that is not there changes nothing."""

    def commit(self, ledger: StoredLedger, choices: LedgerChoices) -> None:
        """Makes the added and removed facts, this ledger and these choices what everybody sees."""


class FactStore(Protocol):
    """Facts of files by SHA-256, the ledger assembled from them, and what people decided about it."""

    def files(self) -> tuple[str, ...]:
        """SHA-256 of every file whose facts are there, rising."""

    def batch(self, sha256: str) -> FactBatch:
        """The facts of one file. Raises BadInput when they are damaged, KeyError when the file is not there."""

    def excerpt(self, places: Mapping[str, U32]) -> Sequence[FactBatch]:
        """The facts of every file, but of its statement rows and canonical rows only those at the given places.

        `places` by SHA-256, rising; a file's statement rows are numbered from 0, its canonical rows after them. A file
        without places gives none of its rows. Raises BadInput when facts are damaged.
        """

    def citing(self, order_numbers: Collection[str], serials: Collection[str]) -> Mapping[str, U32]:
        """The places of statement rows that have one of the order numbers or serials, by SHA-256, rising."""

    def ledger(self) -> StoredLedger | None:
        """The ledger, None before the first commit. Raises BadInput when it is damaged."""

    def choices(self) -> LedgerChoices:
        """What people decided so far."""

    def damages(self) -> Sequence[str]:
        """What of the stored bytes is not as it was written, in words; empty when all is well."""

    def writing(self) -> AbstractContextManager[FactWriter]:
        """Opens the store for one writer; leaving without a commit changes nothing.

        Raises Refused when another writer has it open.
        """
