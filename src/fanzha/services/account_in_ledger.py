"""Whether the ledger knows an account: what statements cover of it, what went in and out, what it closes with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanzha.core.money import format_minor
from fanzha.ledger.columns import MISSING
from fanzha.ledger.sequences import NEVER_COVERED
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.account_rows import exact_sum
from fanzha.services.trace_money import pockets_named


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One account in one currency; amounts as decimal texts, of every row that names it, its own statement's or not."""

    account: str
    institution: str
    currency: str
    periods: tuple[tuple[int, int], ...]  # that statements cover, from and to in µs; none: only others' rows name it
    transfers_in: int
    transfers_out: int
    amount_in: str
    amount_out: str
    first_us: int | None
    last_us: int | None
    bank_balance: str | None  # by the bank's own word
    enters_traces: bool  # not so for a hub, a masked number, or a row of unknown direction


def account_in_ledger(stored: StoredLedger, number: str) -> tuple[LedgerAccount, ...]:
    """What the ledger knows of a number, one entry a currency; empty where it does not know it."""
    return tuple(_described(stored, pocket) for pocket in pockets_named(stored, number))


def _described(stored: StoredLedger, pocket: int) -> LedgerAccount:
    columns = stored.assembly.columns
    pockets, coverage, t = columns.pockets, columns.coverage, columns.transfers
    currency = int(pockets.currency[pocket])
    exponent = pockets.exponents[currency]
    low, high = np.searchsorted(coverage.pocket, [pocket, pocket + 1])
    came, went = np.flatnonzero(t.payee == pocket), np.flatnonzero(t.payer == pocket)
    times = np.concatenate([t.at_us[came], t.at_us[went]])
    stated = int(pockets.bank_balance_minor[pocket])
    return LedgerAccount(
        account=pockets.account[pocket],
        institution=pockets.institution[pocket],
        currency=pockets.currencies[currency],
        periods=tuple((int(coverage.from_us[k]), int(coverage.to_us[k])) for k in range(low, high)),
        transfers_in=len(came),
        transfers_out=len(went),
        amount_in=format_minor(exact_sum(t.amount_minor[came]), exponent),
        amount_out=format_minor(exact_sum(t.amount_minor[went]), exponent),
        first_us=int(times.min()) if len(times) else None,
        last_us=int(times.max()) if len(times) else None,
        bank_balance=None if stated == MISSING else format_minor(stated, exponent),
        enters_traces=not pockets.flags[pocket] & NEVER_COVERED,
    )
