"""What services need to know of files: which there are, and the facts in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from fanzha.records import FactBatch


class StatementFile(Protocol):
    """One file, or one member of an archive."""

    @property
    def path(self) -> str:
        """As given, members behind '!'."""

    @property
    def skipped(self) -> str | None:
        """Why it was left alone, None if it is to be read."""

    @property
    def error(self) -> str | None:
        """Why it cannot be had, None if it can."""

    @property
    def sha256(self) -> str:
        """Of its bytes. Raises BadInput when they cannot be had."""

    def load(self) -> bytes:
        """Its bytes. Raises BadInput when they cannot be had."""


class StatementReader(Protocol):
    """Finds files and reads them."""

    def discover(self, paths: Sequence[Path]) -> Iterable[StatementFile]:
        """Every file under the paths, folders and archives opened; each is to be read before the next is asked for."""

    def kept(self, path: str, content: bytes) -> StatementFile:
        """A file whose bytes are at hand; `path` is what people see of it as the source of a row."""

    def discover_in(self, path: str, content: bytes) -> Iterable[StatementFile]:
        """A file whose bytes are at hand, an archive opened."""

    def read(self, file: StatementFile) -> FactBatch:
        """The facts of one file. Raises BadInput when nothing can be made of it."""
