"""The desk of a drill: what it knows, what its officers do next by a policy, and what the banks answer."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from fanzha.core.time import MINUTE_US
from fanzha.measures.interception import Step
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.interception.world import UNSTOPPABLE, Row, World

DESK_DAYS_US: Final = 3 * 24 * 60 * MINUTE_US  # so long an account is worked on after the money came


@dataclass(slots=True)
class Known:
    """What the desk knows of an account that money of reported frauds came to."""

    account: int
    hop: int
    fraud: int
    came: list[tuple[int, int]]  # when, how much: as payments are told or traced
    seen_us: int = 0  # up to when its statement is at the desk; 0: never
    own_minor: int | None = None  # what was there besides, once a statement showed it
    stop_sent: bool = False
    stopped: bool = False
    asked_us: int = 0  # when it was asked last
    refused: bool = False
    place: int = 0  # how many were known before

    @property
    def came_minor(self) -> int:
        """All that came."""
        return sum(amount for _, amount in self.came)


class KnownAccounts(dict[int, Known]):
    """What the desk knows, by account, the ones first heard of first."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[int, Known] = {}  # all that may still be stopped, and some that may no longer

    def heard(self, account: int, hop: int, fraud: int) -> Known:
        """What is known of an account of which there is news; begun where there is nothing yet."""
        known = self.get(account)
        if known is None:
            known = self[account] = Known(account, hop, fraud, [], place=len(self))
        if account not in self._waiting and not known.stop_sent and not known.refused:
            self._waiting[account] = known
            self._waiting = dict(sorted(self._waiting.items(), key=lambda item: item[1].place))
        return known

    def open(self, now_us: int) -> list[Known]:
        """Accounts that may still be stopped, the ones first heard of first."""
        found = [
            each
            for each in self._waiting.values()
            if not each.stop_sent and not each.refused and now_us - each.came[-1][0] < DESK_DAYS_US
        ]
        if 2 * len(found) < len(self._waiting):
            self._waiting = {each.account: each for each in found}
        return found


@dataclass(frozen=True, slots=True)
class Order:
    """What an officer sends."""

    step: Step
    account: int


@dataclass(slots=True)
class Tally:
    """What the desk did, and what it cost."""

    stops: int = 0
    queries: int = 0
    refused: int = 0
    innocent_minor: int = 0  # the holders' own money on accounts when they were stopped
    empty_stops: int = 0  # accounts on which nothing of the money that came was left
    sent: list[tuple[int, Step, int]] = field(default_factory=list[tuple[int, Step, int]])

    @property
    def orders(self) -> int:
        """How many orders left."""
        return self.stops + self.queries


class Policy(Protocol):
    """Decides what an officer sends next."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def handling(self) -> str:
        """Which of the handling times it takes."""

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """The next order; None where there is nothing to send now."""

    def follows(self, row: Row) -> bool:
        """Whether an outgoing payment of a suspect account is followed, beside what the trace carries on."""


class Banks:
    """How long each bank takes, by its own pace."""

    def __init__(
        self, told: Mapping[str, Any], bank_of: Sequence[int], seed: str, factor: float, refusal: float
    ) -> None:
        self._told, self._bank_of, self._factor = told, bank_of, factor
        self._refusal: float = min(told["refusal"] * refusal, 1.0)
        chance = random.Random(f"banks {seed}")  # noqa: S311 - repeats by its seed
        self._pace = [math.exp(chance.gauss(0, told["between_banks"])) for _ in range(max(bank_of, default=0) + 1)]

    def usual_us(self, step: Step, account: int) -> int:
        """What the desk expects of the account's bank: its median."""
        median = self._told["stop_median_min"] if step is Step.STOP else self._told["query_median_min"]
        return int(median * self._pace[self._bank_of[account % len(self._bank_of)]] * self._factor * MINUTE_US)

    def takes_us(self, step: Step, account: int, chance: random.Random) -> int:
        """How long it takes this time."""
        return int(self.usual_us(step, account) * math.exp(chance.gauss(0, self._told["sigma"])))

    def refuses(self, chance: random.Random) -> bool:
        """Whether it refuses this stop."""
        return bool(chance.random() < self._refusal)

    @property
    def refusal(self) -> float:
        """How often a stop is refused."""
        return self._refusal


class DrillDesk:
    """One desk over a month of frauds: events in the order of time."""

    def __init__(
        self, world: World, frauds: Sequence[Fraud], policy: Policy, banks: Banks, desk: Mapping[str, Any], seed: str,
        handling: float,
    ) -> None:  # fmt: skip
        self._world, self._frauds, self._policy, self._banks, self._desk = world, frauds, policy, banks, desk
        self._seed, self._handling = seed, handling
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._free, self._count = desk["officers"], 0
        self.known = KnownAccounts()
        self.tally = Tally()

    def run(self) -> Tally:
        """Works through every report and every answer."""
        for fraud in self._frauds:
            self._at(fraud.reported_us, partial(self._report, fraud))
        while self._events:
            now_us, _, happen = heapq.heappop(self._events)
            happen(now_us)
            self._work(now_us)
        return self.tally

    def _at(self, at_us: int, happen: Callable[[int], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (at_us, self._count, happen))

    def _chance(self, order: Order, what: str) -> random.Random:
        """The same bank answers the same order alike under every policy."""
        return random.Random(f"{self._seed} {what} {order.step} {order.account}")  # noqa: S311 - repeats by its seed

    def _report(self, fraud: Fraud, now_us: int) -> None:
        for place in fraud.payments:
            move = self._world.moves[place]
            if move.at_us <= now_us and self._world.happened(place):
                self._learn(move.payee, 1, fraud.number, move.at_us, move.amount_minor)

    def _learn(self, account: int, hop: int, fraud: int, at_us: int, amount_minor: int) -> None:
        if account in UNSTOPPABLE:
            return
        known = self.known.heard(account, hop, fraud)
        if (at_us, amount_minor) not in known.came:
            known.came.append((at_us, amount_minor))
            known.came.sort()

    def _work(self, now_us: int) -> None:
        while self._free > 0:
            order = self._policy.next_order(self.known, now_us, self._banks)
            if order is None:
                return
            self._free -= 1
            known = self.known[order.account]
            if order.step is Step.STOP:
                known.stop_sent = True
            known.asked_us = now_us
            self._at(now_us + self._handling_us(order), partial(self._send, order))

    def _handling_us(self, order: Order) -> int:
        spread = self._chance(order, "handling").gauss(0, self._desk["handling_sigma"])
        minutes = self._desk["handling_min"][self._policy.handling] * self._handling * math.exp(spread)
        return int(minutes * MINUTE_US)

    def carried_out_us(self, account: int, ordered_us: int) -> int | None:
        """When a stop that an officer takes up at that instant takes hold; None where the bank refuses it."""
        order = Order(Step.STOP, account)
        if self._banks.refuses(self._chance(order, "refusal")):
            return None
        takes_us = self._banks.takes_us(order.step, account, self._chance(order, "answer"))
        return ordered_us + self._handling_us(order) + takes_us

    def _send(self, order: Order, now_us: int) -> None:
        self._free += 1
        self.tally.sent.append((now_us, order.step, order.account))
        if order.step is Step.STOP:
            self.tally.stops += 1
        else:
            self.tally.queries += 1
        takes_us = self._banks.takes_us(order.step, order.account, self._chance(order, "answer"))
        self._at(now_us + takes_us, partial(self._answer, order))

    def _answer(self, order: Order, now_us: int) -> None:
        known = self.known[order.account]
        if order.step is Step.STOP:
            if self._banks.refuses(self._chance(order, "refusal")):
                known.refused = True
                self.tally.refused += 1
                return
            if not known.stopped and known.came:
                self._stop(known, now_us)
        self._read(known, now_us)

    def _stop(self, known: Known, now_us: int) -> None:
        known.stopped = True
        self._world.stop(known.account, now_us)
        own_minor = self._world.own_of(known.account)
        self.tally.innocent_minor += own_minor
        rows = self._world.statement(known.account, now_us)
        left_minor = known.came_minor - sum(traced for _, traced in carried_on(known.came, own_minor, rows))
        self.tally.empty_stops += left_minor == 0

    def _read(self, known: Known, now_us: int) -> None:
        """A statement up to now: what the money that came went on to, first in, first out behind the holder's own."""
        rows = self._world.statement(known.account, now_us)
        known.seen_us, known.own_minor = now_us, self._world.own_of(known.account)
        for row, traced_minor in carried_on(known.came, known.own_minor, rows):
            follows = traced_minor > 0 or (self._policy.follows(row) and row.at_us >= known.came[0][0])
            if follows and not row.leaves:
                self._learn(row.payee, known.hop + 1, known.fraud, row.at_us, traced_minor or row.amount_minor)


def carried_on(came: Sequence[tuple[int, int]], own_minor: int, rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """Of each payment out, how much of the money that came it carries: the larger of first and last in, first out.

    A stop may cover what any method finds (`rules/purposes.toml`).
    """
    first, last = (_carried(came, own_minor, rows, newest_first=newest) for newest in (False, True))
    return [(row, max(a, b)) for row, a, b in zip(rows, first, last, strict=True)]


def _carried(came: Sequence[tuple[int, int]], own_minor: int, rows: Sequence[Row], *, newest_first: bool) -> list[int]:
    lots: deque[list[int]] = deque([[own_minor, 0]])  # how much is left, and whether it is traced
    waiting, found = deque(sorted(came)), []
    for row in rows:
        while waiting and waiting[0][0] <= row.at_us:
            lots.append([waiting.popleft()[1], 1])
        left, traced = row.amount_minor, 0
        while left > 0 and lots:
            lot = lots[-1 if newest_first else 0]
            part = min(left, lot[0])
            traced += part * lot[1]
            lot[0] -= part
            left -= part
            if lot[0] == 0:
                lots.remove(lot)
        found.append(traced)
    return found
