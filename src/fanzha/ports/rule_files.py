"""The tables that a centre put in place of those that are installed."""

from __future__ import annotations

from typing import Protocol


class RuleFiles(Protocol):
    """Where they are kept: one file a table, by the table's name."""

    def names(self) -> tuple[str, ...]:
        """Of the tables that are there, in order."""

    def read(self, name: str) -> bytes | None:
        """A table as it was put there; None where the installed one counts."""

    def put(self, name: str, content: bytes) -> None:
        """Puts a table in place at once, or leaves what was there."""
