"""Random streams of canonical rows, out of order here and there, and what the batch trace says of any prefix of them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from ledgers import Book, Row, book

from fanzha.ledger.assembly.reversals import match_reversals
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.columns import MISSING, NONE, POCKET_HUB
from fanzha.records import TransferKind
from fanzha.tracing.live import ACCOUNT, BESIDE, CORRECTS, END, LABEL, NEW, OLD, ROW, LiveBatch, LiveClaim, LiveTrace
from fanzha.tracing.model import Origin, Question

KINDS = [TransferKind.TRANSFER] * 12 + [TransferKind.CASH, TransferKind.CRYPTO, TransferKind.FEE]


@dataclass(frozen=True)
class Stream:
    """Rows as they arrive; times in seconds. Account i is number i + 1 of the live trace."""

    rows: tuple[Row, ...]
    accounts: tuple[str, ...]
    hubs: frozenset[str]
    with_balances: bool
    claims: tuple[LiveClaim, ...]

    def number(self, name: str) -> int:
        return self.accounts.index(name) + 1 if name else 0


def random_stream(rng: random.Random, *, late: float = 0.15) -> Stream:
    accounts = tuple(f"A{i}" for i in range(rng.randint(2, 8)))
    balance = {a: rng.choice([0, 0, rng.randint(0, 500)]) for a in accounts}
    with_balances = rng.random() < 0.6
    keep = rng.choice([1.0, 0.9, 0.6])
    tie = rng.choice([0.0, 0.1, 0.4])
    at, rows = 0, []
    for _ in range(rng.randint(1, 40)):
        at += 0 if rng.random() < tie else rng.randint(1, 5)
        payer, payee = rng.choice([*accounts, *accounts, ""]), rng.choice([*accounts, *accounts, ""])
        if payer == payee and (not payer or rng.random() < 0.8):
            continue
        spendable = balance.get(payer, 300) + (rng.randint(0, 60) if rng.random() < 0.15 else 0)
        if spendable < 1:
            continue
        amount = rng.choice([spendable, rng.randint(1, spendable), rng.randint(1, spendable)])
        rows.append(_paid(rng, balance, at, payer, payee, amount, rng.choice(KINDS), keep))
        if rng.random() < 0.1 and payer != payee:
            at += rng.choice([0, 1, 3])
            part = amount if rng.random() < 0.6 else rng.randint(1, amount)
            if balance.get(payee, part) >= part:
                rows.append(_paid(rng, balance, at, payee, payer, part, TransferKind.REVERSAL, keep))
    rows = [r for r in rows if rng.random() > 0.06] or [Row(0, "A0", "A1", 5)]
    if not with_balances:
        rows = [replace(r, payer_balance=None, payee_balance=None) for r in rows]
    hubs = frozenset(a for a in accounts if rng.random() < 0.05)
    made = Stream(tuple(_shuffled(rng, rows, late)), accounts, hubs, with_balances, ())
    return replace(made, claims=_claims(rng, made))


def _paid(rng, balance, at, payer, payee, amount, kind, keep) -> Row:
    for name, signed in ((payer, -amount), (payee, amount)):
        if name and payer != payee:
            balance[name] += signed
    stated = [balance.get(n) if rng.random() < keep else None for n in (payer, payee)]
    return Row(at, payer, payee, amount, *stated, kind)


def _shuffled(rng: random.Random, rows: Sequence[Row], late: float) -> list[Row]:
    keyed = [(i + (rng.randint(1, 12) if rng.random() < late else 0), i) for i in range(len(rows))]
    return [rows[i] for _, i in sorted(keyed)]


def _claims(rng: random.Random, made: Stream) -> tuple[LiveClaim, ...]:
    able = [r for r in made.rows if r.payer and r.payer != r.payee and r.kind is not TransferKind.REVERSAL]
    chosen = rng.sample(able, min(len(able), rng.choice([1, 1, 2, 3])))
    return tuple(
        LiveClaim(
            f"V{i}", made.number(r.payer), made.number(r.payee) if r.payee and rng.random() < 0.7 else NONE,
            r.at * 1_000_000, r.at * 1_000_000, r.amount, nested=rng.random() < 0.25,
        )
        for i, r in enumerate(chosen)
    )  # fmt: skip


def start(made: Stream, claims: Sequence[LiveClaim] | None = None) -> LiveTrace:
    trace = LiveTrace(with_balances=made.with_balances)
    trace.add_accounts([a in made.hubs for a in made.accounts], [False] * len(made.accounts))
    trace.add_claims(made.claims if claims is None else claims)
    return trace


def batch_of(made: Stream, rows: Sequence[Row]) -> LiveBatch:
    def column(values, dtype):
        return np.array(list(values), dtype)

    def stated(values):
        return column((MISSING if v is None else v for v in values), np.int64) if made.with_balances else None

    return LiveBatch(
        column((r.at * 1_000_000 for r in rows), np.int64),
        column((made.number(r.payer) for r in rows), np.uint32),
        column((made.number(r.payee) for r in rows), np.uint32),
        column((r.amount for r in rows), np.int64),
        column((int(r.kind) for r in rows), np.uint8),
        stated(r.payer_balance for r in rows),
        stated(r.payee_balance for r in rows),
    )


def batch_ledger(made: Stream, count: int) -> tuple[Book, list[int]]:
    """The ledger of the first rows, in the order (time, arrival), and the stream row of each transfer."""
    order = sorted(range(count), key=lambda i: (made.rows[i].at, i))
    rows = [made.rows[i] for i in order]
    number = {name: i for i, name in enumerate(["", *made.accounts])}
    marked = np.array([r.kind is TransferKind.REVERSAL for r in rows], np.bool_)
    none = pl.Series([None] * count, dtype=pl.String)
    ends = tuple(np.array([number[getattr(r, side)] for r in rows], np.uint32) for side in ("payer", "payee"))
    reverses = match_reversals(
        ends, np.array([r.at * 1_000_000 for r in rows], np.int64), np.array([r.amount for r in rows], np.int64),
        marked=marked, texts=pl.DataFrame({"serial": none, "summary": none}), rules=PairingRules(),
    )  # fmt: skip
    rows = [replace(r, reverses=int(back)) for r, back in zip(rows, reverses, strict=True)]
    coverage = {a: [(rows[0].at, rows[-1].at)] for a in made.accounts}
    if made.with_balances:
        times: dict[str, list[int]] = defaultdict(list)
        for r in rows:
            for name, stated in ((r.payer, r.payer_balance), (r.payee, r.payee_balance)):
                if stated is not None and name:
                    times[name].append(r.at)
        coverage = {name: [(min(at), max(at))] for name, at in times.items()}
    flags = dict.fromkeys(made.hubs, POCKET_HUB)
    return book(rows, coverage=coverage, flags=flags), order


def batch_question(made: Stream, trace: LiveTrace, found: Book, order: Sequence[int]) -> Question:
    place = {row: eid for eid, row in enumerate(order)}
    origins = []
    for k, claim in enumerate(trace.claims):
        row = trace.matched(k)
        if row != NONE:
            origins.append(found.origin(claim.label, place[row]))
        else:
            name = made.accounts[claim.payer - 1]
            origins.append(Origin(claim.label, 0, NONE, found.pocket_of.get(name, 0)))
    return Question(tuple(origins), frozenset(c.label for c in trace.claims if c.nested))


def in_stream_numbers(made: Stream, found: Book, order: Sequence[int], question: Question, money):
    """Facts and holdings of a batch result, keyed as the live trace keys them."""
    account = {pocket: made.number(name) for name, pocket in found.pocket_of.items()}
    label = [o.label for o in question.origins]
    facts = {(label[k], order[eid], 0, 0): amount for (eid, k), amount in money.flows.items()}
    for (end, eid, pocket, k), amount in money.ends.items():
        facts[label[k], order[eid], int(end), account[pocket]] = amount
    return facts, {(label[k], account[pocket]): amount for (pocket, k), amount in money.held.items()}


def said_so_far(trace: LiveTrace, said: Mapping | dict, movements: np.ndarray) -> dict:
    """Adds up what was said, line by line."""
    for m in movements.tolist():
        if m[END] == 99:
            continue
        label, row, end, delta = trace.claims[m[LABEL]].label, m[ROW], m[END], m[NEW] - m[OLD]
        keys = [(label, row, end, m[ACCOUNT] if end else 0)]
        if end and end not in BESIDE and not m[CORRECTS]:
            keys.append((label, row, 0, 0))
        for key in keys:
            said[key] = said.get(key, 0) + delta
            if not said[key]:
                del said[key]
    return said
