"""The outbox and the requests in their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    MetaData,
    Row,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

from fanzha.core.errors import Refused, StaleVersion
from fanzha.core.time import SECOND_US
from fanzha.ports.work_queues import LEASE_S, Delivery, LeasedMessage, MessageState, OutMessage, backoff_us
from fanzha.storage.sql.database import told
from fanzha.storage.sql.records import add_new, add_rows
from fanzha.storage.sql.schema import UNDELIVERED, WAITING
from fanzha.storage.sql.statements import one_of

IDS_MAX: Final = 5000
Put = TypeVar("Put")
FREE: dict[str, Any] = {"attempts": 0, "failure": "", "leased_by": "", "leased_until_us": 0}


def take_due(
    connection: Connection, table: Table, due: Any, *, worker: str, now_us: int, until_us: int, limit: int
) -> list[Row[Any]]:
    """Leases rows that fulfil `due` and that nobody else has: each gets a new token, by which its worker is known.

    PostgreSQL's workers pass over rows that another one is just taking; SQLite has one writer at a time anyway.
    """
    free = (
        select(table.c.id)
        .where(due, table.c.next_us <= now_us, table.c.leased_until_us <= now_us)
        .order_by(table.c.next_us, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(free))
    taken = (
        update(table)
        .where(table.c.id.in_(ids))
        .values(attempts=table.c.attempts + 1, token=table.c.token + 1, leased_by=worker, leased_until_us=until_us)
    )
    connection.execute(taken)
    rows = connection.execute(select(table).where(table.c.id.in_(ids))).all()
    return sorted(rows, key=lambda row: (row.next_us, row.id))


def parted(connection: Connection, table: Table, by_id: Mapping[str, Put]) -> tuple[list[Put], list[Put]]:
    """What has no row yet, and what has one."""
    ids, there = list(by_id), set[str]()
    for start in range(0, len(ids), IDS_MAX):
        some = one_of(connection, table.c.id, ids[start : start + IDS_MAX])
        there |= set(connection.scalars(select(table.c.id).where(some)))
    return [by_id[one] for one in ids if one not in there], [by_id[one] for one in ids if one in there]


class SqlOutbox:
    """Messages within a transaction."""

    def __init__(self, connection: Connection, metadata: MetaData) -> None:
        self._connection, self._rows = connection, metadata.tables["outbox"]

    def put(self, message: OutMessage) -> bool:
        """Puts a message down."""
        if add_new(self._connection, self._rows, [_new_row(message)]):
            return True
        held = self._connection.execute(select(self._rows).where(self._rows.c.id == message.request_id)).one()
        if (held.recipient, held.topic, held.body) != (message.recipient, message.topic, message.body):
            raise Refused(f"request {message.request_id!r} was another message; give this one a request id of its own")
        return False

    def put_many(self, messages: Sequence[OutMessage]) -> None:
        """Puts messages down: those that are new all at once."""
        new, held = parted(self._connection, self._rows, {message.request_id: message for message in messages})
        add_rows(self._connection, self._rows, [_new_row(message) for message in new])
        for message in held:
            self.put(message)

    def lease(
        self, worker: str, now_us: int, for_s: int = LEASE_S, *, limit: int = 50, topic: str = ""
    ) -> tuple[LeasedMessage, ...]:
        """Messages that are due and that nobody else has."""
        until_us = now_us + for_s * SECOND_US
        wanted = and_(WAITING, self._begins(topic)) if topic else WAITING
        rows = take_due(
            self._connection, self._rows, wanted, worker=worker, now_us=now_us, until_us=until_us, limit=limit
        )
        return tuple(LeasedMessage(_message(row), row.attempts, row.token, until_us) for row in rows)

    def done(self, leased: LeasedMessage, now_us: int) -> None:
        """It arrived."""
        self._settle(leased, {"state": Delivery.DONE.value, "failure": ""})

    def retry(self, leased: LeasedMessage, now_us: int, failure: str) -> int:
        """It did not arrive."""
        next_us = now_us + backoff_us(leased.attempts)
        self._settle(leased, {"next_us": next_us, "leased_until_us": 0, "failure": failure})
        return next_us

    def give_up(self, leased: LeasedMessage, now_us: int, failure: str) -> None:
        """It will never arrive."""
        self._settle(leased, {"state": Delivery.GIVEN_UP.value, "failure": failure})

    def state(self, request_id: str) -> MessageState | None:
        """What became of a message."""
        row = self._connection.execute(select(self._rows).where(self._rows.c.id == request_id)).one_or_none()
        return None if row is None else _state(row)

    def about(self, subject_id: str) -> tuple[MessageState, ...]:
        """Every message about a record, oldest first."""
        return self._listed(self._rows.c.subject_id == subject_id, limit=None)

    def undelivered(self, limit: int = 100, *, attempts_min: int = 0, topic: str = "") -> tuple[MessageState, ...]:
        """Messages that did not arrive."""
        wanted = [self._begins(topic)] if topic else []
        return self._listed(UNDELIVERED, self._rows.c.attempts >= attempts_min, *wanted, limit=limit)

    def _begins(self, topic: str) -> Any:
        return self._rows.c.topic.startswith(topic, autoescape=True)

    def _listed(self, *conditions: Any, limit: int | None) -> tuple[MessageState, ...]:
        statement = select(self._rows).where(*conditions).order_by(self._rows.c.created_us, self._rows.c.id)
        return tuple(_state(row) for row in self._connection.execute(statement.limit(limit)))

    def _settle(self, leased: LeasedMessage, values: dict[str, Any]) -> None:
        columns = self._rows.c
        mine = (
            columns.id == leased.message.request_id,
            columns.token == leased.token,
            columns.state == Delivery.WAITING.value,
        )
        if self._connection.execute(update(self._rows).where(*mine).values(**values)).rowcount == 0:
            raise StaleVersion(f"message {leased.message.request_id!r} was taken over by another worker")


class SqlRequests:
    """Commands that were carried out, within a transaction."""

    def __init__(self, connection: Connection, metadata: MetaData) -> None:
        self._connection, self._rows = connection, metadata.tables["requests"]

    def recall(self, key: str, fingerprint: str) -> str | None:
        """The result of a command that was carried out before."""
        row = self._connection.execute(select(self._rows).where(self._rows.c.id == key)).one_or_none()
        if row is None:
            return None
        if row.fingerprint != fingerprint:
            raise Refused(f"key {key!r} was used for another command; use a new key for each command")
        result: str = row.result
        return result

    def remember(self, key: str, fingerprint: str, result: str, at_us: int) -> None:
        """Keeps the result of a command; a key that is there already ends in StaleVersion."""
        values = {"id": key, "fingerprint": fingerprint, "result": result, "at_us": at_us}
        with told():
            self._connection.execute(insert(self._rows).values(**values))

    def forget_before(self, at_us: int) -> int:
        """Removes what was remembered before an instant."""
        return self._connection.execute(delete(self._rows).where(self._rows.c.at_us < at_us)).rowcount


def _message(row: Row[Any]) -> OutMessage:
    return OutMessage(
        request_id=row.id,
        recipient=row.recipient,
        topic=row.topic,
        body=row.body,
        created_us=row.created_us,
        due_us=row.due_us,
        subject_id=row.subject_id,
    )


def _state(row: Row[Any]) -> MessageState:
    return MessageState(_message(row), Delivery(row.state), row.attempts, row.next_us, row.failure)


def _new_row(message: OutMessage) -> dict[str, Any]:
    return {
        "id": message.request_id, "recipient": message.recipient, "topic": message.topic, "body": message.body,
        "subject_id": message.subject_id, "created_us": message.created_us, "due_us": message.due_us,
        "next_us": message.due_us, "state": Delivery.WAITING.value, "token": 0, **FREE,
    }  # fmt: skip
