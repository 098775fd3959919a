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
    list_name: str = ""  # of the member of the archive that names them all
    list_sha256: str = ""  # of what it says

    @property
    def counts(self) -> Mapping[str, int]:
        """How many files lie in each folder of the home; "." are those at its top."""
        found: dict[str, int] = {}
        for name in self.files:
            folder = name.partition("/")[0] if "/" in name else "."
            found[folder] = found.get(folder, 0) + 1
        return dict(sorted(found.items()))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())
