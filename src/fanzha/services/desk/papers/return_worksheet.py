"""The worksheet of a return as an XLSX workbook, in memory: what came in, the losses, the shares by every way, the rules."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.workbook import Workbook

from fanzha.core.money import exponent_of
from fanzha.core.time import SECOND_US, SHANGHAI
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import Award, Base, Branch, ReturnPlan, VictimClaim, WhatIf
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.papers.return_paper import BASES, METHODS, WAYS

EXACT_MAX: Final = 10**15  # a spreadsheet keeps fifteen digits; longer amounts are written as text
CELL_MAX: Final = 32_000
FOOTER_MAX: Final = 255  # signs that a spreadsheet allows
NAME_ENDING: Final = 4  # of the account's number, in the name of its sheet


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a cell; minor units."""

    minor: int
    currency: str


Cell = str | int | Money | datetime | None  # an instant without its zone: 北京时间
STATUS: Final[Mapping[ProcedureStatus, str]] = {
    ProcedureStatus.DRAFT: "拟稿", ProcedureStatus.NOTICED: "公告期", ProcedureStatus.PROPOSED: "待决定",
    ProcedureStatus.APPROVED: "已决定", ProcedureStatus.DONE: "返还完毕", ProcedureStatus.REJECTED: "不予返还",
    ProcedureStatus.WITHDRAWN: "撤回",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A head, and the rule by which the numbers under it are found."""

    head: str
    rule: str
    width: int = 16


def return_worksheet(procedure: ReturnProcedure, mask: Mask, names: Mapping[str, str], watermark: str = "") -> bytes:
    """The workbook: an overview, then one sheet for each account.

    names: of victims, by label, as they may be shown. watermark: of the file that shows them, on its first sheet and at
    the foot of every page.
    """
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime.fromtimestamp(procedure.drafted_us // SECOND_US, UTC).replace(tzinfo=None)
    book.set_properties({"title": f"返还计算表 {procedure.id}", "created": made})
    writer = _Writer(book, watermark)
    _overview(writer, procedure, mask, watermark)
    for number, plan in enumerate(procedure.plans, start=1):
        writer.sheet(f"账户{number} 尾号{plan.account[-NAME_ENDING:]}", frozen_rows=0)
        _frozen(writer, plan, mask)
        _inflows(writer, plan)
        _victims(writer, plan, mask, names)
    book.close()
    return memory.getvalue()


class _Writer:
    """Writes tables one under another."""

    def __init__(self, book: Workbook, watermark: str) -> None:
        self._book, self._foot = book, watermark.replace("&", "&&")
        self._head = book.add_format({"bold": True, "bg_color": "#E4E7EB", "border": 1, "text_wrap": True})
        self._rule = book.add_format({"italic": True, "font_size": 8, "text_wrap": True, "valign": "top"})
        self._title_format = book.add_format({"bold": True, "font_size": 12})
        self._text = book.add_format({"valign": "top"})
        self._instant = book.add_format({"valign": "top", "align": "left", "num_format": "yyyy-mm-dd hh:mm:ss"})
        self._amounts: dict[int, Any] = {}
        self._page: Any = None
        self._line = 0

    def sheet(self, name: str, *, frozen_rows: int = 0) -> None:
        """Begins a sheet."""
        self._page, self._line = self._book.add_worksheet(name), 0
        self._page.set_landscape()
        self._page.set_paper(9)  # A4
        self._page.fit_to_pages(1, 0)
        self._page.set_footer(f"&L&8{self._foot}&R&8&P / &N"[:FOOTER_MAX])
        if frozen_rows:
            self._page.freeze_panes(frozen_rows, 0)

    def table(self, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Heads, under each its rule, and the rows."""
        self._page.write_string(self._line, 0, title, self._title_format)
        for number, column in enumerate(columns):
            self._page.set_column(number, number, column.width)
            self._page.write_string(self._line + 1, number, column.head, self._head)
            self._page.write_string(self._line + 2, number, column.rule, self._rule)
        self._line += 3
        for row in rows:
            for number, cell in enumerate(row):
                self._cell(number, cell)
            self._line += 1
        self._line += 1

    def _cell(self, number: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, Money):
            exponent = exponent_of(cell.currency)
            amount = Decimal(cell.minor).scaleb(-exponent)
            if abs(cell.minor) < EXACT_MAX:
                self._page.write_number(self._line, number, amount, self._amount(exponent))
            else:
                self._page.write_string(self._line, number, f"{amount:f}", self._text)
        elif isinstance(cell, datetime):
            self._page.write_datetime(self._line, number, cell, self._instant)
        elif isinstance(cell, int):
            self._page.write_number(self._line, number, cell, self._text)
        else:
            self._page.write_string(self._line, number, cell[:CELL_MAX], self._text)

    def _amount(self, exponent: int) -> Any:
        if exponent not in self._amounts:
            pattern = "#,##0" + (f".{'0' * exponent}" if exponent else "")
            self._amounts[exponent] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._amounts[exponent]


def _overview(writer: _Writer, procedure: ReturnProcedure, mask: Mask, watermark: str) -> None:
    writer.sheet("总表")
    begun, until = procedure.notice_from_us, procedure.notice_until_us
    method = METHODS.get(procedure.method, procedure.method)
    facts: list[tuple[str, Cell]] = [
        *([("水印 watermark", watermark)] if watermark else []),
        ("返还编号 return", procedure.id), ("案件 case", procedure.case), ("立案决定书 filing", procedure.filing),
        ("状态 status", STATUS[procedure.status]), ("溯源方法 method", method),
        ("溯源记录 trace", procedure.trace_run), ("公告期起 notice from", _instant(begun)),
        ("公告期止 notice until", _instant(until)),
        ("返还决定书 decision", procedure.decision),
    ]  # fmt: skip
    writer.table("冻结资金返还计算表", [Column("项目", "", 28), Column("内容", "", 44)], facts)
    columns = [
        Column("冻结账户", "执行冻结的账户", 28), Column("机构", "", 44), Column("冻结在案", "冻结回执金额减已解除、已返还"),
        Column("案外人资金", "异议成立、证据证明属他人的金额"), Column("返还合计", "各被害人返还金额之和"),
        Column("继续冻结", "冻结在案 − 返还合计"), Column("返还方式", "规定第八条", 22),
        Column("计算基数", "按比例返还时的被骗金额", 22), Column("公式", "版本", 14),
        Column("理由", "改用比例返还，或流水未到冻结时而返还的理由", 30),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            mask.account(plan.account), plan.institution, Money(plan.frozen_minor, plan.currency),
            Money(plan.third_party_minor, plan.currency), Money(plan.paid_minor, plan.currency),
            Money(plan.remainder_minor, plan.currency), _ways(plan.branches), BASES[plan.base], plan.formula,
            mask.text(plan.reason),
        ]
        for plan in procedure.plans
    ]  # fmt: skip
    writer.table("各账户", columns, rows)


def _ways(branches: Sequence[Branch]) -> str:
    return "、".join(WAYS[branch] for branch in branches)


def _rule_of(plan: ReturnPlan, way: WhatIf) -> str:
    if way.branches == plan.branches:
        return "选定方式"
    return "依规定第八条不适用，仅供比较" if way.refused_because else "其他方式，仅供比较"


def _instant(at_us: int | None) -> datetime | None:
    """As the clock on the wall in Beijing shows it, to the second."""
    if at_us is None:
        return None
    return (
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us))
        .astimezone(SHANGHAI)
        .replace(tzinfo=None, microsecond=0)
    )


def _frozen(writer: _Writer, plan: ReturnPlan, mask: Mask) -> None:
    columns = [
        Column("冻结账户", "执行冻结的账户", 28), Column("冻结在案", "冻结回执金额减已解除、已返还", 24),
        Column("案外人资金", "异议成立的金额，不参与返还", 18), Column("返还合计", "下表返还金额之和", 18),
        Column("继续冻结", "冻结在案 − 返还合计", 18), Column("最后转出", "返还付款除外；此后到账的资金仍在账", 26),
        Column("流水截至", "早于冻结时列出：此后至冻结的收付不明，须调取流水", 26), Column("冻结始于", "冻结回执", 24),
        Column("非被害人汇入", "按时间戳仍在账、且未列为案外人资金的金额", 18),
    ]  # fmt: skip
    row: list[Cell] = [
        mask.account(plan.account), *(
            Money(minor, plan.currency)
            for minor in (plan.frozen_minor, plan.third_party_minor, plan.paid_minor, plan.remainder_minor)
        ), _instant(plan.last_outflow_us),
        *((None, None) if plan.unseen is None else (_instant(plan.unseen.from_us), _instant(plan.unseen.until_us))),
        Money(plan.open_strangers_minor, plan.currency),
    ]  # fmt: skip
    writer.table(f"{plan.institution} {plan.measure}", columns, [row])


def _inflows(writer: _Writer, plan: ReturnPlan) -> None:
    columns = [
        Column("流水号", "账本中的交易", 28), Column("时间", "该账户流水", 24), Column("金额", "流入该账户的金额", 18),
        Column("被害人", "全额溯源至一名被害人时列出", 18), Column("最后转出之后", "晚于最后转出，必然仍在账", 18),
    ]  # fmt: skip
    last = plan.last_outflow_us
    rows: list[list[Cell]] = [
        [
            inflow.transfer, _instant(inflow.at_us), Money(inflow.amount_minor, plan.currency), inflow.victim,
            "是" if last is None or inflow.at_us > last else "",
        ]
        for inflow in plan.inflows
    ]  # fmt: skip
    writer.table("流入资金", columns, rows)
    outflows = [[_instant(one.at_us), Money(one.amount_minor, plan.currency)] for one in plan.outflows]
    heads = [Column("时间", "该账户流水，返还付款除外", 28), Column("金额", "转出该账户的金额", 24)]
    writer.table("流出资金（某人自某笔到账起的汇入，减此后全部转出，仍有余额的，按时间戳可溯源）", heads, outflows)


def _victims(writer: _Writer, plan: ReturnPlan, mask: Mask, names: Mapping[str, str]) -> None:
    ways = [way for way in plan.ways if way.paid_minor]
    columns = [
        Column("被害人", "报案编号", 28), Column("姓名", "", 24), Column("汇入该账户", "被害人汇入该账户的被骗金额", 18),
        Column("溯源流入", "按本案方法溯源流入该账户的金额", 18), Column("全案被骗", "全案被骗金额", 18),
        Column("已返还", "同一基数下已返还的金额", 26), Column("尚欠", "基数 − 已返还，不超过全案尚未追回的金额", 22),
        Column("首次到账", "分位余数的先后", 24), Column("返还金额", "按选定方式，最大余数法，精确到分", 18),
        Column("返还方式", "规定第八条", 18), Column("来款账户", "按现有事实", 28), Column("汇入账户", "原汇款账户优先", 28),
        *(Column(_ways(way.branches), _rule_of(plan, way), 22) for way in ways),
    ]  # fmt: skip
    awards: dict[str, list[Award]] = {}
    for award in plan.awards:
        awards.setdefault(award.victim, []).append(award)
    rows = [
        _victim(plan, claim, mask, names.get(claim.victim, ""), awards.get(claim.victim, [])) for claim in plan.claims
    ]
    for row, claim in zip(rows, plan.claims, strict=True):
        row += [Money(way.paid_minor.get(claim.victim, 0), plan.currency) for way in ways]
    writer.table("被害人", columns, rows)


def _victim(plan: ReturnPlan, claim: VictimClaim, mask: Mask, name: str, awards: Sequence[Award]) -> list[Cell]:
    return [
        claim.victim, name, *(Money(claim.loss_minor.get(base, 0), plan.currency) for base in Base),
        Money(claim.returned_minor, plan.currency), Money(claim.open_minor(plan.base), plan.currency),
        _instant(claim.first_inflow_us),
        Money(sum(award.amount_minor for award in awards), plan.currency),
        _ways([award.branch for award in awards]), mask.account(claim.came_from), mask.account(claim.pay_to),
    ]  # fmt: skip
