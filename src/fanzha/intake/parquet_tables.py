"""Parquet files: one sheet whose columns keep the types that the file gives them.

Read by PyArrow: on broken bytes it raises, where Polars' own reader may end the whole process.
"""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.core.errors import BadInput
from fanzha.intake.panics import turning_panics_into
from fanzha.intake.sheets import Sheet, column_names

ROWS_FREE: Final = 1_000_000
ROWS_PER_BYTE_MAX: Final = 64  # beyond this a file repeats itself as no ledger does
_BROKEN: Final = "the Parquet file is broken or uses a feature that is not read; write it again with PyArrow or Polars"


def read_parquet_table(data: bytes) -> Sheet:
    """The one sheet of a Parquet file.

    Raises BadInput when it cannot be read or claims an unreasonable number of rows.
    """
    with turning_panics_into(BadInput(_BROKEN)):
        try:
            file = pq.ParquetFile(pa.BufferReader(data))
            rows = file.metadata.num_rows
            if rows > ROWS_FREE and rows > ROWS_PER_BYTE_MAX * len(data):
                raise BadInput(f"the Parquet file claims {rows} rows in {len(data)} bytes; it was not read")
            table = file.read()
            table.validate(full=True)  # texts that are no UTF-8 would break every later step
            names = tuple(str(name) for name in table.column_names)
            frame = pl.from_arrow(table.rename_columns(column_names(len(names))))
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, TypeError, LookupError, MemoryError):
            raise BadInput(_BROKEN) from None
    assert isinstance(frame, pl.DataFrame)
    return Sheet(name="", head=(names,), below=lambda _: frame)
