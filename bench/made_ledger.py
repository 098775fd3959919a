"""A made ledger of any size: power-law accounts, ninety days, and planted cases whose victims are known.

The same size and seed give the same ledger. Nothing in it is anybody's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from fanzha.ledger.columns import MISSING, NONE, Coverage, LedgerColumns, Pockets, Transfers

DAY_US: Final = 86_400_000_000
DAYS: Final = 90
START_US: Final = 1_767_225_600_000_000  # 2026-01-01
TRANSFERS_AN_ACCOUNT: Final = 8
SKEW: Final = 2.2
SINKS_MAX: Final = 1000
MINUTE_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class MadeLedger:
    """Columns and the transfers that the planted victims paid."""

    columns: LedgerColumns
    victim_eids: np.ndarray


def make_ledger(size: int, seed: int = 1, *, balances: bool = False) -> MadeLedger:
    """About `size` transfers between `size / 8` accounts; a complete ledger, with running balances on request.

    One case for every 5,000 transfers up to 1,000 cases, then one for every 10,000: victim, 3 to 8 levels of mules,
    1 to 4 payments each, twenty minutes between levels on average, 3 % at most kept back, then to the sinks.
    """
    rng = np.random.default_rng(seed)
    n_accounts = max(64, size // TRANSFERS_AN_ACCOUNT)
    name = rng.permutation(n_accounts).astype(np.uint32) + np.uint32(1)
    n_cases = max(1, min(size // 5_000, max(1_000, size // 10_000)))
    planted = _plant(rng, n_cases, name, size)
    n_background = max(1, size - planted.shape[0])
    at = _merge_times(rng, n_background, planted)
    payer = name[(n_accounts * rng.random(n_background) ** SKEW).astype(np.uint32)]
    payee = name[(n_accounts * rng.random(n_background) ** SKEW).astype(np.uint32)]
    amount = np.exp(rng.normal(np.log(30_000), 1.5, n_background)).astype(np.int64) + 1
    at, payer, payee, amount, victims = _merge(at, payer, payee, amount, planted, n_accounts)
    return MadeLedger(columns_of(at, payer, payee, amount, n_accounts + 1, balances=balances), victims)


def _plant(rng: np.random.Generator, n_cases: int, name: np.ndarray, size: int) -> np.ndarray:
    """Rows (at, payer, payee, amount, 1 if a victim's) of the planted cases, by time; about a tenth of the ledger at most."""
    rows = _plant_cases(rng, n_cases, name, max(8, size // 8), START_US, DAYS * DAY_US)
    return rows[np.argsort(rows[:, 0], kind="stable")]


@njit(cache=True)
def _plant_cases(rng, n_cases, name, rows_max, start_us, span_us):
    n_accounts = name.size
    n_sinks = min(SINKS_MAX, n_accounts // 8)
    rows = np.empty((rows_max, 5), np.int64)
    n = 0
    holders = np.empty((1 << 14, 3), np.int64)
    following = np.empty((1 << 14, 3), np.int64)
    for _ in range(n_cases):
        if n + 1 > rows_max:
            break
        at = start_us + np.int64(rng.random() * span_us * 0.9)
        amount = np.int64(np.exp(rng.normal() * 1.0 + np.log(2_500_000.0))) + 100
        victim, mule = name[int(rng.random() * n_accounts)], name[int(rng.random() * n_accounts)]
        if victim == mule:
            continue
        rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = at, victim, mule, amount, 1
        n += 1
        holders[0, 0], holders[0, 1], holders[0, 2] = mule, amount, at
        n_holders = 1
        levels = 3 + int(rng.random() * 6)
        for level in range(levels):
            n_following = 0
            for h in range(n_holders):
                draw = rng.random()
                splits = 1 if draw < 0.35 else 2 if draw < 0.65 else 3 if draw < 0.85 else 4
                left = holders[h, 1] - np.int64(holders[h, 1] * rng.random() * 0.03)
                when = holders[h, 2]
                for k in range(splits):
                    part = left if k == splits - 1 else np.int64(left * (0.2 + 0.6 * rng.random()))
                    left -= part
                    payee = name[int(rng.random() * (n_sinks if level == levels - 1 else n_accounts))]
                    when += 1 + np.int64(rng.exponential() * 20 * MINUTE_US)
                    if part < 100 or payee == holders[h, 0] or n >= rows_max or n_following >= following.shape[0]:
                        continue
                    rows[n, 0], rows[n, 1], rows[n, 2] = when, holders[h, 0], payee
                    rows[n, 3], rows[n, 4] = part, 0
                    n += 1
                    following[n_following, 0], following[n_following, 1], following[n_following, 2] = payee, part, when
                    n_following += 1
            holders, following = following, holders
            n_holders = n_following
    return rows[:n]


def _merge_times(rng: np.random.Generator, n: int, planted: np.ndarray) -> np.ndarray:
    """Times of the ordinary traffic, sorted without a sort: the sums of exponential steps."""
    steps = rng.standard_exponential(n)
    np.cumsum(steps, out=steps)
    steps *= DAYS * DAY_US / (steps[-1] + 1)
    return steps.astype(np.int64) + START_US


@njit(cache=True)
def _merge(at, payer, payee, amount, planted, n_accounts):
    """One ledger in strict order of time from the ordinary traffic and the planted rows, both sorted."""
    n = at.size + planted.shape[0]
    out_at, out_amount = np.empty(n, np.int64), np.empty(n, np.int64)
    out_payer, out_payee = np.empty(n, np.uint32), np.empty(n, np.uint32)
    victims = np.empty(planted.shape[0], np.int64)
    n_victims = i = j = 0
    last = np.int64(0)
    for k in range(n):
        if j < planted.shape[0] and (i == at.size or planted[j, 0] < at[i]):
            out_at[k], out_payer[k], out_payee[k], out_amount[k] = (
                planted[j, 0], planted[j, 1], planted[j, 2], planted[j, 3],
            )  # fmt: skip
            if planted[j, 4]:
                victims[n_victims] = k
                n_victims += 1
            j += 1
        else:
            out_at[k], out_payer[k], out_payee[k], out_amount[k] = at[i], payer[i], payee[i], amount[i]
            if payer[i] == payee[i]:
                out_payee[k] = payee[i] % n_accounts + 1
            i += 1
        last = max(out_at[k], last + 1)
        out_at[k] = last
    return out_at, out_payer, out_payee, out_amount, victims[:n_victims]


@njit(cache=True)
def _run_balances(payer, payee, amount, n_pockets):
    """Both parties' balances after each transfer, from the least openings that never overdraw."""
    balance, low = np.zeros(n_pockets, np.int64), np.zeros(n_pockets, np.int64)
    for i in range(payer.size):
        balance[payer[i]] -= amount[i]
        balance[payee[i]] += amount[i]
        low[payer[i]] = min(low[payer[i]], balance[payer[i]])
    for p in range(n_pockets):
        balance[p] = -low[p]
    of_payer, of_payee = np.empty(payer.size, np.int64), np.empty(payer.size, np.int64)
    for i in range(payer.size):
        balance[payer[i]] -= amount[i]
        balance[payee[i]] += amount[i]
        of_payer[i], of_payee[i] = balance[payer[i]], balance[payee[i]]
    return of_payer, of_payee


def columns_of(
    at: np.ndarray, payer: np.ndarray, payee: np.ndarray, amount: np.ndarray, n_pockets: int, *, balances: bool
) -> LedgerColumns:
    """A complete ledger of these transfers, in strict order of time; on request with the balances that never overdraw."""
    n = len(at)
    if balances:
        of_payer, of_payee = _run_balances(payer, payee, amount, n_pockets)
    else:
        of_payer = of_payee = np.full(n, MISSING, np.int64)
    order, sub, yes = np.arange(n), np.zeros(n, np.uint16), np.ones(n, np.bool_)
    transfers = Transfers(
        at_us=at, payer=payer, payee=payee, amount_minor=amount, kind=np.zeros(n, np.uint8),
        payer_at_us=at, payee_at_us=at, payer_order=order, payee_order=order,
        payer_balance_minor=of_payer, payee_balance_minor=of_payee, payer_sub=sub, payee_sub=sub,
        payer_seen=yes, payee_seen=yes, payer_ordered=yes, payee_ordered=yes, reverses=np.full(n, NONE, np.int64),
    )  # fmt: skip
    unstated = np.full(n_pockets, MISSING, np.int64)
    pockets = Pockets(
        account=("",) * n_pockets, currency=np.zeros(n_pockets, np.uint16), currencies=("CNY",), exponents=(2,),
        holder=np.zeros(n_pockets, np.uint32), institution=("",) * n_pockets, flags=np.zeros(n_pockets, np.uint8),
        bank_balance_minor=unstated, bank_balance_at_us=unstated, bound_minor=np.zeros(n_pockets, np.int64),
    )  # fmt: skip
    covered = np.arange(1, n_pockets, dtype=np.uint32)
    coverage = Coverage(covered, np.full(len(covered), at[0]), np.full(len(covered), at[-1]))
    return LedgerColumns(transfers, pockets, coverage)
