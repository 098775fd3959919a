"""Orders as a table that an institution fills in and gives back, and the slip of what it answered."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from typing import Final

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Measure
from fanzha.measures.orders import Order, Receipt

# The words of the last twelve are those by which rules/receipts.toml reads them back.
ORDER_COLUMNS: Final = (
    "请求编号",
    "指令",
    "种类",
    "账号或号码",
    "户名",
    "请求金额",
    "交易时间",
    "文号",
    "法律依据",
    "回执期限",
)
ANSWER_COLUMNS: Final = (
    "回执编号", "结果", "执行时间", "执行金额", "余额", "余额时间", "拒绝代码", "备注", "去向账号", "去向机构", "去向户名",
    "去向金额", "去向时间",
)  # fmt: skip
WATERMARK: Final = "水印"
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


def order_sheet(orders: Iterable[tuple[Measure, Order, str, str]], watermark: str = "") -> bytes:
    """CSV for a spreadsheet: a row an order, with the words for its verb and kind; the institution's columns empty.

    The watermark stands in a column of its own, which nobody reads back.
    """
    memory = io.StringIO()
    table = csv.writer(memory)
    table.writerow((*ORDER_COLUMNS, *ANSWER_COLUMNS, WATERMARK))
    for measure, order, verb, kind in orders:
        request = measure.request
        minor = request.scope.amount_minor if order.amount_minor is None else order.amount_minor
        cells = (
            order.id, verb, kind, measure.target.reference, measure.target.holder,
            "" if minor is None else format_minor(minor, exponent_of(request.scope.currency)),
            "" if request.fact is None else format_instant(request.fact.fields.time_us), request.document,
            "" if request.basis is None else str(request.basis),
            "" if order.receipt_due_us is None else format_instant(order.receipt_due_us),
        )  # fmt: skip
        table.writerow([*(_safe(cell) for cell in cells), *("" for _ in ANSWER_COLUMNS), _safe(watermark)])
    return b"\xef\xbb\xbf" + memory.getvalue().encode()


def _safe(cell: str) -> str:
    """What a spreadsheet would take for a formula is shown as it is written."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def slip_checksum(order: Order, receipts: Iterable[Receipt]) -> str:
    """SHA-256 of the order's id and of what was answered to it: whoever has the slip can show that it is this answer."""
    said = [
        [
            one.id, one.outcome.value, one.answered_us, one.arrived_us, one.amount_minor, one.code, one.note,
            one.balance_minor, one.balance_us, [[o.account, o.amount_minor, o.time_us] for o in one.onward], one.evidence,
        ]
        for one in receipts
    ]  # fmt: skip
    body = json.dumps([order.id, said], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
