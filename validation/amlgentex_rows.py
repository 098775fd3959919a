"""The AMLGentex log as the canonical table: integer amounts, and running balances that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from fanzha.core.time import DAY_US, parse_instant
from fanzha.records import SCHEMAS, TransferKind

DECIMALS: Final = 7  # the fewest at which no row's amount becomes zero
FIRST_DAY: Final = "2023-01-01"
SOURCE: Final = "SOURCE"
SINK: Final = "SINK"
SOURCE_CODE: Final = -2
SINK_CODE: Final = -1
OPENING_ROWS: Final = "INITALBALANCE"  # as the data set spells it

Balances = Literal["stated", "settled"]


@dataclass(frozen=True, slots=True)
class Canonical:
    """The rows as the canonical table, and what rounding left over."""

    transfers: pl.DataFrame
    amounts_lost: float  # Σ (rounded − given), in currency units, over all rows
    amounts_moved: float  # Σ |rounded − given|
    residue: pl.DataFrame  # per account: final running balance in integers − the final balance given
    batches: pl.DataFrame  # settlement batches by size


def account_name(number: int) -> str:
    """The account's name in the canonical table."""
    return f"A{number:06d}"


def read_rows(data: Path, accounts_max: int | None = None) -> pl.DataFrame:
    """The log with its row number; `accounts_max` keeps the rows between accounts below that number (for quick tests)."""
    rows = pl.read_parquet(data / "tx_log.parquet").with_row_index("line")
    if accounts_max is None:
        return rows
    return rows.filter((pl.col("nameOrig") < accounts_max) & (pl.col("nameDest") < accounts_max))


def rounding(rows: pl.DataFrame) -> list[tuple[int, int, str, str]]:
    """By number of decimals: rows that would become zero, the largest and the summed rounding of an amount."""
    amount = rows["amount"].to_numpy()
    found = []
    for decimals in range(2, DECIMALS + 2):
        whole = np.rint(amount * 10**decimals)
        moved = np.abs(whole / 10**decimals - amount)
        found.append((decimals, int((whole <= 0).sum()), f"{moved.max():.2e}", f"{moved.sum():.2e}"))
    return found


def to_canonical(rows: pl.DataFrame, balances: Balances) -> Canonical:
    """Integer amounts, and running balances that follow from them exactly wherever the given ones do.

    The log writes one balance, that after the whole batch, on every row of a batch (an account's rows of one step that
    were settled together). `stated` takes it as written; `settled` states it once, on the batch's last row, and reads the
    opening row's doubled balance as the amount.
    """
    scale = 10**DECIMALS
    minor = (pl.col("amount") * scale).round().cast(pl.Int64).alias("minor")
    rows = rows.with_columns(minor)
    sides = _running(_sides(rows, balances), scale)
    stated = sides if balances == "stated" else sides.filter("last_of_batch")
    wide = rows.select("line").join(
        stated.select("line", "side", "balance").pivot("side", index="line", values="balance"), on="line", how="left"
    )
    for side in ("payer", "payee"):
        if side not in wide.columns:
            wide = wide.with_columns(pl.lit(None, pl.Int64).alias(side))
    wide = wide.sort("line")
    residue = sides.group_by("account", maintain_order=True).agg(
        (pl.col("balance").last() / scale - pl.col("new").last()).alias("residue")
    )
    batches = sides.group_by("batch").agg(pl.len().alias("rows")).group_by("rows").agg(pl.len().alias("batches"))
    difference = rows["minor"].to_numpy() / scale - rows["amount"].to_numpy()
    transfers = _canonical_frame(rows.sort("line"), wide)
    return Canonical(transfers, float(difference.sum()), float(np.abs(difference).sum()), residue, batches.sort("rows"))


def _sides(rows: pl.DataFrame, balances: Balances) -> pl.DataFrame:
    """Every account's own rows in file order: signed amount, balance before and after as given."""
    parts = []
    for side, name, sign, suffix in (("payer", "nameOrig", -1, "Orig"), ("payee", "nameDest", 1, "Dest")):
        parts.append(
            rows.filter(pl.col(name) >= 0).select(
                "line",
                "step",
                pl.lit(side).alias("side"),
                pl.col(name).alias("account"),
                (pl.col("minor") * sign).alias("signed"),
                pl.col(f"oldbalance{suffix}").alias("old"),
                pl.col(f"newbalance{suffix}").alias("new"),
                (pl.col("type").cast(pl.String) == OPENING_ROWS).alias("opening"),
            )
        )
    sides = pl.concat(parts).sort("account", "line")
    if balances == "settled":
        doubled = pl.col("opening")
        sides = sides.with_columns(
            pl.when(doubled).then("old").otherwise("new").alias("new"),
            pl.when(doubled).then(0.0).otherwise("old").alias("old"),
        )
    return sides


def _running(sides: pl.DataFrame, scale: int) -> pl.DataFrame:
    """Adds each batch's balance in integers: the sum of its rows, plus what the given balances really jump by."""
    new_batch = (
        (pl.col("new") != pl.col("new").shift(1))
        | (pl.col("step") != pl.col("step").shift(1))
        | (pl.col("account") != pl.col("account").shift(1))
    ).fill_null(True)
    sides = sides.with_columns(new_batch.cum_sum().alias("batch"))
    by_batch = sides.group_by("batch", maintain_order=True).agg(
        pl.col("account").first(),
        pl.col("signed").sum(),
        pl.len().alias("rows"),
        (pl.col("new").first() * scale).round().cast(pl.Int64).alias("given"),
        (pl.col("old").first() * scale).round().cast(pl.Int64).alias("before"),
    )
    by_batch = by_batch.with_columns(
        pl.col("given").shift(1).over("account").fill_null(pl.col("before")).alias("from")
    ).with_columns((pl.col("given") - pl.col("from") - pl.col("signed")).alias("jump"))
    # Rounding every amount by itself leaves at most a unit a row and one for each balance: that is no jump.
    real = pl.when(pl.col("jump").abs() > pl.col("rows") + 2).then("jump").otherwise(0)
    first = pl.col("from").first().over("account")
    by_batch = by_batch.with_columns((first + (pl.col("signed") + real).cum_sum().over("account")).alias("balance"))
    return sides.join(by_batch.select("batch", "balance"), on="batch", how="left", maintain_order="left").with_columns(
        (pl.col("line") == pl.col("line").last().over("batch")).alias("last_of_batch")
    )


def _canonical_frame(rows: pl.DataFrame, wide: pl.DataFrame) -> pl.DataFrame:
    def named(column: str) -> pl.Expr:
        code = pl.col(column)
        outside = pl.when(code == SOURCE_CODE).then(pl.lit(SOURCE)).when(code == SINK_CODE).then(pl.lit(SINK))
        return outside.otherwise(pl.concat_str(pl.lit("A"), code.cast(pl.String).str.zfill(6)))

    # Spending leaves the bank: in cash where the log says so, else as a purchase.
    kind = (
        pl.when(pl.col("type").cast(pl.String) == "CASH")
        .then(int(TransferKind.CASH))
        .when(pl.col("nameDest") == SINK_CODE)
        .then(int(TransferKind.POS))
        .otherwise(int(TransferKind.TRANSFER))
    )
    start = parse_instant(FIRST_DAY)
    frame = rows.select(
        pl.lit("").alias("sheet"),
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row"),
        pl.concat_str(pl.lit("R"), pl.col("line").cast(pl.String).str.zfill(7)).alias("transfer_id"),
        (pl.col("step").cast(pl.Int64) * DAY_US + start).alias("at_us"),
        pl.lit(0, pl.UInt8).alias("at_precision"),
        named("nameOrig").alias("payer"),
        named("nameDest").alias("payee"),
        pl.col("minor").alias("amount_minor"),
        pl.lit("CNY").alias("currency"),
        kind.cast(pl.UInt8).alias("kind"),
    )
    frame = frame.with_columns(wide["payer"].alias("payer_balance_minor"), wide["payee"].alias("payee_balance_minor"))
    missing = [
        pl.lit(None, dtype).alias(name) for name, dtype in SCHEMAS["transfers"].items() if name not in frame.columns
    ]
    return frame.with_columns(missing).select(list(SCHEMAS["transfers"]))
