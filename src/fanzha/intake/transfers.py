"""The canonical table: both sides of each movement in one row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import polars as pl

from fanzha.intake.cells import Reading, map_words, read_ids, read_text, read_times
from fanzha.intake.entries import findings_of
from fanzha.intake.findings import Findings, Sieve, Table, facts_frame, sort_leftovers
from fanzha.intake.rulebook import rulebook, squeeze
from fanzha.intake.words import read_currencies, read_money
from fanzha.records import TransferKind

REPEATED: Final = "transfer_id_repeated_with_other_content"
_READERS: Final = 2
# What two rows of one id must have alike, and what they must not contradict each other in.
_ALL: Final = ("at_us", "payer", "payee", "amount_minor", "currency", "kind")
_SOME: Final = ("payer_balance_minor", "payee_balance_minor", "serial")
_TEXTS: Final = ("payer_institution", "payee_institution", "payer_name", "payee_name", "channel", "summary")


def read_transfers(table: Table, *, whole: bool = True) -> Findings:
    """The transfers of a canonical table; without any balance column it is a complete ledger.

    `whole`: the rows are all of a sheet, so that an id that comes again with other content can be told here.
    """
    currency = read_currencies(table.cells("currency"), table.constant("currency"))
    rules, own_form = rulebook().times, table.mapping.time_form if table.mapping is not None else None
    # Each reader spends its time outside the interpreter lock; two at a time keep both cores busy.
    with ThreadPoolExecutor(_READERS) as pool:
        pending_at = pool.submit(read_times, table.cells("at"), rules, own_form)
        pending_money = {
            name: pool.submit(read_money, table.cells(name), currency, table.layout.units.get(name, ""))
            for name in ("amount", "payer_balance", "payee_balance")
        }
        pending_ids = {
            name: pool.submit(read_ids, table.cells(name)) for name in ("payer", "payee", "transfer_id", "serial")
        }
        pending_texts = {
            name: pool.submit(read_text, table.cells(name)) for name in _TEXTS if table.column(name) is not None
        }
        moment = pending_at.result()
        money = {name: pending.result() for name, pending in pending_money.items()}
        ids = {name: pending.result() for name, pending in pending_ids.items()}
        texts = {name: pending.result() for name, pending in pending_texts.items()}
    kinds = _kinds(table)
    sieve = Sieve(table.height)
    sieve.put_problems_aside(moment.problem, "at")
    sieve.put_aside(moment.at_us.is_null(), "at", "date_missing")
    sieve.put_aside(currency.is_null(), "currency", "currency_unknown")
    _judge_amounts(sieve, money)
    for name, reading in ids.items():
        sieve.put_problems_aside(reading.problem, name)
    sieve.put_aside(ids["payer"].values.is_null() & ids["payee"].values.is_null(), "payer", "account_missing")
    sieve.put_aside(kinds.is_null(), "kind", "kind_unknown")
    columns = {
        "at_us": moment.at_us,
        "at_precision": moment.precision,
        "currency": currency,
        "kind": kinds,
        "amount_minor": money["amount"].values,
        "payer_balance_minor": money["payer_balance"].values,
        "payee_balance_minor": money["payee_balance"].values,
        **{name: reading.values for name, reading in ids.items()},
        **texts,
    }
    if whole:
        sieve.put_aside(_contradicting(columns, sieve), "transfer_id", REPEATED)
    empty = moment.at_us.is_null() & money["amount"].values.is_null()
    leftovers = sort_leftovers(table, sieve, empty=empty, dated=moment.at_us.is_not_null())
    findings = findings_of(table, "transfers", facts_frame("transfers", table, columns, sieve), leftovers)
    complete = table.column("payer_balance") is None and table.column("payee_balance") is None
    note = ("no balance column: taken as a complete ledger",) if complete else ()
    return Findings(
        table=findings.table,
        rows=findings.rows,
        facts=findings.facts,
        quarantine=findings.quarantine,
        windows=findings.windows,
        notes=(*findings.notes, *note),
        complete_ledger=complete,
    )


def _contradicting(columns: dict[str, pl.Series], sieve: Sieve) -> pl.Series:
    """Rows whose id an earlier row has with other content; what one of the two leaves open contradicts nothing."""
    ids = columns["transfer_id"]
    found = np.zeros(len(ids), np.bool_)
    # Mostly every row has an id of its own: sorted hashes tell that in a third of the time.
    hashes = np.sort(ids.drop_nulls().hash().to_numpy())
    if not (hashes[1:] == hashes[:-1]).any():
        return pl.Series(found)
    rows = np.flatnonzero((ids.is_duplicated() & ids.is_not_null()).to_numpy() & (sieve.code == 0))
    alike = pl.DataFrame({"row": rows, **{name: columns[name].gather(rows) for name in ("transfer_id", *_ALL, *_SOME)}})
    for same in (
        pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).first().over("transfer_id")) for name in _ALL),
        pl.all_horizontal(
            pl.col(name).eq(pl.col(name).drop_nulls().first().over("transfer_id")).fill_null(True) for name in _SOME
        ),
    ):
        judged = alike.with_columns(same.alias("same"))
        found[judged.filter(~pl.col("same"))["row"].to_numpy()] = True
        alike = judged.filter("same").drop("same")
    return pl.Series(found)


def _judge_amounts(sieve: Sieve, money: dict[str, Reading]) -> None:
    amount = money["amount"]
    sieve.put_problems_aside(amount.problem, "amount")
    sieve.put_aside(amount.values.is_null(), "amount", "amount_missing")
    sieve.put_aside(amount.values == 0, "amount", "amount_zero")
    sieve.put_aside(amount.values < 0, "amount", "amount_negative")
    for name in ("payer_balance", "payee_balance"):
        sieve.put_problems_aside(money[name].problem, f"{name}_after")


def _kinds(table: Table) -> pl.Series:
    """The row's kind by the canonical words; a blank is a plain transfer, an unknown word is null."""
    words = rulebook().canonical_kinds
    cells = table.column("kind")
    if cells is None:
        return pl.Series("kind", [int(TransferKind.TRANSFER)], pl.UInt8).new_from_index(0, table.height)
    kinds = map_words(cells, lambda word: words.get(squeeze(word) or TransferKind.TRANSFER.word), pl.UInt8)
    return kinds.set(cells.is_null(), int(TransferKind.TRANSFER))
