"""What services need to know of published bulletins."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fanzha.statistics import Bulletin


class BulletinReader(Protocol):
    """Reads published texts."""

    def read(self, path: Path) -> Bulletin:
        """The figures of one file. Raises BadInput, naming it, where it is not there or no text."""
