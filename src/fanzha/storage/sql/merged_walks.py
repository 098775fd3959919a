"""The first records of several stretches of one index, merged.

A database sorts every match of `organisation IN (…) AND status IN (…) ORDER BY due` before it gives the first. Walking
the index once for each combination, and merging the first few of each, does not depend on how many match. Where there
are very many combinations, as under a province, only those can be on the page whose own first record is among the first:
one look at the head of each tells which. The statements are written as text: built from objects they cost more to write
than to run.
"""

from __future__ import annotations

import heapq
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from fanzha.ports.record_query import KeyValue, Position, Query
from fanzha.ports.record_table import KeyType, RecordTable

HEADS_FROM: Final = 60  # so many combinations are walked without looking at their heads first
_NAME = re.compile(r"[a-z][a-z_]*")
Choice = tuple[KeyValue, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """Which index is walked in the order of the page, once for each choice of values of `chosen`."""

    index: tuple[str, ...]
    chosen: tuple[str, ...]
    passed: tuple[str, ...]  # keys that are looked at on the way, since the index does not fix them


def plan_walk(table: RecordTable[Any], query: Query) -> Walk | None:
    """The walk along the index that fixes most; None where the database finds the page better by itself.

    A key of which few records have one value is better asked for than walked past.
    """
    fixed = {*query.equals, *query.within}
    if not query.within or query.mentions or "id" in fixed:
        return None
    found: list[Walk] = []
    for index in table.indexes:
        depth = next((at for at, name in enumerate((*index, "id")) if name not in fixed), len(index))
        if (*index, "id")[depth] == query.order_by:
            prefix = index[:depth]
            chosen = tuple(name for name in prefix if name in query.within)
            found.append(Walk(index, chosen, tuple(sorted(fixed - set(prefix)))))
    walks = [walk for walk in found if not any(table.key(name).narrow for name in walk.passed)]
    # Of two that fix as much, the one with fewer choices.
    return min(walks, key=lambda walk: (len(walk.passed), len(walk.chosen)), default=None)


def walk_keys(
    connection: Connection, table: RecordTable[Any], query: Query, start: Position | None, walk: Walk
) -> list[Position]:
    """Value and id of the records of the page, and of one more, in the order of the page."""
    values = [sorted(set(query.within[name])) for name in walk.chosen]
    choices: list[Choice] = list(itertools.product(*values))
    page = _Page(connection, table, query, start, walk)
    if len(choices) > max(HEADS_FROM, query.limit + 1):
        choices = page.nearest(values)
    return page.keys(choices) if choices else []


class _Page:
    """The statements of one page."""

    def __init__(
        self, connection: Connection, table: RecordTable[Any], query: Query, start: Position | None, walk: Walk
    ) -> None:
        names = (table.name, query.order_by, *query.equals, *query.within, *query.without, *query.ranges, *walk.index)
        assert all(_NAME.fullmatch(name) for name in names), (
            names
        )  # declared names, and nothing else, get into the text
        self._connection, self._table, self._query, self._walk = connection, table, query, walk
        self._postgres = connection.dialect.name == "postgresql"
        self._parameters: dict[str, Any] = {"limit": query.limit + 1}
        self._shared = list(_shared_conditions(table, query, start, walk, self._parameters))

    def nearest(self, values: Sequence[Sequence[KeyValue]]) -> list[Choice]:
        """Of all combinations, those whose first record is among the first of the page."""
        sources = [self._source(number, several) for number, several in enumerate(values)]
        refs = [f"c{number}.value" for number in range(len(values))]
        found = self._run(" CROSS JOIN ".join(sources), refs, inner=1)
        return [choice for choice, _ in found]

    def keys(self, choices: Sequence[Choice]) -> list[Position]:
        """The page, drawn from these combinations."""
        columns = list(zip(*choices, strict=True))
        if not columns:
            found = self._run("(SELECT 1 AS one) AS c", [], inner=self._query.limit + 1)
        elif self._postgres:
            arrays = ", ".join(self._array(number, several) for number, several in enumerate(columns))
            refs = [f"v{number}" for number in range(len(columns))]
            found = self._run(f"unnest({arrays}) AS c({', '.join(refs)})", [f"c.{ref}" for ref in refs],
                              inner=self._query.limit + 1)  # fmt: skip
        else:
            self._parameters["choices"] = json.dumps(choices, ensure_ascii=False)
            refs = [f"(c.value ->> {number})" for number in range(len(columns))]
            found = self._run("json_each(:choices) AS c", refs, inner=self._query.limit + 1)
        return [position for _, position in found]

    def _source(self, number: int, several: Sequence[KeyValue]) -> str:
        if self._postgres:
            return f"unnest({self._array(number, several)}) AS c{number}(value)"
        self._parameters[f"in_{number}"] = json.dumps(several, ensure_ascii=False)
        return f"json_each(:in_{number}) AS c{number}"

    def _array(self, number: int, several: Sequence[KeyValue]) -> str:
        self._parameters[f"in_{number}"] = list(several)
        return f"CAST(:in_{number} AS {'text' if self._is_text(self._walk.chosen[number]) else 'bigint'}[])"

    def _is_text(self, name: str) -> bool:
        return self._table.key(name).type is KeyType.TEXT

    def _ordered(self, place: str) -> str:
        way = "DESC" if self._query.descending else "ASC"
        return f"id {way}" if self._query.order_by == "id" else f"{place} {way}, id {way}"

    def _run(self, source: str, refs: Sequence[str], *, inner: int) -> list[tuple[Choice, Position]]:
        """The first `inner` records of each combination of the source, merged and cut to the page."""
        self._parameters["inner"] = inner
        chosen = [
            f'{name} = {ref} COLLATE "C"' if self._postgres and self._is_text(name) else f"{name} = {ref}"
            for name, ref in zip(self._walk.chosen, refs, strict=True)
        ]
        where = " AND ".join([*chosen, *self._shared]) or "1 = 1"
        rows = f"SELECT {self._query.order_by} AS place, id FROM {self._table.name}"  # noqa: S608 - asserted above
        end = f" WHERE {where} ORDER BY {self._ordered(self._query.order_by)} LIMIT :inner"
        shown = "".join(f"{ref}, " for ref in refs)
        if self._postgres:
            statement = (
                f"SELECT {shown}h.place, h.id FROM {source} CROSS JOIN LATERAL ({rows}{end}) AS h "  # noqa: S608
                f"ORDER BY {self._ordered('place')} LIMIT :limit"
            )
            found = self._connection.execute(text(statement), self._parameters)
            return [(tuple(row[:-2]), Position(row[-2], row[-1])) for row in found]
        # SQLite joins nothing sideways, but it has values of several rows: one JSON list for each combination, and one of all.
        by = f" INDEXED BY ix_{self._table.name}_{'_'.join((*self._walk.index, 'id'))}"
        heads = f"(SELECT json_group_array(json_array(place, id)) FROM ({rows}{by}{end}))"  # noqa: S608
        lists = f"SELECT json_array({', '.join(refs)}) AS chosen, {heads} AS found FROM {source}"  # noqa: S608
        asked = text(
            f"SELECT json_group_array(json_array(json(chosen), json(found))) FROM ({lists}) AS l WHERE found <> '[]'"  # noqa: S608
        )
        told = self._connection.scalar(asked, self._parameters) or "[]"
        drawn = ((place, identity, choice) for choice, found in msgspec.json.decode(told) for place, identity in found)
        first = heapq.nlargest if self._query.descending else heapq.nsmallest
        merged = first(self._query.limit + 1, drawn, key=itemgetter(0, 1))
        return [(tuple(choice), Position(place, identity)) for place, identity, choice in merged]


def _shared_conditions(
    table: RecordTable[Any], query: Query, start: Position | None, walk: Walk, parameters: dict[str, KeyValue]
) -> Iterator[str]:
    for name, value in query.equals.items():
        if value is None:
            yield f"{name} IS NULL"
        else:
            parameters[f"eq_{name}"] = value
            yield f"{name} = :eq_{name}"
    for name in (name for name in walk.passed if name in query.within):
        yield f"{name} IN ({_listed(f'one_of_{name}', query.within[name], parameters)})"
    for name, values in query.without.items():
        if values:
            optional = name != "id" and table.key(name).optional
            has_none = f"{name} IS NULL OR " if optional else ""
            yield f"({has_none}{name} NOT IN ({_listed(f'none_of_{name}', values, parameters)}))"
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


def _listed(name: str, values: Any, parameters: dict[str, KeyValue]) -> str:
    given = {f"{name}_{number}": value for number, value in enumerate(sorted(set(values)))}
    parameters.update(given)
    return ", ".join(f":{parameter}" for parameter in given) or "NULL"
