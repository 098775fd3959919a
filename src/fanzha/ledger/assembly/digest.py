"""The ledger's fingerprint: equal for equal content, whatever the files were called and in which order they came."""

from __future__ import annotations

import hashlib
from dataclasses import fields

import numpy as np
import polars as pl

from fanzha.ledger.columns import LedgerColumns

_TEXTS = ("account", "institution", "currencies", "exponents")


def ledger_digest(columns: LedgerColumns) -> str:
    """SHA-256 over every column of transfers, pockets and coverage, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for table in (columns.transfers, columns.pockets, columns.coverage):
        for column in fields(table):
            value = getattr(table, column.name)
            digest.update(f"\0{column.name}\0{len(value)}\0".encode())
            if column.name in _TEXTS:
                texts = value.to_list() if isinstance(value, pl.Series) else [str(part) for part in value]
                digest.update("\0".join(texts).encode())
            else:
                digest.update(np.ascontiguousarray(value).view(np.uint8).data if len(value) else b"")
    return digest.hexdigest()
