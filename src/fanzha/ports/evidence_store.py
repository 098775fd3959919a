"""Where the content of files lies that people bring or make: slips, statements, scans, letters, decision papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class EvidenceStore(Protocol):
    """Files by the hash of their content: the same bytes are kept once, and what is kept never changes."""

    def put(self, content: bytes, name: str) -> str:
        """Keeps a file and gives its SHA-256 in small hexadecimal digits; putting the same bytes again changes nothing.

        Raises BadInput, which calls the file by its name, when it is empty or cannot be written.
        """

    def get(self, sha256: str) -> bytes:
        """The content. Raises NotFound when it is not there, BadInput when it is not what was put."""

    def has(self, sha256: str) -> bool:
        """Whether the content is there."""

    def walk(self) -> Iterator[str]:
        """The SHA-256 of everything that is kept, rising; what lies there under another name is named as it is."""
