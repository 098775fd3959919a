"""Compile the array loops ahead, so that no verb waits for it: `python -m fanzha.cli.compile_kernels`.

Two processes share the work. Each calls the rooms' public functions on a ledger of a few transfers, with the types that
real ledgers have; numba keeps what it compiled.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from fanzha.cli.output import say
from fanzha.ledger.columns import MISSING, NONE, Coverage, LedgerColumns, Pockets, Transfers
from fanzha.ledger.compiled import CACHE_FOLDER
from fanzha.ledger.extract import Extract, extract
from fanzha.ledger.index import LedgerIndex, build_index
from fanzha.ledger.layout import LAST, NO_JUMPS
from fanzha.ledger.reacher import Reacher

# at, payer, payee, amount, time in the payee's statement, which one it takes back: ties, a contradiction, a reversal.
_ROWS: Final = (
    (10, 1, 2, 100, 15, NONE), (11, 1, 2, 100, 12, NONE), (30, 2, 3, 40, 30, NONE), (30, 3, 2, 30, 30, NONE),
    (40, 1, 3, 50, 40, NONE), (50, 3, 1, 50, 50, 4),
)  # fmt: skip
_POCKETS: Final = 4
# The payer's statement, with two rows alike; the same again with one more; the payee's statement.
_HEADS: Final = "at,payer,payee,amount,payer_balance_after,payee_balance_after\n"
_ALIKE: Final = (
    "2026-01-01 10:00:00,A1,B1,5.00,,\n2026-01-01 10:00:00,A1,B1,5.00,,\n2026-01-01 10:01:00,A1,B1,1.00,0.00,\n"
)
_TABLES: Final = (
    _HEADS + _ALIKE,
    _HEADS + _ALIKE + "2026-01-02 10:00:00,C1,A1,1.00,,1.00\n",
    _HEADS + "2026-01-01 10:00:02,A1,B1,5.00,,5.00\n2026-01-01 10:01:02,A1,B1,1.00,,6.00\n",
)


def _tiny_ledger() -> LedgerColumns:
    n = len(_ROWS)
    at, payer, payee, amount, payee_at, reverses = (np.array(column, np.int64) for column in zip(*_ROWS, strict=True))
    yes, sub, order, unstated = (
        np.ones(n, np.bool_),
        np.zeros(n, np.uint16),
        np.arange(n),
        np.full(n, MISSING, np.int64),
    )
    transfers = Transfers(
        at_us=at, payer=payer.astype(np.uint32), payee=payee.astype(np.uint32), amount_minor=amount,
        kind=np.zeros(n, np.uint8), payer_at_us=at, payee_at_us=payee_at, payer_order=order, payee_order=order,
        payer_balance_minor=np.where(at == 11, 0, MISSING), payee_balance_minor=unstated, payer_sub=sub, payee_sub=sub,
        payer_seen=yes, payee_seen=yes, payer_ordered=~yes, payee_ordered=~yes, reverses=reverses,
    )  # fmt: skip
    none = np.full(_POCKETS, MISSING, np.int64)
    pockets = Pockets(
        account=("",) * _POCKETS, currency=np.zeros(_POCKETS, np.uint16), currencies=("CNY",), exponents=(2,),
        holder=np.ones(_POCKETS, np.uint32), institution=("",) * _POCKETS, flags=np.zeros(_POCKETS, np.uint8),
        bank_balance_minor=none, bank_balance_at_us=none, bound_minor=none,
    )  # fmt: skip
    covered = np.arange(1, _POCKETS, dtype=np.uint32)
    everything = Coverage(covered, np.zeros(len(covered), np.int64), np.full(len(covered), 60))
    return LedgerColumns(transfers, pockets, everything)


def _compile_ledger() -> None:
    columns = _tiny_ledger()
    index = build_index(columns)
    build_index(columns, outflows_first=True)
    extract(columns, index, [0], [1])
    Reacher(index).reach(np.array([0]))


def _compile_statements() -> None:
    """Puts three tiny statements together."""
    from fanzha import bootstrap
    from fanzha.services.ingest_files import ingest_files

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.csv") for number in range(len(_TABLES))]
        for path, text in zip(paths, _TABLES, strict=True):
            path.write_text(text, encoding="utf-8")
        store = bootstrap.fact_store(Path(folder, "home"))
        ingest_files(store, bootstrap.statement_reader(), paths, rules=bootstrap.ledger_rules())


def _compile_live() -> None:
    """Streams a payment, its onward payment and a late row, which makes the trace correct itself."""
    from fanzha.tracing.live import LiveClaim, LiveTrace
    from fanzha.tracing.live_ledger import LiveBatch

    at, amount = np.array([10, 20, 15]), np.array([100, 50, 10])
    payer, payee = np.array([1, 2, 2], np.uint32), np.array([2, 3, 3], np.uint32)
    plain, kind, balance = 3 * [False], np.zeros(3, np.uint8), np.array([0, 50, MISSING])
    for with_balances in (False, True):
        live = LiveTrace(with_balances=with_balances)
        live.add_accounts(plain, plain)
        live.add_claims([LiveClaim("V", 1, 2, 10, 10, 100)])
        stated = (balance, balance) if with_balances else ()
        live.process(LiveBatch(at, payer, payee, amount, kind, *stated))
        live.held()


def _compile_tracing() -> None:
    """Compiles without an index built or an extract taken: both would compile the other process's part again."""
    from fanzha.tracing.allocate import Ledger, allocate
    from fanzha.tracing.fifo_tracer import FifoTracer
    from fanzha.tracing.model import Method, Origin, Question

    columns, index = _tiny_ledger(), _empty_index()
    ledger, question = Ledger(columns, index), Question((Origin("", 1, 0, 1, 2, 10),))
    FifoTracer(ledger).trace(np.array([0]))
    for method in Method:
        allocate(ledger, question, method, _empty_extract())


def _empty_index() -> LedgerIndex:
    """An index of one row that ends at once."""
    numbers, number = np.empty(0, np.int64), np.zeros(_POCKETS, np.int64)
    row = np.array([[0, 10, 2 << 32, -1, NO_JUMPS | LAST]])
    sides, starts = np.empty(0, np.uint32), np.zeros(_POCKETS + 1, np.int64)
    return LedgerIndex(
        rows=row, row_start=starts, line_end=number, in_rows=sides, in_start=starts, opening_minor=number,
        assumed=np.zeros(_POCKETS, np.bool_), in_total=number, out_total=number, closing_minor=number,
        syn=np.empty((0, 6), np.int64), syn_row=numbers, row_of=np.zeros(1, np.uint32), segs=np.empty((0, 5), np.int64),
        reverses=numbers, skip=numbers, group_pocket=numbers, group_end=numbers, group_members=sides, repaired=numbers,
        monotone=np.ones(1, np.bool_),
    )  # fmt: skip


def _empty_extract() -> Extract:
    numbers, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
    return Extract(
        pockets=numbers, hops=numbers, opening_minor=numbers, eid=numbers, rowless=flags, at_us=numbers,
        amount_minor=numbers, payee=numbers, payer_slot=numbers, payee_slot=numbers, stop=np.empty(0, np.uint8),
        own_holder=flags, reverses=numbers, reversed_later=flags, away=flags, origin=numbers,
    )  # fmt: skip


# Two processes, each from left to right. The right one uses what the left one has compiled by then: the index.
PARTS: Final[Mapping[str, Sequence[Callable[[], Any]]]] = {
    "ledger": (_compile_ledger, _compile_statements),
    "tracing": (_compile_tracing, _compile_live),
}


def main(arguments: list[str]) -> int:
    """Compiles one part, or all parts in a process each; the exit code is that of the worst."""
    if arguments:
        for compile_ in PARTS[arguments[0]]:
            compile_()
        return 0
    begun = perf_counter()
    own = [sys.executable, "-P", "-m", "fanzha.cli.compile_kernels"]
    started = [subprocess.Popen([*own, part]) for part in PARTS]  # noqa: S603 - our own module and interpreter
    code = max(process.wait() for process in started)
    for former in CACHE_FOLDER.parent.glob("fanzha-*"):
        if former != CACHE_FOLDER:
            shutil.rmtree(former, ignore_errors=True)  # of sources that are no more
    say(f"kernels compiled in {perf_counter() - begun:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
