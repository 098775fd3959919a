"""What is still to be done: messages that must leave, clocks that will ring, requests that must not be done twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, Protocol

from fanzha.core.time import SECOND_US

LEASE_S: Final = 60
BACKOFF_FIRST_S: Final = 5
BACKOFF_MAX_S: Final = 900  # an order that a bank did not take is tried at least four times an hour


def backoff_us(attempts: int) -> int:
    """How long to wait after so many failed attempts: 5 s, 10 s, 20 s, … 15 min."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(BACKOFF_FIRST_S << doublings, BACKOFF_MAX_S) * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class OutMessage:
    """Something that must reach another body, put down together with what caused it."""

    request_id: str  # the receiver does a request of one id once, however often it arrives
    recipient: str  # organisation
    topic: str  # measure.order, measure.release, …
    body: str  # as it will leave; JSON where nothing else is agreed
    created_us: int
    due_us: int = 0  # not to leave before
    subject_id: str = ""  # the record that it is about


@unique
class Delivery(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DONE = "done"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message and what became of it so far."""

    message: OutMessage
    delivery: Delivery
    attempts: int
    next_us: int  # when it is tried again
    failure: str  # of the last attempt


@dataclass(frozen=True, slots=True)
class LeasedMessage:
    """A message that one worker may send now; the token is void as soon as anybody else gets it."""

    message: OutMessage
    attempts: int  # this one included
    token: int
    until_us: int


class OutboxView(Protocol):
    """What waits to leave."""

    def state(self, request_id: str) -> MessageState | None:
        """What became of a message, None when there is none of that request."""

    def about(self, subject_id: str) -> tuple[MessageState, ...]:
        """Every message about a record, oldest first."""

    def undelivered(self, limit: int = 100, *, attempts_min: int = 0, topic: str = "") -> tuple[MessageState, ...]:
        """Messages that did not arrive yet or were given up, oldest first; those whose topic begins so."""


class Outbox(OutboxView, Protocol):
    """Messages that leave at least once."""

    def put(self, message: OutMessage) -> bool:
        """Puts a message down; False when the same request is there already, which changes nothing.

        Raises Refused when that request was another message.
        """

    def put_many(self, messages: Sequence[OutMessage]) -> None:
        """Puts messages down as `put` does each, in less time. Raises Refused as `put`."""

    def lease(
        self, worker: str, now_us: int, for_s: int = LEASE_S, *, limit: int = 50, topic: str = ""
    ) -> tuple[LeasedMessage, ...]:
        """Messages that are due and that nobody else has, the earliest due first; those whose topic begins so."""

    def done(self, leased: LeasedMessage, now_us: int) -> None:
        """It arrived. Raises StaleVersion when the lease was lost to another worker."""

    def retry(self, leased: LeasedMessage, now_us: int, failure: str) -> int:
        """It did not arrive; gives when it is tried again. Raises StaleVersion when the lease was lost."""

    def give_up(self, leased: LeasedMessage, now_us: int, failure: str) -> None:
        """It will never arrive; it stays in sight as undelivered. Raises StaleVersion when the lease was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueClock:
    """An instant at which something happens to a record by law."""

    id: str  # of one purpose and record, so that setting it twice is one clock
    kind: str  # measure.lapse, clue.warn, …
    subject_kind: str
    subject_id: str
    due_us: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class LeasedClock:
    """A clock that rang, in the hands of one worker."""

    clock: DueClock
    attempts: int  # this one included
    token: int
    until_us: int


class ClocksView(Protocol):
    """Clocks that run."""

    def running(self, subject_id: str) -> tuple[DueClock, ...]:
        """The clocks of a record that neither rang nor were cancelled, earliest first."""

    def running_among(self, subject_ids: Collection[str]) -> tuple[DueClock, ...]:
        """The same of several records at once, earliest first."""

    def due_before(self, before_us: int, limit: int = 100) -> tuple[DueClock, ...]:
        """Running clocks that ring before an instant, earliest first."""


class Clocks(ClocksView, Protocol):
    """Clocks whose effect happens exactly once: `done` stands in the same commit as the effect."""

    def set(self, clock: DueClock) -> None:
        """Sets a clock, or sets it to another instant. The instant at which it rang already changes nothing."""

    def set_many(self, clocks: Sequence[DueClock]) -> None:
        """Sets clocks as `set` does each, in less time."""

    def cancel(self, clock_id: str) -> bool:
        """Stops a clock; False when it does not run."""

    def lease_due(self, worker: str, now_us: int, limit: int = 100, *, for_s: int = LEASE_S) -> tuple[LeasedClock, ...]:
        """Clocks that rang and that nobody else has, the earliest first."""

    def done(self, leased: LeasedClock, now_us: int) -> None:
        """Its effect is in this commit.

        Raises StaleVersion when another worker took it over, or when it was cancelled or set anew.
        """

    def postpone(self, leased: LeasedClock, now_us: int, failure: str) -> int:
        """Its effect failed; gives when it is tried again. The due time by law stays. Raises StaleVersion as `done`."""


class Requests(Protocol):
    """Commands that were carried out, by the key that the caller gave them."""

    def recall(self, key: str, fingerprint: str) -> str | None:
        """The result of a command that was carried out before, None when it is new.

        Raises Refused when the key was used for another command.
        """

    def remember(self, key: str, fingerprint: str, result: str, at_us: int) -> None:
        """Keeps the result of a command. Raises StaleVersion when the same command was carried out meanwhile."""

    def forget_before(self, at_us: int) -> int:
        """Removes what was remembered before an instant; gives how many."""
