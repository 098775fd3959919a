"""The sheets of the 资金流向表 as plain rows: what stands in which cell, before any spreadsheet format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from fanzha.services.render_trace.account_states import inflow_permille, shown_state, small_parts, state_text
from fanzha.services.render_trace.flow_picture import picture_of
from fanzha.services.render_trace.html_tables import accounts_in_order
from fanzha.services.render_trace.sheet_book import SHEET_NAME_MAX, Amount, Cell, Column, Sheet, When
from fanzha.services.render_trace.trace_document import Flow, MethodTrace, TraceContext, TraceDocument
from fanzha.services.render_trace.victim_shares import victim_shares
from fanzha.services.render_trace.wording import EXITS, METHODS, REASONS, Words, clock, said

SHEETS_NOTE: Final = (
    "“账户”至“按被害人”各表只列{0}口径；其余口径另有各自的账户、流向表，互不相加。"
    "要某一口径的全部表：fanzha trace --method …"
)


def sheets_of(document: TraceDocument, context: TraceContext) -> tuple[Sheet, ...]:
    """All sheets of a trace: the first method's, the methods side by side, then each further method's own.

    No sheet holds the rows of two methods or two currencies, so that a sum over a column is a sum of one kind.
    """
    first = document.methods[0] if document.methods else None
    sheets = [_overview(document, context)]
    if first is not None:
        sheets += _method_sheets(first, context, "", full=True)
    sheets.append(_comparison(document, context))
    for trace in document.methods[1:]:
        name = said(METHODS, trace.method).zh.split("（")[0]
        suffix = f" {name} {trace.currency}" if "@" in trace.key else f" {name}"
        sheets += _method_sheets(trace, context, suffix, full=first is not None and trace.method == first.method)
    return tuple(sheets)


def _method_sheets(trace: MethodTrace, context: TraceContext, suffix: str, *, full: bool) -> list[Sheet]:
    """One method's sheets: all of them, or what differs between methods, its accounts and flows."""
    sheets = [_accounts(trace, context), _flows(trace, context)]
    if full:
        sheets += [
            _exits(trace, context),
            _frontier(trace, context),
            _unknown(trace, context),
            _victims(trace, context),
        ]
    return [replace(sheet, name=f"{sheet.name}{suffix}"[:SHEET_NAME_MAX]) for sheet in sheets]


_METHOD = Column(Words("口径", "method"), 14)
_CURRENCY = Column(Words("币种", "currency"), 8)


def _column(zh: str, en: str, width: int) -> Column:
    return Column(Words(zh, en), width)


_PARTY: Final[tuple[Column, ...]] = (
    _column("账户", "account", 24),
    _column("户名", "name", 16),
    _column("机构", "institution", 16),
)


def _party(account: str, context: TraceContext, institution: str = "") -> tuple[Cell, ...]:
    return (account, context.names.get(account, ""), institution or context.institutions.get(account, ""))


_SOURCE_ROWS: Final = _column("来源行", "source rows", 48)
_ROWS_MAX: Final = 20  # source rows in one cell; the sheet of flows has them all


def _source_rows(flows: Iterable[Flow], context: TraceContext) -> Cell:
    """The rows that show these transfers, each once, in order of time."""
    ordered = sorted(flows, key=lambda flow: (flow.at, flow.hop, flow.transfer))
    rows = list(dict.fromkeys(row for flow in ordered for row in context.sources.get(flow.transfer, ())))
    more = [f"… 另 {len(rows) - _ROWS_MAX} 行，见“流向”表"] if len(rows) > _ROWS_MAX else []
    return "\n".join((*rows[:_ROWS_MAX], *more))


def _arrivals(trace: MethodTrace) -> Mapping[str, list[Flow]]:
    """The transfers that brought traced money, by the account that they reached; of a victim, those that he paid."""
    found: dict[str, list[Flow]] = {}
    for flow in trace.flows:
        found.setdefault(flow.payee, []).append(flow)
    paid: dict[str, list[Flow]] = {}
    for flow in trace.flows:
        if flow.transfer in trace.origins and flow.payer not in found:
            paid.setdefault(flow.payer, []).append(flow)
    return {**found, **paid}


def _rows(trace: MethodTrace, lines: Iterable[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((said(METHODS, trace.method).zh, trace.currency, *line) for line in lines)


def _shares(by_victim: Mapping[str, int], labels: tuple[str, ...], exponent: int) -> tuple[Cell, ...]:
    return tuple(Amount(by_victim[label], exponent) if label in by_victim else None for label in labels)


def _label_columns(labels: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(Words(label, label), 16) for label in labels)


def _overview(document: TraceDocument, context: TraceContext) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        ("标题 title", context.title or "资金流向表"),
        *([("水印 watermark", context.watermark)] if context.watermark else []),
        ("数据截至 as of", When(document.as_of)),
        ("账本笔数 transfers", document.ledger_transfers),
        ("账本摘要 ledger digest", document.ledger_digest),
        ("结果摘要 result hash", document.result_hash),
    ]
    rows += [(f"参数 {key}", str(value)) for key, value in sorted(document.parameters.items())]
    rows += [("注意 warning", warning) for warning in document.warnings]
    if len(document.methods) > 1:
        first = said(METHODS, document.methods[0].method).zh
        rows.append(("口径说明 sheets", SHEETS_NOTE.format(first)))
    for trace in document.methods:
        if trace.balance is None:
            rows.append((f"{said(METHODS, trace.method).zh} {trace.currency}", "仅线索，不作金额平衡 leads only"))
            continue
        balance = trace.balance
        check = "校验 ✔" if balance.holds else "校验 ✘"
        parts = (balance.origin, balance.held, trace.stoppable, balance.exited, balance.unknown, balance.difference)
        rows.append(
            (f"{said(METHODS, trace.method).zh} {trace.currency}", check, *(Amount(p, trace.exponent) for p in parts))
        )
    columns: tuple[Column, ...] = (
        _column("项目", "item", 26),
        _column("内容", "value", 70),
        _column("追踪金额", "origin", 18),
    )
    columns += (_column("留存", "held", 18), _column("可止付", "stoppable", 18), _column("已流出", "exited", 18))
    return Sheet(
        "概览",
        (*columns, _column("未知", "unknown", 18), _column("差额", "difference", 12)),
        tuple(rows),
        filtered=False,
    )


def _accounts(trace: MethodTrace, context: TraceContext) -> Sheet:
    labels = trace.victims

    exponent = trace.exponent
    picture = picture_of(trace, small_parts(trace, context))
    cards = {card.code: card for card in picture.all_cards if card.kind in {"account", "victim"}}
    arrivals = _arrivals(trace)
    lines: list[tuple[Cell, ...]] = [
        (
            account.hop,
            *_party(account.account, context),
            Amount(account.traced_in, exponent),
            Amount(account.traced_out, exponent),
            Amount(account.held, exponent),
            "未知" if account.stoppable is None else Amount(account.stoppable, exponent),
            _permille(inflow_permille(account, trace, context)),
            state_text(account, shown_state(account, cards), trace, context),
            *_shares(account.held_by_victim, labels, exponent),
            _source_rows(arrivals.get(account.account, ()), context),
        )
        for account in accounts_in_order(trace)
    ]

    columns: tuple[Column, ...] = (
        _METHOD,
        _CURRENCY,
        _column("层", "hop", 6),
        *_PARTY,
        _column("转入", "traced in", 16),
    )
    columns += (_column("转出", "traced out", 16), _column("留存", "held", 16), _column("可止付", "stoppable", 16))
    columns += (_column("追踪占该户转入 %", "traced share of inflow, %", 16), _column("状态", "state", 30))
    columns += (*_label_columns(labels), _SOURCE_ROWS)
    return Sheet("账户", columns, _rows(trace, lines))


def _permille(share: int | None) -> Cell:
    return None if share is None else Amount(share, 1)


def _flows(trace: MethodTrace, context: TraceContext) -> Sheet:
    labels = trace.victims
    exits = {found.transfer: found.kind for found in trace.exits if found.transfer}

    lines: list[tuple[Cell, ...]] = [
        (
            flow.hop,
            When(flow.at),
            *_party(flow.payer, context),
            *_party(flow.payee, context),
            Amount(flow.amount, trace.exponent),
            Amount(flow.traced, trace.exponent),
            *_shares(flow.by_victim, labels, trace.exponent),
            said(EXITS, exits[flow.transfer]).zh if flow.transfer in exits else "",
            flow.transfer,
            "\n".join(context.sources.get(flow.transfer, ())),
        )
        for flow in sorted(trace.flows, key=lambda flow: (flow.at, flow.hop, flow.transfer))
    ]

    payer = tuple(_column(f"付款{c.words.zh}", f"payer {c.words.en}", c.width) for c in _PARTY)
    payee = tuple(_column(f"收款{c.words.zh}", f"payee {c.words.en}", c.width) for c in _PARTY)
    columns: tuple[Column, ...] = (
        _METHOD,
        _CURRENCY,
        _column("层", "hop", 6),
        _column("时间", "time", 20),
        *payer,
        *payee,
    )
    columns += (_column("金额", "amount", 16), _column("其中追踪", "traced", 16), *_label_columns(labels))
    columns += (_column("去向", "left by", 12), _column("交易", "transfer", 18), _SOURCE_ROWS)
    return Sheet("流向", columns, _rows(trace, lines))


def _exits(trace: MethodTrace, context: TraceContext) -> Sheet:
    labels = trace.victims

    lines: list[tuple[Cell, ...]] = [
        (
            said(EXITS, found.kind).zh,
            *_party(found.account, context),
            When(found.at),
            Amount(found.traced, trace.exponent),
            *_shares(found.by_victim, labels, trace.exponent),
            found.transfer,
            "\n".join(context.sources.get(found.transfer, ())),
        )
        for found in sorted(trace.exits, key=lambda e: (e.kind, e.at, e.transfer, e.account))
    ]

    columns: tuple[Column, ...] = (
        _METHOD,
        _CURRENCY,
        _column("去向", "kind", 14),
        *_PARTY,
        _column("时间", "time", 20),
    )
    columns += (_column("追踪金额", "traced", 16), *_label_columns(labels))
    columns += (_column("交易", "transfer", 18), _SOURCE_ROWS)
    return Sheet("去向", columns, _rows(trace, lines))


def _frontier(trace: MethodTrace, context: TraceContext) -> Sheet:
    arrivals = _arrivals(trace)
    lines: list[tuple[Cell, ...]] = [
        (
            place,
            *_party(question.account, context, question.institution),
            Amount(question.traced, trace.exponent),
            When(question.ask_from),
            When(question.ask_to),
            said(REASONS, question.reason).zh,
            "\n".join(f"{clock(lead.at)} → {lead.payee}" for lead in question.leads),
            _source_rows(arrivals.get(question.account, ()), context),
        )
        for place, question in enumerate(trace.frontier, start=1)
    ]

    columns: tuple[Column, ...] = (
        _METHOD,
        _CURRENCY,
        _column("序", "rank", 6),
        *_PARTY,
        _column("追踪金额", "traced", 16),
    )
    columns += (_column("查询起", "ask from", 20), _column("查询止", "ask to", 20))
    columns += (_column("缘由", "reason", 18), _column("线索", "leads", 48), _SOURCE_ROWS)
    return Sheet("待查", columns, _rows(trace, lines))


def _unknown(trace: MethodTrace, context: TraceContext) -> Sheet:
    labels, arrivals = trace.victims, _arrivals(trace)

    lines: list[tuple[Cell, ...]] = [
        (
            said(REASONS, part.reason).zh,
            *_party(part.account, context),
            Amount(part.traced, trace.exponent),
            *_shares(part.by_victim, labels, trace.exponent),
            _source_rows(arrivals.get(part.account, ()), context),
        )
        for part in sorted(trace.unknown, key=lambda part: (-part.traced, part.account, part.reason))
    ]

    columns: tuple[Column, ...] = (
        _METHOD,
        _CURRENCY,
        _column("原因", "reason", 20),
        *_PARTY,
        _column("追踪金额", "traced", 16),
    )
    return Sheet("未知", (*columns, *_label_columns(labels), _SOURCE_ROWS), _rows(trace, lines))


def _victims(trace: MethodTrace, context: TraceContext) -> Sheet:
    paid = [flow for flow in trace.flows if flow.transfer in trace.origins]
    lines: list[tuple[Cell, ...]] = [
        (
            share.label,
            *(Amount(part, trace.exponent) for part in (share.origin, share.held, share.exited, share.unknown)),
            "✔" if share.holds else "✘",
            _source_rows((flow for flow in paid if share.label in flow.by_victim), context),
        )
        for share in victim_shares(trace)
    ]

    columns: tuple[Column, ...] = (_METHOD, _CURRENCY, _column("被害人", "victim", 20), _column("被骗", "paid", 16))
    columns += (_column("留存", "held", 16), _column("已流出", "exited", 16), _column("未知", "unknown", 16))
    return Sheet("按被害人", (*columns, _column("校验", "check", 8), _SOURCE_ROWS), _rows(trace, lines))


def _comparison(document: TraceDocument, context: TraceContext) -> Sheet:
    """Each account's held amount under every method side by side; blank where a method leaves nothing there."""
    traces = [trace for trace in document.methods if not trace.leads_only]
    order = dict.fromkeys(account.account for trace in traces for account in accounts_in_order(trace))
    held = [{account.account: account.held for account in trace.accounts} for trace in traces]
    rows = tuple(
        (
            *_party(account, context),
            *(
                Amount(by[account], trace.exponent) if account in by else None
                for trace, by in zip(traces, held, strict=True)
            ),
        )
        for account in order
    )
    names = (Words(f"{said(METHODS, t.method).zh}{f' {t.currency}' if '@' in t.key else ''}", t.key) for t in traces)
    return Sheet("口径对照", (*_PARTY, *(Column(words, 18) for words in names)), rows)
