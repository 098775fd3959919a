"""Records of one kind in their table: key columns to ask by, the body as JSON."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Generic

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from fanzha.audit import Written
from fanzha.core.errors import NotFound, Refused, StaleVersion
from fanzha.ports.record_query import KeyValue, Page, Position, Query, read_cursor, write_cursor
from fanzha.ports.record_table import R, RecordTable, Stored, next_version, version_of
from fanzha.storage.record_codec import RecordCodec, body_fingerprint, findable, written_fingerprint
from fanzha.storage.sql.merged_walks import plan_walk, walk_page
from fanzha.storage.sql.record_walk import walk_records
from fanzha.storage.sql.statements import (
    LAST_LETTER,
    MANY_ROWS,
    body_of,
    equal_page,
    one_body,
    one_of,
    replace_row,
    term_values,
)

BULK_ROWS: Final = 5000
Row = dict[str, KeyValue | None]


class SqlRecords(Generic[R]):
    """The records of one kind within a transaction."""

    def __init__(
        self,
        connection: Connection,
        table: RecordTable[R],
        codec: RecordCodec[R],
        rows: Table,
        terms: Table | None,
        written: list[Written],
    ) -> None:
        self._connection, self._table, self._codec = connection, table, codec
        self._rows, self._terms, self._written = rows, terms, written
        self._body = body_of(rows)

    def get(self, record_id: str) -> R:
        """The record."""
        return self._codec.decode(self._body_of(record_id))

    def _body_of(self, record_id: str) -> str:
        body: str | None = self._connection.scalar(one_body(self._rows), {"wanted": record_id})
        if body is None:
            raise NotFound(f"{self._table.name}: there is nothing of id {record_id!r}")
        return body

    def get_many(self, record_ids: Iterable[str]) -> tuple[R, ...]:
        """Those of the records that are there."""
        wanted = list(dict.fromkeys(record_ids))
        found = self._bodies_of(wanted)
        return tuple(self._codec.decode(found[one]) for one in wanted if one in found)

    def add(self, record: R) -> R:
        """Takes a new record."""
        self._add([record])
        return record

    def add_many(self, records: Sequence[R]) -> None:
        """Takes new records."""
        self._add(records)

    def _add(self, records: Sequence[R]) -> None:
        for record, body in zip(records, self._insert(records), strict=True):
            self._note(record, body)

    def bulk_add(self, records: Iterable[R]) -> int:
        """Takes many new records."""
        remaining, count = iter(records), 0
        while batch := list(itertools.islice(remaining, BULK_ROWS)):
            self._insert(batch)
            count += len(batch)
        return count

    def save(self, record: R) -> R:
        """Puts a record in place of the version it was read as."""
        saved, stood = next_version(record), self._body_of(record.id)
        row = self._row(saved)
        # psycopg and sqlite3 both tell how many rows matched; none means that another version stands there.
        values = {f"new_{name}": value for name, value in row.items()}
        values |= {"wanted": record.id, "was": version_of(record)}
        try:
            changed = self._connection.execute(replace_row(self._rows), values).rowcount
        except IntegrityError as error:
            raise self._there_already([saved]) from error
        if changed == 0:
            raise StaleVersion(
                f"{self._table.name}: {record.id!r} was changed by somebody else meanwhile "
                f"(read as version {version_of(record)}); read it again and decide again"
            )
        self._change_terms(self._codec.decode(stood), saved)
        self._note(saved, row["body"], body_fingerprint(stood))
        return saved

    def _note(self, record: R, body: Any, before: str = "") -> None:
        """What the audit will tell of it."""
        told = Written(self._table.name, record.id, version_of(record), written_fingerprint(body), before)
        self._written.append(told)

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

    def below(self, key: str, record_ids: Collection[str]) -> tuple[str, ...]:
        """The ids of all that hang on these by the key."""
        self._table.key(key)
        first = select(self._rows.c.id).where(one_of(self._connection, self._rows.c[key], record_ids))
        found = first.cte("found", recursive=True)
        below = self._rows.alias()
        found = found.union(select(below.c.id).join(found, below.c[key] == found.c.id))
        return tuple(sorted(self._connection.scalars(select(found.c.id))))

    def mentioned(self, term: str, prefix: str) -> tuple[str, ...]:
        """The different values of a term that begin so: from each the index leads to the next one."""
        self._table.check(Query(mentions={term: prefix}))
        assert self._terms is not None
        asked = {"term": term, "prefix": prefix, "beyond": prefix + LAST_LETTER}
        return tuple(self._connection.scalars(term_values(self._terms), asked))

    def walk(self, ids: Collection[str] | None = None) -> Iterator[Stored[R]]:
        """Every record as it lies there, by rising id."""
        yield from walk_records(self._connection, self._table, self._codec, self._rows, self._terms, ids)

    # --- asking ---------------------------------------------------------------------------------------------------

    def _page(self, query: Query) -> Sequence[Any]:
        """One record more than the page holds, so that it is known whether there are more."""
        start = read_cursor(query)
        walk = plan_walk(self._table, query)
        if walk is not None:
            return walk_page(self._connection, self._table, query, start, walk)
        if not (query.within or query.without or query.ranges or query.mentions):
            return self._equal_page(query, start)
        place = self._rows.c[query.order_by]
        columns = (place, self._rows.c.id) if query.order_by != "id" else (self._rows.c.id,)
        statement = (
            select(self._rows.c.id, place.label("place"), self._body)
            .where(*self._conditions(query), *self._behind(query, start))
            .order_by(*(one.desc() if query.descending else one.asc() for one in columns))
            .limit(query.limit + 1)
        )
        return self._connection.execute(statement).all()

    def _equal_page(self, query: Query, start: Position | None) -> Sequence[Any]:
        names = tuple(name for name, value in query.equals.items() if value is not None)
        nulls = tuple(name for name, value in query.equals.items() if value is None)
        statement = equal_page(
            self._rows, names, nulls, query.order_by, descending=query.descending, behind=start is not None
        )
        values: Row = {f"is_{name}": query.equals[name] for name in names} | {"most": query.limit + 1}
        if start is not None:
            values |= (
                {"last_id": start.id} if query.order_by == "id" else {"last_place": start.value, "last_id": start.id}
            )
        return self._connection.execute(statement, values).all()

    def _bodies_of(self, wanted: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(wanted), BULK_ROWS):
            some = one_of(self._connection, self._rows.c.id, wanted[start : start + BULK_ROWS])
            rows = self._connection.execute(select(self._rows.c.id, self._body).where(some)).all()
            found.update((row.id, row.body) for row in rows)
        return found

    def _conditions(self, query: Query) -> list[ColumnElement[bool]]:
        columns = self._rows.c
        wanted: list[ColumnElement[bool]] = [columns[name] == value for name, value in query.equals.items()]
        wanted += [one_of(self._connection, columns[name], values) for name, values in query.within.items()]
        for name, values in query.without.items():
            none_of = not_(one_of(self._connection, columns[name], values))
            wanted.append(or_(columns[name].is_(None), none_of) if columns[name].nullable else none_of)
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
        name, table = findable(self._table, record.id, "id", record.id), self._table
        keys: Row = {key.name: findable(table, name, key.name, key.value(record)) for key in table.keys}
        return {"id": name, "version": version_of(record), **keys, "body": self._codec.encode(record)}

    def _insert(self, records: Sequence[R]) -> list[Any]:
        """Writes the rows; their bodies."""
        if not records:
            return []
        rows = [self._row(record) for record in records]
        try:
            add_rows(self._connection, self._rows, rows)
        except IntegrityError as error:
            raise self._there_already(records) from error
        self._insert_terms(records)
        return [row["body"] for row in rows]

    def _insert_terms(self, records: Iterable[R]) -> None:
        if self._terms is None:
            return
        rows = list(self._term_rows(records))
        if rows:
            add_rows(self._connection, self._terms, rows)

    def _change_terms(self, before: R, after: R) -> None:
        """Takes out what is mentioned no more, and adds what is new; mostly there is neither."""
        if self._terms is None:
            return
        had, has = ({tuple(row.values()) for row in self._term_rows([each])} for each in (before, after))
        columns, gone = self._terms.c, sorted(had - has)
        if gone:
            pairs = [(term, value) for term, value, _ in gone]
            named = tuple_(columns.term, columns.value).in_(pairs)
            self._connection.execute(delete(self._terms).where(columns.id == after.id, named))
        if new := [row for row in self._term_rows([after]) if tuple(row.values()) not in had]:
            add_rows(self._connection, self._terms, new)

    def _term_rows(self, records: Iterable[R]) -> Iterator[dict[str, str]]:
        for record in records:
            for term in self._table.terms:
                for value in sorted(term.values(record)):
                    findable(self._table, record.id, term.name, value)
                    yield {"term": term.name, "value": value, "id": record.id}

    def _there_already(self, records: Sequence[R]) -> Refused:
        which = repr(records[0].id) if len(records) == 1 else f"one of {len(records)} records"
        return Refused(
            f"{self._table.name}: {which} is there already, by its id or by what must be unique; nothing was added"
        )


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows into a table within the transaction: many by the shortest way of each database. Raises IntegrityError."""
    if not rows:
        return
    if len(rows) < MANY_ROWS:
        connection.execute(insert(table), rows)
    elif connection.dialect.name == "postgresql":
        _copy_rows(connection, table, rows)
    else:
        names = [column.name for column in table.columns]
        quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608 - declared names
        connection.exec_driver_sql(statement, list(map(itemgetter(*names), rows)))


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Adds the rows whose ids are not there already; their ids. One way to the database instead of two."""
    if not rows:
        return frozenset()
    adding = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    added = adding.on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
    return frozenset(connection.scalars(added, rows))


def _copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for values in map(itemgetter(*(column.name for column in table.columns)), rows):
                copy.write_row(values)
    except driver_integrity_error(connection) as error:
        raise IntegrityError("COPY", None, error) from error


def driver_integrity_error(connection: Connection) -> type[Exception]:
    """What the driver raises when a row is there already."""
    dbapi: Any = connection.dialect.dbapi
    found: type[Exception] = dbapi.IntegrityError
    return found
