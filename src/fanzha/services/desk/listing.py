"""Whole lists, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.ports.work_store import Kept, RecordsView


def pages(records: RecordsView[Kept], query: Query) -> Iterator[tuple[Kept, ...]]:
    """All that match, in the order of the query, as many at once as a page has."""
    page = records.find(replace(query, limit=LIMIT_MAX))
    yield page.rows
    while page.next_cursor is not None:
        page = records.find(replace(query, limit=LIMIT_MAX, cursor=page.next_cursor))
        yield page.rows


def every(records: RecordsView[Kept], query: Query) -> Iterator[Kept]:
    """All that match, in the order of the query."""
    for rows in pages(records, query):
        yield from rows
