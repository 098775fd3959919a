"""Opens the database, brings its schema up to date, and gives units of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.engine import URL

from fanzha.audit import Written
from fanzha.core.errors import Refused
from fanzha.ports.record_table import RecordTable
from fanzha.ports.work_store import Kept
from fanzha.storage.record_codec import RecordCodec
from fanzha.storage.sql.audit_rows import SqlAudit
from fanzha.storage.sql.clocks import SqlClocks
from fanzha.storage.sql.database import hold_key, open_engine, told, transaction
from fanzha.storage.sql.migrate import upgrade
from fanzha.storage.sql.queues import SqlOutbox, SqlRequests
from fanzha.storage.sql.records import SqlRecords
from fanzha.storage.sql.schema import build_schema, terms_name
from fanzha.storage.sql.sqlite_backup import back_up, restore_into


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


class SqlWorkStore:
    """Records of work in a database; created or upgraded when it is opened.

    `waits`: each commit waits until the disk has it.
    Raises BadInput when the database cannot be used, or was written by a newer version.
    """

    def __init__(self, url: str, tables: Sequence[RecordTable[Any]], *, waits: bool = True) -> None:
        self.metadata = build_schema(tables)
        self._codecs = {table.record: (table, RecordCodec(table)) for table in tables}
        self.engine: Engine = open_engine(url, waits=waits)
        try:
            upgrade(self.engine)
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """Opens a unit of work."""
        with transaction(self.engine, writes=True) as connection:
            yield SqlUnit(connection, self.metadata, self._codecs)

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """Opens a view of one moment."""
        with transaction(self.engine, writes=False) as connection:
            yield SqlUnit(connection, self.metadata, self._codecs)

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    def backup(self, path: Path) -> None:
        """Writes a whole copy of one moment to a file while work goes on.

        Raises Refused for PostgreSQL, which has its own tools, and where a file is there already.
        """
        back_up(self._sqlite_path("pg_dump --format=custom --file=FILE DATABASE"), path)

    def restore(self, path: Path) -> None:
        """Puts a copy in place of everything that is there now, and brings it up to date.

        Raises BadInput when the file is no backup, or one of a newer version; then nothing is changed.
        """
        target = self._sqlite_path("pg_restore --clean --if-exists --dbname=DATABASE FILE")
        self.engine.dispose()
        restore_into(path, target)
        upgrade(self.engine)

    def _sqlite_path(self, instead: str) -> Path:
        if self.engine.dialect.name != "sqlite" or self.engine.url.database is None:
            raise Refused(f"PostgreSQL is backed up with its own tools: {instead}")
        return Path(self.engine.url.database)


class SqlUnit:
    """One transaction."""

    def __init__(
        self,
        connection: Connection,
        metadata: MetaData,
        codecs: dict[type[Any], tuple[RecordTable[Any], RecordCodec[Any]]],
    ) -> None:
        self._connection, self._metadata, self._codecs = connection, metadata, codecs
        self._committed = False
        self._written: list[Written] = []
        self.audit = SqlAudit(connection, metadata)
        self.outbox = SqlOutbox(connection, metadata)
        self.clocks = SqlClocks(connection, metadata)
        self.requests = SqlRequests(connection, metadata)

    def records(self, kind: type[Kept]) -> SqlRecords[Kept]:
        """The records of a kind."""
        table, codec = self._codecs[kind]
        tables = self._metadata.tables
        rows, terms = tables[table.name], tables.get(terms_name(table))
        return SqlRecords(self._connection, table, codec, rows, terms, self._written)

    def hold(self, key: str) -> None:
        """Lets one unit of work at a time have this key."""
        hold_key(self._connection, key)

    def commit(self) -> None:
        """Makes everything visible at once."""
        assert not self._committed, "a unit of work is committed once"
        with told():
            self.audit.seal_added(self._written)
            self._connection.commit()
        self._committed = True
