"""Facts as received, immutable, each with the file, sheet and row it stands in.

Facts of one kind are a Polars frame with one of the schemas below; a file becomes one `FactBatch`.
"""

from fanzha.records.batch import FactBatch, QuarantinedRow, StatedClosing, StatedWindow
from fanzha.records.schemas import (
    ACCOUNT,
    CARD_PAYMENTS,
    ENTRY,
    HOLDER,
    MEASURE,
    QUERY,
    SCHEMAS,
    SUB_ACCOUNT,
    TRANSFER,
)
from fanzha.records.transfer_kind import EXIT_KINDS, TransferKind

__all__ = [
    "ACCOUNT",
    "CARD_PAYMENTS",
    "ENTRY",
    "EXIT_KINDS",
    "HOLDER",
    "MEASURE",
    "QUERY",
    "SCHEMAS",
    "SUB_ACCOUNT",
    "TRANSFER",
    "FactBatch",
    "QuarantinedRow",
    "StatedClosing",
    "StatedWindow",
    "TransferKind",
]
