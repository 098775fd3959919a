"""What a backup says that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a home with their hashes, and what they were made by."""

    made_at: str
    version: str
    rules: Mapping[str, str]  # SHA-256 of each dated table
    files: Mapping[str, tuple[int, str]]  # size and SHA-256 by name

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())
