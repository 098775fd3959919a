"""The index of a proof in a file of its own, which is gone when the proof is done, however it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from fanzha.audit import Written
from fanzha.ports.proof_index import LastWritten

BUFFERED_ROWS: Final = 20_000
_TABLES: Final = """
CREATE TABLE written (
    tab TEXT, id TEXT, version INTEGER, fingerprint TEXT, seq INTEGER, break_seq INTEGER, PRIMARY KEY (tab, id)
) WITHOUT ROWID;
CREATE TABLE deeds (subject TEXT, deed TEXT, PRIMARY KEY (subject, deed)) WITHOUT ROWID;
"""
_NOTE_WRITTEN: Final = """
INSERT INTO written VALUES (:tab, :id, :version, :fingerprint, :seq, CASE WHEN :before = '' THEN 0 ELSE :seq END)
ON CONFLICT DO UPDATE SET
    break_seq = CASE WHEN break_seq = 0 AND :before <> fingerprint THEN excluded.seq ELSE break_seq END,
    version = excluded.version, fingerprint = excluded.fingerprint, seq = excluded.seq
"""


class SqliteProofIndex:
    """A database without a name: SQLite spills it to a temporary file and removes that when the process ends."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_TABLES)
        self._written: list[dict[str, str | int]] = []
        self._deeds: list[tuple[str, str]] = []

    def note_written(self, written: Written, seq: int) -> None:
        """A deed wrote a version of a record."""
        self._written.append(
            {
                "tab": written.table, "id": written.id, "version": written.version, "seq": seq,
                "fingerprint": written.fingerprint, "before": written.before,
            }
        )  # fmt: skip
        if len(self._written) >= BUFFERED_ROWS:
            self._flush()

    def note_deed(self, subject: str, deed: str) -> None:
        """Something was done to a record."""
        self._deeds.append((subject, deed))
        if len(self._deeds) >= BUFFERED_ROWS:
            self._flush()

    def written(self, table: str) -> Iterator[LastWritten]:
        """The records of a table that the audit speaks of, by rising id."""
        self._flush()
        columns = "id, version, fingerprint, seq, break_seq"
        rows = self._database.execute(f"SELECT {columns} FROM written WHERE tab = ? ORDER BY id", (table,))  # noqa: S608 - own words
        return (LastWritten(*row) for row in rows)

    def deeds(self, subject: str) -> frozenset[str]:
        """What was done to a record."""
        self._flush()
        rows = self._database.execute("SELECT deed FROM deeds WHERE subject = ?", (subject,))
        return frozenset(deed for (deed,) in rows)

    def close(self) -> None:
        """Lets the file go."""
        self._database.close()

    def _flush(self) -> None:
        if not self._written and not self._deeds:
            return
        self._database.execute("BEGIN")
        self._database.executemany(_NOTE_WRITTEN, self._written)
        self._database.executemany("INSERT OR IGNORE INTO deeds VALUES (?, ?)", self._deeds)
        self._database.execute("COMMIT")
        self._written.clear()
        self._deeds.clear()
