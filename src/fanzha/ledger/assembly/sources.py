"""Where every transfer came from: file, sheet and row of each copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from fanzha.ledger.assembly.codes import Codes
from fanzha.ledger.assembly.kernels import hex_ids, mix
from fanzha.ledger.columns import I64, U8, U32

# What a source row is.
ROW_COPY: Final = 1  # another row had brought it already
ROW_BACKWARDS: Final = 2  # its statement runs from the newest row to the oldest
ROW_PLACED: Final = (4, 8)  # its payer's, its payee's side stands elsewhere in its day or minute than the time says
SOURCE_COLUMNS: Final = ("file", "sheet", "row", "place", "flags", "payer", "payee")  # by source row


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of one file."""

    sha256: str
    path: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Source rows of transfer i: `offsets[i]` to `offsets[i + 1]` of the other arrays.

    `payer` and `payee` are the accounts (by number in the identity) that the row itself names, UNKNOWN where none.
    """

    offsets: I64
    file: U32
    sheet: Codes
    row: I64
    place: U32  # among the file's facts: statement rows first, then canonical rows
    flags: U8  # ROW_COPY, ROW_BACKWARDS and ROW_PLACED
    payer: Codes
    payee: Codes
    sha256s: tuple[str, ...]
    paths: tuple[str, ...]
    sheets: pl.Series

    def of(self, transfer: int) -> tuple[SourceRow, ...]:
        """Every row that shows the transfer, in the order of the files' hashes."""
        return tuple(
            SourceRow(
                self.sha256s[self.file[k]], self.paths[self.file[k]], str(self.sheets[int(self.sheet[k])]),
                int(self.row[k]),
            )
            for k in range(self.offsets[transfer], self.offsets[transfer + 1])
        )  # fmt: skip


def transfer_ids(sources: Sources) -> pl.Series:
    """An id for each transfer from its first source row: T and 16 hexadecimal digits, the same on every machine.

    One row may tell of two transfers (a wallet's bound-card payment), so that its place among the facts counts, too.
    """
    first = sources.offsets[:-1]
    seeds = np.array([int(sha[:15], 16) for sha in sources.sha256s], np.int64)
    sheets = np.array([int.from_bytes(name.encode()[-7:], "big") for name in sources.sheets.to_list()], np.int64)
    place = sources.place[first].astype(np.int64)
    hashes = mix(seeds[sources.file[first]], sheets[sources.sheet[first]], sources.row[first], place)
    text = hex_ids(hashes)
    offsets = np.arange(len(hashes) + 1, dtype=np.int64) * text.shape[1]
    array = pa.LargeStringArray.from_buffers(len(hashes), pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1)))
    return pl.Series("transfer_id", array, dtype=pl.String)
