"""Records of one kind in their table: key columns to ask by, the body as JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Generic

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from fanzha.core.errors import NotFound, Refused, StaleVersion
from fanzha.ports.record_query import KeyValue, Page, Position, Query, read_cursor, write_cursor
from fanzha.ports.record_table import R, RecordTable, next_version, version_of
from fanzha.storage.record_codec import RecordCodec
from fanzha.storage.sql.merged_walks import merged_walks

BULK_ROWS: Final = 5000
Row = dict[str, KeyValue | None]


class SqlRecords(Generic[R]):
    """The records of one kind within a transaction."""

    def __init__(
        self, connection: Connection, table: RecordTable[R], codec: RecordCodec[R], rows: Table, terms: Table | None
    ) -> None:
        self._connection, self._table, self._codec = connection, table, codec
        self._rows, self._terms = rows, terms
        self._body = cast(rows.c.body, Text).label("body")  # PostgreSQL would parse it, and lose the text

    def get(self, record_id: str) -> R:
        """The record."""
        body = self._connection.scalar(select(self._body).where(self._rows.c.id == record_id))
        if body is None:
            raise NotFound(f"{self._table.name}: there is nothing of id {record_id!r}")
        return self._codec.decode(body)

    def add(self, record: R) -> R:
        """Takes a new record."""
        self._insert([record])
        return record

    def bulk_add(self, records: Iterable[R]) -> int:
        """Takes many new records."""
        remaining, count = iter(records), 0
        while batch := list(itertools.islice(remaining, BULK_ROWS)):
            self._insert(batch)
            count += len(batch)
        return count

    def save(self, record: R) -> R:
        """Puts a record in place of the version it was read as."""
        saved = next_version(record)
        # psycopg and sqlite3 both tell how many rows matched; none means that another version stands there.
        statement = (
            update(self._rows)
            .where(self._rows.c.id == record.id, self._rows.c.version == version_of(record))
            .values(self._row(saved))
        )
        try:
            changed = self._connection.execute(statement).rowcount
        except IntegrityError as error:
            raise self._there_already([saved]) from error
        if changed == 0:
            self.get(record.id)  # NotFound says it better
            raise StaleVersion(
                f"{self._table.name}: {record.id!r} was changed by somebody else meanwhile "
                f"(read as version {version_of(record)}); read it again and decide again"
            )
        if self._terms is not None:
            self._connection.execute(delete(self._terms).where(self._terms.c.id == saved.id))
            self._insert_terms([saved])
        return saved

    def find(self, query: Query) -> Page[R]:
        """A page of the list."""
        self._table.check(query)
        found = self._page(query)
        shown = found[: query.limit]
        more = len(found) > query.limit
        return Page(
            tuple(self._codec.decode(row.body) for row in shown),
            write_cursor(query, Position(shown[-1].place, shown[-1].id)) if more else None,
            self.count(query) if query.total else None,
        )

    def count(self, query: Query) -> int:
        """How many match."""
        self._table.check(query)
        conditions = self._conditions(query)
        return self._connection.scalar(select(func.count()).select_from(self._rows).where(*conditions)) or 0

    # --- asking ---------------------------------------------------------------------------------------------------

    def _page(self, query: Query) -> Sequence[Any]:
        """One record more than the page holds, so that it is known whether there are more."""
        start = read_cursor(query)
        merged = merged_walks(self._table, query, start)
        if merged is not None:
            return self._connection.execute(*merged).all()
        place = self._rows.c[query.order_by]
        columns = (place, self._rows.c.id) if query.order_by != "id" else (self._rows.c.id,)
        statement = (
            select(self._rows.c.id, place.label("place"), self._body)
            .where(*self._conditions(query), *self._behind(query, start))
            .order_by(*(one.desc() if query.descending else one.asc() for one in columns))
            .limit(query.limit + 1)
        )
        return self._connection.execute(statement).all()

    def _conditions(self, query: Query) -> list[ColumnElement[bool]]:
        columns = self._rows.c
        wanted: list[ColumnElement[bool]] = [columns[name] == value for name, value in query.equals.items()]
        wanted += [columns[name].in_(list(values)) for name, values in query.within.items()]
        for name, bounds in query.ranges.items():
            if bounds.at_least is not None:
                wanted.append(columns[name] >= bounds.at_least)
            if bounds.below is not None:
                wanted.append(columns[name] < bounds.below)
        for name, value in query.mentions.items():
            assert self._terms is not None
            mentioning = select(self._terms.c.id).where(self._terms.c.term == name, self._terms.c.value == value)
            wanted.append(columns.id.in_(mentioning))
        return wanted

    def _behind(self, query: Query, start: Position | None) -> list[ColumnElement[bool]]:
        if start is None:
            return []
        if query.order_by == "id":
            return [self._rows.c.id < start.id if query.descending else self._rows.c.id > start.id]
        place = tuple_(self._rows.c[query.order_by], self._rows.c.id)
        last = tuple_(
            bindparam("place", start.value, type_=self._rows.c[query.order_by].type, unique=True),
            bindparam("last", start.id, type_=self._rows.c.id.type, unique=True),
        )
        return [place < last if query.descending else place > last]

    # --- writing --------------------------------------------------------------------------------------------------

    def _row(self, record: R) -> Row:
        keys: Row = {key.name: key.value(record) for key in self._table.keys}
        return {"id": record.id, "version": version_of(record), **keys, "body": self._codec.encode(record)}

    def _insert(self, records: Sequence[R]) -> None:
        rows = [self._row(record) for record in records]
        try:
            if len(rows) > 1 and self._connection.dialect.name == "postgresql":
                copy_rows(self._connection, self._rows, rows)
            else:
                self._connection.execute(insert(self._rows), rows)
        except IntegrityError as error:
            raise self._there_already(records) from error
        self._insert_terms(records)

    def _insert_terms(self, records: Iterable[R]) -> None:
        if self._terms is None:
            return
        rows = list(self._term_rows(records))
        if rows:
            self._connection.execute(insert(self._terms), rows)

    def _term_rows(self, records: Iterable[R]) -> Iterator[dict[str, str]]:
        for record in records:
            for term in self._table.terms:
                for value in sorted(term.values(record)):
                    yield {"term": term.name, "value": value, "id": record.id}

    def _there_already(self, records: Sequence[R]) -> Refused:
        which = repr(records[0].id) if len(records) == 1 else f"one of {len(records)} records"
        return Refused(
            f"{self._table.name}: {which} is there already, by its id or by what must be unique; nothing was added"
        )


def copy_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Rows into a PostgreSQL table by COPY, within the transaction. Raises IntegrityError as an insert would."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([row[column.name] for column in table.columns])
    except driver_integrity_error(connection) as error:
        raise IntegrityError("COPY", None, error) from error


def driver_integrity_error(connection: Connection) -> type[Exception]:
    """What the driver raises when a row is there already."""
    dbapi: Any = connection.dialect.dbapi
    found: type[Exception] = dbapi.IntegrityError
    return found
