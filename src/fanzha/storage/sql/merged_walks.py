"""The first records of several stretches of one index, merged.

A database sorts every match of `organisation IN (…) AND status IN (…) ORDER BY due` before it gives the first. Walking
the index once for each combination, and merging the first few of each, does not depend on how many match. Where there
are very many combinations, as under a province, only those can be on the page whose own first record is among the first:
one look at the head of each tells which. But so many bodies have a good share of all records, and mostly the page is
found among the first few thousand of everybody's, which lie together where the heads lie apart. The statements are
written as text: built from objects they cost more to write than to run.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, TextClause, text

from fanzha.ports.record_query import KeyValue, Position, Query
from fanzha.ports.record_table import KeyType, RecordTable
from fanzha.storage.sql.schema import index_name, partial_condition, partial_name, with_id
from fanzha.storage.sql.statements import KEPT

HEADS_FROM: Final = 60  # so many combinations are walked without looking at their heads first
NEAR_FROM: Final = 400  # of so many on, everybody's first records are looked at before any heads
NEAR_ROWS: Final = 5000
NEAR_LIMIT: Final = 200  # a longer page is not expected among them
_NAME = re.compile(r"[a-z][a-z_]*")
Choice = tuple[KeyValue, ...]


class Found(NamedTuple):
    """A record of a page as it lies there, with its value in the order of the page."""

    id: str
    place: KeyValue
    body: str


@dataclass(frozen=True, slots=True)
class Walk:
    """Which index is walked in the order of the page, once for each choice of values of `chosen`."""

    index: str
    chosen: tuple[str, ...]
    passed: tuple[str, ...]  # keys that are looked at on the way, since the index does not fix them
    holds: str = ""  # what is true of every record in the index, in SQL; empty where it has them all
    near: tuple[str, ...] = ()  # an index in the order of the page that has every key that is asked about


def plan_walk(table: RecordTable[Any], query: Query) -> Walk | None:
    """The walk along the index that fixes most; None where the database finds the page better by itself.

    A key of which few records have one value is better asked for than walked past.
    """
    fixed = {*query.equals, *query.within}
    if not query.within or query.mentions or "id" in fixed:
        return None
    found = [*_along_partial(table, query, fixed), *_along_whole(table, query, fixed)]
    walks = [walk for walk in found if not any(table.key(name).narrow for name in walk.passed)]
    # Of two that fix as much, the one with fewer choices.
    best = min(walks, key=lambda walk: (len(walk.passed), len(walk.chosen)), default=None)
    asked = fixed | query.without.keys() | query.ranges.keys()
    near = (index for index in table.indexes if index[:2] == (query.order_by, "id") and asked <= set(index))
    return None if best is None else replace(best, near=next(near, ()))


def _along_partial(table: RecordTable[Any], query: Query, fixed: set[str]) -> Iterator[Walk]:
    for partial in table.partial:
        if partial.values == set(query.within.get(partial.key, ())):
            prefix = _prefix(partial.names, query.order_by, fixed)
            if prefix is not None:
                chosen = tuple(name for name in prefix if name in query.within)
                passed = tuple(sorted(fixed - {*prefix, partial.key}))
                yield Walk(partial_name(table, partial), chosen, passed, partial_condition(partial))


def _along_whole(table: RecordTable[Any], query: Query, fixed: set[str]) -> Iterator[Walk]:
    for index in table.indexes:
        prefix = _prefix(index, query.order_by, fixed)
        if prefix is not None:
            chosen = tuple(name for name in prefix if name in query.within)
            yield Walk(index_name(table, index), chosen, tuple(sorted(fixed - set(prefix))))


def _prefix(index: tuple[str, ...], order_by: str, fixed: set[str]) -> tuple[str, ...] | None:
    """The keys that stand before the order in the index, if all of them are fixed."""
    names = with_id(index)
    depth = next(at for at, name in enumerate(names) if name not in fixed)
    return names[:depth] if names[depth] == order_by else None


def walk_page(
    connection: Connection, table: RecordTable[Any], query: Query, start: Position | None, walk: Walk
) -> list[Found]:
    """The records of the page, and one more, in the order of the page."""
    if not all(query.within[name] for name in walk.chosen):
        return []
    return _Page(connection, table, query, start, walk).rows()


@lru_cache(KEPT)
def _statement(words: str) -> TextClause:
    return text(words)


class _Page:
    """The statements of one page."""

    def __init__(
        self, connection: Connection, table: RecordTable[Any], query: Query, start: Position | None, walk: Walk
    ) -> None:
        names = (table.name, query.order_by, *query.equals, *query.within, *query.without, *query.ranges, walk.index)
        # Declared names, and nothing else, get into the text.
        assert all(_NAME.fullmatch(name) for name in (*names, *walk.near)), names
        self._connection, self._table, self._query, self._walk = connection, table, query, walk
        self._postgres = connection.dialect.name == "postgresql"
        self._parameters: dict[str, Any] = {"limit": query.limit + 1}
        self._start = start
        self._shared = [*self._conditions(walk.passed), *self._behind()]
        self._values = [sorted(set(query.within[name])) for name in walk.chosen]
        choices = math.prod(len(several) for several in self._values)
        self._by_heads = choices > max(HEADS_FROM, query.limit + 1)
        self._look_near = bool(walk.near) and choices >= NEAR_FROM and query.limit <= NEAR_LIMIT

    def rows(self) -> list[Found]:
        """The page, in the words of the database."""
        near = self._near_rows() if self._look_near else []
        return near or (self._postgres_rows() if self._postgres else self._sqlite_rows())

    def _near_rows(self) -> list[Found]:
        """The page, if all of it is among the first few thousand of everybody's records; else nothing."""
        by = "" if self._postgres else f" INDEXED BY {index_name(self._table, self._walk.near)}"
        ordered = self._ordered(self._query.order_by)
        first = (
            f"SELECT {', '.join(self._walk.near)} FROM {self._table.name}{by} "  # noqa: S608 - declared names
            f"WHERE {' AND '.join(self._behind()) or '1 = 1'} ORDER BY {ordered} LIMIT {NEAR_ROWS}"
        )
        wanted = " AND ".join(self._conditions(tuple(self._query.within)))
        found = f"SELECT {self._query.order_by} AS place, id FROM ({first}) AS n WHERE {wanted} ORDER BY {ordered} LIMIT :limit"  # noqa: S608
        return self._asked(f"WITH found AS ({found})", "WHERE (SELECT count(*) FROM found) = :limit")

    def _asked(self, found: str, only: str = "") -> list[Found]:
        """What was found, with the bodies."""
        body = "CAST(r.body AS text)" if self._postgres else "r.body"
        bodies = f"SELECT {body} FROM {self._table.name} AS r WHERE r.id = found.id"  # noqa: S608
        asked = f"{found} SELECT found.id, found.place, ({bodies}) FROM found {only} ORDER BY {self._ordered('place')}"  # noqa: S608
        return [Found(*row) for row in self._connection.execute(_statement(asked), self._parameters)]

    # --- PostgreSQL: all in one statement ---------------------------------------------------------------------------------

    def _postgres_rows(self) -> list[Found]:
        source, refs = "(SELECT 1) AS c", [f"c{number}.value" for number in range(len(self._values))]
        if self._values:
            source = " CROSS JOIN ".join(
                f"unnest({self._array(number, several)}) AS c{number}(value)"
                for number, several in enumerate(self._values)
            )
        ordered, heads = self._ordered("place"), ""
        if self._by_heads:
            shown = ", ".join(f"{ref} AS v{number}" for number, ref in enumerate(refs))
            heads = (
                f"heads AS (SELECT {shown}, h.place, h.id FROM {source} CROSS JOIN LATERAL ({self._stretch(refs, '1')}) AS h "  # noqa: S608
                f"ORDER BY {ordered} LIMIT :limit), "
            )
            source, refs = "heads AS c", [f"c.v{number}" for number in range(len(refs))]
        return self._asked(
            f"WITH {heads}found AS (SELECT h.place, h.id FROM {source} "  # noqa: S608 - declared names
            f"CROSS JOIN LATERAL ({self._stretch(refs, ':limit')}) AS h ORDER BY {ordered} LIMIT :limit)"
        )

    def _array(self, number: int, values: Sequence[KeyValue]) -> str:
        """An array, of which the planner sees how long it is, as it does not of a list in JSON."""
        self._parameters[f"in_{number}"] = values
        return f"CAST(:in_{number} AS {'text' if self._is_text(self._walk.chosen[number]) else 'bigint'}[])"

    # --- SQLite: nothing is joined sideways, but lists come as JSON -------------------------------------------------------

    def _sqlite_rows(self) -> list[Found]:
        choices: list[Choice] = list(itertools.product(*self._values))
        if self._by_heads:
            refs = [f"c{number}.value" for number in range(len(self._values))]
            sources = (
                f"{self._unpacked(f'in_{number}', several)} AS c{number}" for number, several in enumerate(self._values)
            )
            choices = [choice for choice, _ in self._merged(" CROSS JOIN ".join(sources), refs, "1")]
        refs = [f"(c.value ->> {number})" for number in range(len(self._values))]
        found = [place for _, place in self._merged(f"{self._unpacked('choices', choices)} AS c", refs, ":limit")]
        some = self._unpacked("ids", [one.id for one in found])
        asked = f"SELECT id, body FROM {self._table.name} WHERE id IN (SELECT value FROM {some})"  # noqa: S608
        bodies = {row.id: row.body for row in self._connection.execute(_statement(asked), self._parameters)}
        return [Found(one.id, one.value, bodies[one.id]) for one in found]

    def _merged(self, source: str, refs: Sequence[str], inner: str) -> list[tuple[Choice, Position]]:
        """The first `inner` records of each choice of the source, merged and cut to the page."""
        heads = f"(SELECT json_group_array(json_array(place, id)) FROM ({self._stretch(refs, inner)}))"  # noqa: S608
        lists = f"SELECT json_array({', '.join(refs)}) AS chosen, {heads} AS found FROM {source}"  # noqa: S608
        asked = (
            f"SELECT json_group_array(json_array(json(chosen), json(found))) FROM ({lists}) AS l WHERE found <> '[]'"  # noqa: S608
        )
        told = self._connection.scalar(_statement(asked), self._parameters) or "[]"
        drawn = ((place, identity, choice) for choice, found in msgspec.json.decode(told) for place, identity in found)
        first = heapq.nlargest if self._query.descending else heapq.nsmallest
        merged = first(self._query.limit + 1, drawn, key=itemgetter(0, 1))
        return [(tuple(choice), Position(place, identity)) for place, identity, choice in merged]

    # --- the words of both ------------------------------------------------------------------------------------------------

    def _stretch(self, refs: Sequence[str], inner: str) -> str:
        """The first records of one choice, whose values stand under these names."""
        chosen = [f"{name} = {self._typed(name, ref)}" for name, ref in zip(self._walk.chosen, refs, strict=True)]
        where = " AND ".join([*chosen, *self._shared]) or "1 = 1"
        by = "" if self._postgres else f" INDEXED BY {self._walk.index}"
        return (
            f"SELECT {self._query.order_by} AS place, id FROM {self._table.name}{by} WHERE {where} "  # noqa: S608
            f"ORDER BY {self._ordered(self._query.order_by)} LIMIT {inner}"
        )

    def _conditions(self, looked_at: tuple[str, ...]) -> Iterator[str]:
        """What must be so of every record, whatever the choice."""
        table, query, parameters = self._table, self._query, self._parameters
        if self._walk.holds:
            yield self._walk.holds
        for name, value in query.equals.items():
            if value is None:
                yield f"{name} IS NULL"
            else:
                parameters[f"eq_{name}"] = value
                yield f"{name} = :eq_{name}"
        for name in (name for name in looked_at if name in query.within):
            yield f"{name} IN ({self._listed(f'one_of_{name}', name, query.within[name])})"
        for name, values in query.without.items():
            if values:
                optional = name != "id" and table.key(name).optional
                has_none = f"{name} IS NULL OR " if optional else ""
                yield f"({has_none}{name} NOT IN ({self._listed(f'none_of_{name}', name, values)}))"
        for name, bounds in query.ranges.items():
            for sign, word, value in ((">=", "from", bounds.at_least), ("<", "below", bounds.below)):
                if value is not None:
                    parameters[f"{word}_{name}"] = value
                    yield f"{name} {sign} :{word}_{name}"

    def _behind(self) -> Iterator[str]:
        """That the record comes after the page before."""
        start = self._start
        if start is None:
            return
        sign, order_by = "<" if self._query.descending else ">", self._query.order_by
        self._parameters["last_id"] = start.id
        if order_by == "id":
            yield f"id {sign} :last_id"
        else:
            self._parameters["last_place"] = start.value
            yield f"({order_by}, id) {sign} (:last_place, :last_id)"

    def _ordered(self, place: str) -> str:
        way = "DESC" if self._query.descending else "ASC"
        return f"id {way}" if self._query.order_by == "id" else f"{place} {way}, id {way}"

    def _listed(self, parameter: str, name: str, values: Collection[KeyValue]) -> str:
        source = self._unpacked(parameter, sorted(set(values)))
        return f"SELECT {self._typed(name, 'l.value')} FROM {source} AS l{'(value)' if self._postgres else ''}"  # noqa: S608

    def _unpacked(self, parameter: str, values: Sequence[Any]) -> str:
        """A list as rows, and as one parameter: a statement with hundreds takes longer to write and plan than to run."""
        self._parameters[parameter] = json.dumps(values, ensure_ascii=False)
        return f"json_array_elements_text(CAST(:{parameter} AS json))" if self._postgres else f"json_each(:{parameter})"

    def _typed(self, name: str, ref: str) -> str:
        """A value out of a list, so that an index of PostgreSQL can be asked for it."""
        if not self._postgres:
            return ref
        return f'{ref} COLLATE "C"' if self._is_text(name) else f"CAST({ref} AS bigint)"

    def _is_text(self, name: str) -> bool:
        return name == "id" or self._table.key(name).type is KeyType.TEXT
