"""In which order rows of one second stand in an account's own statement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fanzha.core.time import SECOND_US
from fanzha.ledger.assembly.kernels import by_pocket, rank_in_second
from fanzha.ledger.columns import I64, U32, Flags


@dataclass(frozen=True, slots=True)
class SideOrder:
    """Ranks of both sides of every transfer, and whether serials give them."""

    payer_order: I64
    payee_order: I64
    payer_ordered: Flags
    payee_ordered: Flags


@dataclass(frozen=True, slots=True)
class SideKeys:
    """Where a side's own row stands: its second, its place in the source, its serial (null where it has none)."""

    pocket: U32
    at_us: I64
    order: I64
    serial: pl.Series


def rank_sides(payer: SideKeys, payee: SideKeys, pockets: int) -> SideOrder:
    """Ranks rows of one second by serial where every one of them has its own, else by place in the source."""
    rows = len(payer.at_us)
    second = np.empty(2 * rows, np.int64)
    order = np.empty(2 * rows, np.int64)
    pocket = np.empty(2 * rows, np.uint32)
    for side, keys in enumerate((payer, payee)):
        second[side::2], order[side::2], pocket[side::2] = keys.at_us // SECOND_US, keys.order, keys.pocket
    later = second[1:] > second[:-1]
    if bool(np.all(later | ((second[1:] == second[:-1]) & (order[1:] >= order[:-1])))):
        by_time = np.arange(2 * rows, dtype=np.int64)
    else:
        by_time = np.lexsort((order, second))
    rank, run = rank_in_second(by_pocket(pocket, by_time, pockets), pocket, second)
    ordered = np.zeros(2 * rows, np.bool_)
    if payer.serial.null_count() < rows or payee.serial.null_count() < rows:
        for side, keys in enumerate((payer, payee)):
            ordered[side::2] = keys.serial.is_not_null().to_numpy()
        _rank_by_serial(payer, payee, run, rank, ordered)
    return SideOrder(rank[0::2].copy(), rank[1::2].copy(), ordered[0::2].copy(), ordered[1::2].copy())


def _rank_by_serial(payer: SideKeys, payee: SideKeys, run: I64, rank: I64, ordered: Flags) -> None:
    tied = np.flatnonzero(run >= 0)
    if not len(tied):
        return
    is_payer = pl.Series(tied % 2 == 0)
    row = tied // 2
    serial = payer.serial.gather(row).zip_with(is_payer, payee.serial.gather(row))
    # Serials count upwards only where they are numbers, perhaps behind letters; a hash tells no order.
    parts = pl.DataFrame({"side": tied, "run": run[tied], "rank": rank[tied], "serial": serial}).with_columns(
        pl.col("serial").str.extract(r"^([A-Za-z]{0,4})\d+$", 1).alias("letters"),
        pl.col("serial").str.extract(r"^[A-Za-z]{0,4}0*(\d+)$", 1).alias("digits"),
    )
    usable = (pl.col("digits").null_count() == 0) & (pl.col("serial").n_unique() == pl.len())
    usable &= pl.col("letters").n_unique() == 1
    parts = parts.with_columns(usable.over("run").alias("usable"))
    ordered[tied] = parts["usable"].to_numpy()
    found = parts.filter("usable").sort("run", pl.col("digits").str.len_bytes(), "digits", "rank")
    if len(found):
        places = found.select(pl.int_range(pl.len()).over("run").alias("place"))["place"].to_numpy()
        rank[found["side"].to_numpy()] = places
