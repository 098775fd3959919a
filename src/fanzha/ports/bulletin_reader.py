"""What services need to know of published bulletins."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fanzha.statistics import Bulletin


class BulletinReader(Protocol):
    """Reads published texts."""

    def read(self, path: Path) -> Bulletin:
        """The figures of one file. Raises BadInput, naming it, where it is not there or no text."""

    def read_text(self, text: str, name: str) -> Bulletin:
        """The figures of a text that is in no file; `name` stands for it in what is refused. Raises BadInput as `read`."""
