"""The first records of several stretches of one index, merged.

A database sorts every match of `organisation IN (…) AND status IN (…) ORDER BY due` before it gives the first. Walking
the index once for each combination, and merging the first few of each, does not depend on how many match. The statement
is written as text: built from objects, sixty walks cost more than running them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import TextClause, text

from fanzha.ports.record_query import KeyValue, Position, Query
from fanzha.ports.record_table import RecordTable

WALKS_MAX: Final = 100
_NAME = re.compile(r"[a-z][a-z_]*")


def merged_walks(
    table: RecordTable[Any], query: Query, start: Position | None
) -> tuple[TextClause, dict[str, KeyValue]] | None:
    """The statement (id, place, body) and its parameters; None where no index can be walked in the page's order."""
    walks = math.prod(len(set(values)) for values in query.within.values())
    if not query.within or query.mentions or not 1 <= walks <= WALKS_MAX or not _is_walked(table, query):
        return None
    names = (table.name, query.order_by, *query.equals, *query.within, *query.ranges)
    assert all(_NAME.fullmatch(name) for name in names), names  # declared names, and nothing else, get into the text
    parameters: dict[str, KeyValue] = {"limit": query.limit + 1}
    shared = " AND ".join(_shared_conditions(query, start, parameters))
    choices = [_choices(name, query.within[name], parameters) for name in sorted(query.within)]
    way = "DESC" if query.descending else "ASC"
    order = f"ORDER BY id {way}" if query.order_by == "id" else f"ORDER BY place {way}, id {way}"
    walk_order = order.replace("place", query.order_by)
    last_order = order.replace("place", "f.place").replace(" id", " f.id")
    joint = " AND " if shared else ""
    union = " UNION ALL ".join(
        f"SELECT * FROM (SELECT id, {query.order_by} AS place FROM {table.name} "  # noqa: S608 - asserted above
        f"WHERE {' AND '.join(chosen)}{joint}{shared} {walk_order} LIMIT :limit) AS w{number}"
        for number, chosen in enumerate(itertools.product(*choices))
    )
    statement = (
        f"SELECT f.id AS id, f.place AS place, CAST(r.body AS TEXT) AS body "  # noqa: S608 - asserted above
        f"FROM (SELECT id, place FROM ({union}) AS u {order} LIMIT :limit) AS f "
        f"JOIN {table.name} AS r ON r.id = f.id {last_order}"
    )
    return text(statement), parameters


def _is_walked(table: RecordTable[Any], query: Query) -> bool:
    """Whether an index begins with everything that is fixed and goes on with the order."""
    fixed = set(query.equals) | set(query.within)
    return any(
        set(index[: len(fixed)]) == fixed and (*index, "id")[len(fixed)] == query.order_by for index in table.indexes
    )


def _shared_conditions(query: Query, start: Position | None, parameters: dict[str, KeyValue]) -> Iterator[str]:
    for name, value in query.equals.items():
        if value is None:
            yield f"{name} IS NULL"
        else:
            parameters[f"eq_{name}"] = value
            yield f"{name} = :eq_{name}"
    for name, bounds in query.ranges.items():
        for sign, word, value in ((">=", "from", bounds.at_least), ("<", "below", bounds.below)):
            if value is not None:
                parameters[f"{word}_{name}"] = value
                yield f"{name} {sign} :{word}_{name}"
    if start is not None:
        sign = "<" if query.descending else ">"
        parameters["last_id"] = start.id
        if query.order_by == "id":
            yield f"id {sign} :last_id"
        else:
            parameters["last_place"] = start.value
            yield f"({query.order_by}, id) {sign} (:last_place, :last_id)"


def _choices(name: str, values: Any, parameters: dict[str, KeyValue]) -> list[str]:
    chosen: Mapping[str, KeyValue] = {f"in_{name}_{n}": value for n, value in enumerate(sorted(set(values)))}
    parameters.update(chosen)
    return [f"{name} = :{parameter}" for parameter in chosen]
