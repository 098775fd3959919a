"""Find the transfer that a victim's report names: same accounts, same amount, the time as far as it is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from fanzha.ledger.columns import I64, NONE, OUTSIDE, POCKET_MASKED, LedgerColumns

NEAR_ROWS_MAX: Final = 5


class Match(Enum):
    """How the row that was found answers to the report."""

    EXACT = "exact"
    SHIFTED = "shifted"  # the bank's clock differs from the report's
    PAYER_NOT_NAMED = "payer_not_named"  # the payee's statement does not name who paid


@dataclass(frozen=True, slots=True)
class Claim:
    """One payment as it was reported: pockets that the accounts' names stand for, and the period that the time can mean."""

    payers: Collection[int]
    payees: Collection[int] | None
    from_us: int
    to_us: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that answer to a claim, best kind of match only; several mean that the claim is ambiguous."""

    eids: tuple[int, ...]
    match: Match


def find_payment(columns: LedgerColumns, claim: Claim, tolerance_us: int) -> Found:
    """The transfers that a claim can mean; none if no row of that amount lies within the tolerance."""
    t = columns.transfers
    wide = _between(columns, claim.from_us - tolerance_us, claim.to_us + tolerance_us)
    wide = wide[t.amount_minor[wide] == claim.amount_minor]
    if claim.payees is not None:
        wide = wide[np.isin(t.payee[wide], list(claim.payees))]
    named = wide[np.isin(t.payer[wide], list(claim.payers))]
    at = t.at_us[named]
    exact = named[(at >= claim.from_us) & (at <= claim.to_us)]
    if len(exact):
        return Found(tuple(exact.tolist()), Match.EXACT)
    if len(named):
        return Found(tuple(named.tolist()), Match.SHIFTED)
    masked = (columns.pockets.flags[t.payer[wide]] & POCKET_MASKED) != 0
    unnamed = wide[(t.payer[wide] == OUTSIDE) | masked] if claim.payees is not None else wide[:0]
    return Found(tuple(unnamed.tolist()), Match.PAYER_NOT_NAMED)


def near_payments(columns: LedgerColumns, claim: Claim, around_us: int) -> Sequence[int]:
    """Rows that are almost what was claimed (same payer, or same payee and amount), nearest in time first."""
    t = columns.transfers
    wide = _between(columns, claim.from_us - around_us, claim.to_us + around_us)
    by_payer = np.isin(t.payer[wide], list(claim.payers))
    by_payee = np.isin(t.payee[wide], list(claim.payees or ())) & (t.amount_minor[wide] == claim.amount_minor)
    near = wide[by_payer | by_payee]
    order = np.lexsort((near, np.abs(t.at_us[near] - claim.from_us)))
    return [int(eid) for eid in near[order][:NEAR_ROWS_MAX]]


def is_covered(columns: LedgerColumns, pocket: int, at_us: int) -> bool:
    """Whether the account's own statement is at hand for that instant."""
    c = columns.coverage
    return bool(np.any((c.pocket == pocket) & (c.from_us <= at_us) & (c.to_us >= at_us)))


def _between(columns: LedgerColumns, from_us: int, to_us: int) -> I64:
    at = columns.transfers.at_us
    return np.arange(np.searchsorted(at, from_us, "left"), np.searchsorted(at, to_us, "right"), dtype=np.int64)


__all__ = ["NONE", "Claim", "Found", "Match", "find_payment", "is_covered", "near_payments"]
