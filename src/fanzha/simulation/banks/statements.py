"""Statement files as institutions send them, each with the dirt of its kind: tabs in cells, titles, sums, amounts in 分."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
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
SPLIT_COLUMNS: Final = (
    "交易日期", "交易时刻", "收入金额", "支出金额", "账户余额", "对方账号", "对方户名", "对方开户行", "摘要", "交易流水号",
)  # fmt: skip
TENPAY_COLUMNS: Final = (
    "用户ID", "交易单号", "大单号", "用户侧账号名称", "借贷类型", "交易业务类型", "交易用途类型", "交易时间",
    "交易金额(分)", "账户余额(分)", "用户银行卡号", "用户侧网银联单号", "网联/银联", "第三方账户名称", "对手方ID",
    "对手侧账户名称", "对手方银行卡号", "对手侧银行名称", "对手侧网银联单号", "基金公司信息", "间联/非间联交易",
    "对手方接收时间", "对手方接收金额(分)", "备注1", "备注1",
)  # fmt: skip
ALIPAY_COLUMNS: Final = (
    "交易号", "商户订单号", "交易创建时间", "付款时间", "最近修改时间", "交易来源地", "类型", "用户信息", "交易对方信息",
    "对方开户行", "消费名称", "金额（元）", "收/支", "交易状态", "备注",
)  # fmt: skip
TOP_UP: Final = "充值"  # from the user's own card, which then is no counterparty


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
    head = [f"\t{column}" if column == "交易账号" else column for column in CSV_COLUMNS]
    lines = [
            [
                f"{told.number}\t", f"{told.number}\t", told.holder, _time(row.at_us), format_minor(abs(row.amount_minor)),
                format_minor(row.balance_minor), "进" if row.amount_minor > 0 else "出", f"{row.other}\t",
                row.other_holder, row.other_institution, row.words, "CNY", "成功", f"{_serial(told, row)}\t",
            ]
            for row in told.rows
    ]  # fmt: skip
    return f"{told.institution}_{told.number}_交易明细信息.csv", _csv([head, *lines]).encode("gb18030")


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


def split_statement(told: Statement) -> tuple[str, bytes]:
    """A statement as banks print it for customers: titles above, money in and money out apart, the sum below."""
    lines: list[Sequence[str]] = [
        [f"{told.institution}客户交易清单（模拟）"],
        [f"户名：{told.holder}", f"账号：{told.number}", f"开户行：{told.institution}"],
        SPLIT_COLUMNS,
    ]
    for row in told.rows:
        day, clock = _time(row.at_us).split(" ")
        amount = _with_commas(abs(row.amount_minor))
        lines.append(
            [
                day.replace("-", ""), clock, amount if row.amount_minor > 0 else "", amount if row.amount_minor < 0 else "",
                _with_commas(row.balance_minor), f"\t{row.other}", f"{row.other_holder}　", row.other_institution,
                row.words, f"\t{_serial(told, row)}",
            ]
        )  # fmt: skip
    came, went = (sum(abs(row.amount_minor) for row in told.rows if row.amount_minor * way > 0) for way in (1, -1))
    lines.append(["合计", "", _with_commas(came), _with_commas(went)])
    return f"{told.institution}_{told.number}_交易明细.csv", _csv(lines).encode("utf-8-sig")


def tenpay_statement(told: Statement) -> tuple[str, bytes]:
    """Name and bytes of TenpayTrades, the form of 财付通: tabs between, amounts in 分, one header twice.

    Another user is named by his id, an account elsewhere by its card; a top-up has the user's own card and nobody else.
    """
    lines = [f"机构：{told.institution}", "\t".join(TENPAY_COLUMNS)]
    for row in told.rows:
        top_up, elsewhere = row.words == TOP_UP, row.other_institution != told.institution
        other, card = ("", "") if top_up else ("", row.other) if elsewhere else (row.other, "")
        cells = [
            told.number, _serial(told, row), "", told.holder, "入" if row.amount_minor > 0 else "出",
            TOP_UP if top_up else "转账", row.words, _time(row.at_us), str(abs(row.amount_minor)), str(row.balance_minor),
            row.other if top_up else "", "", "", "", other, "" if top_up else row.other_holder, card,
            row.other_institution if card else "",
        ]  # fmt: skip
        lines.append("\t".join([*cells, *[""] * (len(TENPAY_COLUMNS) - len(cells))]))
    return f"{told.institution}_{told.number}_TenpayTrades.txt", "\r\n".join([*lines, ""]).encode()


def alipay_statement(told: Statement) -> tuple[str, bytes]:
    """The account's rows in the form of 支付宝: number and name in one cell, newest row first, no balances."""
    lines: list[Sequence[str]] = [["交易记录明细查询（模拟）"], [f"机构：{told.institution}"], ALIPAY_COLUMNS]
    for row in reversed(told.rows):
        other = f"{row.other}({row.other_holder})" if row.other else row.other_holder
        lines.append(
            [
                f"{_serial(told, row)}\t", "", _time(row.at_us), _time(row.at_us), _time(row.at_us), "其他", "即时到账交易",
                f"{told.number}({told.holder})", other, row.other_institution, f" {row.words}",
                format_minor(abs(row.amount_minor)), "收入" if row.amount_minor > 0 else "支出", "交易成功", "",
            ]
        )  # fmt: skip
    lines.append([f"共{len(told.rows)}笔记录"])
    return f"{told.institution}_{told.number}_账户明细.csv", _csv(lines).encode("gb18030")


FORMS: Final[Mapping[str, Callable[[Statement], tuple[str, bytes]]]] = {
    "csv": csv_statement, "xlsx": xlsx_statement, "split": split_statement, "tenpay": tenpay_statement,
    "alipay": alipay_statement,
}  # fmt: skip


def _csv(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _with_commas(amount_minor: int) -> str:
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


def _moment(at_us: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI)


def _time(at_us: int) -> str:
    return f"{_moment(at_us):%Y-%m-%d %H:%M:%S}"


def _serial(told: Statement, row: Movement) -> str:
    return f"{sum(told.institution.encode()) % 1000:03d}{row.serial:012d}"
