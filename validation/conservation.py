"""What every run has to prove: no unit of money appears or vanishes, in any account, by any method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.ledger.assembly.quality import pocket_sums
from fanzha.ledger.columns import LedgerColumns
from fanzha.ledger.extract import Extract
from fanzha.ledger.index import LedgerIndex
from fanzha.tracing.allocate import Ledger, allocate, extract_for
from fanzha.tracing.model import EXIT_ENDS, UNKNOWN_REASON, Method, Money, Question

ALLOCATING: Final[tuple[Method, ...]] = (Method.FIFO, Method.LIFO, Method.PRORATA, Method.OWN_FIRST, Method.LIBR)


@dataclass(frozen=True, slots=True)
class Balance:
    """The trace law of one run, in minor units."""

    origin: int
    held: int
    exited: int
    unknown: int

    @property
    def difference(self) -> int:
        """Zero, or the run is wrong."""
        return self.origin - self.held - self.exited - self.unknown


def balance_of(question: Question, money: Money) -> Balance:
    """Where the origins' money is.

    Raises AssertionError when a unit is missing or too many, for all origins together or for any one of them.
    """
    held, exited, unknown = ([0] * len(question.origins) for _ in range(3))
    for (_, label), amount in money.held.items():
        held[label] += amount
    for (end, _, _, label), amount in money.ends.items():
        (exited if end in EXIT_ENDS else unknown)[label] += amount
        assert end in EXIT_ENDS or end in UNKNOWN_REASON, end
    for label, origin in enumerate(question.origins):
        assert origin.amount_minor == held[label] + exited[label] + unknown[label], origin.label
    total = Balance(sum(o.amount_minor for o in question.origins), sum(held), sum(exited), sum(unknown))
    assert total.difference == 0
    return total


def trace_all(
    ledger: Ledger, question: Question, methods: tuple[Method, ...] = ALLOCATING
) -> tuple[dict[Method, Money], dict[Method, Balance], Extract]:
    """The question by every method, each proved to conserve."""
    taken = extract_for(ledger, question)
    money = {method: allocate(ledger, question, method, taken) for method in methods}
    balances: dict[Method, Balance] = {
        method: balance_of(question, found) for method, found in money.items() if method is not Method.POISON
    }
    return money, balances, taken


def accounts_not_conserved(columns: LedgerColumns, index: LedgerIndex) -> int:
    """Accounts where opening + in + gaps in − out − gaps out is not the closing balance."""
    return int(np.count_nonzero(pocket_sums(columns, index).difference))
