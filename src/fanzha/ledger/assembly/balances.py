"""What institutions state of an account apart from its rows: its balance, and what measures bind of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.core.money import AMOUNT_MAX, DEFAULT_CURRENCY
from fanzha.ledger.assembly.accounts import Balances, PocketMap, currency_codes
from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.facts import FILE
from fanzha.ledger.assembly.identity import Known
from fanzha.ledger.columns import I64, MISSING, U16, Flags, Transfers

SUB_BITS: Final = 16
SUB_MASK: Final = (1 << SUB_BITS) - 1
_MEASURE_KEY: Final = ("account", "kind", "amount_minor", "authority", "from_us", "to_us", "serial")


@dataclass(frozen=True, slots=True)
class FormerBalances:
    """What a former ledger tells of pockets whose account nothing new concerns, by pocket now."""

    told: Flags  # where it does
    balance_minor: I64
    at_us: I64


def stated_balances(
    known: Known, subs: U16, pockets: PocketMap, transfers: Transfers, former: FormerBalances | None = None
) -> Balances:
    """Balances as of the latest statement per number; numbers of one account (its sub-accounts) add up.

    An account's balance is known only if each of its sub-accounts that has rows or is listed states one, the main one
    too. `subs`: per number, which sub-account it is. `transfers`: the whole ledger's; measures are asked for as of its
    last row where a balance has no time of its own.
    """
    facts = known.facts
    last_at_us = int(transfers.at_us[-1]) if len(transfers) else 0
    listed = pl.concat(
        [
            _listed(known, subs, pockets, "accounts", ("account", "card")),
            _listed(known, subs, pockets, "sub_accounts", ("sub_account",)),
            _closings(known, subs, pockets),
        ]
    )
    stated = (
        listed.filter(pl.col("balance").is_not_null())
        .join(_answered(known), on="entity", how="left")
        .with_columns(pl.max_horizontal("as_of", "answered_us").alias("as_of"))
        .sort("pocket", "number", pl.col("as_of").fill_null(MISSING), "file", "line")
        .unique(["pocket", "number"], keep="last", maintain_order=True)
    )
    # A card repeated without its account number states the same balance again.
    with_number = pl.col("account").any().over("pocket", "sub")
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
    if len(where):
        partly = _partly_stated(pockets, transfers, listed, stated)
        balance[partly] = at_us[partly] = MISSING
    if former is not None:
        balance = np.where(former.told, former.balance_minor, balance)
        at_us = np.where(former.told, former.at_us, at_us)
    if len(facts.measures):
        asked_at_us = np.where(at_us == MISSING, last_at_us, at_us)
        bound = np.maximum(bound, _measured(known, pockets, balance, asked_at_us))
    return Balances(balance, at_us, bound)


def _partly_stated(pockets: PocketMap, t: Transfers, listed: pl.DataFrame, stated: pl.DataFrame) -> I64:
    """Pockets of which a sub-account with rows, a listed one or the main one states no balance."""
    wanted = [_sub_keys(listed["pocket"].to_numpy(), listed["sub"].to_numpy())]
    for pocket, sub, seen in ((t.payer, t.payer_sub, t.payer_seen), (t.payee, t.payee_sub, t.payee_seen)):
        rows = np.flatnonzero((sub != 0) & seen)
        wanted.append(_sub_keys(pocket[rows], sub[rows]))
    told = np.unique(_sub_keys(stated["pocket"].to_numpy(), stated["sub"].to_numpy()))
    where = np.unique(told >> SUB_BITS)
    wanted.append(where[~_kept_elsewhere(pockets, t, where, told)] << SUB_BITS)
    return np.unique(np.setdiff1d(np.concatenate(wanted), told) >> SUB_BITS)


def _sub_keys(pocket: NDArray[np.integer], sub: NDArray[np.integer]) -> I64:
    return (pocket.astype(np.int64) << SUB_BITS) | sub


def _kept_elsewhere(pockets: PocketMap, t: Transfers, where: I64, told: I64) -> Flags:
    """Whether the main one of each pocket is kept in another currency only: it states a balance there and has no row here."""
    mains = told[told & SUB_MASK == 0] >> SUB_BITS
    elsewhere = np.isin(pockets.entity[where], pockets.entity[mains]) & ~np.isin(where, mains)
    for pocket, sub, seen in ((t.payer, t.payer_sub, t.payer_seen), (t.payee, t.payee_sub, t.payee_seen)):
        if not elsewhere.any():
            break
        asked = np.zeros(len(pockets), np.bool_)
        asked[where[elsewhere]] = True
        with_rows = np.unique(pocket[asked[pocket] & (sub == 0) & seen])
        elsewhere &= ~np.isin(where, with_rows)
    return elsewhere


def _listed(known: Known, subs: U16, pockets: PocketMap, table: str, columns: Sequence[str]) -> pl.DataFrame:
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
            "sub": subs[number].astype(np.int64),
            "account": codes[0] != UNKNOWN,
            "pocket": pockets.of(entity, currency_codes(frame["currency"], pockets.currencies)),
            "balance": frame["balance_minor"],
            "available": frame["available_minor"],
            "as_of": frame["last_at_us"] if "last_at_us" in frame.columns else unknown,
        }
    ).filter(pl.col("pocket") > 0)


def _closings(known: Known, subs: U16, pockets: PocketMap) -> pl.DataFrame:
    """The balances at the end of bank messages, in the columns of `_listed`."""
    stated = [(file, c) for file, batch in enumerate(known.facts.batches) for c in batch.closings]
    stated = [(file, closing) for file, closing in stated if closing.currency in pockets.currencies]
    names, currencies = (
        pl.Series([getattr(c, name) for _, c in stated], dtype=pl.String) for name in ("account", "currency")
    )
    # Every account of a closing is among the numbers, which are sorted.
    number = known.numbers.texts.search_sorted(names).to_numpy().astype(np.int32) if stated else np.empty(0, np.int32)
    entity = known.of(number)
    return pl.DataFrame(
        {
            "file": pl.Series([file for file, _ in stated], dtype=pl.Int64),
            "line": np.arange(len(stated)),
            "entity": entity.astype(np.int64),
            "number": number.astype(np.int64),
            "sub": subs[number].astype(np.int64),
            "account": np.ones(len(stated), np.bool_),
            "pocket": pockets.of(entity, currency_codes(currencies, pockets.currencies)),
            "balance": pl.Series([c.balance_minor for _, c in stated], dtype=pl.Int64),
            "available": pl.Series([None] * len(stated), dtype=pl.Int64),
            "as_of": pl.Series([c.at_us for _, c in stated], dtype=pl.Int64),
        }
    ).filter(pl.col("pocket") > 0)


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
