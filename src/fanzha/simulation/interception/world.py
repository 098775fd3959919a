"""What happens whether a desk looks or not: stolen money moves on when its time comes, unless its account was stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from fanzha.core.time import MINUTE_US
from fanzha.measures.interception import Stay
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.build import City
from fanzha.simulation.city.gangs import ABROAD
from fanzha.simulation.city.laundering import CASH, Move

NEVER_US: Final = 2**62
UNSTOPPABLE: Final = frozenset({CASH, ABROAD})


@dataclass(frozen=True, slots=True)
class Row:
    """A payment out of an account, as its statement shows it."""

    at_us: int
    payee: int
    amount_minor: int
    leaves: bool  # cash, a terminal, coins, abroad: nobody is asked further


@dataclass(slots=True)
class World:
    """The moves of a city's stolen money, and which accounts were stopped when.

    A move that is due happens if the move that brought its money happened and its payer is not stopped; what cannot leave
    stays. A gang uses an account for one fraud and then another like it, so that a stop in one fraud saves no money of the
    next: an account's number here is its place, and the fraud times the number of places on top.
    """

    moves: Sequence[Move]
    own_minor: npt.NDArray[np.int64]  # what was on each account besides
    ordinary: Mapping[int, Sequence[Row]] = field(
        default_factory=dict[int, Sequence[Row]]
    )  # what else left gangs' accounts
    stopped_us: dict[int, int] = field(default_factory=dict[int, int])
    _happened: dict[int, bool] = field(default_factory=dict[int, bool])
    _by_payer: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def __post_init__(self) -> None:
        if self._by_payer:
            return
        by_payer: dict[int, list[int]] = defaultdict(list)
        for place in sorted(range(len(self.moves)), key=lambda at: (self.moves[at].at_us, at)):
            by_payer[self.moves[place].payer].append(place)
        self._by_payer = dict(by_payer)

    def untouched(self) -> World:
        """The same world before any stop."""
        return World(self.moves, self.own_minor, self.ordinary, _by_payer=self._by_payer)

    def stop(self, account: int, at_us: int) -> None:
        """From now on nothing leaves the account."""
        self.stopped_us.setdefault(account, at_us)

    def own_of(self, account: int) -> int:
        """What was on an account besides."""
        return int(self.own_minor[account % len(self.own_minor)])

    def is_held(self, account: int, at_us: int) -> bool:
        """Whether the account was stopped at an instant that has passed."""
        return at_us >= self.stopped_us.get(account, NEVER_US)

    def happened(self, place: int) -> bool:
        """Whether a move came about, as accounts are stopped by now."""
        chain: list[int] = []
        while place >= 0 and place not in self._happened:
            chain.append(place)
            place = self.moves[place].parent
        came = True if place < 0 else self._happened[place]
        for each in reversed(chain):
            move = self.moves[each]
            came = came and not self.is_held(move.payer, move.at_us)
            self._happened[each] = came
        return came

    def statement(self, account: int, until_us: int) -> tuple[Row, ...]:
        """What left the account up to an instant that has passed: later stops cannot change it."""
        stolen = [
            Row(
                self.moves[place].at_us,
                self.moves[place].payee,
                self.moves[place].amount_minor,
                bool(self.moves[place].exit),
            )
            for place in self._by_payer.get(account, ())
            if self.moves[place].at_us <= until_us and self.happened(place)
        ]
        others = [
            row
            for row in self.ordinary.get(account % len(self.own_minor), ())
            if row.at_us <= until_us and not self.is_held(account, row.at_us)
        ]
        return tuple(sorted((*stolen, *others), key=lambda row: row.at_us))

    def kept_minor(self, frauds: frozenset[int]) -> int:
        """Of these frauds' money, what never left a stopped account: by what truly moved, not by any method of tracing."""
        left: dict[int, int] = defaultdict(int)
        for place, move in enumerate(self.moves):
            if move.parent >= 0 and self.happened(place):
                left[move.parent] += move.amount_minor
        return sum(
            move.amount_minor - left[place]
            for place, move in enumerate(self.moves)
            if move.hop >= 1
            and move.case in frauds
            and move.payee in self.stopped_us
            and not move.exit
            and self.happened(place)
        )


def world_of(city: City, ordinary: Mapping[int, Sequence[Row]], hop_time: float = 1.0) -> World:
    """The city's moves; `hop_time` stretches the time between two of them."""
    moves = city.moves if hop_time == 1.0 else _stretched(city.moves, hop_time)
    places = len(city.people.accounts.holder)
    own = [replace(move, payer=_own(move.payer, move, places), payee=_own(move.payee, move, places)) for move in moves]
    return World(own, city.people.accounts.savings_minor, ordinary)


def _own(place: int, move: Move, places: int) -> int:
    return place if place in UNSTOPPABLE else place + (move.case + 1) * places


def ordinary_rows(city: City) -> Mapping[int, Sequence[Row]]:
    """What left the accounts that gangs use beside the stolen money: their holders' own lives."""
    used = np.zeros(city.abroad + 1, np.bool_)
    used[[move.payee + 1 for move in city.moves if move.payee not in UNSTOPPABLE]] = True
    rows: dict[int, list[Row]] = defaultdict(list)
    for number in range(city.size.days):
        payments = city.life.day(number)
        mine = payments.taken(np.flatnonzero(used[payments.payer]))
        leaves = np.isin(mine.kind, (TransferKind.CASH, TransferKind.POS))
        columns = (mine.payer, mine.at_us, mine.payee, mine.amount_minor, leaves)
        for payer, at_us, payee, amount, is_exit in zip(*(column.tolist() for column in columns), strict=True):
            rows[payer - 1].append(Row(at_us, payee - 1, amount, is_exit))
    return rows


def _stretched(moves: Sequence[Move], hop_time: float) -> tuple[Move, ...]:
    out: list[Move] = []
    for move in moves:
        if move.parent < 0:
            out.append(move)
            continue
        waited = move.at_us - moves[move.parent].at_us
        out.append(replace(move, at_us=out[move.parent].at_us + int(waited * hop_time)))
    return tuple(out)


def closed_stays(city: City) -> tuple[tuple[Stay, ...], float]:
    """How long stolen money stayed on each account of a city without a desk, and the share of what left that went on.

    What a centre knows of its closed cases, whose statements are all in.
    """
    left: dict[int, list[Move]] = defaultdict(list)
    for move in city.moves:
        if move.parent >= 0:
            left[move.parent].append(move)
    stays: list[Stay] = []
    onward = out = 0
    for place, move in enumerate(city.moves):
        if move.hop == 0 or move.exit:
            continue
        gone = 0
        for after in left[place]:
            stays.append(Stay(after.amount_minor, after.at_us - move.at_us, left=True))
            gone += after.amount_minor
            out += after.amount_minor
            onward += 0 if after.exit else after.amount_minor
        if gone < move.amount_minor:
            stays.append(Stay(move.amount_minor - gone, 10_080 * MINUTE_US, left=False))
    return tuple(stays), onward / out if out else 0.0
