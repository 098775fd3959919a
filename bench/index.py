"""`fanzha bench index`: building the index in memory, beside DuckDB sorting the same transfers by payer and time."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np

from bench.city_ledger import ledger_of
from bench.made_ledger import MadeLedger
from bench.measure import OURS, machine, rows_of
from fanzha.ledger.index import LedgerIndex, build_index

RUNS: Final = 5


def run(
    size: int, *, seed: int, engines: Sequence[str], balances: bool = False, city: str | None = None
) -> dict[str, Any]:
    """Build and sort in turn, in random order, after one turn that is not counted."""
    made = ledger_of(size, seed, city, balances=balances)
    n = len(made.columns.transfers)
    work: dict[str, Callable[[], Any]] = {OURS: lambda: build_index(made.columns)}
    connection = None
    if "duckdb" in engines:
        connection = _connection(made)
        work["duckdb"] = lambda: connection.execute(
            'create or replace table sorted as select * from transfers order by payer, "at"'
        )
    seconds: dict[str, list[float]] = {name: [] for name in work}
    order, rng = list(work), random.Random(seed)
    index = build_index(made.columns)
    for turn in range(RUNS + 1):
        rng.shuffle(order)
        for name in order:
            gc.collect()
            begun = perf_counter()
            built = work[name]()
            if turn:
                seconds[name].append(perf_counter() - begun)
            if name == OURS:
                index = built
            del built
    equal = True
    if connection is not None:
        eids = connection.execute("select eid from sorted").fetchnumpy()["eid"]
        equal = bool(np.array_equal(_payers_order(made, index), eids))
    return {
        "bench": "index",
        "size": n,
        "results": rows_of("build", seconds, n),
        "equal_answers": equal,
        "bytes_per_transfer": index.bytes_per_transfer,
        "limit": {},
        "machine": machine(),
    }


def _connection(made: MadeLedger) -> Any:
    import duckdb
    import pyarrow as pa

    t = made.columns.transfers
    table = pa.table({
        "payer": t.payer, "at": t.at_us, "payee": t.payee, "amount": t.amount_minor, "eid": np.arange(len(t)),
    })  # fmt: skip
    connection = duckdb.connect()
    connection.register("arrow", table)
    connection.execute("create table transfers as select * from arrow")
    connection.unregister("arrow")
    return connection


def _payers_order(made: MadeLedger, index: LedgerIndex) -> np.ndarray:
    """The transfers in the order of the index's rows."""
    eids = np.empty(len(made.columns.transfers), np.int64)
    eids[index.row_of] = np.arange(len(eids))
    return eids
