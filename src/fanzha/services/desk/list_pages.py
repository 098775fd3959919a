"""A list that is drawn from several queries, in several stretches, page by page; nothing is shown twice or skipped.

A page goes on behind the last record shown, so what is added meanwhile moves nothing. No list says how many there are.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from fanzha.core.errors import BadInput
from fanzha.ports.record_query import LIMIT_MAX, Page, Position, Query, read_cursor, write_cursor
from fanzha.ports.record_table import RecordTable
from fanzha.ports.work_store import Kept, UnitOfWork, WorkView

FIRST_DRAW: Final = 51  # records of the first page of a query, where the list does not say how long its page is
Shown = TypeVar("Shown")
Shown_co = TypeVar("Shown_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Drawn(Generic[Shown_co]):
    """A record of a list, and the cursor by which the list goes on behind it."""

    record: Shown_co
    cursor: Callable[[], str]


class Stretch(Protocol[Shown_co]):
    """One part of a list, in one order."""

    def owns(self, cursor: str) -> bool:
        """Whether the cursor points into this part."""

    def behind(self, cursor: str | None, draw: int) -> Iterator[Drawn[Shown_co]]:
        """The records behind the cursor, from the start without one; about `draw` of them will be asked for."""


def page_of(stretches: Iterable[Stretch[Shown]], limit: int, cursor: str | None) -> Page[Shown]:
    """A page of a list of several stretches. Raises BadInput for a cursor of another list, or a page of no such size."""
    if not 1 <= limit <= LIMIT_MAX:
        raise BadInput(f"a page has 1 to {LIMIT_MAX} records, not {limit}")
    rows: list[Shown] = []
    last: Drawn[Shown] | None = None
    found = cursor is None
    for stretch in stretches:
        if not found and not stretch.owns(cursor or ""):
            continue
        start, found = (None if found else cursor), True
        for drawn in stretch.behind(start, limit + 1 - len(rows)):
            if len(rows) == limit:
                return Page(tuple(rows), None if last is None else last.cursor())
            rows.append(drawn.record)
            last = drawn
    if not found:
        raise BadInput("the cursor is not of this list; ask for the first page, without a cursor, and go on from there")
    return Page(tuple(rows))


class Walk(Generic[Kept]):
    """The records of several queries of one kind, merged in the order that all of them have."""

    def __init__(
        self,
        view: WorkView | UnitOfWork,
        table: RecordTable[Kept],
        base: Query,
        parts: Sequence[Query],
        keep: Callable[[Kept], bool] | None = None,
        drawn: Callable[[Sequence[Kept]], None] | None = None,
    ) -> None:
        """What is merged, and what becomes of it.

        Args:
            view: the records.
            table: of the kind.
            base: the list by which its cursors know it.
            parts: what of the list the actor may see, each in the order of the base.
            keep: leaves records out.
            drawn: is told of the records before they are kept, several at once, so that it can look things up for all.
        """
        self._view, self._records, self._table = view, view.records(table.record), table
        self._base, self._parts, self._keep, self._drawn = base, parts, keep, drawn

    def without(self, unwanted: Callable[[Kept], bool]) -> Walk[Kept]:
        """The same walk that leaves these out."""
        kept = self._keep

        def keep(record: Kept) -> bool:
            return not unwanted(record) and (kept is None or kept(record))

        return Walk(self._view, self._table, self._base, self._parts, keep, self._drawn)

    def owns(self, cursor: str) -> bool:
        """Whether the cursor was written here."""
        try:
            return read_cursor(replace(self._base, cursor=cursor)) is not None
        except BadInput:
            return False

    def behind(self, cursor: str | None, draw: int) -> Iterator[Drawn[Kept]]:
        """The records behind the cursor."""
        start = None if cursor is None else read_cursor(replace(self._base, cursor=cursor))
        for place, record in self.from_position(start, draw):
            yield Drawn(record, partial(self.cursor, place))

    def cursor(self, place: Position) -> str:
        """The cursor by which the list goes on behind a position."""
        return write_cursor(self._base, place)

    def from_position(self, start: Position | None, draw: int = FIRST_DRAW) -> Iterator[tuple[Position, Kept]]:
        """The records behind a position, each once."""
        walks = [self._walk(part, start, min(draw, LIMIT_MAX)) for part in self._parts]
        merged = heapq.merge(*walks, key=_place, reverse=self._base.descending)
        last: Position | None = None
        for place, record in merged:
            if place != last and (self._keep is None or self._keep(record)):
                yield place, record
            last = place

    def _walk(self, part: Query, start: Position | None, draw: int) -> Iterator[tuple[Position, Kept]]:
        cursor = None if start is None else write_cursor(part, start)
        order = None if self._base.order_by == "id" else self._table.key(self._base.order_by)
        while True:
            page = self._records.find(replace(part, cursor=cursor, limit=draw))
            if self._drawn is not None:
                self._drawn(page.rows)
            for record in page.rows:
                value = record.id if order is None else order.value(record)
                assert value is not None, "no list is ordered by an optional key"
                yield Position(value, record.id), record
            if page.next_cursor is None:
                return
            cursor, draw = page.next_cursor, min(2 * draw, LIMIT_MAX)


def _place(drawn: tuple[Position, Any]) -> tuple[Any, str]:
    return drawn[0].value, drawn[0].id
