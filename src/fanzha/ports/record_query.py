"""How lists of records are asked for: by declared keys, in one order, page by page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from fanzha.core.errors import BadInput

LIMIT_MAX: Final = 1000  # records of one page
KeyValue = str | int
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Range:
    """From a value (included) up to another (excluded); None is open."""

    at_least: KeyValue | None = None
    below: KeyValue | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions on declared keys, all of which must hold, and the order of the list.

    Lists are in rising order of `order_by` unless `descending`; records of one value are ordered by id.
    """

    equals: Mapping[str, KeyValue | None] = field(default_factory=dict[str, KeyValue | None])  # None: has no value
    within: Mapping[str, Collection[KeyValue]] = field(default_factory=dict[str, Collection[KeyValue]])  # one of these
    without: Mapping[str, Collection[KeyValue]] = field(
        default_factory=dict[str, Collection[KeyValue]]
    )  # none of these
    ranges: Mapping[str, Range] = field(default_factory=dict[str, Range])
    mentions: Mapping[str, str] = field(default_factory=dict[str, str])  # a declared term has this value among others
    order_by: str = "id"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None  # of the page before
    total: bool = False  # count them all too; slow where many match


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some records of a list and how to get the next ones; None where there are no more."""

    rows: tuple[Item, ...]
    next_cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """The last record of a page: the next page begins behind it, whatever was added meanwhile."""

    value: KeyValue
    id: str


def write_cursor(query: Query, position: Position) -> str:
    """A position as an opaque text that belongs to this list only."""
    content = json.dumps([_digest(query), position.value, position.id], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_cursor(query: Query) -> Position | None:
    """Where the page begins, None at the start. Raises BadInput for a cursor of another list."""
    if query.cursor is None:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        content = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _bad_cursor() from None
    match content:
        case [digest, str() | int() as value, str() as identity] if digest == _digest(query):
            return Position(value, identity)
        case _:
            raise _bad_cursor()


def _bad_cursor() -> BadInput:
    return BadInput("the cursor is not of this list; ask for the first page, without a cursor, and go on from there")


def _digest(query: Query) -> str:
    conditions = [
        sorted(query.equals.items()),
        sorted((name, sorted(values, key=repr)) for name, values in query.within.items()),
        sorted((name, sorted(values, key=repr)) for name, values in query.without.items()),
        sorted((name, one.at_least, one.below) for name, one in query.ranges.items()),
        sorted(query.mentions.items()),
        query.order_by,
        query.descending,
    ]
    return hashlib.sha256(json.dumps(conditions).encode()).hexdigest()[:12]
