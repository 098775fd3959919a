"""Records as they lie in their table, each held against the columns and terms that it is found by."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, Text, cast, select

from fanzha.core.errors import BadInput
from fanzha.ports.record_table import R, RecordTable, Stored, version_of
from fanzha.storage.record_codec import RecordCodec, body_fingerprint

WALK_ROWS: Final = 500  # bodies in memory at once
Terms = dict[str, set[tuple[str, str]]]


def walk_records(
    connection: Connection,
    table: RecordTable[R],
    codec: RecordCodec[R],
    rows: Table,
    terms: Table | None,
    ids: Collection[str] | None,
) -> Iterator[Stored[R]]:
    """Every record by rising id, or those of these ids, with what does not fit together within each."""
    columns = [column for column in rows.c if column.name != "body"]
    statement = select(*columns, cast(rows.c.body, Text).label("body")).order_by(rows.c.id).limit(WALK_ROWS)
    for page in _pages(connection, statement, rows, ids):
        mentioned = _mentioned(connection, terms, [row.id for row in page])
        for row in page:
            yield _stored(table, codec, row, mentioned)


def _pages(
    connection: Connection, statement: Select[Any], rows: Table, ids: Collection[str] | None
) -> Iterator[Sequence[Row[Any]]]:
    if ids is not None:
        wanted = iter(sorted(ids))
        while some := list(itertools.islice(wanted, WALK_ROWS)):
            yield connection.execute(statement.where(rows.c.id.in_(some))).all()
        return
    page = connection.execute(statement).all()
    while page:
        yield page
        page = connection.execute(statement.where(rows.c.id > page[-1].id)).all() if len(page) == WALK_ROWS else []


def _mentioned(connection: Connection, terms: Table | None, ids: Sequence[str]) -> Terms | None:
    if terms is None:
        return None
    found: Terms = defaultdict(set)
    for row in connection.execute(select(terms).where(terms.c.id.in_(ids))):
        found[row.id].add((row.term, row.value))
    return found


def _stored(table: RecordTable[R], codec: RecordCodec[R], row: Row[Any], mentioned: Terms | None) -> Stored[R]:
    # SQLite takes anything in any column; what is no text stands behind every text.
    record_id = row.id if isinstance(row.id, str) else repr(row.id)
    version = row.version if isinstance(row.version, int) else -1
    fingerprint = body_fingerprint(row.body)
    try:
        record = codec.decode(row.body)
    except BadInput:
        return Stored(record_id, version, fingerprint, None, "its body cannot be read")
    wrong = [key.name for key in table.keys if getattr(row, key.name) != key.value(record)]
    wrong += [
        name for name, is_so in (("id", record.id == row.id), ("version", version_of(record) == version)) if not is_so
    ]
    if mentioned is not None:
        terms = {(term.name, value) for term in table.terms for value in term.values(record)}
        wrong += sorted({name for name, _ in terms ^ mentioned.get(row.id, set())})
    fault = f"its body does not say what it is listed by: {', '.join(wrong)}" if wrong else ""
    return Stored(record_id, version, fingerprint, record, fault)
