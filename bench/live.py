"""`fanzha bench live`: first in, first out kept up to date while rows stream in, beside queues in plain Python."""

from __future__ import annotations

import gc
import random
from collections import defaultdict, deque
from time import perf_counter
from typing import Any, Final

import numpy as np

from bench.made_ledger import MadeLedger, make_ledger
from bench.measure import OURS, machine, rows_of
from fanzha.tracing.live import LiveClaim, LiveTrace
from fanzha.tracing.live_ledger import LiveBatch

BATCH_ROWS: Final = 65_536
PEER_ROWS: Final = 200_000
RUNS: Final = 3
Carried = dict[tuple[str, int], int]


def run(size: int, *, seed: int) -> dict[str, Any]:
    """Stream every row once, and the first 200,000 in turn with the peer, in random order."""
    made = make_ledger(size, seed, balances=True)
    n = len(made.columns.transfers)
    short = min(n, PEER_ROWS)
    work = {OURS: lambda: _stream(made, short), "python": lambda: _queues(made, short)}
    seconds: dict[str, list[float]] = {name: [] for name in work}
    order, rng, answers = list(work), random.Random(seed), {}
    for turn in range(RUNS + 1):
        rng.shuffle(order)
        for name in order:
            gc.collect()
            spent, answers[name] = work[name]()
            if turn:
                seconds[name].append(spent)
    whole = [_stream(made, n)[0] for _ in range(RUNS)]
    return {
        "bench": "live",
        "size": n,
        "results": [*rows_of("first_rows", seconds, short), *rows_of("stream", {OURS: whole}, n)],
        "equal_answers": answers[OURS] == answers["python"],
        "labels": float(len(made.victim_eids)),
        "limit": {},
        "machine": machine(),
    }


def _stream(made: MadeLedger, rows: int) -> tuple[float, Carried]:
    """Seconds for the rows in batches, arrays in and movements out; what each carried of each label."""
    t = made.columns.transfers
    live = LiveTrace(with_balances=True)
    plain = np.zeros(len(made.columns.pockets) - 1, np.bool_)
    live.add_accounts(plain, plain)
    live.add_claims([
        LiveClaim(str(e), int(t.payer[e]), int(t.payee[e]), int(t.at_us[e]), int(t.at_us[e]), int(t.amount_minor[e]))
        for e in made.victim_eids.tolist()
    ])  # fmt: skip
    batches = [
        LiveBatch(
            t.at_us[part], t.payer[part], t.payee[part], t.amount_minor[part], t.kind[part],
            t.payer_balance_minor[part], t.payee_balance_minor[part],
        )
        for part in (slice(at, min(at + BATCH_ROWS, rows)) for at in range(0, rows, BATCH_ROWS))
    ]  # fmt: skip
    begun = perf_counter()
    for batch in batches:
        live.process(batch)
    spent = perf_counter() - begun
    return spent, {(label, row): amount for (label, row, end, _), amount in live.facts().items() if not end}


def _queues(made: MadeLedger, rows: int) -> tuple[float, Carried]:
    """The same with a queue of lots for each account; an account's first row says what it had before."""
    t = made.columns.transfers
    columns = [column[:rows].tolist() for column in (
        t.payer, t.payee, t.amount_minor, t.payer_balance_minor, t.payee_balance_minor
    )]  # fmt: skip
    victims = {e: str(e) for e in made.victim_eids.tolist()}
    home = {int(t.payer[e]) for e in victims}
    lots: dict[int, deque[list[Any]]] = {}
    carried: Carried = defaultdict(int)
    begun = perf_counter()
    for row, (payer, payee, amount, payer_after, payee_after) in enumerate(zip(*columns, strict=True)):
        for account, before in ((payer, payer_after + amount), (payee, payee_after - amount)):
            if account not in lots:
                lots[account] = deque([[None, before]])
        left, queue, into = amount, lots[payer], lots[payee]
        label = victims.get(row)
        while left:
            lot = queue[0]
            part = min(left, lot[1])
            left -= part
            lot[1] -= part
            if not lot[1]:
                queue.popleft()
            if lot[0] is not None:
                carried[lot[0], row] += part
            if part and label is None:
                into.append([lot[0] if payee not in home else None, part])
        if label is not None:
            carried[label, row] += amount
            into.append([label if payee not in home else None, amount])
    return perf_counter() - begun, dict(carried)
