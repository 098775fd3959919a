"""Where every transfer came from: file, sheet and row of each copy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from fanzha.ledger.assembly.codes import Codes
from fanzha.ledger.assembly.kernels import hex_ids, mix
from fanzha.ledger.columns import I64, U32


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of one file."""

    sha256: str
    path: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Source rows of transfer i: `offsets[i]` to `offsets[i + 1]` of the other arrays."""

    offsets: I64
    file: U32
    sheet: Codes
    row: I64
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
    """An id for each transfer from its first source row: T and 16 hexadecimal digits, the same on every machine."""
    first = sources.offsets[:-1]
    seeds = np.array([int(sha[:15], 16) for sha in sources.sha256s], np.int64)
    sheets = np.array([int.from_bytes(name.encode()[-7:], "big") for name in sources.sheets.to_list()], np.int64)
    hashes = mix(seeds[sources.file[first]], sheets[sources.sheet[first]], sources.row[first])
    text = hex_ids(hashes)
    offsets = np.arange(len(hashes) + 1, dtype=np.int64) * text.shape[1]
    array = pa.LargeStringArray.from_buffers(len(hashes), pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1)))
    return pl.Series("transfer_id", array, dtype=pl.String)
