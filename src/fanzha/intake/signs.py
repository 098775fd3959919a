"""What a minus before an amount means where another column already tells the direction."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

_STYLE_MIN = 2  # so many negative outflows, and most of all, make a habit where no running balance tells


class Turned(NamedTuple):
    """Which rows go against their stated direction, how many of those doubtful a balance or other side settled, the style."""

    against: pl.Series
    settled: int
    signed_style: bool


def turned_rows(
    own: pl.Series, at_us: pl.Series, amount: pl.Series, direction: pl.Series, more: pl.DataFrame
) -> Turned:
    """Rows that take back what their direction says.

    A row is doubtful where its amount is negative, and where it is a positive outflow beside negative ones. What the running
    balance before it confirms wins; then the counterparty's own row in the same table; then what such rows of the account,
    then of the table, turned out to be; then the habit. `amount` is signed minor units; `own` the account and currency of a
    row; `more` has `balance`, `number` (the row's own account) and `counterparty`.
    """
    frame = pl.DataFrame(
        [
            own.rank("dense").alias("own"),
            at_us.alias("at"),
            amount.alias("amount"),
            direction.cast(pl.Int64).alias("direction"),
        ]
    )
    frame = pl.concat([frame, more], how="horizontal").with_row_index("place")
    out, negative = pl.col("direction") == -1, pl.col("amount") < 0
    counts = frame.select(negative=(negative & out).sum(), out=out.sum()).row(0)
    signed_style = counts[0] >= _STYLE_MIN and counts[0] * 2 > counts[1]
    usable = pl.col("direction").is_not_null() & pl.col("amount").is_not_null()
    frame = frame.with_columns(
        sort=pl.when(usable & negative).then(pl.col("direction")).when(usable & out & (counts[0] > 0)).then(0),
    )
    told = _told_by_balances(frame).zip_with(frame["sort"].is_not_null(), _nothing(len(frame)))
    untold = frame.filter(told.is_null() & pl.col("sort").is_not_null())
    if len(untold):
        told = told.fill_null(_told_by_the_other_side(frame, untold))
    back = pl.col("told").filter(pl.col("sort") == -1).mean().over("own") > 0.5  # a minus takes back in this account
    plain = pl.lit(not signed_style) | back.fill_null(value=False)
    habit = pl.when(pl.col("sort") == 0).then(~plain).when(pl.col("sort") == -1).then(plain)
    found = frame.with_columns(told=told.cast(pl.Int64)).with_columns(
        pl.col("told").mean().over("own", "sort").alias("account"), pl.col("told").mean().over("sort").alias("table")
    )
    against = found.select(
        pl.when(pl.col("sort").is_null())
        .then(False)
        .otherwise(pl.coalesce(pl.col("told") == 1, _majority("account"), _majority("table"), habit.otherwise(True)))
        .alias("against")
    ).to_series()
    return Turned(against, int(told.is_not_null().sum()), signed_style)


def _nothing(height: int) -> pl.Series:
    return pl.Series("", [None], pl.Boolean).new_from_index(0, height)


def _majority(share: str) -> pl.Expr:
    """Whether more than half of the rows that could be told go against; null where none could, or half of them do."""
    return pl.when(pl.col(share) != 0.5).then(pl.col(share) > 0.5)


def _told_by_balances(frame: pl.DataFrame) -> pl.Series:
    """Per row whether the step of the running balance shows it to go against its direction; null where it shows neither.

    Rows are taken in order of time, then as they stand in the table, upwards or downwards by what fits the account.
    """
    size = pl.col("amount").abs()
    known = frame.filter(pl.col("own").is_not_null() & pl.col("at").is_not_null() & pl.col("amount").is_not_null())
    known = known.with_columns(
        fits_down=((pl.col("balance") - pl.col("balance").shift(-1)).abs() == size).sum().over("own"),
        fits_up=(pl.col("balance").diff().abs() == size).sum().over("own"),
        climb=pl.col("at").diff().sign().sum().over("own"),
    )
    down = (pl.col("climb") < 0) | ((pl.col("climb") == 0) & (pl.col("fits_down") > pl.col("fits_up")))
    known = known.with_columns(line=pl.when(down).then(-pl.col("place").cast(pl.Int64)).otherwise(pl.col("place")))
    found = _nothing(len(frame))
    for order in (["own", "at", "line"], ["own", "line"]):
        step = pl.col("balance") - pl.col("balance").shift(1).over("own")
        told = known.sort(order).select(
            "place",
            pl.when(step == pl.col("direction") * size)
            .then(False)
            .when(step == -pl.col("direction") * size)
            .then(True),
        )
        sure = told.drop_nulls()
        found = found.fill_null(_nothing(len(frame)).scatter(sure["place"], sure.to_series(1)))
        if not (found.is_null() & frame["sort"].is_not_null()).any():
            break
    return found


def _told_by_the_other_side(frame: pl.DataFrame, untold: pl.DataFrame) -> pl.Series:
    """The same by the counterparty's own rows of the table: it tells the other end of the movement, at the same time."""
    size = pl.col("amount").abs()
    named = pl.col("counterparty").is_in(untold["number"].unique().implode())
    other = frame.filter(pl.col("sort").is_null() & named).select(
        pl.col("counterparty").alias("number"), pl.col("number").alias("counterparty"), "at", size.alias("size"),
        pl.col("direction").alias("theirs"),
    )  # fmt: skip
    asked = untold.select("place", "number", "counterparty", "at", size.alias("size"), "direction")
    met = asked.join(other, on=["number", "counterparty", "at", "size"], how="inner")
    sure = met.group_by("place").agg(
        pl.when(pl.col("theirs").n_unique() == 1).then((pl.col("theirs") == pl.col("direction")).first()).alias("told")
    )
    sure = sure.drop_nulls().sort("place")
    return _nothing(len(frame)).scatter(sure["place"], sure["told"])
