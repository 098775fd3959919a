"""A city from its size and its seed, and what was paid in it day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.core.time import DAY_US, parse_instant
from fanzha.simulation.city.assumptions import CitySize, read_assumptions
from fanzha.simulation.city.gangs import ABROAD, Gang, emptied, idle_accounts, make_gangs
from fanzha.simulation.city.laundering import Move
from fanzha.simulation.city.ordinary import OrdinaryLife, Payments, word
from fanzha.simulation.city.people import THIS_YEAR, Ints, People, make_people
from fanzha.simulation.city.schemes import Fraud, make_frauds

BEGINS: Final = f"{THIS_YEAR}-03-01T00:00:00+08:00"
NO_MOVE: Final = -1


@dataclass(frozen=True, slots=True)
class City:
    """Who lives there and what is done to them; what they pay comes from `days`."""

    size: CitySize
    seed: int
    begins_us: int
    people: People
    gangs: tuple[Gang, ...]
    frauds: tuple[Fraud, ...]
    moves: tuple[Move, ...]
    life: OrdinaryLife

    @property
    def ends_us(self) -> int:
        """The end of the last day."""
        return self.begins_us + self.size.days * DAY_US

    @property
    def abroad(self) -> int:
        """The code of the account abroad."""
        return len(self.people.accounts.holder) + 1


def build_city(size: CitySize, seed: int) -> City:
    """The city of that size and seed."""
    assumptions, begins_us = read_assumptions(), parse_instant(BEGINS)
    people = make_people(size, assumptions, seed)
    gangs = make_gangs(people, assumptions, size.cases, seed)
    frauds, moves = make_frauds(people, gangs, assumptions, size, seed, begins_us)
    idle = idle_accounts(people, gangs, assumptions, seed)
    people = emptied(people, idle, assumptions, seed)
    life = _at_pace(OrdinaryLife(people, assumptions, seed, begins_us, idle=idle), size)
    return City(size, seed, begins_us, people, gangs, frauds, tuple(moves), life)


def _at_pace(life: OrdinaryLife, size: CitySize) -> OrdinaryLife:
    """The pace at which about as many payments are made as the size says: the more so, the bigger the city."""
    return life.at_pace(size.transfers / size.days / life.paced_a_day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a city: each can be asked for by itself, again, and in any order."""

    city: City
    stolen: Payments
    numbers: Ints  # of the moves that they are

    def day(self, number: int) -> tuple[Payments, Ints]:
        """One day's payments in the order of time, and of each the move that it is, or NO_MOVE."""
        begins_us = self.city.begins_us + number * DAY_US
        lo, hi = np.searchsorted(self.stolen.at_us, [begins_us, begins_us + DAY_US])
        ordinary, today = self.city.life.day(number), self.stolen.taken(np.arange(lo, hi))
        # Anywhere among the payments of its instant: that it comes last there must not give stolen money away.
        rng = np.random.default_rng([self.city.seed, 7, number])
        first, behind = (np.searchsorted(ordinary.at_us, today.at_us, side) for side in ("left", "right"))
        places = np.maximum.accumulate(rng.integers(first, behind + 1)) if hi > lo else first
        which = np.insert(np.full(len(ordinary), NO_MOVE), places, self.numbers[lo:hi])
        columns = (np.insert(getattr(ordinary, name), places, getattr(today, name)) for name in Payments.__slots__)
        return Payments(*columns), which


def calendar(city: City, without: frozenset[int] = frozenset()) -> Calendar:
    """The city's days. without: moves that did not come about."""
    return Calendar(city, *_stolen(city, without))


def days(city: City, without: frozenset[int] = frozenset()) -> Iterator[tuple[int, Payments, Ints]]:
    """Each day's number, its payments in the order of time, and of each the move that it is, or NO_MOVE.

    without: moves that did not come about.
    """
    every = calendar(city, without)
    for number in range(city.size.days):
        yield number, *every.day(number)


def _stolen(city: City, without: frozenset[int]) -> tuple[Payments, Ints]:
    """The moves in the order of time, as payments, with their places in the list."""
    kept = [place for place, move in enumerate(city.moves) if place not in without and move.at_us < city.ends_us]
    moves = [city.moves[place] for place in kept]
    payments = Payments(
        np.array([move.at_us for move in moves], np.int64),
        _codes(city, [move.payer for move in moves]), _codes(city, [move.payee for move in moves]),
        np.array([move.amount_minor for move in moves], np.int64),
        np.array([move.kind for move in moves], np.uint8), np.array([word(move.words) for move in moves], np.uint8),
    )  # fmt: skip
    order = np.argsort(payments.at_us, kind="stable")
    return payments.taken(order), np.array(kept, np.int64)[order]


def _codes(city: City, places: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([city.abroad if place == ABROAD else place + 1 for place in places], np.int32)
