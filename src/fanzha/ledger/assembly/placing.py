"""Where a row that tells only the day or the minute stands among rows of its account that tell the second.

Such a row may stand anywhere within its day or minute. The running balance decides, then the order of the file. The row
gets the time of its place in its account's own statement; the transfer's time stays as it is stated.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.columns import I64, MISSING, OUTSIDE, U16, U32, Flags

FITTED_MAX: Final = 400  # rows of one day or minute of one account that are fitted together one by one


@dataclass(frozen=True, slots=True)
class StatedSide:
    """One side of every transfer: the row of its own that tells it (UNKNOWN without), and what that says."""

    row: I64
    pocket: U32
    at_us: I64
    balance_minor: I64
    sub: U16
    seen: Flags
    sign: int  # +1 where the side is an inflow


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sides of accounts that tell time in several precisions, by account, sub-account, time and place in the source."""

    side: I64  # 2 × transfer, + 1 for the payee's
    group: I64  # changes with account or sub-account
    file: U32
    at_us: I64
    end_us: I64  # the last instant at which it may have been
    order: I64
    balance_minor: I64
    signed_minor: I64


def place_coarse(
    sides: tuple[StatedSide, StatedSide], amount_minor: I64, width_us: I64, order: I64, file: U32
) -> tuple[I64, I64]:
    """Sides that get another time than they state, and that time; `width_us`, `order` and `file` are by row.

    A side is 2 × transfer, + 1 for the payee's.
    """
    nothing = np.empty(0, np.int64), np.empty(0, np.int64)
    if not len(width_us) or bool((width_us == width_us[0]).all()):
        return nothing
    mixed = _mixed_sides(sides, amount_minor, width_us, order, file)
    moved: list[tuple[int, int]] = []
    last: int = -1
    closing: int | None = None
    for lo, hi in _overlapping(mixed):
        # What stood just before: the end of the stretch fitted last, or the row before this one.
        follows = lo == last and mixed.group[lo] == mixed.group[lo - 1]
        before = closing if follows else _stated_before(mixed, lo)
        chosen, clocks, closing = _fitted(mixed, lo, hi, before)
        last = hi
        moved += [
            (int(mixed.side[i]), clock) for i, clock in zip(chosen, clocks, strict=True) if clock != int(mixed.at_us[i])
        ]
    if not moved:
        return nothing
    found = np.array(moved, np.int64)
    return found[:, 0], found[:, 1]


def _mixed_sides(
    sides: tuple[StatedSide, StatedSide], amount_minor: I64, width_us: I64, order: I64, file: U32
) -> _Sides:
    own = [np.flatnonzero((told.row != UNKNOWN) & told.seen & (told.pocket != OUTSIDE)) for told in sides]
    pockets = 1 + max(int(told.pocket.max(initial=0)) for told in sides)
    narrow, wide = np.full(pockets, np.iinfo(np.int64).max), np.full(pockets, -1, np.int64)
    for told, t in zip(sides, own, strict=True):
        np.minimum.at(narrow, told.pocket[t], width_us[told.row[t]])
        np.maximum.at(wide, told.pocket[t], width_us[told.row[t]])
    several = narrow < wide
    own = [t[several[told.pocket[t]]] for told, t in zip(sides, own, strict=True)]
    parts = [
        (2 * t + (told.sign > 0), (told.pocket[t].astype(np.int64) << 16) | told.sub[t], told.row[t], told.at_us[t],
         told.balance_minor[t], told.sign * amount_minor[t])
        for told, t in zip(sides, own, strict=True)
    ]  # fmt: skip
    side, group, row, at_us, balance, signed = (np.concatenate(column) for column in zip(*parts, strict=True))
    by = np.lexsort((side, order[row], at_us, group))
    row = row[by]
    return _Sides(
        side[by], group[by], file[row], at_us[by], at_us[by] + width_us[row], order[row], balance[by], signed[by]
    )


def _overlapping(s: _Sides) -> Iterator[tuple[int, int]]:
    """Stretches of sides of one running balance whose times may overlap, of which some are coarser than others."""
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(s.group)) + 1, [len(s.group)]]).tolist()
    for first, end in itertools.pairwise(bounds):
        reach = np.maximum.accumulate(s.end_us[first:end])
        cuts = first + 1 + np.flatnonzero(s.at_us[first + 1 : end] > reach[:-1])
        stretches = np.concatenate([[first], cuts, [end]])
        for lo, hi in itertools.pairwise(stretches.tolist()):
            if hi - lo > 1 and len(np.unique(s.end_us[lo:hi] - s.at_us[lo:hi])) > 1:
                yield lo, hi


def _stated_before(s: _Sides, lo: int) -> int | None:
    same = lo > 0 and s.group[lo - 1] == s.group[lo] and s.balance_minor[lo - 1] != MISSING
    return int(s.balance_minor[lo - 1]) if same else None


def _fitted(s: _Sides, lo: int, hi: int, before: int | None) -> tuple[list[int], list[int], int | None]:
    """The sides in the order with the fewest gaps, their times in it, and the balance after the last of them."""
    by_time = list(range(lo, hi))
    by_file = sorted(by_time, key=lambda i: int(s.order[i]))
    one_file = bool((s.file[lo:hi] == s.file[lo]).all())
    tried = [by_file, by_time] if one_file else [by_time, by_file]
    if hi - lo <= FITTED_MAX:
        tried.append(_chained(s, by_file, before))
    best: tuple[int, list[int], list[int], int | None] | None = None
    for order in tried:
        clocks = s.at_us[lo:hi].tolist() if order is by_time else _clocks(s, order)
        if clocks is None:
            continue
        gaps, closing = _gaps(s, order, before)
        if best is None or gaps < best[0]:
            best = gaps, order, clocks, closing
        if gaps == 0:
            break
    assert best is not None, "the order of time is always possible"
    return best[1:]


def _gaps(s: _Sides, order: Sequence[int], balance: int | None) -> tuple[int, int | None]:
    """How often the running balance does not follow in this order, and where it ends."""
    gaps = 0
    for i in order:
        balance = None if balance is None else balance + int(s.signed_minor[i])
        stated = int(s.balance_minor[i])
        if stated != MISSING:
            gaps += balance is not None and balance != stated
            balance = stated
    return gaps, balance


def _clocks(s: _Sides, order: Sequence[int]) -> list[int] | None:
    """A time for each side that keeps this order, each within what its row states; None where there is none.

    A coarse row comes just after the finer one before it; coarse rows side by side have one time.
    """
    limit = [0] * len(order)  # the next fine row's time
    ahead = np.iinfo(np.int64).max
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        limit[k] = ahead
        if s.at_us[i] == s.end_us[i]:
            ahead = int(s.at_us[i])
    clocks: list[int] = []
    now, after_fine = np.iinfo(np.int64).min, False
    for i, next_fine in zip(order, limit, strict=True):
        fine = s.at_us[i] == s.end_us[i]
        clock = max(now, int(s.at_us[i]))
        if not fine and after_fine and clock == now and clock + 1 < next_fine and clock < s.end_us[i]:
            clock += 1
        if clock > s.end_us[i]:
            return None
        clocks.append(clock)
        now, after_fine = clock, bool(fine)
    return clocks


def _chained(s: _Sides, order: Sequence[int], balance: int | None) -> list[int]:
    """The sides as their running balances follow from each other, from the file's order, no row outside its time."""
    left: list[int] = list(order)
    chain: list[int] = []
    while left:
        due = min(int(s.end_us[i]) for i in left)
        may = [i for i in left if s.at_us[i] <= due]
        fits = [i for i in may if balance is not None and s.balance_minor[i] == balance + int(s.signed_minor[i])]
        opens = [i for i in may if balance is None and not _follows_another(s, i, left)]
        chosen = (fits or opens or may)[0]
        left.remove(chosen)
        chain.append(chosen)
        balance = _gaps(s, [chosen], balance)[1]
    return chain


def _follows_another(s: _Sides, i: int, others: Sequence[int]) -> bool:
    if s.balance_minor[i] == MISSING:
        return True
    start = int(s.balance_minor[i]) - int(s.signed_minor[i])
    return any(j != i and s.balance_minor[j] == start for j in others)
