"""What is truly paid in a city while its desk works: as planned, but for what a measure or missing money stops.

Only accounts that something happened to are looked at payment by payment: one that is blocked, or of which money is kept
back, or that lacks money which should have come. All others pay as planned.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fanzha.simulation.demo.city_payments import NO_ROW, CityPayments, Ints

_LAST: Final = 2**62


@dataclass(frozen=True, slots=True)
class CityRow:
    """A payment as an account's own book shows it; what goes out is below zero."""

    row: int
    at_us: int
    amount_minor: int
    other: int  # code
    words: str


class FailedPayments:
    """The rows that did not come about, in a file, so that who begins again knows them."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS failed (row INTEGER PRIMARY KEY)")

    def rows(self) -> tuple[int, ...]:
        """All of them, rising."""
        return tuple(row for (row,) in self._connection.execute("SELECT row FROM failed ORDER BY row"))

    def add(self, rows: Sequence[int]) -> None:
        """Takes some down, at once."""
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO failed VALUES (?)", [(row,) for row in rows])
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


class CityWorld:
    """The payments of a city up to an instant that only moves on."""

    def __init__(self, payments: CityPayments, failed: FailedPayments) -> None:
        self.payments, self._kept_failed = payments, failed
        self.now_us = int(payments.at_us[0]) - 1 if len(payments.at_us) else 0
        self._failed = np.zeros(len(payments.at_us), np.bool_)
        self._apart: dict[int, int] = defaultdict(int)  # by code: what it has more or less than planned
        self._blocks: dict[int, int] = defaultdict(int)
        self._kept: dict[int, int] = defaultdict(int)
        self._due: list[int] = []  # rows to be looked at, the earliest first
        self._waiting: set[int] = set()

    def resume(self, now_us: int) -> None:
        """Goes on where a former start ended; what measures hold is told afterwards, by `block`, `keep_back` and `move`."""
        self.now_us = max(self.now_us, now_us)
        for row in self._kept_failed.rows():
            self._fail(row)
        self._due = [row for row in self._due if row >= self._next_row()]
        heapq.heapify(self._due)
        self._waiting = set(self._due)
        for code in tuple(self._apart):
            self._watch(code, self._next_row())

    def advance(self, to_us: int) -> None:
        """Lets everybody pay what is due by then."""
        at_us, failed = self.payments.at_us, list[int]()
        while self._due and at_us[self._due[0]] <= to_us:
            row = heapq.heappop(self._due)
            self._waiting.discard(row)
            if self._fails(row):
                self._fail(row)
                failed.append(row)
            self._watch(int(self.payments.payer[row]), row + 1)
        if failed:
            self._kept_failed.add(failed)
        self.now_us = max(self.now_us, to_us)

    def block(self, code: int, count: int) -> None:
        """From now on nothing leaves the account (只收不付), count 1; or one of its blocks is over, count -1."""
        self._blocks[code] += count
        self._watch(code, self._next_row())

    def keep_back(self, code: int, amount_minor: int) -> None:
        """So much more of the account is kept back from now on; less where it is below zero."""
        self._kept[code] += amount_minor
        self._watch(code, self._next_row())

    def move(self, code: int, amount_minor: int) -> None:
        """Money that no plan knows comes to the account, or leaves it."""
        self._apart[code] += amount_minor
        self._watch(code, self._next_row())

    def rows(self, code: int, until_us: int = _LAST) -> list[CityRow]:
        """What came and went on an account so far, in the order of time."""
        payments = self.payments
        until_us = min(until_us, self.now_us)
        out, in_ = self._done(payments.outgoing.of(code), until_us), self._done(payments.incoming.of(code), until_us)
        found = [self._row(row, -1, int(payments.payee[row])) for row in out.tolist()]
        found += [self._row(row, 1, int(payments.payer[row])) for row in in_.tolist()]
        return sorted(found, key=lambda each: (each.row, each.amount_minor))

    def planned_minor(self, code: int) -> int:
        """What came less what went, of what was planned, so far."""
        amount, payments = self.payments.amount_minor, self.payments
        came = amount[self._done(payments.incoming.of(code), self.now_us)].sum()
        went = amount[self._done(payments.outgoing.of(code), self.now_us)].sum()
        return int(payments.opening_minor[code] + came - went)

    def happened(self, row: int) -> bool:
        """Whether a payment came about, of those that are due by now."""
        return bool(self.payments.at_us[row] <= self.now_us and not self._failed[row])

    def _row(self, row: int, sign: int, other: int) -> CityRow:
        payments = self.payments
        words = payments.words[payments.word[row]]
        return CityRow(row, int(payments.at_us[row]), sign * int(payments.amount_minor[row]), other, words)

    def _done(self, rows: Ints, until_us: int) -> Ints:
        until = rows[: np.searchsorted(rows, self._row_after(until_us))]
        return until[~self._failed[until]]

    def _row_after(self, at_us: int) -> int:
        return int(np.searchsorted(self.payments.at_us, at_us, side="right"))

    def _next_row(self) -> int:
        return self._row_after(self.now_us)

    def _watch(self, code: int, from_row: int) -> None:
        """Looks at the account's next payment when it is due, if anything keeps it from paying as planned."""
        if not self.payments.institutions[code]:
            return
        if not (self._blocks[code] or self._kept[code] or self._apart[code] < 0):
            return
        rows = self.payments.outgoing.of(code)
        at = int(np.searchsorted(rows, from_row))
        if at < len(rows):
            self._look_at(int(rows[at]))

    def _look_at(self, row: int) -> None:
        if row not in self._waiting:
            self._waiting.add(row)
            heapq.heappush(self._due, row)

    def _fails(self, row: int) -> bool:
        payments, code = self.payments, int(self.payments.payer[row])
        brought = int(payments.parent[row])
        if self._blocks[code] or (brought != NO_ROW and self._failed[brought]):
            return True
        has = int(payments.payer_before_minor[row]) + self._apart[code] - self._kept[code]
        return has < int(payments.amount_minor[row]) and self._apart[code] - self._kept[code] < 0

    def _fail(self, row: int) -> None:
        payments = self.payments
        amount, payee = int(payments.amount_minor[row]), int(payments.payee[row])
        self._failed[row] = True
        self._apart[int(payments.payer[row])] += amount
        self._apart[payee] -= amount
        self._watch(payee, row + 1)
        for onward in payments.children.get(row, ()):
            self._look_at(onward)
