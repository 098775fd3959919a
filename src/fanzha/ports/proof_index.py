"""Where a proof keeps what the audit says of each record while it reads on; too much for memory where work is large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from fanzha.audit import Written


@dataclass(frozen=True, slots=True)
class LastWritten:
    """The last version of a record that an audited deed wrote."""

    id: str
    version: int
    fingerprint: str
    seq: int  # the row of the audit that says so
    break_seq: int = 0  # the first row whose deed found another version than the audit had written before; 0: none


class ProofIndex(Protocol):
    """What the audit says, by record; rows are noted in their order."""

    def note_written(self, written: Written, seq: int) -> None:
        """A deed wrote a version of a record."""

    def note_deed(self, subject: str, deed: str) -> None:
        """Something was done to a record: `measure.approve officer-1`."""

    def written(self, table: str) -> Iterator[LastWritten]:
        """The records of a table that the audit speaks of, by rising id."""

    def deeds(self, subject: str) -> frozenset[str]:
        """What was done to a record."""
