"""The tables: one for each kind of record, and those of the audit, the outbox, the clocks and the requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from fanzha.ports.record_table import KeyType, PartialIndex, RecordTable

# Names that both databases give alike, so that a later migration can name what it changes.
NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# Written out, since a database takes a partial index only for a condition without parameters.
WAITING: Final = text("state = 'waiting'")
UNDELIVERED: Final = text("state != 'done'")
_WORD = re.compile(r"[a-z_]+")


def key_text() -> TypeEngine[str]:
    """Text in the order of its code points, on both databases; a list must not depend on the server's language."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def body_text() -> TypeEngine[Any]:
    """JSON text; PostgreSQL keeps it parsed, so that an auditor can ask it in SQL."""
    return Text().with_variant(JSONB(), "postgresql")


def terms_name(table: RecordTable[Any]) -> str:
    """What the table of a record's terms is called."""
    return f"{table.name}_terms"


def with_id(names: tuple[str, ...]) -> tuple[str, ...]:
    """What stands in an index that is declared so."""
    return names if "id" in names else (*names, "id")


def index_name(table: RecordTable[Any], names: tuple[str, ...]) -> str:
    """What an index of a kind of record is called."""
    return f"ix_{table.name}_{'_'.join(with_id(names))}"


def partial_name(table: RecordTable[Any], partial: PartialIndex) -> str:
    """What a partial index of a kind of record is called."""
    return f"ix_{table.name}_{'_'.join((*partial.names, 'id'))}_by_{partial.key}"


def partial_condition(partial: PartialIndex) -> str:
    """Which records it holds, in SQL; a query that says the same in the same words can be answered by it."""
    assert all(_WORD.fullmatch(value) for value in partial.values), partial  # they get into the text
    words = ", ".join(f"'{value}'" for value in sorted(partial.values))
    return f"{partial.key} IN ({words})"


def build_schema(tables: Sequence[RecordTable[Any]]) -> MetaData:
    """Every table of the store."""
    metadata = MetaData(naming_convention=NAMING)
    for table in tables:
        _record_table(metadata, table)
    _audit_tables(metadata)
    _queue_tables(metadata)
    return metadata


def _record_table(metadata: MetaData, table: RecordTable[Any]) -> None:
    columns: list[Column[Any]] = [
        Column(key.name, key_text() if key.type is KeyType.TEXT else BigInteger(), nullable=key.optional)
        for key in table.keys
    ]
    made = Table(
        table.name,
        metadata,
        Column("id", key_text(), primary_key=True),
        Column("version", BigInteger(), nullable=False),
        *columns,
        Column("body", body_text(), nullable=False),
    )
    for names in table.indexes:
        Index(index_name(table, names), *(made.c[name] for name in with_id(names)))
    for partial in table.partial:
        _partial_index(partial_name(table, partial), made, (*partial.names, "id"), text(partial_condition(partial)))
    for names in table.unique:
        Index(f"uq_{table.name}_{'_'.join(names)}", *(made.c[name] for name in names), unique=True)
    if table.terms:
        terms = Table(
            terms_name(table),
            metadata,
            Column("term", key_text(), nullable=False),
            Column("value", key_text(), nullable=False),
            Column("id", key_text(), nullable=False),
            PrimaryKeyConstraint("term", "value", "id"),
        )
        Index(None, terms.c.id)


def _audit_tables(metadata: MetaData) -> None:
    events = Table(
        "audit_events",
        metadata,
        Column("seq", BigInteger(), primary_key=True, autoincrement=False),
        Column("at_us", BigInteger(), nullable=False),
        *(Column(name, key_text(), nullable=False) for name in ("actor", "organisation", "action", "outcome")),
        *(Column(name, key_text(), nullable=False) for name in ("subject_kind", "subject_id", "case_id")),
        Column("reason", Text(), nullable=False),
        Column("details", Text(), nullable=False),  # text on both: its bytes are part of what is hashed
        Column("previous_hash", Text(), nullable=False),
        Column("hash", Text(), nullable=False),
    )
    for name in ("subject_id", "case_id", "actor"):
        Index(None, events.c[name], events.c.seq)
    Table(
        "audit_head",
        metadata,
        Column("id", Integer(), primary_key=True, autoincrement=False),  # always 1
        Column("count", BigInteger(), nullable=False),
        Column("hash", Text(), nullable=False),
    )


def _queue_tables(metadata: MetaData) -> None:
    outbox = Table(
        "outbox",
        metadata,
        Column("id", key_text(), primary_key=True),  # the request id
        *(Column(name, key_text(), nullable=False) for name in ("recipient", "topic", "subject_id", "state")),
        Column("body", Text(), nullable=False),  # text on both: it leaves byte by byte as it was put
        *(Column(name, BigInteger(), nullable=False) for name in ("created_us", "due_us")),
        *_lease_columns(),
    )
    # A message that arrived leaves these indexes, so that they stay as small as the work that waits.
    _partial_index("ix_outbox_waiting", outbox, ("next_us", "id"), WAITING)
    _partial_index("ix_outbox_undelivered", outbox, ("created_us", "id"), UNDELIVERED)
    Index(None, outbox.c.subject_id, outbox.c.created_us)
    clocks = Table(
        "clocks",
        metadata,
        Column("id", key_text(), primary_key=True),
        *(Column(name, key_text(), nullable=False) for name in ("kind", "subject_kind", "subject_id", "case_id")),
        Column("due_us", BigInteger(), nullable=False),
        Column("running", Boolean(), nullable=False),
        Column("rang", Boolean(), nullable=False),
        *_lease_columns(),
    )
    _partial_index("ix_clocks_running", clocks, ("next_us", "id"), clocks.c.running)
    _partial_index("ix_clocks_due", clocks, ("due_us", "id"), clocks.c.running)
    Index(None, clocks.c.subject_id, clocks.c.due_us)
    requests = Table(
        "requests",
        metadata,
        Column("id", key_text(), primary_key=True),
        Column("fingerprint", Text(), nullable=False),
        Column("result", Text(), nullable=False),
        Column("at_us", BigInteger(), nullable=False),
    )
    Index(None, requests.c.at_us)


def _lease_columns() -> tuple[Column[Any], ...]:
    return (
        Column("attempts", BigInteger(), nullable=False),
        Column("next_us", BigInteger(), nullable=False),
        Column("failure", Text(), nullable=False),
        Column("leased_by", Text(), nullable=False),
        Column("leased_until_us", BigInteger(), nullable=False),
        Column("token", BigInteger(), nullable=False),
    )


def _partial_index(name: str, table: Table, columns: tuple[str, ...], condition: Any) -> None:
    Index(name, *(table.c[column] for column in columns), sqlite_where=condition, postgresql_where=condition)
