"""Ask again and again which accounts money could have reached, at the cost of what is reached and not of the ledger."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from fanzha.ledger import reach_kernels
from fanzha.ledger.columns import I64
from fanzha.ledger.extract import ALWAYS, HOPS_UNLIMITED
from fanzha.ledger.index import LedgerIndex

_NOBODY: Final = np.empty(0, np.int64)


class Reach(NamedTuple):
    """Accounts in order of discovery, the fewest transfers to each, and how many payments the money could have taken."""

    pockets: I64
    hops: I64
    transfers: int


class Reacher:
    """Holds the scratch of the question by account, so that a call only writes what it reaches; one thread at a time."""

    def __init__(self, index: LedgerIndex) -> None:
        """Takes 16 bytes of scratch for every account."""
        self._rows, self._row_of = index.rows, index.row_of
        self._monotone = bool(index.monotone[0])
        self._seen = np.zeros((len(index.line_end), 2), np.int64)
        self._asked = 0

    def reach(
        self, eids: I64, *, until_us: int = ALWAYS, hops_max: int = HOPS_UNLIMITED, victims: I64 = _NOBODY
    ) -> Reach:
        """Every covered account that money of these transfers could have reached, in time order, by `until_us`.

        `victims`: pockets at which a branch ends.
        """
        self._asked += 1
        found = reach_kernels.reach(
            self._rows, self._row_of, eids, victims, until_us, hops_max, self._monotone, self._seen, self._asked
        )
        return Reach(*found)
