"""Files of evidence in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from fanzha.core.errors import BadInput, NotFound


class MemoryEvidenceStore:
    """A dictionary; the reference of what every store of evidence promises."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, content: bytes, name: str) -> str:
        """Keeps a file and gives its SHA-256."""
        if not content:
            raise BadInput(f"{name}: the file is empty; there is nothing to keep")
        sha256 = hashlib.sha256(content).hexdigest()
        self._kept.setdefault(sha256, bytes(content))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The content."""
        if sha256 not in self._kept:
            raise NotFound(f"no file with the SHA-256 {sha256} is kept here")
        return self._kept[sha256]

    def has(self, sha256: str) -> bool:
        """Whether the content is there."""
        return sha256 in self._kept

    def walk(self) -> Iterator[str]:
        """Everything that is kept."""
        return iter(sorted(self._kept))
