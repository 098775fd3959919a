"""Devices: which one operates which account, and each day's log-ins; people's own, families', companies' and gangs'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.core.time import DAY_US, SECOND_US
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.assumptions import read_assumptions
from fanzha.simulation.city.build import City
from fanzha.simulation.city.ordinary import Payments
from fanzha.simulation.city.people import NOBODY, Codes, Ints
from fanzha.simulation.city.registry import Registry

OVERFLOW: Final = 2**63
DAY_S: Final = DAY_US // SECOND_US
SECOND_DEVICE_SHARE: Final = 0.2  # of the payments of somebody who has two
BY_HAND: Final = (TransferKind.CASH, TransferKind.POS)  # with the card, at a machine


@dataclass(frozen=True, slots=True)
class Devices:
    """The device of every account, and a second one; devices are numbered, people's own by the number of the holder."""

    of_account: Codes
    second: Codes  # NOBODY
    of_gangs: Sequence[Sequence[int]]
    count: int


@dataclass(frozen=True, slots=True)
class Logins:
    """Who logged into which account: one for each account and device of a day, in the order of time."""

    at_us: Ints
    account: Codes  # code
    device: Codes
    payments: Ints  # that were made; 0: somebody looked


def make_devices(city: City, registry: Registry) -> Devices:
    """Every device of the city."""
    told, people = read_assumptions().table("devices"), city.people
    holders, rng = people.holders, np.random.default_rng([city.seed, 12])
    n_companies = len(holders.job) - holders.people
    of_holder = np.arange(len(holders.job))
    giving = np.flatnonzero((holders.parent != NOBODY) & (rng.random(len(holders.job)) < told["by_child_share"]))
    of_holder[holders.parent[giving]] = giving
    lot, books = rng.random(n_companies), max(n_companies // told["companies_a_bookkeeper"], 1)
    kept = len(holders.job) + rng.integers(0, books, n_companies)
    own = np.where(lot < told["company_device_share"], of_holder[holders.people :], registry.representative)
    of_holder[holders.people :] = np.where(lot > 1 - told["bookkeeper_share"], kept, own)
    n = len(holders.job) + books
    two = np.flatnonzero(rng.random(holders.people) < told["second_device_share"])
    second = np.full(len(holders.job), NOBODY)
    second[two] = n + np.arange(len(two))
    n += len(two)
    of_gangs = [[n + device for device in gang.devices] for gang in city.gangs]
    count = n + 1 + max((device for gang in city.gangs for device in gang.devices), default=-1)
    holder = people.accounts.holder
    return Devices(of_holder[holder].astype(np.int32), second[holder].astype(np.int32), of_gangs, count)


class LogBook:
    """The log-ins of each day, drawn from the seed, the day's number and what was paid."""

    def __init__(self, city: City, devices: Devices) -> None:
        self._city, self._devices, self._told = city, devices, read_assumptions().table("devices")
        self._trials = self._all_trials()

    def day(self, number: int, payments: Payments, moves: Ints) -> Logins:
        """Of one day's payments, and of which moves they are."""
        rng = np.random.default_rng([self._city.seed, 13, number])
        at_us, code, device = self._operated(rng, payments, moves)
        looked = self._looked(rng, number)
        paid = np.concatenate((np.ones(len(at_us), np.int64), np.zeros(len(looked[0]), np.int64)))
        at_us, code, device = (np.concatenate(parts) for parts in zip((at_us, code, device), looked, strict=True))
        # By account, device and second in one number; of each account and device the first, and how many.
        begins_us = self._city.begins_us + number * DAY_US
        second = np.maximum((at_us - begins_us) // SECOND_US, 0)
        pair = code * self._devices.count + device
        assert (self._city.abroad + 1) * self._devices.count * DAY_S < OVERFLOW
        order = np.argsort(pair * DAY_S + second)
        pair = pair[order]
        first = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])) if len(order) else order
        row, times = order[first], np.add.reduceat(paid[order], first) if len(order) else order
        in_time = np.argsort(second[row] * (self._city.abroad + 1) + code[row], kind="stable")
        row = row[in_time]
        at_us = begins_us + second[row] * SECOND_US
        return Logins(at_us, code[row].astype(np.int32), device[row].astype(np.int32), times[in_time])

    def _operated(self, rng: np.random.Generator, payments: Payments, moves: Ints) -> tuple[Ints, Ints, Ints]:
        """When, into which account and from where somebody logged in to pay."""
        known = (payments.payer > 0) & (payments.payer < self._city.abroad)
        row = np.flatnonzero(known & ~np.isin(payments.kind, BY_HAND))
        code = payments.payer[row].astype(np.int64)
        second = self._devices.second[code - 1]
        has_second = (second != NOBODY) & (rng.random(len(row)) < SECOND_DEVICE_SHARE)
        device = np.where(has_second, second, self._devices.of_account[code - 1]).astype(np.int64)
        for at in np.flatnonzero(moves[row] >= 0).tolist():
            move = self._city.moves[int(moves[row[at]])]
            if move.hop != 1:  # the victim pays from his own device
                of_gang = self._devices.of_gangs[self._city.frauds[move.case].gang]
                device[at] = of_gang[move.payer % len(of_gang)]
        before_us = rng.integers(5, 120, len(row)) * SECOND_US
        return payments.at_us[row] - before_us, code, device

    def _looked(self, rng: np.random.Generator, number: int) -> tuple[Ints, Ints, Ints]:
        """Log-ins without a payment: people who look at their balance, and recruiters who try a rented account."""
        holder = self._city.people.accounts.holder
        some = rng.integers(0, len(holder), int(rng.poisson(self._told["looks_a_day"] * len(holder))))
        tried = self._trials.get(number, [])
        place = np.concatenate((some, np.array([place for place, _ in tried], np.int64)))
        device = self._devices.of_account[place].astype(np.int64)
        device[len(some) :] = [who for _, who in tried]
        begins_us = self._city.begins_us + number * DAY_US
        return begins_us + rng.integers(8 * 3600, 22 * 3600, len(place)) * SECOND_US, place + 1, device

    def _all_trials(self) -> dict[int, list[tuple[int, int]]]:
        """By day: rented accounts and the recruiter's own device (验卡), on the day before they come into use."""
        rng, found = np.random.default_rng([self._city.seed, 14]), dict[int, list[tuple[int, int]]]()
        each = read_assumptions().table("gangs")["account_used_days"]
        windows = -(-self._city.size.days // each)
        for gang in self._city.gangs:
            for window in range(windows):
                used = gang.in_use(window, windows)
                for place in (*used.first, *used.later):
                    if rng.random() < self._told["trial_share"]:
                        found.setdefault(max(window * each - 1, 0), []).append((place, gang.recruiter_of(place)))
        return found
