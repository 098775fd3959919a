"""Statement files as banks send them: GB18030 with tabs in the cells, or a workbook with a merged title."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fanzha.core.money import format_minor
from fanzha.core.time import SHANGHAI
from fanzha.simulation.banks.book import Movement

CSV_COLUMNS: Final = (
    "交易卡号", "交易账号", "账户开户名称", "交易时间", "交易金额", "交易余额", "收付标志", "交易对手账卡号", "对手户名",
    "对手开户银行", "摘要说明", "交易币种", "交易是否成功", "交易流水号",
)  # fmt: skip
XLSX_COLUMNS: Final = (
    "本方账号", "本方户名", "交易日期", "借贷标志", "交易金额", "账户余额", "对方账号", "对方户名", "对方开户行", "摘要",
    "交易流水号", "交易状态",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """What an institution answers for one account."""

    institution: str
    number: str
    holder: str
    rows: Sequence[Movement]
    made_us: int


def csv_statement(told: Statement) -> tuple[str, bytes]:
    """Name and bytes of 交易明细信息."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([f"\t{column}" if column == "交易账号" else column for column in CSV_COLUMNS])
    for row in told.rows:
        writer.writerow(
            [
                f"{told.number}\t", f"{told.number}\t", told.holder, _time(row.at_us), format_minor(abs(row.amount_minor)),
                format_minor(row.balance_minor), "进" if row.amount_minor > 0 else "出", f"{row.other}\t",
                row.other_holder, row.other_institution, row.words, "CNY", "成功", f"{_serial(told, row)}\t",
            ]
        )  # fmt: skip
    return f"{told.institution}_{told.number}_交易明细信息.csv", text.getvalue().encode("gb18030")


def xlsx_statement(told: Statement) -> tuple[str, bytes]:
    """Name and bytes of a workbook, newest row first."""
    import xlsxwriter  # noqa: PLC0415 - slow to import; only a bank that answers with workbooks needs it

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_numbers": False})
    made = _moment(told.made_us).replace(tzinfo=None)  # by the institution's clock, as the cells are
    book.set_properties({"title": f"{told.institution} 模拟", "created": made})
    sheet = book.add_worksheet("交易明细")
    sheet.merge_range(0, 0, 0, len(XLSX_COLUMNS) - 1, f"{told.institution}客户交易明细（模拟） 户名：{told.holder}")
    sheet.write_row(1, 0, XLSX_COLUMNS)
    for line, row in enumerate(reversed(told.rows), 2):
        cells = (
            told.number, f"　{told.holder} ", _time(row.at_us).replace("-", "/"), "借" if row.amount_minor < 0 else "贷",
            format_minor(abs(row.amount_minor)), format_minor(row.balance_minor), row.other, row.other_holder,
            row.other_institution, row.words, _serial(told, row), "成功",
        )  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(line, column, cell)
    book.close()
    return f"{told.institution}_{told.number}.xlsx", memory.getvalue()


def _moment(at_us: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI)


def _time(at_us: int) -> str:
    return f"{_moment(at_us):%Y-%m-%d %H:%M:%S}"


def _serial(told: Statement, row: Movement) -> str:
    return f"{sum(told.institution.encode()) % 1000:03d}{row.serial:012d}"
