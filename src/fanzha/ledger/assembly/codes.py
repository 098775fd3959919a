"""Texts as numbers: distinct texts in sorted order, and for every element its place among them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.assembly.kernels import number_by_hash
from fanzha.ledger.columns import I64

UNKNOWN: Final = -1  # the code of a text that is not there

Codes = NDArray[np.int32]
U64 = NDArray[np.uint64]
_SEEDS: Final = (0x5EED, 0xF00D)


def encode(texts: Sequence[pl.Series]) -> tuple[pl.Series, list[Codes]]:
    """The distinct texts of all series in sorted order, and per series the place of each element (UNKNOWN for null).

    Two texts are the same if two independent 64-bit hashes are; at 10⁸ distinct texts a chance clash of both has
    odds of about 10⁻²².
    """
    whole = pl.concat([series.rechunk() for series in texts]) if len(texts) != 1 else texts[0]
    if whole.null_count() == len(whole):
        return pl.Series([], dtype=pl.String), [np.full(len(series), UNKNOWN, np.int32) for series in texts]
    present = whole.is_not_null().to_numpy(writable=True)
    first = whole.hash(seed=_SEEDS[0]).to_numpy(writable=True)
    second = whole.hash(seed=_SEEDS[1]).to_numpy(writable=True)
    codes, firsts = number_by_hash(first, second, present)
    distinct = whole.gather(firsts)
    order = distinct.arg_sort().to_numpy()
    place = np.empty(len(order) + 1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    place[-1] = UNKNOWN  # code -1 indexes the last element
    ranked = place[codes]
    edges = np.cumsum([0, *(len(series) for series in texts)])
    return distinct.gather(order), [ranked[a:b] for a, b in itertools.pairwise(edges)]


def fingerprints(texts: pl.Series) -> I64:
    """A 64-bit hash per text, UNKNOWN for null; for texts that are only compared, which numbering would sort in vain."""
    if texts.null_count() == len(texts):
        return np.full(len(texts), UNKNOWN, np.int64)
    hashes = texts.hash(seed=_SEEDS[0]).to_numpy(writable=True).view(np.int64)
    if texts.null_count():
        hashes[texts.is_null().to_numpy()] = UNKNOWN
    return hashes


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
