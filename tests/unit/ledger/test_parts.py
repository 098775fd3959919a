"""A ledger indexed by several threads is the ledger indexed by one."""

from __future__ import annotations

import random

import numpy as np

from fanzha.ledger import parts
from fanzha.ledger.index import ARRAYS, build_index
from tests.random_ledgers import random_book


def test_the_index_does_not_depend_on_the_number_of_threads(monkeypatch):
    for seed in range(60):
        made = random_book(random.Random(seed))
        alone = build_index(made.columns)
        monkeypatch.setattr(parts, "PARALLEL_MIN", 1)
        monkeypatch.setattr(parts.os, "cpu_count", lambda: 3)
        together = build_index(made.columns)
        monkeypatch.undo()
        for name in ARRAYS:
            assert np.array_equal(getattr(alone, name), getattr(together, name)), name
