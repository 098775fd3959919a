"""`fanzha bench ingest`: files into a ledger, end to end, beside the library that only reads the same file.

In `csv` and `xlsx` the peers do less by far: they parse cells. Ours checks every field, keeps provenance, finds duplicates,
orders, indexes, and writes all of it to disk. `bank_csv` is a bank's table of 34 columns, which Polars reads as texts. In
`csv_read` both read only: rows with exact amounts and instants in memory. `later` is one more file of 500 rows for the ledger
of all the rows before, which has no peer: the ledger must be the one that both files make at once.
"""

from __future__ import annotations

import gc
import random
import shutil
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
BANK_ROWS_MAX: Final = 300_000
LATER_ROWS: Final = 500
BANK_COLUMNS: Final = (
    "交易卡号", "交易账号", "交易方户名", "交易方证件号码", "交易时间", "交易金额", "交易余额", "收付标志", "交易对手账卡号",
    "现金标志", "对手户名", "对手身份证号", "对手开户银行", "摘要说明", "交易币种", "交易网点名称", "交易网点代码", "交易发生地",
    "交易是否成功", "传票号", "终端号", "IP地址", "MAC地址", "对手交易余额", "交易流水号", "日志号", "凭证种类", "凭证号",
    "交易柜员号", "商户名称", "商户号", "备注", "交易类型", "查询反馈结果原因",
)  # fmt: skip


def run(size: int, *, seed: int) -> dict[str, Any]:
    """A canonical CSV of `size` rows beside Polars, and a workbook of at most 100,000 beside calamine."""
    results, equal, per_core = [], True, {}
    with tempfile.TemporaryDirectory() as folder:
        homes = Path(folder)
        end_to_end = partial(_ingest, homes)
        csv, xlsx, few = homes / "transfers.csv", homes / "transfers.xlsx", min(size, XLSX_ROWS_MAX)
        _write_csv(make_ledger(size, seed), csv)
        _write_xlsx(make_ledger(few, seed), xlsx)
        bank, some = homes / "模拟银行交易明细信息.csv", min(size, BANK_ROWS_MAX)
        _write_bank_table(make_ledger(some, seed), bank)
        for question, path, rows, engines in (
            ("csv", csv, size, {OURS: end_to_end, "polars": _polars_rows}),
            ("csv_read", csv, size, {OURS: _read, "polars": _polars_typed_rows}),
            ("bank_csv", bank, some, {OURS: end_to_end, "polars": _polars_texts}),
            ("xlsx", xlsx, few, {OURS: end_to_end, "calamine": _calamine_rows}),
        ):
            seconds, busy, same = _turns(path, engines, seed)
            results += rows_of(question, seconds, rows)
            per_core[f"{question}_rows_per_core_s"] = rows / busy
            equal = equal and same
        later, same = _later(make_ledger(size, seed), homes)
        results += rows_of("later", {OURS: later}, min(LATER_ROWS, size))
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


def _later(made: MadeLedger, folder: Path) -> tuple[list[float], bool]:
    """Seconds for the last rows as a file of their own; whether the ledger is the same as of both files at once."""
    rows, base, split = _frame(made), folder / "base", max(len(made.columns.transfers) - LATER_ROWS, 0)
    first, second, seconds, digests = folder / "first.csv", folder / "second.csv", [], set()
    rows[:split].write_csv(first)
    rows[split:].write_csv(second)
    _digest_with(base, [first])
    for turn in range(RUNS + 1):
        shutil.copytree(base, folder / "home")
        gc.collect()
        begun = perf_counter()
        digests.add(_digest_with(folder / "home", [second]))
        if turn:
            seconds.append(perf_counter() - begun)
        shutil.rmtree(folder / "home")
    digests.add(_digest_with(folder / "both", [first, second]))
    return seconds, len(digests) == 1


def _digest_with(home: Path, paths: list[Path]) -> str:
    """The ledger's digest after the files are in."""
    store, rules = bootstrap.fact_store(home), bootstrap.ledger_rules()
    report = ingest_files(store, bootstrap.statement_reader(), paths, rules=rules)
    digest: str = report.document["ledger"]["digest"]
    return digest


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


def _write_bank_table(made: MadeLedger, path: Path) -> None:
    """The payers' statement rows in a bank's 34 columns, GB18030 with a tab behind every number, as banks export them."""
    rows = _frame(made)
    texts = dict.fromkeys(BANK_COLUMNS, pl.lit(""))
    texts |= {
        "交易卡号": pl.col("payer") + "\t", "交易方户名": pl.lit("模拟户"),
        "交易时间": pl.col("at").str.slice(0, 19).str.replace("T", " "),
        "交易金额": pl.col("amount"), "收付标志": pl.lit("出"), "交易对手账卡号": pl.col("payee") + "\t",
        "对手户名": pl.lit("模拟对手"), "对手开户银行": pl.lit("模拟银行"), "摘要说明": pl.lit("转账"),
        "交易币种": pl.lit("人民币"),
        "交易是否成功": pl.lit("成功"), "交易流水号": pl.col("transfer_id") + "\t", "交易网点名称": pl.lit("模拟网点"),
    }  # fmt: skip
    table = rows.select(**texts).select(BANK_COLUMNS)
    path.write_bytes(table.write_csv().encode("gb18030"))


def _polars_texts(path: Path) -> int:
    return pl.read_csv(path, encoding="gb18030", infer_schema=False).height


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
