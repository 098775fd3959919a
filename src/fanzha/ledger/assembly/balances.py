"""What institutions state of an account apart from its rows: its balance, and what measures bind of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from fanzha.core.money import AMOUNT_MAX, DEFAULT_CURRENCY
from fanzha.ledger.assembly.accounts import Balances, PocketMap, currency_codes
from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.facts import FILE
from fanzha.ledger.assembly.identity import Known
from fanzha.ledger.columns import I64, MISSING

_MEASURE_KEY = ("account", "kind", "amount_minor", "authority", "from_us", "to_us", "serial")


def stated_balances(known: Known, pockets: PocketMap, last_at_us: int) -> Balances:
    """Balances as of the latest statement per number; numbers of one account (its sub-accounts) add up.

    `last_at_us`: the ledger's last row, when measures are asked for where a balance has no time of its own.
    """
    facts = known.facts
    stated = (
        pl.concat(
            [
                _stated(known, pockets, "accounts", ("account", "card")),
                _stated(known, pockets, "sub_accounts", ("sub_account",)),
            ]
        )
        .join(_answered(known), on="entity", how="left")
        .with_columns(pl.max_horizontal("as_of", "answered_us").alias("as_of"))
        .sort("pocket", "number", pl.col("as_of").fill_null(MISSING), "file", "line")
        .unique(["pocket", "number"], keep="last", maintain_order=True)
    )
    # A card repeated without its account number states the same balance again.
    with_number = pl.col("account").any().over("pocket")
    stated = stated.filter(pl.col("account") | ~with_number)
    held_back = pl.col("balance") - pl.col("available").fill_null(pl.col("balance"))
    summed = stated.group_by("pocket").agg(
        pl.col("balance").sum(),
        held_back.clip(lower_bound=0).sum().alias("bound"),
        pl.when(pl.col("as_of").null_count() == 0).then(pl.col("as_of").min()).alias("as_of"),
    )
    balance = np.full(len(pockets), MISSING, np.int64)
    at_us, bound = balance.copy(), np.zeros(len(pockets), np.int64)
    where = summed["pocket"].to_numpy()
    balance[where] = summed["balance"].to_numpy()
    at_us[where] = summed["as_of"].fill_null(MISSING).to_numpy()
    bound[where] = summed["bound"].to_numpy()
    if len(facts.measures):
        asked_at_us = np.where(at_us == MISSING, last_at_us, at_us)
        bound = np.maximum(bound, _measured(known, pockets, balance, asked_at_us))
    return Balances(balance, at_us, bound)


def _stated(known: Known, pockets: PocketMap, table: str, columns: Sequence[str]) -> pl.DataFrame:
    frame: pl.DataFrame = getattr(known.facts, table)
    codes = [known.numbers.of(f"{table}.{column}") for column in columns]
    number = codes[0] if len(codes) == 1 else np.where(codes[0] != UNKNOWN, codes[0], codes[1])
    entity = known.of(number)
    unknown = pl.Series([None] * len(frame), dtype=pl.Int64)
    return pl.DataFrame(
        {
            "file": frame[FILE].cast(pl.Int64),
            "line": np.arange(len(frame)),
            "entity": entity.astype(np.int64),
            "number": number.astype(np.int64),
            "account": codes[0] != UNKNOWN,
            "pocket": pockets.of(entity, currency_codes(frame["currency"], pockets.currencies)),
            "balance": frame["balance_minor"],
            "available": frame["available_minor"],
            "as_of": frame["last_at_us"] if "last_at_us" in frame.columns else unknown,
        }
    ).filter(pl.col("balance").is_not_null() & (pl.col("pocket") > 0))


def _answered(known: Known) -> pl.DataFrame:
    """When each account's institution answered; the earliest, if it was asked more than once."""
    queries = known.facts.queries
    entity = known.entities("queries.subject").astype(np.int64)
    return (
        pl.DataFrame({"entity": entity, "answered_us": queries["answered_us"]})
        .filter((pl.col("entity") != UNKNOWN) & pl.col("answered_us").is_not_null())
        .group_by("entity")
        .agg(pl.col("answered_us").min())
    )


def _measured(known: Known, pockets: PocketMap, balance: I64, at_us: I64) -> I64:
    """What listed measures bind, in the default currency, at each pocket's own time."""
    bound = np.zeros(len(pockets), np.int64)
    measures = known.facts.measures
    # The same measure listed in two exports binds once.
    listed = measures.with_columns(pl.Series("entity", known.entities("measures.account"))).unique(
        _MEASURE_KEY, keep="first", maintain_order=True
    )
    for measure in listed.filter(pl.col("entity") != UNKNOWN).iter_rows(named=True):
        for pocket in pockets.of_entity(measure["entity"]):
            now = int(at_us[pocket])
            begun = measure["from_us"] is None or measure["from_us"] <= now
            over = measure["to_us"] is not None and measure["to_us"] < now
            if not begun or over or pockets.currencies[pockets.currency[pocket]] != DEFAULT_CURRENCY:
                continue
            whole = AMOUNT_MAX if balance[pocket] == MISSING else max(0, int(balance[pocket]))
            amount = whole if measure["amount_minor"] is None else measure["amount_minor"]
            bound[pocket] = min(AMOUNT_MAX, int(bound[pocket]) + amount)
    return bound
