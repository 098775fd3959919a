"""Messages, clocks and requests in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from fanzha.core.errors import Refused, StaleVersion
from fanzha.core.time import SECOND_US
from fanzha.ports.work_queues import (
    LEASE_S,
    Delivery,
    DueClock,
    LeasedClock,
    LeasedMessage,
    MessageState,
    OutMessage,
    backoff_us,
)

V = TypeVar("V")


class Draft(Generic[V]):
    """Rows by key that are copied at the first change, so that others go on seeing what was committed."""

    def __init__(self, rows: dict[str, V]) -> None:
        self.rows = rows
        self._own = False

    def put(self, key: str, row: V) -> None:
        """Puts a row in place."""
        if not self._own:
            self.rows = dict(self.rows)
            self._own = True
        self.rows[key] = row

    def keep(self, rows: dict[str, V]) -> None:
        """Puts these rows, which nobody else has, in place of all."""
        self.rows, self._own = rows, True


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message and its state."""

    message: OutMessage
    delivery: Delivery = Delivery.WAITING
    attempts: int = 0
    next_us: int = 0
    failure: str = ""
    leased_until_us: int = 0
    token: int = 0


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock and its state."""

    clock: DueClock
    running: bool = True
    rang: bool = False  # its effect is done; False when it was cancelled
    attempts: int = 0
    next_us: int = 0
    failure: str = ""
    leased_until_us: int = 0
    token: int = 0


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A command that was carried out."""

    fingerprint: str
    result: str
    at_us: int


@dataclass(frozen=True, slots=True)
class QueueDrafts:
    """The queues of one unit of work."""

    messages: Draft[MessageRow]
    clocks: Draft[ClockRow]
    requests: Draft[RequestRow]

    def rows(self) -> QueueRows:
        """What is to be committed."""
        return QueueRows(self.messages.rows, self.clocks.rows, self.requests.rows)


@dataclass(frozen=True, slots=True)
class QueueRows:
    """The queues as they are committed."""

    messages: dict[str, MessageRow] = field(default_factory=dict[str, MessageRow])
    clocks: dict[str, ClockRow] = field(default_factory=dict[str, ClockRow])
    requests: dict[str, RequestRow] = field(default_factory=dict[str, RequestRow])

    def draft(self) -> QueueDrafts:
        """Drafts upon them."""
        return QueueDrafts(Draft(self.messages), Draft(self.clocks), Draft(self.requests))


class MemoryOutbox:
    """Messages that leave at least once."""

    def __init__(self, draft: Draft[MessageRow]) -> None:
        self._draft = draft

    def put(self, message: OutMessage) -> bool:
        """Puts a message down."""
        held = self._draft.rows.get(message.request_id)
        if held is None:
            self._draft.put(message.request_id, MessageRow(message, next_us=message.due_us))
            return True
        if (held.message.recipient, held.message.topic, held.message.body) != (
            message.recipient,
            message.topic,
            message.body,
        ):
            raise Refused(f"request {message.request_id!r} was another message; give this one a request id of its own")
        return False

    def put_many(self, messages: Sequence[OutMessage]) -> None:
        """Puts messages down."""
        for message in messages:
            self.put(message)

    def lease(
        self, worker: str, now_us: int, for_s: int = LEASE_S, *, limit: int = 50, topic: str = ""
    ) -> tuple[LeasedMessage, ...]:
        """Messages that are due and that nobody else has."""
        due = sorted(
            (
                row
                for row in self._draft.rows.values()
                if row.delivery is Delivery.WAITING and row.next_us <= now_us and row.leased_until_us <= now_us
                if row.message.topic.startswith(topic)
            ),
            key=lambda row: (row.next_us, row.message.request_id),
        )[:limit]
        until_us = now_us + for_s * SECOND_US
        taken = [replace(row, attempts=row.attempts + 1, token=row.token + 1, leased_until_us=until_us) for row in due]
        for row in taken:
            self._draft.put(row.message.request_id, row)
        return tuple(LeasedMessage(row.message, row.attempts, row.token, until_us) for row in taken)

    def done(self, leased: LeasedMessage, now_us: int) -> None:
        """It arrived."""
        self._draft.put(leased.message.request_id, replace(self._mine(leased), delivery=Delivery.DONE, failure=""))

    def retry(self, leased: LeasedMessage, now_us: int, failure: str) -> int:
        """It did not arrive."""
        next_us = now_us + backoff_us(leased.attempts)
        row = replace(self._mine(leased), next_us=next_us, leased_until_us=0, failure=failure)
        self._draft.put(leased.message.request_id, row)
        return next_us

    def give_up(self, leased: LeasedMessage, now_us: int, failure: str) -> None:
        """It will never arrive."""
        row = replace(self._mine(leased), delivery=Delivery.GIVEN_UP, failure=failure)
        self._draft.put(leased.message.request_id, row)

    def state(self, request_id: str) -> MessageState | None:
        """What became of a message."""
        row = self._draft.rows.get(request_id)
        return None if row is None else _state(row)

    def about(self, subject_id: str) -> tuple[MessageState, ...]:
        """Every message about a record, oldest first."""
        return tuple(_state(row) for row in self._oldest_first() if row.message.subject_id == subject_id)

    def undelivered(self, limit: int = 100, *, attempts_min: int = 0, topic: str = "") -> tuple[MessageState, ...]:
        """Messages that did not arrive."""
        rows = (
            row
            for row in self._oldest_first()
            if row.delivery is not Delivery.DONE
            and row.attempts >= attempts_min
            and row.message.topic.startswith(topic)
        )
        return tuple(_state(row) for row in rows)[:limit]

    def _oldest_first(self) -> list[MessageRow]:
        return sorted(self._draft.rows.values(), key=lambda row: (row.message.created_us, row.message.request_id))

    def _mine(self, leased: LeasedMessage) -> MessageRow:
        row = self._draft.rows[leased.message.request_id]
        if row.token != leased.token or row.delivery is not Delivery.WAITING:
            raise StaleVersion(f"message {leased.message.request_id!r} was taken over by another worker")
        return row


class MemoryClocks:
    """Clocks whose effect happens exactly once."""

    def __init__(self, draft: Draft[ClockRow]) -> None:
        self._draft = draft

    def set(self, clock: DueClock) -> None:
        """Sets a clock, or sets it to another instant."""
        held = self._draft.rows.get(clock.id)
        if held is None:
            self._draft.put(clock.id, ClockRow(clock, next_us=clock.due_us))
        elif held.clock.due_us != clock.due_us or not (held.running or held.rang):
            self._draft.put(clock.id, ClockRow(clock, next_us=clock.due_us, token=held.token + 1))

    def set_many(self, clocks: Sequence[DueClock]) -> None:
        """Sets clocks."""
        for clock in clocks:
            self.set(clock)

    def cancel(self, clock_id: str) -> bool:
        """Stops a clock."""
        held = self._draft.rows.get(clock_id)
        if held is None or not held.running:
            return False
        self._draft.put(clock_id, replace(held, running=False, token=held.token + 1))
        return True

    def lease_due(self, worker: str, now_us: int, limit: int = 100, *, for_s: int = LEASE_S) -> tuple[LeasedClock, ...]:
        """Clocks that rang and that nobody else has."""
        due = sorted(
            (
                row
                for row in self._draft.rows.values()
                if row.running and row.next_us <= now_us and row.leased_until_us <= now_us
            ),
            key=lambda row: (row.next_us, row.clock.id),
        )[:limit]
        until_us = now_us + for_s * SECOND_US
        taken = [replace(row, attempts=row.attempts + 1, token=row.token + 1, leased_until_us=until_us) for row in due]
        for row in taken:
            self._draft.put(row.clock.id, row)
        return tuple(LeasedClock(row.clock, row.attempts, row.token, until_us) for row in taken)

    def done(self, leased: LeasedClock, now_us: int) -> None:
        """Its effect is in this commit."""
        self._draft.put(leased.clock.id, replace(self._mine(leased), running=False, rang=True, failure=""))

    def postpone(self, leased: LeasedClock, now_us: int, failure: str) -> int:
        """Its effect failed."""
        next_us = now_us + backoff_us(leased.attempts)
        self._draft.put(
            leased.clock.id, replace(self._mine(leased), next_us=next_us, leased_until_us=0, failure=failure)
        )
        return next_us

    def running(self, subject_id: str) -> tuple[DueClock, ...]:
        """The clocks of a record that run, earliest first."""
        return self.running_among((subject_id,))

    def running_among(self, subject_ids: Collection[str]) -> tuple[DueClock, ...]:
        """The clocks of several records that run, earliest first."""
        return tuple(clock for clock in self._running() if clock.subject_id in subject_ids)

    def due_before(self, before_us: int, limit: int = 100) -> tuple[DueClock, ...]:
        """Running clocks that ring before an instant."""
        return tuple(clock for clock in self._running() if clock.due_us < before_us)[:limit]

    def _running(self) -> list[DueClock]:
        clocks = (row.clock for row in self._draft.rows.values() if row.running)
        return sorted(clocks, key=lambda clock: (clock.due_us, clock.id))

    def _mine(self, leased: LeasedClock) -> ClockRow:
        row = self._draft.rows[leased.clock.id]
        if row.token != leased.token or not row.running:
            raise StaleVersion(f"clock {leased.clock.id!r} is not this worker's any more")
        return row


class MemoryRequests:
    """Commands that were carried out."""

    def __init__(self, draft: Draft[RequestRow]) -> None:
        self._draft = draft

    def recall(self, key: str, fingerprint: str) -> str | None:
        """The result of a command that was carried out before."""
        held = self._draft.rows.get(key)
        if held is None:
            return None
        if held.fingerprint != fingerprint:
            raise Refused(f"key {key!r} was used for another command; use a new key for each command")
        return held.result

    def remember(self, key: str, fingerprint: str, result: str, at_us: int) -> None:
        """Keeps the result of a command."""
        if key in self._draft.rows:
            raise StaleVersion(f"the command of key {key!r} was carried out meanwhile; ask for its result")
        self._draft.put(key, RequestRow(fingerprint, result, at_us))

    def forget_before(self, at_us: int) -> int:
        """Removes what was remembered before an instant."""
        kept = {key: row for key, row in self._draft.rows.items() if row.at_us >= at_us}
        forgotten = len(self._draft.rows) - len(kept)
        self._draft.keep(kept)
        return forgotten


def _state(row: MessageRow) -> MessageState:
    return MessageState(row.message, row.delivery, row.attempts, row.next_us, row.failure)
