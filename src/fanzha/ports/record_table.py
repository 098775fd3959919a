"""Declares how a kind of record is kept: its name, the keys it is listed by, the indexes that make the lists fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, replace
from enum import StrEnum, unique
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from fanzha.core.errors import BadInput
from fanzha.ports.record_query import LIMIT_MAX, KeyValue, Query

NEVER_US: Final = 2**62  # a due time that never comes, so that a list can be ordered by it


class WorkRecord(Protocol):
    """A frozen dataclass with an id; what it holds besides is its room's affair.

    One that changes has a `version`, counted by the store; one without is written once, as history is.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """Given once."""


R = TypeVar("R", bound=WorkRecord)


def version_of(record: WorkRecord) -> int:
    """The version that was read; 0 for what is written once."""
    version: int = getattr(record, "version", 0)
    return version


def next_version(record: R) -> R:
    """The record as it will be stored in place of the version that was read."""
    assert "version" in record.__dataclass_fields__, f"{type(record).__name__} is history: it is added, never saved"
    changes: dict[str, Any] = {"version": version_of(record) + 1}
    return replace(record, **changes)


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A record as it lies in the store, whatever somebody made of it there."""

    id: str
    version: int  # by its column
    fingerprint: str  # of its body; empty where that is no JSON
    record: R | None  # None: it cannot be read
    fault: str = ""  # what does not fit together within it, in words


@unique
class KeyType(StrEnum):
    """What a key column holds."""

    TEXT = "text"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Key(Generic[R]):
    """A column that records are listed by; read from the field of its name unless `of` says how.

    Only an optional key may be None, and no list is ordered by one.
    """

    name: str
    type: KeyType = KeyType.TEXT
    of: Callable[[R], KeyValue | None] | None = None
    optional: bool = False
    narrow: bool = False  # few records have one value of it

    def value(self, record: R) -> KeyValue | None:
        """What the record has in this column."""
        found: KeyValue | None = getattr(record, self.name) if self.of is None else self.of(record)
        if found is None and self.optional:
            return None
        wanted = str if self.type is KeyType.TEXT else int
        if type(found) is wanted:
            return found
        assert isinstance(found, wanted), f"key {self.name} of {type(record).__name__} is {found!r}"
        return wanted(found)  # a StrEnum or IntEnum becomes what the column holds


@dataclass(frozen=True, slots=True)
class Term(Generic[R]):
    """Something of which a record mentions several, such as its accounts; found by any one of them."""

    name: str
    of: Callable[[R], Iterable[str]]

    def values(self, record: R) -> frozenset[str]:
        """What the record mentions."""
        return frozenset(self.of(record))


@dataclass(frozen=True, slots=True)
class PartialIndex:
    """An index of those records only whose `key` has one of the values: small, however many others there are."""

    names: tuple[str, ...]
    key: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecordTable(Generic[R]):
    """How one kind of record is kept. An index ends with the id by itself, unless it has it at another place."""

    name: str
    record: type[R]
    keys: tuple[Key[R], ...] = ()
    terms: tuple[Term[R], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    partial: tuple[PartialIndex, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()

    def key(self, name: str) -> Key[R]:
        """The declared key. Raises BadInput when there is none of that name."""
        for key in self.keys:
            if key.name == name:
                return key
        raise BadInput(f"{self.name} are not listed by {name!r}; by: {', '.join(('id', *self.key_names))}")

    @property
    def key_names(self) -> tuple[str, ...]:
        """The declared keys, in their order."""
        return tuple(key.name for key in self.keys)

    def check(self, query: Query) -> None:
        """Raises BadInput when the list cannot be asked for in this way."""
        if not 1 <= query.limit <= LIMIT_MAX:
            raise BadInput(f"a page has 1 to {LIMIT_MAX} records, not {query.limit}")
        values: list[tuple[str, KeyValue | None]] = list(query.equals.items())
        for chosen in (query.within, query.without):
            values += [(name, value) for name, several in chosen.items() for value in several]
        values += [(name, one.at_least) for name, one in query.ranges.items()]
        values += [(name, one.below) for name, one in query.ranges.items()]
        for name, value in values:
            wanted = KeyType.TEXT if name == "id" else self.key(name).type
            if value is not None and isinstance(value, str) != (wanted is KeyType.TEXT):
                raise BadInput(f"{self.name}: key {name} is {wanted}, not {value!r}")
        for name in (*query.within, *query.without):
            self._declared(name)
        if query.order_by != "id" and self.key(query.order_by).optional:
            raise BadInput(f"{self.name} cannot be ordered by {query.order_by!r}: some have no value there")
        for name in query.mentions:
            if name not in (term.name for term in self.terms):
                raise BadInput(f"{self.name} do not say which {name!r} they mention")

    def _declared(self, name: str) -> None:
        if name != "id":
            self.key(name)
