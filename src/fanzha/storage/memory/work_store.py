"""Records of work in memory, with the promises of the port and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from fanzha.audit import AuditEntry, AuditEvent, Head, Written, seal, with_written
from fanzha.core.errors import NotFound, Refused, StaleVersion
from fanzha.ports.record_query import KeyValue, Page, Position, Query, read_cursor, write_cursor
from fanzha.ports.record_table import R, RecordTable, Stored, next_version, version_of
from fanzha.ports.work_store import Kept
from fanzha.storage.memory.work_queues import Draft, MemoryClocks, MemoryOutbox, MemoryRequests, QueueRows
from fanzha.storage.record_codec import RecordCodec, findable, written_fingerprint

WAIT_S: Final = 5.0  # for another writer, as the databases wait
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Row:
    record: Any  # of the table's type
    keys: dict[str, KeyValue | None]
    terms: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _State:
    """What is committed; never changed, only replaced."""

    records: dict[str, dict[str, _Row]] = field(default_factory=dict[str, dict[str, _Row]])
    queues: QueueRows = field(default_factory=QueueRows)
    audit: tuple[AuditEvent, ...] = ()


class MemoryWorkStore:
    """A store that lasts as long as the process."""

    def __init__(self, tables: Sequence[RecordTable[Any]]) -> None:
        self._codecs = {table.record: (table, RecordCodec(table)) for table in tables}
        self._state = _State()
        self._writer = threading.Lock()

    @contextmanager
    def begin(self) -> Iterator[MemoryUnit]:
        """Opens a unit of work; one at a time."""
        if not self._writer.acquire(timeout=WAIT_S):
            raise Refused("the store is busy with another writer; try again")
        try:
            unit = MemoryUnit(self._state, self._codecs)
            yield unit
            if unit.committed is not None:
                self._state = unit.committed
        finally:
            self._writer.release()

    @contextmanager
    def reading(self) -> Iterator[MemoryUnit]:
        """Opens a view of one moment."""
        yield MemoryUnit(self._state, self._codecs)

    def close(self) -> None:
        """Nothing is held."""


class MemoryUnit:
    """A draft upon a committed state."""

    def __init__(self, state: _State, codecs: dict[type[Any], tuple[RecordTable[Any], RecordCodec[Any]]]) -> None:
        self._codecs = codecs
        self._drafts: dict[str, Draft[_Row]] = {name: Draft(rows) for name, rows in state.records.items()}
        self._queues = state.queues.draft()
        self.audit = MemoryAudit(state.audit)
        self.outbox = MemoryOutbox(self._queues.messages)
        self.clocks = MemoryClocks(self._queues.clocks)
        self.requests = MemoryRequests(self._queues.requests)
        self._written: list[Written] = []
        self.committed: _State | None = None

    def records(self, kind: type[Kept]) -> MemoryRecords[Kept]:
        """The records of a kind."""
        table, codec = self._codecs[kind]
        return MemoryRecords(table, codec, self._drafts.setdefault(table.name, Draft({})), self._written)

    def hold(self, key: str) -> None:
        """Nothing more: there is one unit of work at a time, which began upon the latest commit."""

    def commit(self) -> None:
        """Hands the draft over; it becomes visible when the unit is left."""
        assert self.committed is None, "a unit of work is committed once"
        records = {name: draft.rows for name, draft in self._drafts.items()}
        self.committed = _State(records, self._queues.rows(), self.audit.sealed(self._written))


class MemoryRecords(Generic[R]):
    """The records of one kind."""

    def __init__(
        self, table: RecordTable[R], codec: RecordCodec[R], draft: Draft[_Row], written: list[Written]
    ) -> None:
        self._table, self._codec, self._draft, self._written = table, codec, draft, written

    def get(self, record_id: str) -> R:
        """The record."""
        row = self._draft.rows.get(record_id)
        if row is None:
            raise NotFound(f"{self._table.name}: there is nothing of id {record_id!r}")
        record: R = row.record
        return record

    def get_many(self, record_ids: Iterable[str]) -> tuple[R, ...]:
        """Those of the records that are there."""
        found = (self._draft.rows.get(record_id) for record_id in dict.fromkeys(record_ids))
        return tuple(row.record for row in found if row is not None)

    def add(self, record: R) -> R:
        """Takes a new record."""
        if record.id in self._draft.rows:
            raise Refused(f"{self._table.name}: {record.id!r} is there already; nothing was added")
        self._put(record)
        self._note(record)
        return record

    def add_many(self, records: Sequence[R]) -> None:
        """Takes new records."""
        if len({record.id for record in records} - self._draft.rows.keys()) < len(records):
            raise Refused(f"{self._table.name}: one of {len(records)} records is there already; nothing was added")
        for record in records:
            self.add(record)

    def save(self, record: R) -> R:
        """Puts a record in place of the version it was read as."""
        held = self.get(record.id)
        if version_of(held) != version_of(record):
            raise StaleVersion(
                f"{self._table.name}: {record.id!r} was changed by somebody else meanwhile "
                f"(read as version {version_of(record)}); read it again and decide again"
            )
        saved = next_version(record)
        self._put(saved)
        self._note(saved, before=self._fingerprint(held))
        return saved

    def bulk_add(self, records: Iterable[R]) -> int:
        """Takes many new records."""
        count = 0
        for record in records:
            if record.id in self._draft.rows:
                raise Refused(f"{self._table.name}: {record.id!r} is there already; nothing was added")
            self._put(record)
            count += 1
        return count

    def find(self, query: Query) -> Page[R]:
        """A page of the list."""
        self._table.check(query)
        start = read_cursor(query)
        rows = sorted(self._matching(query), key=lambda row: _place(row, query), reverse=query.descending)
        if start is not None:
            behind = (start.value, start.id)
            rows = [
                row
                for row in rows
                if (_place(row, query) < behind if query.descending else _place(row, query) > behind)
            ]
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return Page(
            tuple(row.record for row in shown),
            write_cursor(query, Position(*_place(shown[-1], query))) if more else None,
            self.count(query) if query.total else None,
        )

    def count(self, query: Query) -> int:
        """How many match."""
        self._table.check(query)
        return sum(1 for _ in self._matching(query))

    def below(self, key: str, record_ids: Collection[str]) -> tuple[str, ...]:
        """The ids of all that hang on these by the key."""
        self._table.key(key)
        found: set[str] = set()
        level = set(record_ids)
        while level:
            level = {row.record.id for row in self._draft.rows.values() if row.keys[key] in level} - found
            found |= level
        return tuple(sorted(found))

    def mentioned(self, term: str, prefix: str) -> tuple[str, ...]:
        """The different values of a term that begin so."""
        self._table.check(Query(mentions={term: prefix}))
        values = {value for row in self._draft.rows.values() for value in row.terms[term]}
        return tuple(sorted(value for value in values if value.startswith(prefix)))

    def walk(self, ids: Collection[str] | None = None) -> Iterator[Stored[R]]:
        """Every record, by rising id."""
        for record_id in sorted(self._draft.rows if ids is None else set(ids) & set(self._draft.rows)):
            record: R = self._draft.rows[record_id].record
            yield Stored(record_id, version_of(record), self._fingerprint(record), record)

    def _fingerprint(self, record: R) -> str:
        return written_fingerprint(self._codec.encode(record))

    def _note(self, record: R, before: str = "") -> None:
        self._written.append(
            Written(self._table.name, record.id, version_of(record), self._fingerprint(record), before)
        )

    def _matching(self, query: Query) -> Iterator[_Row]:
        return (row for row in self._draft.rows.values() if _matches(row, query))

    def _put(self, record: R) -> None:
        kept = self._codec.decode(self._codec.encode(record))
        table, name = self._table, findable(self._table, kept.id, "id", kept.id)
        keys: dict[str, KeyValue | None] = {
            key.name: findable(table, name, key.name, key.value(kept)) for key in table.keys
        }
        for names in self._table.unique:
            values = [keys[name] for name in names]
            for other in self._draft.rows.values():
                if other.record.id != kept.id and None not in values and [other.keys[name] for name in names] == values:
                    raise Refused(f"{self._table.name}: {' + '.join(names)} of {kept.id!r} is there already")
        terms = {term.name: term.values(kept) for term in table.terms}
        for term, values_of in terms.items():
            for value in values_of:
                findable(table, name, term, value)
        self._draft.put(kept.id, _Row(kept, {**keys, "id": kept.id}, terms))


class MemoryAudit:
    """The chain, and what is to be added to it."""

    def __init__(self, events: tuple[AuditEvent, ...]) -> None:
        self._events = events
        self._added: list[AuditEntry] = []

    def append(self, entry: AuditEntry) -> None:
        """Takes an entry."""
        self._added.append(entry)

    def head(self) -> Head:
        """The end of what was committed."""
        return Head(self._events[-1].seq, self._events[-1].hash) if self._events else Head()

    def walk(self, first_seq: int = 1) -> Iterator[AuditEvent]:
        """Every event from a row on."""
        return (event for event in self._events if event.seq >= first_seq)

    def about(
        self, *, subject_id: str = "", case: str = "", actor: str = "", before_seq: int | None = None, limit: int = 100
    ) -> tuple[AuditEvent, ...]:
        """Events of a record, a case or a person, newest first."""
        found = [
            event
            for event in reversed(self._events)
            if (not subject_id or event.subject_id == subject_id)
            and (not case or event.case == case)
            and (not actor or event.actor == actor)
            and (before_seq is None or event.seq < before_seq)
        ]
        return tuple(found[:limit])

    def sealed(self, written: Sequence[Written]) -> tuple[AuditEvent, ...]:
        """The chain with what was added, which tells of the records that were written."""
        head, events = self.head(), list(self._events)
        for entry in with_written(self._added, written):
            events.append(seal(entry, head))
            head = Head(events[-1].seq, events[-1].hash)
        return tuple(events)


def _place(row: _Row, query: Query) -> tuple[Any, str]:
    return row.keys[query.order_by], row.record.id


def _matches(row: _Row, query: Query) -> bool:
    if any(row.keys[name] != value for name, value in query.equals.items()):
        return False
    if any(row.keys[name] not in values for name, values in query.within.items()):
        return False
    if any(row.keys[name] in values for name, values in query.without.items()):
        return False
    for name, bounds in query.ranges.items():
        value: Any = row.keys[name]
        if value is None and (bounds.at_least is not None or bounds.below is not None):
            return False
        if bounds.at_least is not None and value < bounds.at_least:
            return False
        if bounds.below is not None and value >= bounds.below:
            return False
    return all(value in row.terms[name] for name, value in query.mentions.items())
