"""What a return is planned with: whose payments, what came into each frozen account, and whose the tracing says it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.return_plan import Inflow, Outflow


@dataclass(frozen=True, slots=True)
class VictimPayment:
    """A payment by which a victim of the case lost money; minor units."""

    victim: str
    transfer: str  # id in the ledger; empty where no statement shows it yet
    at_us: int
    amount_minor: int
    payer: str
    payee: str
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """A frozen account as its statement shows it, and by victim what was traced into it and is held there; minor units."""

    inflows: tuple[Inflow, ...] = ()
    last_outflow_us: int | None = None
    traced_in_minor: Mapping[str, int] = field(default_factory=dict[str, int])
    held_minor: Mapping[str, int] = field(default_factory=dict[str, int])
    covered: bool = True
    outflows: tuple[Outflow, ...] = ()  # without the payments of returns
    covered_until_us: int | None = None  # where its own statement ends; None: none is at hand, or nobody asked


@dataclass(frozen=True, slots=True)
class ReturnFigures:
    """The figures of a case by the method that its returns go by."""

    method: str
    trace_run: str
    payments: tuple[VictimPayment, ...]
    accounts: Mapping[tuple[str, str], AccountFigures]  # by account, as the freeze calls it, and currency

    def of(self, account: str, currency: str) -> AccountFigures:
        """The figures of an account; empty where the statements do not know it."""
        return self.accounts.get((account, currency), AccountFigures(covered=False))

    def lost_minor(self, currency: str) -> dict[str, int]:
        """What each victim lost over the whole case."""
        lost: dict[str, int] = {}
        for payment in self.payments:
            if payment.currency == currency:
                lost[payment.victim] = lost.get(payment.victim, 0) + payment.amount_minor
        return lost
