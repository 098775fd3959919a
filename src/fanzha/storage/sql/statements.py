"""Statements that are asked again and again, each built once for a table: building one takes longer than running it."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    Text,
    Update,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
    update,
)

from fanzha.ports.record_query import KeyValue

KEPT: Final = 1024
MANY_ROWS: Final = 100
LAST_LETTER: Final = "\U0010ffff"  # no text has one behind it


def body_of(rows: Table) -> ColumnElement[str]:
    """The body as its text; PostgreSQL would parse it, and lose the text."""
    return cast(rows.c.body, Text).label("body")


@lru_cache(KEPT)
def one_body(rows: Table) -> Select[Any]:
    """The body of the record `wanted`."""
    return select(body_of(rows)).where(rows.c.id == bindparam("wanted"))


def one_of(connection: Connection, column: ColumnElement[Any], values: Collection[KeyValue]) -> ColumnElement[bool]:
    """The column has one of these values, as one parameter: a statement with thousands takes longer to write than to run."""
    if connection.dialect.name == "postgresql":
        kind = BigInteger() if isinstance(column.type, BigInteger) else Text()
        return column == any_(literal(list(values), ARRAY(kind)))
    if len(values) < MANY_ROWS:
        return column.in_(list(values))
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))


@lru_cache(KEPT)
def term_values(terms: Table) -> Select[Any]:
    """The different values of `term` from `prefix` on and before `beyond`."""

    def least(*conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
        of_term = (terms.c.term == bindparam("term"), terms.c.value < bindparam("beyond"))
        return select(func.min(terms.c.value)).where(*of_term, *conditions).scalar_subquery()

    found = select(least(terms.c.value >= bindparam("prefix")).label("value")).cte("found", recursive=True)
    found = found.union_all(select(least(terms.c.value > found.c.value)).where(found.c.value.is_not(None)))
    return select(found.c.value).where(found.c.value.is_not(None)).order_by(found.c.value)


@lru_cache(KEPT)
def replace_row(rows: Table) -> Update:
    """Puts new values, each named `new_…`, in place of the version `was` of the record `wanted`."""
    values: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in rows.columns}
    return update(rows).where(rows.c.id == bindparam("wanted"), rows.c.version == bindparam("was")).values(values)


@lru_cache(KEPT)
def equal_page(
    rows: Table, names: tuple[str, ...], nulls: tuple[str, ...], order_by: str, *, descending: bool, behind: bool
) -> Select[Any]:
    """Records whose keys `names` are `is_…` and whose keys `nulls` have no value, the first `most` in the order.

    behind: those after the record of `last_place` and `last_id` only.
    """
    place = rows.c[order_by]
    columns = (place, rows.c.id) if order_by != "id" else (rows.c.id,)
    wanted = [rows.c[name] == bindparam(f"is_{name}") for name in names]
    wanted += [rows.c[name].is_(None) for name in nulls]
    if behind:
        last = (bindparam("last_place", type_=place.type), bindparam("last_id", type_=rows.c.id.type))[-len(columns) :]
        here, there = (tuple_(*columns), tuple_(*last)) if len(columns) > 1 else (columns[0], last[0])
        wanted.append(here < there if descending else here > there)
    return (
        select(rows.c.id, place.label("place"), body_of(rows))
        .where(*wanted)
        .order_by(*(one.desc() if descending else one.asc() for one in columns))
        .limit(bindparam("most"))
    )
