"""Statements that are asked again and again, each built once for a table: building one takes longer than running it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, Text, Update, bindparam, cast, select, tuple_, update

KEPT: Final = 1024


def body_of(rows: Table) -> ColumnElement[str]:
    """The body as its text; PostgreSQL would parse it, and lose the text."""
    return cast(rows.c.body, Text).label("body")


@lru_cache(KEPT)
def one_body(rows: Table) -> Select[Any]:
    """The body of the record `wanted`."""
    return select(body_of(rows)).where(rows.c.id == bindparam("wanted"))


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
