"""`fanzha bench live`: first in, first out kept up to date while rows stream in, beside queues in plain Python.

Two shapes of the same ledger: `complete` has no balances and begins with every account's opening as a row of its own, which
is not counted; `stated` has both parties' balances on every row, and an account's first one says what it had before.
`first_correction` is what the first late row waits for after all rows of `complete`: they are laid in one line and hung into
their accounts' chains, which no row after that waits for again. `durable` is
`stated` with each batch on disk before its movements are said, `durable_taken_up` the start after that.
"""

from __future__ import annotations

import gc
import random
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Final

import numpy as np
from numba import njit

from bench.city_ledger import ledger_of
from bench.live_durable import durable_rows
from bench.measure import OURS, machine, rows_of
from fanzha.ledger.columns import I64, OUTSIDE, Transfers
from fanzha.ledger.compiled import prefetch
from fanzha.tracing.live import LiveClaim, LiveTrace
from fanzha.tracing.live_ledger import LiveBatch

BATCH_ROWS: Final = 65_536
PYTHON: Final = "python"
PYTHON_UNCOLLECTED: Final = "python, no collector"
SEEDS: Final = 10_000
ROWS_A_SEED: Final = 1_000
RUNS: Final = 3
LINE_WORDS: Final = 8
AHEAD: Final = 12
Carried = dict[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Rows:
    """What streams in, the rows that are origins, and what each account had before, by number."""

    transfers: Transfers
    origins: I64
    opening_minor: I64

    def __len__(self) -> int:
        return len(self.transfers)


def run(size: int, *, seed: int, city: str | None = None) -> dict[str, Any]:
    """Stream all rows in each shape in turn with the peer, in random order; none starts with anything of another."""
    rows = _rows(size, seed, city)
    work = {
        "complete": partial(_stream, rows, stated=False), "stated": partial(_stream, rows, stated=True),
        PYTHON: partial(_queues, rows, collector=True), PYTHON_UNCOLLECTED: partial(_queues, rows, collector=False),
    }  # fmt: skip
    peers = (PYTHON, PYTHON_UNCOLLECTED)
    seconds: dict[str, list[float]] = {name: [] for name in work}
    order, rng, answers = list(work), random.Random(seed), {}
    for turn in range(RUNS + 1):
        rng.shuffle(order)
        for name in order:
            gc.collect()
            if name in peers and not turn:
                continue  # nothing of it warms up
            spent, answers[name] = work[name]()
            if turn:
                seconds[name].append(spent)
    results = []
    for shape in ("complete", "stated"):
        beside = {OURS: seconds[shape], **{peer: seconds[peer] for peer in peers}}
        results += rows_of(f"stream_{shape}", beside, len(rows))
    results += rows_of("first_correction", {OURS: [_first_correction(rows) for _ in range(RUNS)]}, len(rows))
    durable, taken_up_the_same = durable_rows(
        partial(_start, rows, stated=True), list(_batches(rows.transfers, stated=True))
    )
    results += durable
    equal = all(answer == answers["complete"] for answer in answers.values()) and taken_up_the_same
    return {
        "bench": "live",
        "size": len(rows),
        "results": results,
        "equal_answers": equal,
        "labels": float(len(rows.origins)),
        "limit": _limit(rows, {row["question"]: row["per_s"] for row in results if row["engine"] == OURS}),
        "machine": machine(),
    }


def _rows(size: int, seed: int, city: str | None) -> Rows:
    """A ledger; its victims and the first payments of other accounts are the origins, one for every 1,000 rows."""
    made = ledger_of(size, seed, city, balances=True)
    t = made.columns.transfers
    account = np.stack([t.payer, t.payee], axis=1).ravel()
    before = np.stack([t.payer_balance_minor + t.amount_minor, t.payee_balance_minor - t.amount_minor], axis=1).ravel()
    opening = np.zeros(len(made.columns.pockets), np.int64)
    opening[account[::-1]] = before[::-1]  # the first row of an account is written last
    _, firsts = np.unique(t.payer, return_index=True)
    firsts = np.random.default_rng(seed).permutation(firsts[~np.isin(firsts, made.victim_eids)])
    more = max(0, min(SEEDS, len(t) // ROWS_A_SEED) - len(made.victim_eids))
    return Rows(t, np.sort(np.concatenate([made.victim_eids, firsts[:more]])), opening)


def _batches(t: Transfers, *, stated: bool) -> Iterator[LiveBatch]:
    for at in range(0, len(t), BATCH_ROWS):
        part = slice(at, at + BATCH_ROWS)
        balances = (t.payer_balance_minor[part], t.payee_balance_minor[part]) if stated else ()
        yield LiveBatch(t.at_us[part], t.payer[part], t.payee[part], t.amount_minor[part], t.kind[part], *balances)


def _openings(rows: Rows) -> LiveBatch:
    had = np.flatnonzero(rows.opening_minor)
    n = len(had)
    at_us = np.full(n, rows.transfers.at_us[0] - 1)
    outside = np.full(n, OUTSIDE, np.uint32)
    return LiveBatch(at_us, outside, had.astype(np.uint32), rows.opening_minor[had], np.zeros(n, np.uint8))


def _start(rows: Rows, *, stated: bool) -> LiveTrace:
    """A trace that knows the accounts and looks for the origins."""
    t = rows.transfers
    live = LiveTrace(with_balances=stated)
    plain = np.zeros(len(rows.opening_minor) - 1, np.bool_)
    live.add_accounts(plain, plain)
    live.add_claims([
        LiveClaim(str(e), int(t.payer[e]), int(t.payee[e]), int(t.at_us[e]), int(t.at_us[e]), int(t.amount_minor[e]))
        for e in rows.origins.tolist()
    ])  # fmt: skip
    return live


def _stream(rows: Rows, *, stated: bool) -> tuple[float, Carried]:
    """Seconds for the rows in batches, arrays in and movements out; what each carried of each label."""
    live, first = _start(rows, stated=stated), 0
    if not stated:
        openings = _openings(rows)
        live.process(openings)
        first = len(openings)
    batches = list(_batches(rows.transfers, stated=stated))
    begun = perf_counter()
    for batch in batches:
        live.process(batch)
    spent = perf_counter() - begun
    return spent, {(label, row - first): amount for (label, row, end, _), amount in live.facts().items() if not end}


def _first_correction(rows: Rows) -> float:
    """Seconds until a late row of the first origin's payee is taken in, after all the rows."""
    live, t = _start(rows, stated=False), rows.transfers
    for batch in (_openings(rows), *_batches(t, stated=False)):
        live.process(batch)
    e = rows.origins[:1]
    late = LiveBatch(t.at_us[e], t.payee[e], t.payer[e + 1], np.ones(1, np.int64), t.kind[e])
    begun = perf_counter()
    live.process(late)
    return perf_counter() - begun


def _queues(rows: Rows, *, collector: bool) -> tuple[float, Carried]:
    """The same with a queue of lots for each account; the openings are in the queues before the clock runs.

    Python looks through all lots for circles again and again while they grow, unless its collector is turned off.
    """
    t = rows.transfers
    columns = [column.tolist() for column in (t.payer, t.payee, t.amount_minor)]
    origins = {e: str(e) for e in rows.origins.tolist()}
    home = {int(t.payer[e]) for e in origins}
    lots: list[deque[list[Any]]] = [deque([[None, had]] if had else []) for had in rows.opening_minor.tolist()]
    carried: Carried = defaultdict(int)
    if not collector:
        gc.disable()
    begun = perf_counter()
    for row, (payer, payee, amount) in enumerate(zip(*columns, strict=True)):
        left, queue, into = amount, lots[payer], lots[payee]
        label = origins.get(row)
        while left:
            lot = queue[0]
            part = min(left, lot[1])
            left -= part
            lot[1] -= part
            if not lot[1]:
                queue.popleft()
            if lot[0] is not None:
                carried[lot[0], row] += part
            if label is None:
                into.append([lot[0] if payee not in home else None, part])
        if label is not None:
            carried[label, row] += amount
            into.append([label if payee not in home else None, amount])
    spent = perf_counter() - begun
    gc.enable()
    return spent, dict(carried)


@njit(cache=True)
def _touch(lines, payer, payee, amount):  # type: ignore[no-untyped-def]
    """Add every row to its two accounts, a cache line each, and do nothing else."""
    for i in range(payer.size):
        if i + AHEAD < payer.size:
            prefetch(lines, payer[i + AHEAD])
            prefetch(lines, payee[i + AHEAD])
        lines[payer[i], 1] += amount[i]
        lines[payee[i], 0] += amount[i]


def _limit(rows: Rows, per_s: dict[str, float]) -> dict[str, float]:
    """What the machine needs to find the two accounts of every row; how many times as long we take."""
    t = rows.transfers
    lines = np.zeros((len(rows.opening_minor), LINE_WORDS), np.int64)
    seconds = []
    for turn in range(RUNS + 1):
        begun = perf_counter()
        _touch(lines, t.payer, t.payee, t.amount_minor)
        if turn:
            seconds.append(perf_counter() - begun)
    floor = float(np.median(seconds)) / len(rows)
    return {
        "two_lines_ns": floor * 1e9,
        **{f"{name}_distance": 1 / rate / floor for name, rate in per_s.items() if name.startswith("stream")},
    }
