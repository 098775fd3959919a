"""The audit chain in its tables; one writer at a time seals, holding the row of the head."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Row, select, update

from fanzha.audit import (
    GENESIS,
    AuditEntry,
    AuditEvent,
    DetailValue,
    Head,
    Outcome,
    Written,
    seal,
    with_written,
)
from fanzha.core.errors import BadInput
from fanzha.storage.sql.records import add_rows

WALK_ROWS: Final = 2000
HEAD_ID: Final = 1
_OUTCOMES: Final = frozenset(Outcome)
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_READER: Final = json.JSONDecoder(parse_constant=str)
UNREADABLE: Final = "unreadable!"  # no entry has a detail of this name


class SqlAudit:
    """The chain within a transaction."""

    def __init__(self, connection: Connection, metadata: MetaData) -> None:
        self._connection = connection
        self._events, self._head = metadata.tables["audit_events"], metadata.tables["audit_head"]
        self._added: list[AuditEntry] = []

    def append(self, entry: AuditEntry) -> None:
        """Takes an entry."""
        self._added.append(entry)

    def head(self) -> Head:
        """The end of the chain by the store's own account."""
        return self._read_head(lock=False)

    def walk(self, first_seq: int = 1) -> Iterator[AuditEvent]:
        """Every event from a row on, in order."""
        while True:
            statement = select(self._events).where(self._events.c.seq >= first_seq).order_by(self._events.c.seq)
            rows = self._connection.execute(statement.limit(WALK_ROWS)).all()
            for row in rows:
                if not isinstance(row.seq, int):  # SQLite takes anything
                    raise BadInput(f"the audit has a row of number {row.seq!r}; the store was tampered with")
                yield _event(row)
            if len(rows) < WALK_ROWS:
                return
            first_seq = rows[-1].seq + 1

    def about(
        self, *, subject_id: str = "", case: str = "", actor: str = "", before_seq: int | None = None, limit: int = 100
    ) -> tuple[AuditEvent, ...]:
        """Events of a record, a case or a person, newest first."""
        columns, statement = self._events.c, select(self._events)
        for column, value in ((columns.subject_id, subject_id), (columns.case_id, case), (columns.actor, actor)):
            if value:
                statement = statement.where(column == value)
        if before_seq is not None:
            statement = statement.where(columns.seq < before_seq)
        rows = self._connection.execute(statement.order_by(columns.seq.desc()).limit(limit))
        return tuple(_event(row) for row in rows)

    def seal_added(self, written: Sequence[Written]) -> None:
        """Writes what was appended, which tells of what was written besides.

        Last before the commit: from here on every other writer waits.
        """
        if not self._added:
            return
        head, rows = self._read_head(lock=True), []
        for entry in with_written(self._added, written):
            event = seal(entry, head)
            head = Head(event.seq, event.hash)
            rows.append(_row(event))
        add_rows(self._connection, self._events, rows)
        self._connection.execute(
            update(self._head).where(self._head.c.id == HEAD_ID).values(count=head.count, hash=head.hash)
        )
        self._added.clear()

    def _read_head(self, *, lock: bool) -> Head:
        statement = select(self._head.c.count, self._head.c.hash).where(self._head.c.id == HEAD_ID)
        row = self._connection.execute(statement.with_for_update() if lock else statement).one_or_none()
        if row is None or not isinstance(row[0], int):
            raise BadInput(
                "the audit has no head row, or one that does not count; the store was tampered with: restore a backup "
                "and verify it"
            )
        count: int = row[0]
        return Head(count, row[1])


def first_head() -> dict[str, Any]:
    """The head row of a new store."""
    return {"id": HEAD_ID, "count": 0, "hash": GENESIS}


def _row(event: AuditEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at_us": event.at_us,
        "actor": event.actor,
        "organisation": event.organisation,
        "action": event.action,
        "outcome": event.outcome.value,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "case_id": event.case,
        "reason": event.reason,
        "details": _text(event.details),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _event(row: Row[Any]) -> AuditEvent:
    """The event of a row, whatever somebody made of it: it is for `verify` to say that it was changed."""
    details = _details(row.details)
    if row.outcome not in _OUTCOMES:
        details = {UNREADABLE: str(row.outcome)}
    return AuditEvent(
        at_us=row.at_us,
        actor=row.actor,
        organisation=row.organisation,
        action=row.action,
        outcome=Outcome.REFUSED if row.outcome == Outcome.REFUSED else Outcome.DONE,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        case=row.case_id,
        reason=row.reason,
        details=details,
        seq=row.seq,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def _details(written: str) -> dict[str, DetailValue]:
    """Details as they were written; anything else becomes what no entry ever held, so that its hash cannot fit."""
    try:
        found = _READER.decode(written)
    except ValueError:
        return {UNREADABLE: written}
    return found if isinstance(found, dict) and _text(found) == written else {UNREADABLE: written}


def _text(details: Mapping[str, DetailValue]) -> str:
    return _WRITER.encode(dict(details))
