"""What sort of movement a transfer is; some sorts end the trail when nobody has the receiver's statement."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class TransferKind(IntEnum):
    """How money moved; the lower-case names are the words of the canonical table's `kind` column."""

    TRANSFER = 0
    CASH = 1
    POS = 2
    CRYPTO = 3
    THIRD_PARTY = 4
    FEE = 5
    INTEREST = 6
    REVERSAL = 7
    ABROAD = 8
    FX = 9
    INTERNAL = 10  # between sub-accounts of one account (活期↔定期): not an outflow

    @property
    def word(self) -> str:
        """The word for this kind in files and in JSON."""
        return self.name.lower()


# An outflow of such a kind to an account without a statement is an exit, not a question for the next bank.
EXIT_KINDS: Final = frozenset(
    {
        TransferKind.CASH,
        TransferKind.POS,
        TransferKind.CRYPTO,
        TransferKind.THIRD_PARTY,
        TransferKind.FEE,
        TransferKind.INTEREST,
        TransferKind.ABROAD,
        TransferKind.FX,
    }
)
