"""One payment seen by sender and by receiver, without a reference number: how many pairs are found, how many are right?

Run with `.venv/bin/python -m validation.ledger_matching --data DIR`.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.core.time import DAY_US
from fanzha.ledger.assembly import assemble
from fanzha.ledger.assembly.matching import Sides, match_one_to_one
from fanzha.ledger.columns import I64
from fanzha.records import SCHEMAS, FactBatch
from validation.memo_matching import (
    F64,
    Bounds,
    Candidates,
    Features,
    Side,
    Weights,
    assign_by_auction,
    assign_greedily,
    bounds_of,
    describe,
    find_candidates,
    learn,
    read_side,
)
from validation.report import Cell, Report, run_validation

ABOUT: Final = "One-to-one matching of two sides of payments without a reference number."
RAISE: Final = 0.01
MISSING_OF_TEN: Final = 2  # parts of ten that the harder trial takes away from each side
FEATURES: Final = ("lag", "amount", "memo", "code")


@dataclass(frozen=True, slots=True)
class Trial:
    """Two sides, their candidates and what describes them."""

    left: Side
    right: Side
    pairs: Candidates
    found: Features
    blocking_s: float

    @property
    def is_true(self) -> NDArray[np.bool_]:
        """Which candidates are true pairs."""
        return np.asarray(self.left.truth[self.pairs.left] == self.right.truth[self.pairs.right])

    @property
    def true_pairs(self) -> int:
        """Pairs that there are to be found: both rows are here."""
        return int(np.isin(self.left.truth, self.right.truth).sum())


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs proposed, right ones, and those that there are."""

    proposed: int
    right: int
    there: int

    @property
    def precision(self) -> float | None:
        """Right ones among the proposed; None where nothing is proposed."""
        return self.right / self.proposed if self.proposed else None

    @property
    def recall(self) -> float:
        """Right ones among those that there are."""
        return self.right / self.there

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (self.proposed + self.there)

    def cells(self) -> tuple[Cell, ...]:
        """For a table."""
        precision = None if self.precision is None else f"{self.precision:.5f}"
        return self.there, self.proposed, self.right, precision, f"{self.recall:.5f}", f"{self.f1:.5f}"


_SCORE_COLUMNS: Final = ("true pairs", "proposed", "right", "precision", "recall", "F1")


def measure(data: Path) -> Report:
    """Everything."""
    report = Report("Ledger matching")
    left, right = read_side(data / "origin.parquet"), read_side(data / "destination.parquet")
    halves = [(left.part(_half(left) == n), right.part(_half(right) == n)) for n in (0, 1)]
    bounds = bounds_of(*halves[0])
    learning, test, whole = (_trial(*sides, bounds) for sides in (*halves, (left, right)))
    weights = learn(learning.found, learning.is_true, bounds)
    _blocking_table(report, bounds, {"learning half": learning, "test half": test, "both halves together": whole})
    lines: list[tuple[Cell, ...]] = []
    for name, trial in (("learning half", learning), ("test half", test), ("both halves together", whole)):
        for rule in ("greedy", "auction"):
            started = time.perf_counter()
            chosen = _assign(trial, weights.of(trial.found), rule)
            lines.append((name, rule, *_score(trial, chosen).cells(), round(time.perf_counter() - started, 3)))
    report.add(
        "matching", "One-to-one assignment", ("rows", "assignment", *_SCORE_COLUMNS, "seconds"), lines,
        "Bounds and weights come from the learning half alone. Greedy takes the heaviest pair first; the auction maximises "
        "the total weight. The first line is the half that was learnt from; both halves together are denser than either.",
    )  # fmt: skip
    _missing_table(report, learning, test, whole, weights, bounds)
    _ablation_table(report, test, whole, weights)
    _product_table(report, data, left, right, bounds)
    return report


def _half(side: Side) -> I64:
    return np.array([hashlib.sha256(str(truth).encode()).digest()[0] & 1 for truth in side.truth], np.int64)


def _trial(left: Side, right: Side, bounds: Bounds) -> Trial:
    started = time.perf_counter()
    pairs = find_candidates(left, right, bounds)
    found = describe(left, right, pairs)
    return Trial(left, right, pairs, found, time.perf_counter() - started)


def _assign(trial: Trial, weight: F64, rule: str) -> I64:
    sizes = len(trial.left), len(trial.right)
    if rule == "greedy":
        return assign_greedily(trial.pairs, weight, sizes)
    return assign_by_auction(trial.pairs, weight, sizes, RAISE)


def _score(trial: Trial, chosen: I64) -> Score:
    return Score(len(chosen), int(trial.is_true[chosen].sum()), trial.true_pairs)


def _blocking_table(report: Report, bounds: Bounds, trials: dict[str, Trial]) -> None:
    report.figures(
        "bounds", "Blocking bounds, from the learning half",
        [("amount received ÷ paid, from", f"{bounds.ratio_min:.4f}"), ("to", f"{bounds.ratio_max:.4f}"),
         ("days later, from", bounds.lag_min), ("to", bounds.lag_max), ("memo", "first word alike (10 letters)")],
    )  # fmt: skip
    lines = []
    for name, trial in trials.items():
        possible = len(trial.left) * len(trial.right)
        lines.append(
            (name, len(trial.left), len(trial.right), len(trial.pairs), f"{len(trial.pairs) / len(trial.left):.1f}",
             f"{1 - len(trial.pairs) / possible:.6f}", f"{trial.is_true.sum() / trial.true_pairs:.5f}",
             round(trial.blocking_s, 2))
        )  # fmt: skip
    report.add(
        "blocking", "Blocking",
        ("rows", "payers' rows", "payees' rows", "candidate pairs", "per payer's row", "reduction", "true pairs kept",
         "seconds, with features"), lines,
    )  # fmt: skip


def _missing_table(
    report: Report, learning: Trial, test: Trial, whole: Trial, weights: Weights, bounds: Bounds
) -> None:
    """The harder and more likely case: some rows have no partner; a threshold decides, chosen on the learning half."""
    thinned = [_trial(_thin(t.left, "payer"), _thin(t.right, "payee"), bounds) for t in (learning, test, whole)]
    thresholds = {"best F1 when learning": _threshold(thinned[0], weights, None)}
    thresholds["precision 0.999 when learning"] = _threshold(thinned[0], weights, 0.999)
    lines: list[tuple[Cell, ...]] = []
    for name, trial in zip(("learning half", "test half", "both halves together"), thinned, strict=True):
        weight = weights.of(trial.found)
        chosen = _assign(trial, weight, "auction")
        for rule, threshold in thresholds.items():
            lines.append((name, rule, f"{threshold:.2f}", *_score(trial, chosen[weight[chosen] >= threshold]).cells()))
    report.add(
        "missing", f"The same with {MISSING_OF_TEN} of 10 rows taken away from each side",
        ("rows", "threshold", "least weight", *_SCORE_COLUMNS), lines,
        "A row whose partner was taken away must stay alone. Auction, then every pair below the threshold is dropped.",
    )  # fmt: skip


def _thin(side: Side, name: str) -> Side:
    dice = np.array([hashlib.sha256(f"{name}-{truth}".encode()).digest()[1] % 10 for truth in side.truth])
    return side.part(dice >= MISSING_OF_TEN)


def _threshold(trial: Trial, weights: Weights, precision: float | None) -> float:
    weight = weights.of(trial.found)
    chosen = _assign(trial, weight, "auction")
    chosen = chosen[np.argsort(-weight[chosen], kind="stable")]
    right = np.cumsum(trial.is_true[chosen])
    proposed = np.arange(1, len(chosen) + 1)
    if precision is None:
        best = int(np.argmax(2 * right / (proposed + trial.true_pairs)))
    else:
        best = int(np.flatnonzero(right / proposed >= precision)[-1])
    return float(weight[chosen[best]])


def _ablation_table(report: Report, test: Trial, whole: Trial, weights: Weights) -> None:
    lines: list[tuple[Cell, ...]] = []
    for name in ("none", *FEATURES):
        kept = weights if name == "none" else replace(weights, **{name: np.zeros_like(getattr(weights, name))})
        cells = [_score(t, _assign(t, kept.of(t.found), "auction")) for t in (test, whole)]
        lines.append((name, *(f"{cell.f1:.5f}" for cell in cells)))
    report.add(
        "ablation", "What each feature is worth",
        ("left out", "F1, test half", "F1, both halves together"), lines,
        "Blocking stays as it is, so the first word of the memo, the amount band and the day window still work.",
    )  # fmt: skip


def _product_table(report: Report, data: Path, left: Side, right: Side, bounds: Bounds) -> None:
    started = time.perf_counter()
    paired, suggested = _product_pairs(data)
    lines: list[tuple[Cell, ...]] = [
        ("product, as it stands", *paired.cells(), f"{suggested} suggestions", round(time.perf_counter() - started, 2))
    ]
    named = np.unique([*left.memo, *right.memo], return_inverse=True)[1].astype(np.int64)
    for name, memo in (("equal amount, 21 days", None), ("equal amount and memo, 21 days", named)):
        started = time.perf_counter()
        score = _exact_pairs(left, right, bounds, memo)
        lines.append((f"its matching primitive: {name}", *score.cells(), "", round(time.perf_counter() - started, 2)))
    report.add(
        "product", "What strict pairing gives", ("rule", *_SCORE_COLUMNS, "further", "seconds"), lines,
        "The product pairs two statement rows only on equal amounts within two minutes and on account numbers, an order "
        "number or a bank serial; nothing here has those, and no row reaches its partner within a day.",
    )  # fmt: skip


def _product_pairs(data: Path) -> tuple[Score, int]:
    """Both files as statements of two accounts, assembled; and how many pairs are only suggested."""
    batches, rows = [], 0
    for name, direction, card in (("origin", -1, "PAYERBANK0001"), ("destination", 1, "PAYEEBANK0001")):
        frame = pl.read_parquet(data / f"{name}.parquet")
        rows = len(frame)
        given = frame.select(
            pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row"),
            pl.lit(card).alias("card"),
            pl.lit(direction, pl.Int8).alias("direction"),
            (pl.col("transaction_date").to_physical().cast(pl.Int64) * DAY_US).alias("at_us"),
            pl.lit(2, pl.UInt8).alias("at_precision"),
            (pl.col("amount") * 100).round().cast(pl.Int64).alias("amount_minor"),
            pl.lit("GBP").alias("currency"),
            pl.col("memo").alias("summary"),
            pl.lit("").alias("sheet"),
            pl.lit(0, pl.UInt8).alias("kind"),
        )
        missing = [pl.lit(None, dtype).alias(c) for c, dtype in SCHEMAS["entries"].items() if c not in given.columns]
        entries = given.with_columns(missing).select(list(SCHEMAS["entries"]))
        sha = hashlib.sha256(name.encode()).hexdigest()
        batches.append(FactBatch(f"{name}.parquet", sha, "entries", rows, {"entries": entries}))
    assembly = assemble(batches)
    sources = assembly.sources
    first = sources.offsets[:-1][np.diff(sources.offsets) > 1]
    # Both files list the payments in one order, so that a pair is right where both rows have one number.
    right = int((sources.row[first] == sources.row[first + 1]).sum())
    return Score(len(first), right, rows), len(assembly.inferred)


def _exact_pairs(left: Side, right: Side, bounds: Bounds, memo: I64 | None) -> Score:
    """The product's matching primitive, its window opened to the longest lag of the learning half."""

    def sides(side: Side, first: int) -> Sides:
        exact = [side.amount_minor] if memo is None else [side.amount_minor, memo[first : first + len(side)]]
        at_us = side.day * DAY_US
        return Sides(np.arange(len(side)), np.stack(exact, axis=1), at_us, at_us)

    def cost(one: I64, other: I64) -> Sequence[I64]:
        lag = right.day[other] - left.day[one]
        return [np.where((lag < bounds.lag_min) | (lag > bounds.lag_max), -1, lag)]

    li, ri = match_one_to_one(sides(left, 0), sides(right, len(left)), slack_us=bounds.lag_max * DAY_US, cost=cost)
    return Score(len(li), int((left.truth[li] == right.truth[ri]).sum()), len(left))


if __name__ == "__main__":
    sys.exit(run_validation(measure, ABOUT))
