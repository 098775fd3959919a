"""Parquet files: one sheet whose columns keep the types that the file gives them."""

from __future__ import annotations

import io

import polars as pl

from fanzha.core.errors import BadInput
from fanzha.intake.panics import turning_panics_into
from fanzha.intake.sheets import Sheet, column_names

_BROKEN = "the Parquet file is broken or uses a feature that is not read; write it again with PyArrow or Polars"


def read_parquet_table(data: bytes) -> Sheet:
    """The one sheet of a Parquet file.

    Raises BadInput when it cannot be read.
    """
    with turning_panics_into(BadInput(_BROKEN)):
        try:
            frame = pl.read_parquet(io.BytesIO(data))
        except (pl.exceptions.PolarsError, OSError, ValueError, MemoryError, RuntimeError) as error:
            raise BadInput(
                f"{_BROKEN} ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
            ) from None
    head = (tuple(frame.columns),)
    cells = frame.rename(dict(zip(frame.columns, column_names(frame.width), strict=True)))
    return Sheet(name="", head=head, below=lambda _: cells)
