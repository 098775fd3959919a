"""`fanzha bench ingest`: files into a ledger, end to end, beside the library that only reads the same file.

In `csv` and `xlsx` the peers do less by far: they parse cells. Ours checks every field, keeps provenance, finds duplicates,
orders, indexes, and writes all of it to disk. In `csv_read` both read only: rows with exact amounts and instants in memory.
"""

from __future__ import annotations

import gc
import random
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import polars as pl

from bench.made_ledger import MadeLedger, make_ledger
from bench.measure import OURS, machine, rows_of
from fanzha import bootstrap
from fanzha.services.ingest_files import ingest_files

RUNS: Final = 3
XLSX_ROWS_MAX: Final = 100_000


def run(size: int, *, seed: int) -> dict[str, Any]:
    """A canonical CSV of `size` rows beside Polars, and a workbook of at most 100,000 beside calamine."""
    results, equal, per_core = [], True, {}
    with tempfile.TemporaryDirectory() as folder:
        homes = Path(folder)
        end_to_end = partial(_ingest, homes)
        csv, xlsx, few = homes / "transfers.csv", homes / "transfers.xlsx", min(size, XLSX_ROWS_MAX)
        _write_csv(make_ledger(size, seed), csv)
        _write_xlsx(make_ledger(few, seed), xlsx)
        for question, path, rows, engines in (
            ("csv", csv, size, {OURS: end_to_end, "polars": _polars_rows}),
            ("csv_read", csv, size, {OURS: _read, "polars": _polars_typed_rows}),
            ("xlsx", xlsx, few, {OURS: end_to_end, "calamine": _calamine_rows}),
        ):
            seconds, busy, same = _turns(path, engines, seed)
            results += rows_of(question, seconds, rows)
            per_core[f"{question}_rows_per_core_s"] = rows / busy
            equal = equal and same
    return {
        "bench": "ingest", "size": size, "results": results, "equal_answers": equal, **per_core, "limit": {},
        "machine": machine(),
    }  # fmt: skip


def _turns(
    path: Path, engines: Mapping[str, Callable[[Path], Any]], seed: int
) -> tuple[dict[str, list[float]], float, bool]:
    """Everybody reads the file, in random order; our own processor seconds, all threads together; whether all find the same.

    The first turn is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    busy: list[float] = []
    order, rng, counts = list(engines), random.Random(seed), set()
    for turn in range(RUNS + 1):
        rng.shuffle(order)
        for name in order:
            gc.collect()
            begun, idle = perf_counter(), process_time()
            counts.add(engines[name](path))
            if turn:
                seconds[name].append(perf_counter() - begun)
                if name == OURS:
                    busy.append(process_time() - idle)
    return seconds, float(np.median(busy)), len(counts) == 1


def _ingest(folder: Path, path: Path) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as home:
        report = ingest_files(
            bootstrap.fact_store(Path(home)), bootstrap.statement_reader(), [path], rules=bootstrap.ledger_rules()
        )
        return sum(file["accepted"] for file in report.document["files"])


def _polars_rows(path: Path) -> int:
    return pl.read_csv(path, schema_overrides={"payer": pl.String, "payee": pl.String}).height


def _read(path: Path) -> tuple[int, int]:
    """Rows and the sum of their amounts in 分, with every field checked and row numbers kept."""
    reader = bootstrap.statement_reader()
    batches = [reader.read(file) for file in reader.discover([path])]
    return sum(batch.rows for batch in batches), sum(
        batch.facts["transfers"]["amount_minor"].sum() for batch in batches
    )


def _polars_typed_rows(path: Path) -> tuple[int, int]:
    """The same with what Polars has for it: decimals, and instants with their offset."""
    types = {"transfer_id": pl.String, "payer": pl.String, "payee": pl.String, "amount": pl.Decimal(18, 2)}
    rows = pl.read_csv(path, schema_overrides=types, try_parse_dates=True)
    assert rows["at"].dtype == pl.Datetime("us", "UTC"), rows["at"].dtype
    return rows.height, int(rows["amount"].sum() * 100)


def _calamine_rows(path: Path) -> int:
    import python_calamine

    return len(python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1


def _frame(made: MadeLedger) -> pl.DataFrame:
    """Made rows as a canonical table; account numbers begin with a prefix that no institution has."""
    t = made.columns.transfers
    yuan = pl.Series(t.amount_minor)
    second = np.maximum.accumulate(t.at_us // 1_000_000)
    return pl.DataFrame({
        "transfer_id": pl.int_range(len(t), eager=True).cast(pl.String),
        "at": pl.Series(second * 1_000_000).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
        "payer": "629999" + pl.Series(t.payer.astype(np.int64)).cast(pl.String).str.zfill(10),
        "payee": "629999" + pl.Series(t.payee.astype(np.int64)).cast(pl.String).str.zfill(10),
        "amount": (yuan // 100).cast(pl.String) + "." + (yuan % 100).cast(pl.String).str.zfill(2),
    })  # fmt: skip


def _write_csv(made: MadeLedger, path: Path) -> None:
    _frame(made).write_csv(path)


def _write_xlsx(made: MadeLedger, path: Path) -> None:
    import xlsxwriter

    frame = _frame(made)
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("transfers")
        for i, row in enumerate([tuple(frame.columns), *frame.iter_rows()]):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
