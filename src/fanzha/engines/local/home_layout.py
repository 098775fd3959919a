"""What a home directory's ledger is known by, for those who only ask whether there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"


def has_ledger(home: Path) -> bool:
    """Whether statements were ever taken into the home; told without opening anything."""
    return (home / MANIFEST).exists()
