"""Made-up statements for the reading tests; every number in them is impossible and marked 模拟 where it has a name."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter
import xlwt

from fanzha.intake import ColumnMapping, SourceFile, read_file
from fanzha.records import CARD_PAYMENTS, FactBatch


@pytest.fixture
def read() -> Callable[..., FactBatch]:
    """Reads text or bytes as a file of the given name, and checks that no row is lost."""

    def reading(data: str | bytes, name: str = "交易明细信息.csv", mapping: ColumnMapping | None = None) -> FactBatch:
        batch = read_file(SourceFile(name, data.encode() if isinstance(data, str) else data), mapping)
        told = sum(frame.height for frame in batch.facts.values())
        if "entries" in batch.facts:  # a bound-card payment is one row and two entries
            told -= int(batch.facts["entries"]["account"].str.ends_with(CARD_PAYMENTS).sum()) // 2
        assert batch.rows == len(batch.quarantine) + told
        return batch

    return reading


@pytest.fixture
def xlsx() -> Callable[..., bytes]:
    """A workbook with the given rows by sheet, cells with their own types."""

    def write(sheets: dict[str, Sequence[Sequence[Any]]], first_row: int = 0) -> bytes:
        stream = io.BytesIO()
        workbook = xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for index, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(first_row + index, column, cell)
                    elif cell is not None:
                        sheet.write(first_row + index, column, cell)
        workbook.close()
        return stream.getvalue()

    return write


@pytest.fixture
def xls() -> Callable[..., bytes]:
    """The same as an old binary workbook."""

    def write(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
        workbook = xlwt.Workbook()
        style = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
        for name, rows in sheets.items():
            sheet = workbook.add_sheet(name)
            for index, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if hasattr(cell, "year"):
                        sheet.write(index, column, cell, style)
                    elif cell is not None:
                        sheet.write(index, column, cell)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()

    return write
