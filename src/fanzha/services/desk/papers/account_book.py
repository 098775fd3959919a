"""The dossier of an account as a workbook: its state, what cases trace there, its rows, and the file of every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.core.money import exponent_of
from fanzha.core.time import format_instant
from fanzha.measures.model import MeasureKind, effective_status
from fanzha.measures.words import STATUS_WORDS
from fanzha.services.account_rows import AccountMove
from fanzha.services.desk.account_page import AccountBook, AccountPage, SourceKind
from fanzha.services.desk.account_state import AccountState, account_state
from fanzha.services.desk.export_account import ExportedDossier
from fanzha.services.render_trace.sheet_book import Amount, Cell, Column, Sheet, When, sheet_book
from fanzha.services.render_trace.wording import Words

STATES: Final[Mapping[AccountState, str]] = {
    AccountState.FROZEN: "已冻结", AccountState.STOPPED: "已止付", AccountState.PART_HELD: "部分止付或冻结",
    AccountState.RESTRICTED: "已限制", AccountState.HELD_ELSEWHERE: "其他机构已采取措施",
    AccountState.ORDERED: "指令已发，待银行回执", AccountState.PROPOSED: "措施拟稿或待审批", AccountState.FREE: "没有措施",
}  # fmt: skip
KINDS: Final[Mapping[MeasureKind, str]] = {
    MeasureKind.QUERY: "协助查询", MeasureKind.STOP_PAYMENT: "紧急止付", MeasureKind.FREEZE: "冻结",
    MeasureKind.QUEUED_FREEZE: "轮候冻结", MeasureKind.PAYER_HOLD: "付款方延迟支付", MeasureKind.RESTRICTION: "账户限制",
    MeasureKind.LINE_SUSPENSION: "停机", MeasureKind.SITE_BLOCK: "网址封堵", MeasureKind.DISCIPLINE: "联合惩戒",
    MeasureKind.RETURN: "资金返还",
}  # fmt: skip
FORMS: Final[Mapping[str, str]] = {
    "entries": "账户流水", "transfers": "规范转账表", "accounts": "账户信息", "sub_accounts": "子账户信息",
    "holders": "人员信息", "measures": "强制措施", "queries": "查询任务",
}  # fmt: skip
SOURCES: Final[Mapping[SourceKind, str]] = {
    SourceKind.ANSWER: "银行对查询的回复", SourceKind.RECEIPT: "银行回执", SourceKind.STATEMENT: "导入的流水文件",
}  # fmt: skip


def account_book(exported: ExportedDossier) -> bytes:
    """The workbook, the export's watermark on its first sheet and at the foot of every page; equal exports, equal bytes."""
    page, mark = exported.page, exported.note.watermark
    sheets = [_overview(page, mark), _measures(page)]
    if page.traced:
        sheets.append(_traced(page))
    if page.book is not None:
        sheets += [_moves(exported, page.book), _sources(page, page.book)]
    at = format_instant(page.dossier.now_us)
    return sheet_book("账户档案", at, mark, sheets)


def _column(zh: str, en: str, width: int) -> Column:
    return Column(Words(zh, en), width)


def _when(at_us: int | None) -> Cell:
    return None if at_us is None else When(format_instant(at_us))


def _money(minor: int | None, currency: str) -> Cell:
    return None if minor is None else Amount(minor, exponent_of(currency))


def _overview(page: AccountPage, mark: str) -> Sheet:
    dossier, state, book = page.dossier, account_state(page), page.book
    mask = dossier.mask
    lines: list[tuple[str, Cell]] = [
        ("水印 watermark", mark),
        ("账号 account", mask.account(dossier.number)),
        ("户名 holder", "、".join(mask.name(name) for name in dossier.holders) or "无人提供"),
        ("机构 institution", book.rows.institution if book else ""),
        ("状态 state", STATES[state.state]),
        ("措施到期 ends", _when(None if state.measure is None else state.measure.void_from_us)),
        ("已核实付款（确认） confirmed", state.confirmed),
        ("追踪到款的案件（推断） inferred", state.inferred),
        ("未核实的陈述 said only", state.said),
        ("自有流水截至 own statements until", _when(state.known_until_us) or "没有"),
        ("案件 cases", "、".join(case.id for case in dossier.cases)),
    ]
    if book is not None:
        currency, sums = book.rows.currency, book.sums
        lines += [
            ("币种 currency", currency),
            ("转入笔数 rows in", sums.count_in),
            ("转入 in", _money(sums.minor_in, currency)),
            ("转出笔数 rows out", sums.count_out),
            ("转出 out", _money(sums.minor_out, currency)),
            ("所列交易 rows listed", f"{len(book.moves)} / {book.count}" + ("" if book.whole else "（只看涉案）")),
        ]
    return Sheet("档案", (_column("项目", "item", 30), _column("内容", "value", 60)), tuple(lines), filtered=False)


def _measures(page: AccountPage) -> Sheet:
    columns = (
        _column("编号", "id", 26), _column("措施", "measure", 14), _column("状态", "state", 26),
        _column("金额", "amount", 16), _column("执行", "executed", 16), _column("起", "from", 20),
        _column("止", "until", 20), _column("案件", "case", 26),
    )  # fmt: skip
    dossier = page.dossier
    rows = tuple(
        (
            one.id, KINDS[one.kind], STATUS_WORDS[effective_status(one, dossier.now_us)],
            _money(one.request.scope.amount_minor, one.request.scope.currency),
            _money(one.executed_minor, one.request.scope.currency), _when(one.starts_us),
            _when(one.ended_us or one.ends_us), one.request.case,
        )
        for one in (*dossier.standing.measures, *dossier.queries)
    )  # fmt: skip
    return Sheet("措施", columns, rows)


def _traced(page: AccountPage) -> Sheet:
    columns = (
        _column("案件", "case", 26), _column("层级", "hop", 8), _column("口径", "method", 14),
        _column("币种", "currency", 8), _column("留存", "held", 16), _column("可止付", "stoppable", 16),
        _column("各口径最少", "least", 16), _column("各口径最多", "most", 16), _column("追踪时间", "traced at", 20),
    )  # fmt: skip
    rows = tuple(
        (
            one.case.id, one.account.hop, one.held.method, one.account.currency,
            *(_money(minor, one.account.currency) for minor in (
                one.held.held_minor, one.held.stoppable_minor, one.least_minor, one.most_minor,
            )),
            _when(one.run.at_us),
        )
        for one in page.traced
    )  # fmt: skip
    return Sheet("涉案款", columns, rows)


def _moves(exported: ExportedDossier, book: AccountBook) -> Sheet:
    columns = (
        _column("时间", "at", 20), _column("方向", "way", 8), _column("金额", "amount", 16),
        _column("对手户名", "other's name", 16), _column("对手账号", "other's account", 24),
        _column("对手机构", "other's institution", 18), _column("余额", "balance", 16), _column("种类", "kind", 12),
        _column("摘要", "remark", 24), _column("涉案", "of the case", 8), _column("交易编号", "transfer", 22),
        _column("来源", "source", 18), _column("来源文件", "file", 40), _column("表格形式", "form", 16),
        _column("工作表", "sheet", 16), _column("行", "row", 10), _column("文件 SHA-256", "file's SHA-256", 40),
    )  # fmt: skip
    return Sheet("交易", columns, tuple(_move(exported, book, move) for move in book.moves))


def _move(exported: ExportedDossier, book: AccountBook, move: AccountMove) -> tuple[Cell, ...]:
    page, veil, currency = exported.page, exported.page.veil, book.rows.currency
    called = [page.source_called(row.path) for row in move.sources]
    way = ("入" if move.incoming else "出") + ("（冲正）" if move.takes_back else "")
    return (
        When(format_instant(move.at_us)), way, _money(move.amount_minor, currency), veil.name(move.other_name),
        veil.account(move.other), move.other_institution, _money(move.balance_minor, currency), move.kind,
        veil.text(move.summary, (move.other_name,) if move.other_name else ()),
        "是" if page.chosen is not None and move.transfer in page.chosen.transfers else "", move.transfer,
        _lines(SOURCES[kind] for kind, _ in called), _lines(name for _, name in called),
        _lines(_form(exported.forms.get(row.sha256, "")) for row in move.sources),
        _lines(veil.text(row.sheet) for row in move.sources), _lines(str(row.row) for row in move.sources),
        _lines(row.sha256 for row in move.sources),
    )  # fmt: skip


def _sources(page: AccountPage, book: AccountBook) -> Sheet:
    columns = (
        _column("来源", "source", 18), _column("文件", "file", 40), _column("行数", "rows", 10),
        _column("覆盖时段", "covers", 44), _column("SHA-256", "SHA-256", 68),
    )  # fmt: skip
    rows = []
    for one in book.sources:
        kind, name = page.source_called(one.path)
        windows = _lines(f"{format_instant(start)} – {format_instant(end)}" for start, end in one.windows)
        rows.append((SOURCES[kind], name, one.rows, windows or "仅对方流水提及", one.sha256))
    return Sheet("来源文件", columns, tuple(rows))


def _form(table: str) -> str:
    return "、".join(FORMS.get(part, part) for part in table.split("+") if part)


def _lines(parts: Iterable[str]) -> str:
    """One line for each source row of a transfer, in their order."""
    return "\n".join(parts)
