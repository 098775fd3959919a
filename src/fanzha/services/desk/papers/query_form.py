"""The questions of a query as a form that a bank fills in: a workbook, and the letter's text to be sent by message."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

import xlsxwriter

from fanzha.core.time import SECOND_US, SHANGHAI
from fanzha.measures.model import Measure
from fanzha.measures.orders import Question
from fanzha.measures.rules import KindRules
from fanzha.services.desk.papers.notice_paper import contact_line, day_of, mark_of

COLUMNS: Final = (
    ("序号", 6), ("账号", 24), ("户名", 16), ("起始时间", 20), ("截止时间", 20), ("查询内容", 20),
    ("查询结果（有记录/无记录）", 18), ("反馈文件名", 24), ("账户余额（元）", 16), ("余额时间", 20), ("备注", 24),
)  # fmt: skip
FILLED_HERE: Final = 6  # the columns from there on are the bank's
HEAD_ROW: Final = 5
FOOTER_MAX: Final = 255  # signs that a spreadsheet allows
ADVICE: Final = (
    "请附交易明细原始文件：每笔含交易时间（到秒）、对手账号、对手户名、对手开户机构、"
    "借贷方向、金额、交易后余额、流水号。"
)


def query_sheet(measure: Measure, rules: KindRules, organisation: str, watermark: str = "") -> bytes:
    """The workbook: one row a question, the bank's columns empty, the watermark under it and at the foot of every page."""
    memory = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(memory, options)
    made = datetime.fromtimestamp(measure.drafted_us // SECOND_US, UTC).replace(tzinfo=None)
    book.set_properties({"title": rules.label, "created": made})
    sheet = book.add_worksheet("查询清单")
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E4E7EB"})
    given = book.add_format({"text_wrap": True, "border": 1, "valign": "top", "num_format": "@"})
    empty = book.add_format({"text_wrap": True, "border": 1, "valign": "top", "bg_color": "#FFF9E5", "num_format": "@"})
    head = (
        f"{organisation} {rules.label}", f"文号：{measure.request.document}", f"请求编号：{request_number(measure)}",
        f"协助机构：{measure.target.institution}",
    )  # fmt: skip
    for row, text in enumerate(head):
        sheet.write_string(row, 0, text)
    for place, (title, width) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(HEAD_ROW - 1, place, title, bold)
    for number, cells in enumerate(_rows(measure, rules)):
        for place, text in enumerate(cells):
            sheet.write_string(HEAD_ROW + number, place, text, given)
        for place in range(FILLED_HERE, len(COLUMNS)):
            sheet.write_blank(HEAD_ROW + number, place, None, empty)
    sheet.write_string(HEAD_ROW + len(measure.request.questions) + 1, 0, ADVICE)
    if watermark:
        sheet.write_string(HEAD_ROW + len(measure.request.questions) + 2, 0, f"水印：{watermark}")
        sheet.set_footer(f"&L&8{watermark.replace('&', '&&')}"[:FOOTER_MAX])
    sheet.freeze_panes(HEAD_ROW, 0)
    book.close()
    return memory.getvalue()


def query_text(measure: Measure, rules: KindRules, organisation: str, contact: str = "", watermark: str = "") -> str:
    """The letter as plain text, for a channel that carries no paper; marked as its pages are, dated, and with a contact."""
    mark = mark_of(measure, organisation)
    basis = "" if measure.request.basis is None else f"，依照{measure.request.basis}的规定"
    lines = [
        *([f"【{mark}】"] if mark else []),
        "协助查询财产通知书",
        *(line for line in (measure.request.document,) if line),
        f"{measure.target.institution}：",
        f"因办理案件需要{basis}，请协助查询下列账户的{_asked_for(measure, rules)}，并将结果回复我单位。",
        *("　".join(cells[:5]) for cells in _rows(measure, rules)),
        ADVICE,
        *(() if measure.request.document else (f"请求编号：{request_number(measure)}",)),
        contact_line(contact),
        organisation,
        day_of(measure),
        *([f"（{watermark}）"] if watermark else []),
    ]
    return "\n".join(lines) + "\n"


def request_number(measure: Measure) -> str:
    """By which the bank's answer is known: the order's, and before there is one the measure's."""
    return measure.orders[0].id if measure.orders else measure.id


def _rows(measure: Measure, rules: KindRules) -> list[tuple[str, ...]]:
    asked = _asked_for(measure, rules)
    return [_row(number, question, asked) for number, question in enumerate(measure.request.questions, 1)]


def _row(number: int, question: Question, asked: str) -> tuple[str, ...]:
    from_text, until_text = _clock(question.from_us), _clock(question.until_us)
    return str(number), question.account, question.holder, from_text, until_text, asked


def _asked_for(measure: Measure, rules: KindRules) -> str:
    modes = (rules.mode(name) for name in measure.request.scope.modes)
    return "、".join(mode.words for mode in modes if mode is not None)


def _clock(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // SECOND_US, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
