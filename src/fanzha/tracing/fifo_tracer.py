"""Trace payments first in, first out, again and again: microseconds a payment, for screens and for whole case loads."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from fanzha.ledger.columns import I64
from fanzha.ledger.extract import ALWAYS
from fanzha.ledger.layout import LOW_32, ROW_ENDS
from fanzha.tracing import kernels
from fanzha.tracing.allocate import Ledger

HELD: Final = kernels.HELD
_NOBODY: Final = np.empty(0, np.int64)


class Pieces(NamedTuple):
    """What became of payments, piece by piece; `records` has the columns that the properties name."""

    records: I64

    @property
    def row(self) -> I64:
        """The row of the index that carried the piece; see `FifoTracer.transfers_of`."""
        return self.records[:, 0]

    @property
    def label(self) -> I64:
        """Which of the payments asked about it is of."""
        return self.records[:, 1]

    @property
    def amount_minor(self) -> I64:
        """How much."""
        return self.records[:, 2]

    @property
    def end(self) -> I64:
        """0 where the row carried it on, HELD where it is still at the row's payee, else the number of an `End`."""
        return self.records[:, 3]


class FifoTracer:
    """Traces payments of one ledger, each by itself under a label of its own.

    Several victims at once, limits or relays are for `allocate`.
    """

    def __init__(self, ledger: Ledger) -> None:
        index = ledger.index
        self._rows = index.rows
        self._arrays = (
            index.rows, index.row_of, ledger.columns.transfers.amount_minor, index.segs, index.skip
        )  # fmt: skip
        self._monotone = bool(index.monotone[0])

    def trace(self, eids: I64, *, until_us: int | I64 = ALWAYS) -> Pieces | None:
        """The pieces of each payment's money up to `until_us`, which may be one instant or one for each payment.

        None where chasing cannot tell: a payment came back in part from an account without a statement, or the rows do not
        stand in order of time and there is a limit; `allocate` can.
        """
        until = np.array([until_us]) if isinstance(until_us, int) else until_us
        if not self._monotone and bool((until != ALWAYS).any()):
            return None
        records, whole = kernels.chase_fifo(*self._arrays, eids, _NOBODY, _NOBODY, until, kernels.room_for(len(eids)))
        return Pieces(records) if whole else None

    def transfers_of(self, pieces: Pieces) -> I64:
        """The transfer behind each piece's row (at or above the number of transfers: an event that no row shows)."""
        numbers: I64 = self._rows[pieces.row, ROW_ENDS] & LOW_32
        return numbers
