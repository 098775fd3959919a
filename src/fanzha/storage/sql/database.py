"""How the two databases are opened, and what their errors mean to a user."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from fanzha.core.errors import BadInput, Refused, StaleVersion

BUSY_MS: Final = 5000
WRITES: Final = "fanzha_writes"  # execution option of a connection that will write
# PostgreSQL's codes for transactions that lost against another one and can simply be done again.
_LOST_RACES: Final = frozenset({"40001", "40P01"})
_LOCK_TIMEOUT: Final = "55P03"


def open_engine(url: str, *, waits: bool = True) -> Engine:
    """An engine for sqlite:///PATH or postgresql://…; `waits`: each commit of SQLite's waits until the disk has it.

    Raises BadInput for anything else.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput(  # it may hold a password: it is not repeated
            "that is no address of a database; write sqlite:///PATH or postgresql://user@host/name"
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return _open_sqlite(parsed, waits=waits)
        case "postgresql" | "postgres":
            return _open_postgres(parsed)
        case _:
            shown = parsed.render_as_string(hide_password=True)
            raise BadInput(f"{shown}: records of work are kept in sqlite:///PATH or postgresql://user@host/name")


def _open_sqlite(url: URL, *, waits: bool) -> Engine:
    assert url.database is not None
    try:
        Path(url.database).touch(mode=0o600, exist_ok=True)  # SQLite would let everybody read it
    except OSError as error:
        raise BadInput(f"{url.database}: the database cannot be made or opened: {error.strerror}") from None
    # The driver's own transactions would begin too late; begin_transaction below writes BEGIN itself.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute("PRAGMA page_size = 8192")  # of a new file: a measure has 2 KiB, and one alone would fill 4 KiB
        cursor.execute("PRAGMA journal_mode = WAL")
        # A commit that was told must survive a power cut: receipts, audit.
        cursor.execute(f"PRAGMA synchronous = {'FULL' if waits else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -65536")  # 64 MiB: the inner pages of the indexes of ten million rows
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        # A writer takes the lock first; else two that have read would both fail when they write.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgres(url: URL) -> Engine:
    try:
        # Bodies are JSON text already when they come here.
        engine = create_engine(url.set(drivername="postgresql+psycopg"), json_serializer=_unchanged, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise BadInput("PostgreSQL needs its driver; install it with: pip install 'fanzha[postgres]'") from None

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.execute("SET jit = off")  # compiling takes longer than any statement of the desk
        connection.execute(f"SET lock_timeout = {BUSY_MS}")  # here, and not by each writer anew
        connection.commit()

    return engine


def _unchanged(text: str) -> str:
    return text


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """A transaction that is rolled back unless it was committed, with the database's errors put in words."""
    with told(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(**{WRITES: writes})
        elif not writes:
            # All lists of one page show the same moment.
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        connection.begin()
        yield connection


def hold_key(connection: Connection, key: str) -> None:
    """Waits until no other transaction has the key; it is let go at the end of this one.

    SQLite has nothing to wait for: a writer took the lock of the whole database when it began, and its snapshot is of
    that moment. PostgreSQL's writers are READ COMMITTED: each statement after the lock sees what was committed before.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(b"fanzha-hold:" + key.encode()).digest()[:8], "big", signed=True)
        with told():
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


@contextmanager
def told() -> Iterator[None]:
    """Puts the errors of a database in words."""
    try:
        yield
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadInput("a text holds half a character, or a number is beyond 64 bits: no database takes it") from error
    except IntegrityError as error:
        raise StaleVersion(f"the same was written by somebody else meanwhile ({_first_line(error)})") from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _LOST_RACES:
            raise StaleVersion("somebody else changed the same records meanwhile; read them again") from error
        if state == _LOCK_TIMEOUT or (isinstance(error, OperationalError) and "locked" in str(error.orig)):
            raise Refused("the database is busy with another writer; try again") from error
        raise BadInput(f"the database cannot be used: {_first_line(error)}") from error


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
