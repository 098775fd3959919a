"""AMLGentex: 678,984 rows with balances, 70 planted patterns. Are accounts conserved, patterns reached, payments carried?

Run with `.venv/bin/python -m validation.amlgentex --data DIR`.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from fanzha.core.money import format_minor
from fanzha.core.time import parse_instant
from fanzha.ledger.assembly import Assembly, assemble
from fanzha.ledger.assembly.quality import file_quality, pocket_sums
from fanzha.ledger.columns import I64
from fanzha.ledger.index import build_index
from fanzha.ledger.layout import SYN_AMOUNT, SYN_POCKET, SYN_STEP
from fanzha.ledger.reference import Step
from fanzha.records import FactBatch
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.model import Method
from validation.amlgentex_patterns import PatternResult, follow_pattern, payable, queues_before, read_patterns
from validation.amlgentex_rows import (
    DECIMALS,
    FIRST_DAY,
    SOURCE,
    Balances,
    Canonical,
    read_rows,
    rounding,
    to_canonical,
)
from validation.conservation import ALLOCATING, accounts_not_conserved
from validation.report import Report, run_validation

SHUFFLE_SEED: Final = 20230101
WARM_UP_ROWS: Final = 20_000  # so that compiling the kernels is in no figure
ABOUT: Final = "Conservation, reachability and carried payments on the AMLGentex log."


@dataclass(frozen=True, slots=True)
class Built:
    """A ledger made of one reading of the log."""

    canonical: Canonical
    assembly: Assembly
    ledger: Ledger
    assembly_s: float
    index_s: float


def build(rows: pl.DataFrame, balances: Balances, shuffle_seed: int | None = None) -> Built:
    """The ledger of the log; with a seed, the rows of every step after the opening one are handed over in random order."""
    canonical = to_canonical(rows, balances)
    transfers = canonical.transfers
    if shuffle_seed is not None:
        dice = np.random.default_rng(shuffle_seed).random(len(transfers))
        dice[(transfers["at_us"] == parse_instant(FIRST_DAY)).to_numpy()] = 0.0
        transfers = (
            transfers.with_columns(pl.Series("dice", dice)).sort("at_us", "dice", maintain_order=True).drop("dice")
        )
        transfers = transfers.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row"))
    name = f"amlgentex-{balances}-{shuffle_seed}"
    batch = FactBatch(
        path=f"{name}.parquet", sha256=hashlib.sha256(name.encode()).hexdigest(), table="transfers",
        rows=len(transfers), facts={"transfers": transfers},
    )  # fmt: skip
    started = time.perf_counter()
    assembly = assemble([batch])
    assembled = time.perf_counter()
    index = build_index(assembly.columns)
    return Built(
        canonical, assembly, Ledger(assembly.columns, index), assembled - started, time.perf_counter() - assembled
    )


def measure(data: Path, accounts_max: int | None = None, patterns_of: Sequence[int] | None = None) -> Report:
    """Everything; `accounts_max` and `patterns_of` keep a part for quick tests."""
    report = Report("AMLGentex")
    rows = read_rows(data, accounts_max)
    report.add(
        "decimals", "Amounts as integers", ("decimals", "rows that become zero", "largest rounding", "sum of roundings"),
        rounding(rows), f"{DECIMALS} decimals is the coarsest unit that keeps every row.",
    )  # fmt: skip
    build(rows.head(WARM_UP_ROWS), "stated")
    readings = {"stated": build(rows, "stated"), "settled": build(rows, "settled")}
    named = [
        ("as stated", readings["stated"]),
        ("settled batches", readings["settled"]),
        ("as stated, steps shuffled", build(rows, "stated", SHUFFLE_SEED)),
    ]
    report.add("ledgers", "Ledgers", _LEDGER_COLUMNS, [_ledger_row(name, built) for name, built in named], _LEDGER_NOTE)
    _doubled_openings(report, readings["stated"])
    _residues(report, readings["stated"].canonical)
    _depth_table(report, readings["settled"])
    for key, built in readings.items():
        _patterns(report, data, rows, key, built, patterns_of)
    return report


_LEDGER_COLUMNS: Final = (
    "reading", "rows", "transfers", "accounts covered", "sides repaired", "sides of uncertain order", "gaps",
    "gap lots in", "gap lots out", "accounts not conserved", "assembly s", "index s",
)  # fmt: skip
_LEDGER_NOTE: Final = (
    "A side is one account's end of a row. Gap lots are in the log's currency. Conserved: opening + in + gaps in − out − "
    "gaps out = closing, in integers, for every account."
)


def _ledger_row(name: str, built: Built) -> tuple[str | int | float, ...]:
    columns, index = built.ledger.columns, built.ledger.index
    quality = file_quality(built.assembly, index)[0]
    sums = pocket_sums(columns, index)
    return (
        name, len(built.canonical.transfers), len(columns.transfers), len(np.unique(columns.coverage.pocket)),
        quality.order_repaired, quality.order_uncertain, quality.gaps, _money(int(sums.gaps_in.sum())),
        _money(int(sums.gaps_out.sum())), accounts_not_conserved(columns, index), round(built.assembly_s, 2),
        round(built.index_s, 2),
    )  # fmt: skip


def _doubled_openings(report: Report, built: Built) -> None:
    """Gaps that take back at once what an opening row says too much."""
    index = built.ledger.index
    out = index.syn[index.syn[:, SYN_STEP] == int(Step.GAP_OUT)]
    doubled = out[:, SYN_AMOUNT] == _initial(built)[out[:, SYN_POCKET]]
    own, other = out[doubled, SYN_AMOUNT], out[~doubled, SYN_AMOUNT]
    report.figures(
        "doubled", "Gaps out as stated, by what they take back",
        [("of a doubled opening row: gaps", len(own)), ("of a doubled opening row: amount", _money(int(own.sum()))),
         ("others: gaps", len(other)), ("others: amount", _money(int(other.sum())))],
    )  # fmt: skip


def _depth_table(report: Report, built: Built) -> None:
    """How much money stands before a payment that arrives: why first in, first out moves on slowly here."""
    sums = pocket_sums(built.ledger.columns, built.ledger.index)
    covered = np.unique(built.ledger.columns.coverage.pocket)
    out, closing = sums.outflows[covered], sums.closing[covered]
    report.figures(
        "depth", "How deep the accounts are",
        [("accounts", len(covered)), ("median of all outflows of an account, 100 steps", _money(int(np.median(out)))),
         ("median closing balance", _money(int(np.median(closing)))),
         ("accounts whose outflows exceed their initial balance", int((out > _initial(built)[covered]).sum()))],
        "A payment that arrives leaves by fifo only after all that was there before it, the initial balance included.",
    )  # fmt: skip


def _initial(built: Built) -> I64:
    """Per pocket what its INITALBALANCE row brought; the first row of every account."""
    t = built.ledger.columns.transfers
    first = t.at_us == t.at_us[0]
    found = np.zeros(len(built.ledger.columns.pockets), np.int64)
    source = pl.Series(built.ledger.columns.pockets.account).index_of(SOURCE)
    opening = np.flatnonzero(first & (t.payer == source))
    np.maximum.at(found, t.payee[opening], t.amount_minor[opening])
    return found


def _money(minor: int) -> str:
    return format_minor(minor, DECIMALS)


def _residues(report: Report, canonical: Canonical) -> None:
    residue = canonical.residue["residue"].to_numpy()
    size = np.abs(residue)
    report.figures(
        "residue",
        "Rounding residue",
        [
            ("unit", f"1e-{DECIMALS}"),
            ("amounts: sum of (rounded − given)", f"{canonical.amounts_lost:.3e}"),
            ("amounts: sum of |rounded − given|", f"{canonical.amounts_moved:.3e}"),
            ("accounts", len(residue)),
            ("final balances: sum of (integer − given)", f"{residue.sum():.3e}"),
            ("final balances: largest |integer − given| of an account", f"{size.max():.3e}"),
            ("final balances: sum of |integer − given|", f"{size.sum():.3e}"),
            ("final balances: median |integer − given| of an account", f"{np.median(size):.3e}"),
        ],
        "The integer balance is the sum of the rounded rows; what separates it from the balance that the log gives is the "
        "rounding of those rows.",
    )
    report.add(
        "batches", "Batches: rows of one account and step that share one stated balance", ("rows in batch", "batches"),
        list(canonical.batches.iter_rows()),
    )  # fmt: skip


def _patterns(
    report: Report, data: Path, rows: pl.DataFrame, key: str, built: Built, patterns_of: Sequence[int] | None
) -> None:
    ids = built.assembly.details["transfer_id"].to_list()
    eid_of_line = {int(text[1:]): eid for eid, text in enumerate(ids)}
    patterns = read_patterns(data, rows, eid_of_line)
    chosen = [p for p in patterns if patterns_of is None or p.number in patterns_of]
    start = parse_instant(FIRST_DAY)
    results = [follow_pattern(built.ledger, pattern, start) for pattern in chosen]
    if key == "stated":
        _reach_table(report, results)
        ratios = queues_before(rows, chosen)
        report.figures(
            "queues", "What stands before planted money, by the log alone",
            [("follow-on payments", len(ratios)), ("first in, first out could carry planted money", sum(r < 1 for r in ratios)),
             ("smallest ratio", min(ratios, default=None)), ("median ratio", float(np.median(ratios)))],
            "Ratio: what the payer had before its first planted inflow ÷ all that it paid out up to the payment.",
        )  # fmt: skip
    _carried_tables(report, key, results)


def _by_kind(results: Sequence[PatternResult]) -> dict[str, list[PatternResult]]:
    kinds: dict[str, list[PatternResult]] = {}
    for result in results:
        kinds.setdefault(result.pattern.kind, []).append(result)
    return {**kinds, "all": list(results)}


def _reach_table(report: Report, results: Sequence[PatternResult]) -> None:
    lines = [
        (
            kind,
            len(group),
            sum(len(r.pattern.payments) for r in group),
            sum(len(r.pattern.members) for r in group),
            sum(len(r.paid - r.pattern.roots) for r in group),
            sum(len((r.paid - r.pattern.roots) & r.reached) for r in group),
            sum(r.complete for r in group),
            sum(r.paid <= r.planned for r in group),
            sum(len(r.pattern.silent) for r in group),
            sum(bool(r.pattern.silent) for r in group),
        )
        for kind, group in _by_kind(results).items()
    ]
    report.add(
        "reach", "Reachability in time order",
        ("pattern", "patterns", "planted payments", "members", "paid members", "reached", "patterns complete",
         "complete along planted payments alone", "members without a planted payment", "patterns with such members"),
        lines,
        "From the roots' payments (members that pay and are not paid; in a cycle the first payment) to every other member "
        "that a planted payment is made to, through any transfer, in the order of the accounts' own rows.",
    )  # fmt: skip


def _carried_tables(report: Report, key: str, results: Sequence[PatternResult]) -> None:
    lines = []
    for kind, group in _by_kind(results).items():
        payments = sum(len(r.pattern.follow_on) for r in group)
        if not payments:
            continue
        amount = sum(r.follow_on_minor for r in group)
        line: list[str | int | float] = [kind, payments, sum(payable(r.pattern) for r in group)]
        for method in ALLOCATING:
            count = sum(r.carried[method][0] for r in group)
            carried = sum(r.carried[method][1] for r in group)
            line.append(f"{count} ({100 * carried / amount:.2f} %)")
        line.append(sum(r.carried[Method.POISON][0] for r in group))
        lines.append(line)
    report.add(
        f"carried_{key}", f"Planted follow-on payments that carry traced money, balances {key}",
        ("pattern", "follow-on payments", "payer reached before", *(m.value for m in ALLOCATING), "poison (leads only)"), lines,
        "Count of planted payments after the first hop that carry traced money, and in brackets its share of their amount.",
    )  # fmt: skip
    totals = []
    for method in ALLOCATING:
        found = [r.balances[method] for r in results]
        origin = sum(b.origin for b in found)
        shares = [
            f"{100 * sum(getattr(b, name) for b in found) / origin:.2f} %" for name in ("held", "exited", "unknown")
        ]
        totals.append(
            (method.value, len(found), _money(origin), *shares, _money(sum(abs(b.difference) for b in found)))
        )
    report.add(
        f"conserved_{key}", f"Conservation of every run, balances {key}",
        ("method", "runs", "origin", "held", "exited", "unknown", "sum of |difference|"), totals,
        "A run that is not conserved, for any single origin, ends the validation with an error.",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_validation(measure, ABOUT))
