"""The sheets of the 资金流向表 as plain rows: what stands in which cell, before any spreadsheet format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.html_tables import accounts_in_order
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext, TraceDocument
from fanzha.services.render_trace.victim_shares import victim_shares
from fanzha.services.render_trace.wording import EXITS, METHODS, REASONS, STATES, Words, clock, said


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units and how many decimals they have."""

    minor: int
    exponent: int


Cell = str | int | Amount | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head and how wide it is printed, in characters."""

    words: Words
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, heads and rows."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets_of(document: TraceDocument, context: TraceContext) -> tuple[Sheet, ...]:
    """All sheets of a trace, in constant order; within a sheet the working method's rows come first."""
    return (
        _overview(document, context),
        _accounts(document, context),
        _flows(document, context),
        _exits(document, context),
        _frontier(document, context),
        _unknown(document, context),
        _victims(document),
        _comparison(document, context),
    )


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


def _rows(
    document: TraceDocument, lines: Callable[[MethodTrace], list[tuple[Cell, ...]]]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (said(METHODS, trace.method).zh, trace.currency, *line) for trace in document.methods for line in lines(trace)
    )


def _shares(by_victim: Mapping[str, int], labels: tuple[str, ...], exponent: int) -> tuple[Cell, ...]:
    return tuple(Amount(by_victim[label], exponent) if label in by_victim else None for label in labels)


def _labels(document: TraceDocument) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for trace in document.methods for label in trace.victims))


def _label_columns(labels: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(Words(label, label), 16) for label in labels)


def _overview(document: TraceDocument, context: TraceContext) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        ("标题 title", context.title or "资金流向表"),
        ("数据截至 as of", clock(document.as_of)),
        ("账本笔数 transfers", document.ledger_transfers),
        ("账本摘要 ledger digest", document.ledger_digest),
        ("结果摘要 result hash", document.result_hash),
    ]
    rows += [(f"参数 {key}", str(value)) for key, value in sorted(document.parameters.items())]
    rows += [("注意 warning", warning) for warning in document.warnings]
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
    return Sheet("概览", (*columns, _column("未知", "unknown", 18), _column("差额", "difference", 12)), tuple(rows))


def _accounts(document: TraceDocument, context: TraceContext) -> Sheet:
    labels = _labels(document)

    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        exponent = trace.exponent
        return [
            (
                account.hop,
                *_party(account.account, context),
                Amount(account.traced_in, exponent),
                Amount(account.traced_out, exponent),
                Amount(account.held, exponent),
                "未知" if account.stoppable is None else Amount(account.stoppable, exponent),
                "；".join(said(STATES, code).zh for code in account.states),
                *_shares(account.held_by_victim, labels, exponent),
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
    columns += (_column("状态", "state", 16), *_label_columns(labels))
    return Sheet("账户", columns, _rows(document, lines))


def _flows(document: TraceDocument, context: TraceContext) -> Sheet:
    labels = _labels(document)

    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        return [
            (
                flow.hop,
                clock(flow.at),
                *_party(flow.payer, context),
                *_party(flow.payee, context),
                Amount(flow.amount, trace.exponent),
                Amount(flow.traced, trace.exponent),
                *_shares(flow.by_victim, labels, trace.exponent),
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
    columns += (_column("交易", "transfer", 18), _column("来源行", "source rows", 48))
    return Sheet("流向", columns, _rows(document, lines))


def _exits(document: TraceDocument, context: TraceContext) -> Sheet:
    labels = _labels(document)

    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        return [
            (
                said(EXITS, found.kind).zh,
                *_party(found.account, context),
                clock(found.at),
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
    columns += (_column("交易", "transfer", 18), _column("来源行", "source rows", 48))
    return Sheet("去向", columns, _rows(document, lines))


def _frontier(document: TraceDocument, context: TraceContext) -> Sheet:
    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        return [
            (
                place,
                *_party(question.account, context, question.institution),
                Amount(question.traced, trace.exponent),
                clock(question.ask_from),
                clock(question.ask_to),
                said(REASONS, question.reason).zh,
                "\n".join(f"{clock(lead.at)} → {lead.payee}" for lead in question.leads),
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
    columns += (_column("缘由", "reason", 18), _column("线索", "leads", 48))
    return Sheet("待查", columns, _rows(document, lines))


def _unknown(document: TraceDocument, context: TraceContext) -> Sheet:
    labels = _labels(document)

    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        return [
            (
                said(REASONS, part.reason).zh,
                *_party(part.account, context),
                Amount(part.traced, trace.exponent),
                *_shares(part.by_victim, labels, trace.exponent),
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
    return Sheet("未知", (*columns, *_label_columns(labels)), _rows(document, lines))


def _victims(document: TraceDocument) -> Sheet:
    def lines(trace: MethodTrace) -> list[tuple[Cell, ...]]:
        return [
            (
                share.label,
                *(Amount(part, trace.exponent) for part in (share.origin, share.held, share.exited, share.unknown)),
                "✔" if share.holds else "✘",
            )
            for share in victim_shares(trace)
        ]

    columns: tuple[Column, ...] = (_METHOD, _CURRENCY, _column("被害人", "victim", 20), _column("被骗", "paid", 16))
    columns += (_column("留存", "held", 16), _column("已流出", "exited", 16), _column("未知", "unknown", 16))
    return Sheet("按被害人", (*columns, _column("校验", "check", 8)), _rows(document, lines))


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
