"""Canonical rows as they come: from a file that may grow, or from a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from fanzha.records import QuarantinedRow


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """How far an input was read, and enough to know it again."""

    offset: int = 0  # bytes
    row: int = 0  # the last physical row, the header counts; 0 before it
    complete: bool = True  # whether the last row had its line end
    sha256: str = ""  # of all bytes of a file before the offset; a pipe has none


@dataclass(frozen=True, slots=True)
class StreamBlock:
    """Some rows in their order, as facts of the kind transfers, and what had to be put aside."""

    facts: pl.DataFrame
    quarantine: Sequence[QuarantinedRow]
    position: StreamPosition  # behind these rows


class TransferStream(Protocol):
    """One input of canonical rows."""

    @property
    def name(self) -> str:
        """As people call it, for messages."""

    @property
    def resent(self) -> bool:
        """Whether a sender that starts again sends its rows again: they are known by their ids, not by an offset."""

    @property
    def with_balances(self) -> bool:
        """Whether the table has a balance column; without one it is a complete ledger."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Which of transfer_id, serial and summary the table has."""

    def blocks(self, after: StreamPosition) -> Iterator[StreamBlock | None]:
        """The rows behind a position, until the input ends; None whenever there is nothing to read for now.

        Raises Refused when the input is not the one that the position belongs to.
        """
