"""Columns of which a few rows are taken out and others put in, the rest copied as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.assembly.kernels import copy_runs
from fanzha.ledger.columns import I64, Flags

Element = TypeVar("Element", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of the former rows and of the new ones, in the order of the result."""

    fresh: Flags  # from the new rows
    first: I64
    end: I64

    def __len__(self) -> int:
        return int((self.end - self.first).sum())

    def within(self, former: I64, new: I64) -> Runs:
        """The same stretches in tables that have rows `offsets[i]` to `offsets[i + 1]` for row i."""
        new_first, new_end = (np.where(self.fresh, bound, 0) for bound in (self.first, self.end))
        former_first, former_end = (np.where(self.fresh, 0, bound) for bound in (self.first, self.end))
        return Runs(
            self.fresh,
            np.where(self.fresh, new[new_first], former[former_first]),
            np.where(self.fresh, new[new_end], former[former_end]),
        )


@dataclass(frozen=True, slots=True)
class Splice:
    """Which of `rows` former rows fall away, and before which former row each new one stands (both rising)."""

    rows: int
    dropped: I64
    before: I64

    def places_of_kept(self, former: I64) -> I64:
        """Where former rows come to stand."""
        added = np.searchsorted(self.before, former, side="right")
        return former - np.searchsorted(self.dropped, former) + added

    def places_of_new(self) -> I64:
        """Where the new rows come to stand."""
        return self.before - np.searchsorted(self.dropped, self.before) + np.arange(len(self.before))

    def runs(self) -> Runs:
        """The result in stretches."""
        cuts = np.unique(np.concatenate([[0, self.rows], self.dropped, self.dropped + 1, self.before]))
        stay_end = np.append(cuts[1:], self.rows)
        stay_end[np.isin(cuts, self.dropped)] = 0
        # At every cut the new rows that come in there, then the former ones up to the next.
        first = np.stack([np.searchsorted(self.before, cuts), cuts], axis=1).reshape(-1)
        end = np.stack([np.searchsorted(self.before, cuts, side="right"), stay_end], axis=1).reshape(-1)
        fresh = np.tile([True, False], len(cuts))
        some = end > first
        return Runs(fresh[some], first[some], end[some])


def spliced(runs: Runs, former: NDArray[Element], new: NDArray[Element]) -> NDArray[Element]:
    """One column of the result; both columns have one type."""
    out = np.empty(len(runs), former.dtype)
    # Copying cares for the width of an element alone.
    width = np.dtype(f"u{former.dtype.itemsize}")
    whole = np.ascontiguousarray(former).view(width), np.ascontiguousarray(new, former.dtype).view(width)
    copy_runs(runs.fresh, runs.first, runs.end, *whole, out.view(width))
    return out


def spliced_frame(runs: Runs, former: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """A table of the result."""
    place = spliced(runs, np.arange(len(former)), len(former) + np.arange(len(new)))
    columns = []
    for name in former.columns:
        parts = former[name], new[name]
        said = any(part.null_count() < len(part) for part in parts)
        columns.append(pl.concat(parts).gather(place) if said else parts[0].clear(len(place)))
    return pl.DataFrame(columns)
