"""Copies of a SQLite database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput, Refused
from fanzha.storage.sql.migrate import known_revisions, too_new

PAGES_AT_ONCE: Final = 4096  # between two steps other writers may go on


def back_up(source: Path, target: Path) -> None:
    """A whole copy of one moment; a copy that was not finished never bears the name. Raises Refused, BadInput."""
    if target.exists():
        raise Refused(f"{target} is there already; name a new file for each backup")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(partial)) as copy:
            database.backup(copy, pages=PAGES_AT_ONCE)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise BadInput(f"{target}: the backup could not be written: {error}") from None


def restore_into(source: Path, target: Path) -> None:
    """Puts a backup in place of a database, whole or not at all. Raises BadInput when it is none."""
    if not source.is_file():
        raise BadInput(f"{source}: there is no such backup")
    try:
        # Read-only and immutable: a backup is not changed by being looked at.
        with closing(sqlite3.connect(f"file:{source.resolve()}?mode=ro&immutable=1", uri=True)) as backup:
            _check(backup, source)
            with closing(sqlite3.connect(target)) as database:
                backup.backup(database)
    except sqlite3.Error as error:
        raise BadInput(f"{source} could not be restored: {error}; is it a backup of fanzha?") from None


def check_copy(source: Path) -> None:
    """Raises BadInput when a file is no database of ours, is damaged, or was written by a newer version."""
    try:
        with closing(sqlite3.connect(f"file:{source.resolve()}?mode=ro&immutable=1", uri=True)) as backup:
            _check(backup, source)
    except sqlite3.Error as error:
        raise BadInput(f"{source}: {error}; is it a backup of fanzha?") from None


def _check(backup: sqlite3.Connection, source: Path) -> None:
    fault = backup.execute("PRAGMA quick_check(1)").fetchone()[0]
    if fault != "ok":
        raise BadInput(f"{source}: the backup is damaged: {fault}")
    revision = backup.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None or revision[0] not in known_revisions():
        raise too_new(str(source), "none" if revision is None else str(revision[0]))
