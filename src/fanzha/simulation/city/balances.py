"""Balances: what every account must have had at first so that it is never overdrawn, and what it shows after each payment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanzha.simulation.city.ordinary import CASH, Payments
from fanzha.simulation.city.people import Ints


@dataclass(frozen=True, slots=True)
class Swell:
    """What a stretch of payments does to its accounts, counted from what each had before."""

    account: Ints  # every code that pays or is paid, once
    low: Ints  # the least that it had
    moved: Ints  # what it had more or less in the end
    payer: Ints  # what the payer had after each payment
    payee: Ints


def swell_of(payments: Payments) -> Swell:
    """What these payments do, one after the other; of one payment the payer's side is first."""
    n = len(payments)
    account = np.stack((payments.payer, payments.payee), axis=1).ravel().astype(np.int64)
    signed = np.stack((-payments.amount_minor, payments.amount_minor), axis=1).ravel()
    assert CASH == 0
    # By account and then by time; a plain sort of both in one number is several times as fast as a stable one.
    order = np.sort(account * max(2 * n, 1) + np.arange(2 * n)) % max(2 * n, 1)
    account, signed = account[order], signed[order]
    first = np.flatnonzero(np.append(True, account[1:] != account[:-1])) if n else np.empty(0, np.int64)
    total = np.cumsum(signed)
    running = total - np.repeat(np.concatenate(([0], total))[first], np.diff(np.append(first, 2 * n)))
    last = np.append(first[1:], 2 * n) - 1 if n else first
    both = np.empty(2 * n, np.int64)
    both[order] = running
    low = np.minimum.reduceat(running, first) if n else first
    return Swell(account[first], low, running[last], both[::2], both[1::2])


@dataclass(slots=True)
class Tide:
    """How low each account came so far, and where it stands, counted from its opening balance; by code."""

    level: Ints
    low: Ints

    @classmethod
    def calm(cls, codes: int) -> Tide:
        """Before the first payment."""
        return cls(np.zeros(codes, np.int64), np.zeros(codes, np.int64))

    def pass_over(self, payments: Payments) -> None:
        """Takes in payments that follow those so far."""
        self.take_in(swell_of(payments))

    def take_in(self, swell: Swell) -> None:
        """Takes in what payments do that follow those so far."""
        at = swell.account
        self.low[at] = np.minimum(self.low[at], self.level[at] + swell.low)
        self.level[at] += swell.moved

    def openings(self, savings_minor: Ints) -> Ints:
        """By code: the savings, and what was missing."""
        opening = np.zeros(len(self.low), np.int64)
        opening[1 : len(savings_minor) + 1] = savings_minor
        opening += np.maximum(-self.low - opening, 0)
        return opening


def balances_after(payments: Payments, standing: Ints) -> tuple[Ints, Ints]:
    """Payer's and payee's balance after each payment; `standing` is brought up to date. At cash and abroad they mean nothing."""
    swell = swell_of(payments)
    after = (standing[payments.payer] + swell.payer, standing[payments.payee] + swell.payee)
    standing[swell.account] += swell.moved
    return after
