"""Random ledgers with all the dirt that real ones have: ties, loops, gaps both ways, uncovered accounts, reversals."""

from __future__ import annotations

import random
from dataclasses import replace

from fanzha.ledger.columns import NONE, POCKET_HUB
from fanzha.records import TransferKind
from fanzha.tracing.model import Limits, Question
from tests.ledgers import Book, Row, book

KINDS = [TransferKind.TRANSFER] * 12 + [TransferKind.CASH, TransferKind.CRYPTO, TransferKind.FEE]


def random_book(rng: random.Random) -> Book:
    """A small ledger that starts true and is then seen through incomplete, tied and skewed statements."""
    accounts = [f"A{i}" for i in range(rng.randint(2, 9))]
    balance = {a: rng.choice([0, 0, rng.randint(0, 500)]) for a in accounts}
    at, rows = 0, []
    for _ in range(rng.randint(1, 40)):
        at += rng.choice([0, 0, 1, 2, 5])
        payer, payee = rng.choice([*accounts, ""]), rng.choice([*accounts, ""])
        if payer == payee and (not payer or rng.random() < 0.8):
            continue
        spendable = balance.get(payer, 300) + (rng.randint(0, 60) if rng.random() < 0.1 else 0)
        if spendable < 1:
            continue
        amount = rng.choice([spendable, rng.randint(1, spendable), rng.randint(1, spendable)])
        rows.append(_paid(rng, balance, at, payer, payee, amount, rng.choice(KINDS)))
        if rng.random() < 0.12 and rows[-1].payer and payer != payee:
            at += rng.choice([0, 1, 3])
            part = amount if rng.random() < 0.6 else rng.randint(1, amount)
            if balance.get(payee, part) >= part:
                back = _paid(rng, balance, at, payee, payer, part, TransferKind.REVERSAL)
                rows.append(replace(back, reverses=len(rows) - 1 - rng.choice([0, 0, 0])))
    return _seen(rng, rows, accounts)


def _paid(
    rng: random.Random, balance: dict[str, int], at: int, payer: str, payee: str, amount: int, kind: TransferKind
) -> Row:
    for name, signed in ((payer, -amount), (payee, amount)):
        if name and payer != payee:
            balance[name] += signed
    return Row(at, payer, payee, amount, balance.get(payer), balance.get(payee), kind, ordered=rng.random() < 0.2)


def _seen(rng: random.Random, rows: list[Row], accounts: list[str]) -> Book:
    rows = _lost(rng, rows)
    if not rows:
        rows = [Row(0, "A0", "A1", 5)]
    style = rng.random()
    seen = []
    for r in rows:
        skew = rng.choice([0, 0, 0, -2, 2, 4]) if style < 0.25 else 0
        keep = 0.0 if style > 0.9 else 0.9
        seen.append(
            replace(
                r,
                payer_balance=r.payer_balance if rng.random() < keep else None,
                payee_balance=r.payee_balance if rng.random() < keep else None,
                payee_at=r.at + skew,
                payer_seen=rng.random() > 0.04,
                payee_seen=rng.random() > 0.06,
            )
        )
    last = max(r.at for r in seen) + 5
    coverage = None
    if rng.random() < 0.6:
        coverage = {a: _periods(rng, last) for a in accounts if rng.random() < 0.8}
    holders = {a: rng.randint(0, 3) for a in accounts}
    flags = {a: POCKET_HUB for a in accounts if rng.random() < 0.04}
    return book(seen, coverage=coverage, holders=holders, flags=flags)


def _lost(rng: random.Random, rows: list[Row]) -> list[Row]:
    """Drop some rows that no statement shows; reversals keep pointing at what they take back."""
    kept = [i for i in range(len(rows)) if rng.random() > 0.07]
    number = {old: new for new, old in enumerate(kept)}
    return [replace(rows[i], reverses=number.get(rows[i].reverses, NONE)) for i in kept]


def _periods(rng: random.Random, last: int) -> list[tuple[int, int]]:
    if rng.random() < 0.5:
        return [(-10, last)]
    cuts = sorted(rng.sample(range(-1, last + 6), 4))
    return [(cuts[0], cuts[1]), (cuts[2], cuts[3])] if rng.random() < 0.5 else [(cuts[0], cuts[3])]


def random_question(rng: random.Random, made: Book, *, limits: bool = True) -> Question:
    """A few payments of the ledger as origins, some of them nested, with or without limits."""
    t = made.columns.transfers
    able = [e for e in range(len(t)) if t.payer[e] != t.payee[e] and t.reverses[e] == NONE]
    chosen = sorted(rng.sample(able, min(len(able), rng.choice([1, 1, 2, 3])))) if able else []
    origins = tuple(made.origin(f"V{i}", eid) for i, eid in enumerate(chosen))
    nested = frozenset(o.label for o in origins if o.payer and rng.random() < 0.25)
    bounds = Limits()
    if limits and origins and rng.random() < 0.3:
        bounds = Limits(
            until_us=max(o.at_us for o in origins) + rng.randint(0, 40) * 1_000_000 if rng.random() < 0.5 else None,
            hops_max=rng.choice([None, 1, 2, 3]),
            dust_minor=rng.choice([0, 0, 3, 20]),
        )
    return Question(origins, nested, bounds)
