"""`fanzha bench trace`: reachability and first in, first out tracing, beside other engines."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np

from bench.city_ledger import ledger_of
from bench.made_ledger import DAY_US, MadeLedger
from bench.measure import OURS, Engine, interleave, line_reads, machine, rows_of
from bench.peers import HOPS, PEERS, Pieces, Query, moves_of
from fanzha.ledger.index import LedgerIndex, build_index
from fanzha.ledger.reacher import Reacher
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.fifo_tracer import FifoTracer
from fanzha.tracing.fifo_tracer import Pieces as Traced

REACH_US: Final = DAY_US
FIFO_US: Final = 7 * DAY_US
BATCH_RUNS: Final = 31
WARM_RUNS: Final = 5
LIMIT_BYTES_MAX: Final = 2 << 30  # beyond it only pages of the operating system add to the cost


def run(size: int, *, seed: int, queries: int, engines: Sequence[str], city: str | None = None) -> dict[str, Any]:
    """Ask both questions of every engine about the same planted payments."""
    made = ledger_of(size, seed, city)
    ledger = Ledger(made.columns, build_index(made.columns))
    names = [name for name in PEERS if name in engines]
    moves = moves_of(made) if names else None
    peers = [PEERS[name](moves) for name in names]
    tracer, reacher = FifoTracer(ledger), Reacher(ledger.index)
    chosen = np.random.default_rng(seed).choice(made.victim_eids, queries, replace=queries > len(made.victim_eids))

    def reach(query: Query) -> tuple[int, int]:
        found = reacher.reach(query.eids, until_us=query.until_us, hops_max=HOPS)
        return len(found.pockets), found.transfers

    def fifo(query: Query) -> Traced:
        return tracer.trace(query.eids, until_us=query.until_us)

    def same_money(ours: Traced, theirs: Pieces) -> bool:
        carried = ours.end == 0
        mine = _summed(tracer.transfers_of(ours)[carried], ours.amount_minor[carried])
        return all(np.array_equal(a, b) for a, b in zip(mine, _summed(*theirs), strict=True))

    reach_engines: dict[str, Engine] = {OURS: reach, **{peer.name: peer.reach for peer in peers}}
    fifo_engines: dict[str, Engine] = {OURS: fifo, **{peer.name: peer.fifo for peer in peers}}
    reach_times, same_reach = interleave(reach_engines, _queries(made, chosen, REACH_US), lambda a, b: a == b, seed)
    fifo_times, same_fifo = interleave(fifo_engines, _queries(made, chosen, FIFO_US), same_money, seed)
    warm = [
        *_warm("reach_warm", reach, _queries(made, chosen, REACH_US)),
        *_warm("fifo_warm", fifo, _queries(made, chosen, FIFO_US)),
    ]
    batch, flow_ns, flows = _batch(made, tracer)
    return {
        "bench": "trace",
        "size": len(made.columns.transfers),
        "results": [*rows_of("reach", reach_times), *rows_of("fifo", fifo_times), *warm, batch],
        "equal_answers": same_reach and same_fifo,
        "bytes_per_transfer": ledger.index.bytes_per_transfer,
        "flows_per_trace": flows,
        "limit": _limit(ledger.index, flow_ns),
        "machine": machine(),
    }


def _queries(made: MadeLedger, eids: np.ndarray, window_us: int) -> list[Query]:
    t = made.columns.transfers
    return [
        Query(e, np.array([e]), int(t.payee[e]), int(t.at_us[e]), int(t.amount_minor[e]), int(t.at_us[e]) + window_us)
        for e in eids.tolist()
    ]  # fmt: skip


def _warm(question: str, ask: Callable[[Query], Any], queries: Sequence[Query]) -> list[dict[str, Any]]:
    """The same calls one after the other, nobody else in between: what a case load costs, not a single click."""
    seconds = []
    for _ in range(WARM_RUNS):
        for query in queries:
            begun = perf_counter()
            ask(query)
            seconds.append(perf_counter() - begun)
    return rows_of(question, {OURS: seconds})


def _summed(eids: np.ndarray, amount: np.ndarray) -> Pieces:
    """What each transfer carried in all, by transfer."""
    order = np.argsort(eids, kind="stable")
    found, first = np.unique(eids[order], return_index=True)
    return found, np.add.reduceat(amount[order], first)


def _batch(made: MadeLedger, tracer: FifoTracer) -> tuple[dict[str, Any], float, float]:
    """All planted payments in one call, one label each, seven days, on one core."""
    eids = made.victim_eids
    until = made.columns.transfers.at_us[eids] + FIFO_US
    pieces = tracer.trace(eids, until_us=until)
    flows = int(np.count_nonzero(pieces.end == 0))
    seconds = []
    gc.collect()
    for _ in range(BATCH_RUNS):
        begun = perf_counter()
        tracer.trace(eids, until_us=until)
        seconds.append(perf_counter() - begun)
    row = rows_of("fifo_batch", {OURS: seconds}, len(eids))[0]
    return row, float(np.median(seconds)) / flows * 1e9, flows / len(eids)


def _limit(index: LedgerIndex, flow_ns: float) -> dict[str, Any]:
    """A flow reads two random lines at least: the row that carries it, and the payee's next."""
    limit = line_reads(min(index.rows.nbytes, LIMIT_BYTES_MAX))
    floor = 2 * limit["independent_line_ns"]
    return {**limit, "flow_ns": flow_ns, "floor_flow_ns": floor, "times_floor": flow_ns / floor}
