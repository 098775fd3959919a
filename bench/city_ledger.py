"""The ledger of a made city for the benches: people's own skew, hubs, pay-days and gangs, in place of drawn accounts.

A size (`small`, `medium`, `large`) is made in memory; a folder is one that `fanzha city` wrote. Each payment of cash has a
pocket of its own, so that banknotes lead nowhere for any engine; the victims are those of the city's frauds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.made_ledger import MadeLedger, columns_of, make_ledger
from fanzha.core.errors import BadInput
from fanzha.simulation.city.assumptions import read_assumptions, size_named
from fanzha.simulation.city.build import NO_MOVE, build_city, days
from fanzha.simulation.city.ordinary import CASH

Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def ledger_of(size: int, seed: int, city: str | None, *, balances: bool = False) -> MadeLedger:
    """A drawn ledger of that size, or that of a city where one is named."""
    if city is None:
        return make_ledger(size, seed, balances=balances)
    if city in read_assumptions().sizes:
        at, payer, payee, amount, victims = _made(city, seed)
    else:
        at, payer, payee, amount, victims = _read(Path(city))
    # Times rise with every row, as in the drawn ledger, so that engines without an order of their own agree.
    row = np.arange(len(at))
    at = np.maximum.accumulate(at - row) + row
    n_pockets = int(max(payer.max(), payee.max())) + 1
    payer, n_pockets = _cash_apart(payer, n_pockets)
    payee, n_pockets = _cash_apart(payee, n_pockets)
    columns = columns_of(at, payer.astype(np.uint32), payee.astype(np.uint32), amount, n_pockets, balances=balances)
    return MadeLedger(columns, victims)


def _cash_apart(account: np.ndarray, n_pockets: int) -> tuple[np.ndarray, int]:
    cash = np.flatnonzero(account == CASH)
    account = account.astype(np.int64)
    account[cash] = n_pockets + np.arange(len(cash))
    return account, n_pockets + len(cash)


def _made(size: str, seed: int) -> Columns:
    city = build_city(size_named(size), seed)
    first = np.array([move.hop == 1 for move in city.moves])
    parts, victims, n = [], [], 0
    for _, payments, moves in days(city):
        parts.append((payments.at_us, payments.payer, payments.payee, payments.amount_minor))
        stolen = np.flatnonzero(moves != NO_MOVE)
        victims.append(n + stolen[first[moves[stolen]]])
        n += len(payments)
    at, payer, payee, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    return at, payer, payee, amount, np.concatenate(victims)


def _read(folder: Path) -> Columns:
    import polars as pl

    files = folder / "institutions" / "transfers"
    if not files.is_dir() or not (folder / "truth" / "moves.parquet").is_file():
        raise BadInput(f"--city {folder}: neither a size (small, medium, large) nor a folder that `fanzha city` wrote")
    accounts = pl.read_parquet(folder / "institutions" / "accounts.parquet", columns=["account"])["account"]
    rows = pl.concat([
        pl.read_parquet(file, columns=["transfer_id", "at", "payer", "payee", "amount"]) for file in sorted(files.iterdir())
    ])  # fmt: skip
    first = pl.read_parquet(folder / "truth" / "moves.parquet").filter(pl.col("hop") == 1)["transfer_id"]
    parties = pl.concat([rows["payer"], rows["payee"]]).unique()
    others = parties.filter(~parties.is_in(accounts.implode()) & (parties != "")).sort()  # the one abroad
    named = pl.concat([accounts, others])
    place = pl.DataFrame({"account": named, "code": np.arange(1, len(named) + 1)})
    payer, payee = (
        rows.select(pl.col(side).alias("account")).join(place, on="account", how="left", maintain_order="left")["code"]
        .fill_null(CASH).to_numpy() for side in ("payer", "payee")
    )  # fmt: skip
    amount = (rows["amount"].cast(pl.Decimal(20, 2)) * 100).cast(pl.Int64).to_numpy()
    victims = np.flatnonzero(rows["transfer_id"].is_in(first.implode()).to_numpy())
    return rows["at"].dt.timestamp("us").to_numpy(), payer, payee, amount, victims
