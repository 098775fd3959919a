"""What the ordered ledger says about the quality of its files, and whether every account adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from fanzha.ledger import kernels
from fanzha.ledger.assembly import kernels as assembly_kernels
from fanzha.ledger.assembly.assemble import Assembly
from fanzha.ledger.assembly.sources import ROW_PLACED, Sources
from fanzha.ledger.columns import I64, OUTSIDE, POCKET_BLOCKED, POCKET_HUB, POCKET_MASKED, LedgerColumns
from fanzha.ledger.index import LedgerIndex
from fanzha.ledger.layout import SYN_AMOUNT, SYN_ANCHOR, SYN_POCKET, SYN_STEP

LOOKED_UP: Final = 10  # ids per file of which the other files are named


@dataclass(slots=True)
class FileQuality:
    """Where a file's running balances do not follow from its rows."""

    gaps: int = 0
    gap_minor: dict[int, int] = field(default_factory=dict)  # by place in the ledger's currencies
    order_repaired: int = 0
    order_uncertain: int = 0


@dataclass(frozen=True, slots=True)
class _Placing:
    """Tells in which file an account's own statement has a transfer."""

    assembly: Assembly
    files_of: Mapping[int, frozenset[int]]

    def file(self, pocket: int, transfer: int) -> int:
        """The first file that shows the transfer and covers the pocket; the first that shows it if none does."""
        sources = self.assembly.sources
        shown = sources.file[sources.offsets[transfer] : sources.offsets[transfer + 1]].tolist()
        covering = self.files_of.get(pocket, frozenset())
        return int(next((file for file in shown if file in covering), shown[0]))


def file_quality(assembly: Assembly, index: LedgerIndex) -> list[FileQuality]:
    """Gaps, repairs and uncertain orders of each file of the assembly.

    A difference between two covered periods of an account is a gap of no file; `pocket_sums` counts it.
    """
    found = [FileQuality() for _ in assembly.files]
    gaps = index.syn[np.isin(index.syn[:, SYN_STEP], (kernels.GAP_IN, kernels.GAP_OUT))]
    repaired = np.concatenate([np.asarray(index.repaired, np.int64), placed_sides(assembly.sources)])
    sides = [repaired, np.asarray(index.group_members, np.int64)]
    if not len(gaps) and not any(len(part) for part in sides):
        return found
    ends = [_ends(assembly.columns, np.unique(part)) for part in sides]
    asked = np.concatenate([gaps[:, SYN_POCKET], *(pocket for pocket, _ in ends)])
    placing = _Placing(assembly, _files_by_pocket(assembly, asked))
    currency = assembly.columns.pockets.currency
    for pocket, transfer, amount in gaps[:, [SYN_POCKET, SYN_ANCHOR, SYN_AMOUNT]].tolist():
        quality = found[placing.file(pocket, transfer)]
        place = int(currency[pocket])
        quality.gaps += 1
        quality.gap_minor[place] = quality.gap_minor.get(place, 0) + amount
    for name, (at, of) in zip(("order_repaired", "order_uncertain"), ends, strict=True):
        for pocket, transfer in zip(at.tolist(), of.tolist(), strict=True):
            quality = found[placing.file(pocket, transfer)]
            setattr(quality, name, getattr(quality, name) + 1)
    return found


def placed_sides(sources: Sources) -> I64:
    """Sides whose row tells only the day or the minute and stands elsewhere in it than at its beginning."""
    rows = np.flatnonzero(sources.flags & np.uint8(sum(ROW_PLACED)))
    transfer = np.searchsorted(sources.offsets, rows, side="right") - 1
    return np.concatenate(
        [2 * transfer[(sources.flags[rows] & bit) != 0] + number for number, bit in enumerate(ROW_PLACED)]
    )


@dataclass(frozen=True, slots=True)
class SharedIds:
    """Transfer ids of one file that stand for another transfer, too."""

    count: int
    example: str
    files: tuple[int, ...]  # where some of them stand


def shared_ids(assembly: Assembly, ids: pl.Series) -> dict[int, SharedIds]:
    """By file, which of these ids its rows and others give to different transfers."""
    own = assembly.details["transfer_id"]
    named = np.flatnonzero(own.is_in(ids.drop_nulls().unique().implode()).fill_null(False).to_numpy())
    named = named[own.gather(named).is_duplicated().to_numpy()]
    if not len(named):
        return {}
    sources = assembly.sources
    counts = sources.offsets[named + 1] - sources.offsets[named]
    rows = np.repeat(sources.offsets[named] - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
    shown = pl.DataFrame(
        {"id": own.gather(np.repeat(named, counts)), "transfer": np.repeat(named, counts), "file": sources.file[rows]}
    ).unique()
    by_file = shown.group_by("file").agg(
        pl.col("id").n_unique().alias("count"), pl.col("id").unique().sort().head(LOOKED_UP)
    )
    some = shown.join(by_file.select("file", "id").explode("id"), on=("file", "id"))
    others = some.join(shown, on="id", suffix="_other").filter(pl.col("transfer") != pl.col("transfer_other"))
    files = others.group_by("file").agg(pl.col("file_other").unique().sort())
    return {
        file: SharedIds(count, some_ids[0], tuple(elsewhere))
        for file, count, some_ids, elsewhere in by_file.join(files, on="file").iter_rows()
    }


def _files_by_pocket(assembly: Assembly, asked: I64) -> dict[int, frozenset[int]]:
    by_pocket: dict[int, set[int]] = {}
    spans = assembly.spans
    mine = np.isin(spans.pocket, asked)
    for pocket, file in zip(spans.pocket[mine].tolist(), spans.file[mine].tolist(), strict=True):
        by_pocket.setdefault(pocket, set()).add(file)
    return {pocket: frozenset(files) for pocket, files in by_pocket.items()}


def _ends(columns: LedgerColumns, sides: I64) -> tuple[I64, I64]:
    """Pockets and transfers of sides (2 × transfer + 1 for the payee's)."""
    transfer = sides >> 1
    pocket = np.where(sides & 1, columns.transfers.payee[transfer], columns.transfers.payer[transfer])
    return pocket.astype(np.int64), transfer


@dataclass(frozen=True, slots=True)
class PocketSums:
    """Per pocket what its rows and gaps add up to, in minor units: opening + inflows − outflows + gaps = closing."""

    opening: I64
    inflows: I64
    outflows: I64
    gaps_in: I64
    gaps_out: I64
    closing: I64
    gaps: I64  # how many places where the running balance does not follow

    @property
    def difference(self) -> I64:
        """What is left over; zero everywhere in a ledger that adds up."""
        return self.opening + self.inflows - self.outflows + self.gaps_in - self.gaps_out - self.closing


def pocket_sums(columns: LedgerColumns, index: LedgerIndex) -> PocketSums:
    """Adds every pocket's rows up anew, from the columns, beside the index's own opening, gaps and closing."""
    t, pockets, coverage = columns.transfers, len(columns.pockets), columns.coverage
    starts = np.searchsorted(coverage.pocket, np.arange(pockets + 1)).astype(np.int64)
    never = (columns.pockets.flags & (POCKET_BLOCKED | POCKET_HUB | POCKET_MASKED)) != 0
    sums = {name: np.zeros(pockets, np.int64) for name in ("inflows", "outflows", "gaps_in", "gaps_out", "gaps")}
    for name, pocket, at_us, seen in (
        ("outflows", t.payer, t.payer_at_us, t.payer_seen),
        ("inflows", t.payee, t.payee_at_us, t.payee_seen),
    ):
        own = seen & ~never[pocket] & (t.payer != t.payee) & (pocket != OUTSIDE)
        own &= assembly_kernels.covered(pocket, at_us, starts, coverage.from_us, coverage.to_us)
        np.add.at(sums[name], pocket[own], t.amount_minor[own])
    for name, steps in (
        ("gaps_in", (kernels.GAP_IN, kernels.HOLE_IN)),
        ("gaps_out", (kernels.GAP_OUT, kernels.HOLE_OUT)),
    ):
        events = index.syn[np.isin(index.syn[:, SYN_STEP], steps)]
        np.add.at(sums[name], events[:, SYN_POCKET], events[:, SYN_AMOUNT])
        np.add.at(sums["gaps"], events[:, SYN_POCKET], 1)
    return PocketSums(opening=np.asarray(index.opening_minor), closing=np.asarray(index.closing_minor), **sums)
