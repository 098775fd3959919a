"""The stores on which a day at the desk is played: PostgreSQL among the slow ones, since its server must start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from postgres_server import new_database

from fanzha import bootstrap
from fanzha.ports.work_store import WorkStore
from fanzha.ports.work_tables import TABLES
from fanzha.storage.memory import MemoryWorkStore

STORES: Final = ("memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


def empty_store(kind: str, home: Path) -> WorkStore:
    """An empty one of that kind; SQLite's lies in the home."""
    if kind == "memory":
        return MemoryWorkStore(TABLES)
    return bootstrap.work_store(home, new_database() if kind == "postgresql" else None)
