"""Balances: what every account must have had at first so that it is never overdrawn, and what it shows after each payment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanzha.simulation.city.ordinary import CASH, Payments
from fanzha.simulation.city.people import Ints


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
        _, account, signed = _sides(payments)
        running, first, last = _running(account, signed)
        at = account[first]
        self.low[at] = np.minimum(self.low[at], self.level[at] + np.minimum.reduceat(running, first))
        self.level[at] += running[last]

    def openings(self, savings_minor: Ints) -> Ints:
        """By code: the savings, and what was missing."""
        opening = np.zeros(len(self.low), np.int64)
        opening[1 : len(savings_minor) + 1] = savings_minor
        opening += np.maximum(-self.low - opening, 0)
        return opening


def balances_after(payments: Payments, standing: Ints) -> tuple[Ints, Ints]:
    """Payer's and payee's balance after each payment; `standing` is brought up to date. At cash and abroad they mean nothing."""
    row, account, signed = _sides(payments)
    running, first, last = _running(account, signed)
    after = running + np.repeat(standing[account[first]], np.diff(np.append(first, len(account))))
    standing[account[first]] += running[last]
    both = np.empty(2 * len(payments), np.int64)
    both[row] = after
    return both[: len(payments)], both[len(payments) :]


def _sides(payments: Payments) -> tuple[Ints, Ints, Ints]:
    """Every payment's two sides by account and then by time: which side, whose, and how much in or out."""
    n = len(payments)
    account = np.concatenate((payments.payer, payments.payee)).astype(np.int64)
    signed = np.concatenate((-payments.amount_minor, payments.amount_minor))
    # Of one payment the payer's side is first; rows are in the order of time already.
    order = np.lexsort((np.concatenate((np.arange(n), np.arange(n))), account))
    assert CASH == 0
    return order, account[order], signed[order]


def _running(account: Ints, signed: Ints) -> tuple[Ints, Ints, Ints]:
    """Sums along each account, and where its sides begin and end."""
    starts = np.flatnonzero(np.append(True, account[1:] != account[:-1])) if len(account) else np.empty(0, np.int64)
    total = np.cumsum(signed)
    before = np.concatenate(([0], total))[starts]
    last = np.append(starts[1:], len(account)) - 1 if len(account) else starts
    return total - np.repeat(before, np.diff(np.append(starts, len(account)))), starts, last
