"""The canonical table: both sides of each movement in one row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from fanzha.intake.cells import Reading, map_words, read_ids, read_text, read_times
from fanzha.intake.entries import findings_of
from fanzha.intake.findings import Findings, Sieve, Table, facts_frame, sort_leftovers
from fanzha.intake.rulebook import rulebook, squeeze
from fanzha.intake.words import read_currencies, read_money
from fanzha.records import TransferKind

_READERS: Final = 2
_TEXTS: Final = ("payer_institution", "payee_institution", "payer_name", "payee_name", "channel", "summary")


def read_transfers(table: Table) -> Findings:
    """The transfers of a canonical table; without any balance column it is a complete ledger."""
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
