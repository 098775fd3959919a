"""Texts as numbers: distinct texts in sorted order, and for every element its place among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

UNKNOWN: Final = -1  # the code of a text that is not there

Codes = NDArray[np.int32]
U64 = NDArray[np.uint64]


@njit(cache=True)
def _number_by_hash(first: U64, second: U64, present: NDArray[np.bool_]) -> tuple[Codes, NDArray[np.int64]]:
    # Open addressing over the pair of hashes: the table doubles before it is half full.
    size = 1 << 12
    slots = np.full(size, -1, np.int32)
    codes = np.full(first.size, -1, np.int32)
    firsts = np.empty(1 << 11, np.int64)
    count = 0
    for i in range(first.size):
        if not present[i]:
            continue
        at = first[i] & np.uint64(size - 1)
        while slots[at] >= 0:
            seen = firsts[slots[at]]
            if first[seen] == first[i] and second[seen] == second[i]:
                break
            at = (at + np.uint64(1)) & np.uint64(size - 1)
        if slots[at] < 0:
            if count == firsts.size:
                grown = np.empty(count * 2, np.int64)
                grown[:count] = firsts
                firsts = grown
                size *= 2
                slots = np.full(size, -1, np.int32)
                for code in range(count):
                    spot = first[firsts[code]] & np.uint64(size - 1)
                    while slots[spot] >= 0:
                        spot = (spot + np.uint64(1)) & np.uint64(size - 1)
                    slots[spot] = code
                at = first[i] & np.uint64(size - 1)
                while slots[at] >= 0:
                    at = (at + np.uint64(1)) & np.uint64(size - 1)
            firsts[count] = i
            slots[at] = count
            count += 1
        codes[i] = slots[at]
    return codes, firsts[:count]


def encode(texts: Sequence[pl.Series]) -> tuple[pl.Series, list[Codes]]:
    """The distinct texts of all series in sorted order, and per series the place of each element (UNKNOWN for null).

    Two texts are the same if two independent 64-bit hashes are; at 10⁸ distinct texts a chance clash of both has
    odds of about 10⁻²².
    """
    whole = pl.concat([series.rechunk() for series in texts]) if len(texts) != 1 else texts[0]
    if whole.null_count() == len(whole):
        return pl.Series([], dtype=pl.String), [np.full(len(series), UNKNOWN, np.int32) for series in texts]
    present = whole.is_not_null().to_numpy(writable=True)
    first = whole.hash(seed=0x5EED).to_numpy(writable=True)
    second = whole.hash(seed=0xF00D).to_numpy(writable=True)
    codes, firsts = _number_by_hash(first, second, present)
    distinct = whole.gather(firsts)
    order = distinct.arg_sort().to_numpy()
    place = np.empty(len(order) + 1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    place[-1] = UNKNOWN  # code -1 indexes the last element
    ranked = place[codes]
    edges = np.cumsum([0, *(len(series) for series in texts)])
    return distinct.gather(order), [ranked[a:b] for a, b in zip(edges[:-1], edges[1:], strict=True)]


@njit(cache=True)
def mix(*columns: NDArray[np.int64]) -> U64:
    """One 64-bit hash per row of the columns (all int64, equal length); equal rows hash equal, others may clash."""
    out = np.zeros(columns[0].size, np.uint64)
    for column in columns:
        for i in range(out.size):
            h = (out[i] + np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(column[i])
            h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            out[i] = h ^ (h >> np.uint64(31))
    return out


def repeated(hashes: U64) -> NDArray[np.int64]:
    """Rows whose hash another row has too, sorted by hash and then by row; empty in the usual case, which is cheap."""
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twice):
        return np.empty(0, np.int64)
    place = np.searchsorted(twice, hashes)
    place[place == len(twice)] = 0
    rows = np.flatnonzero(twice[place] == hashes)
    return rows[np.argsort(hashes[rows], kind="stable")]


def runs(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """Where runs of equal neighbours start, with the length of the whole at the end."""
    if not len(values):
        return np.zeros(1, np.int64)
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1, [len(values)]]).astype(np.int64)
