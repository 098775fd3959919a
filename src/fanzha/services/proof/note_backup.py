"""That everything was copied out of the house stands in the audit, and in the copy."""

from __future__ import annotations

from fanzha.audit import Subject, done
from fanzha.core.actor import MACHINE
from fanzha.ports.work_store import WorkStore


def note_backup(store: WorkStore, now_us: int, name: str) -> None:
    """Notes that a backup begins, by the name of its file."""
    with store.begin() as unit:
        unit.audit.append(done(MACHINE, now_us, "home.back_up", Subject("home", ""), details={"file": name}))
        unit.commit()
