"""The tables of the page: the equal alternative to the picture, each with its totals and what it leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from fanzha.services.render_trace.account_states import shown_state, state_text
from fanzha.services.render_trace.flow_cards import Card, FlowPicture
from fanzha.services.render_trace.trace_document import (
    AccountTrace,
    FrontierQuestion,
    MethodTrace,
    TraceContext,
    TraceDocument,
)
from fanzha.services.render_trace.victim_shares import victim_shares
from fanzha.services.render_trace.wording import (
    EXITS,
    METHODS,
    REASONS,
    Words,
    clock,
    money_text,
    said,
    tail,
)

ROWS_MAX: Final = 1000
NUMBER: Final = ' class="number"'
Cell = tuple[str, str]  # attributes, inner HTML


def both(words: Words) -> str:
    """A label in Chinese with the English beside it."""
    english = "" if words.en == words.zh else f'<span lang="en">{escape(words.en)}</span>'
    return f"{escape(words.zh)}{english}"


def _number(minor: int | None, exponent: int) -> Cell:
    return NUMBER, "?" if minor is None else money_text(minor, exponent)


def _plain(text: str) -> Cell:
    return "", escape(text)


def _account(account: str) -> Cell:
    return ' class="account"', account_html(account)


def account_html(account: str) -> str:
    """An account number in groups of four that are set apart by the style sheet alone: copied, it has no blanks."""
    if not account.isascii() or not account.isdigit():
        return escape(account) or "未具名"
    return "".join(f"<i>{account[start : start + 4]}</i>" for start in range(0, len(account), 4))


def _table(
    caption: Words,
    heads: Sequence[tuple[Words, bool]],
    rows: Iterable[tuple[str, Sequence[Cell]]],
    *,
    total: int,
    anchor: str = "",
    foot: Sequence[Cell] = (),
) -> str:
    """A table; `rows` are (id, cells), `total` how many there would be, `anchor` its id, `foot` a line of sums."""
    shown = list(rows)[:ROWS_MAX]
    note = ""
    if len(shown) < total:
        note = f'<p class="note">显示 {len(shown):,} / {total:,} 行，其余见资金流向表（--xlsx）。</p>'
    head = "".join(f'<th scope="col"{NUMBER if number else ""}>{both(words)}</th>' for words, number in heads)
    body = "".join(
        f"<tr{f' id={chr(34)}{identity}{chr(34)}' if identity else ''}>"
        + "".join(f"<td{attributes}>{inner}</td>" for attributes, inner in cells)
        + "</tr>\n"
        for identity, cells in shown
    )
    if not shown:
        body = f'<tr><td colspan="{len(heads)}">无</td></tr>'
    last = "".join(f"<td{attributes}>{inner}</td>" for attributes, inner in foot)
    sums = f"<tfoot><tr>{last}</tr></tfoot>" if foot else ""
    identity_of_table = f' id="{anchor}"' if anchor else ""
    return (
        f'<div class="scroll"{identity_of_table} tabindex="0" role="region" aria-label="{escape(caption.zh)}">'
        f"<table><caption>{both(caption)}</caption><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>{sums}</table></div>{note}"
    )


def accounts_in_order(trace: MethodTrace) -> list[AccountTrace]:
    """What can be stopped first, then what is held, then what passed."""
    return sorted(trace.accounts, key=lambda a: (-(a.stoppable or 0), -a.held, a.hop, -a.traced_in, a.account))


def row_ids(trace: MethodTrace, prefix: str) -> dict[str, str]:
    """The anchor of each account's row in the table of accounts."""
    rows = accounts_in_order(trace)[:ROWS_MAX]
    return {account.account: f"{prefix}a{place}" for place, account in enumerate(rows)}


def _state_cell(account: AccountTrace, cards: Mapping[str, Card], trace: MethodTrace, context: TraceContext) -> Cell:
    state = shown_state(account, cards)
    return "", f'<span class="state-mark {state}">{escape(state_text(account, state, trace, context))}</span>'


def _with_link(cell: Cell, identity: str, account: str) -> Cell:
    """The cell with the way back to the account's box."""
    name = escape(f"↑ 图 {tail(account)}", quote=True)
    return cell[0], f'{cell[1]} <a class="back" href="#{identity}c" aria-label="{name}">↑ 图</a>'


def accounts_table(trace: MethodTrace, context: TraceContext, prefix: str, picture: FlowPicture, anchor: str) -> str:
    """Every account that carried traced money, what can be stopped first; each row leads back to its box."""
    cards = {card.code: card for card in picture.all_cards if card.kind in {"account", "victim"}}
    drawn = {card.key for card in picture.cards}
    exponent, rows = trace.exponent, accounts_in_order(trace)
    ids = row_ids(trace, prefix)
    heads = [(Words("层", "hop"), True), (Words("账户", "account"), False), (Words("户名", "name"), False)]
    heads += [
        (Words("机构", "institution"), False),
        (Words("转入", "traced in"), True),
        (Words("转出", "traced out"), True),
    ]
    heads += [(Words("留存", "held"), True), (Words("可止付", "stoppable"), True), (Words("状态", "state"), False)]
    lines = [
        (
            ids[account.account],
            [
                (NUMBER, str(account.hop)),
                _account(account.account),
                _plain(context.names.get(account.account, "")),
                _plain(context.institutions.get(account.account, "")),
                _number(account.traced_in, exponent),
                _number(account.traced_out, exponent),
                _number(account.held, exponent),
                _number(account.stoppable, exponent),
                _state_cell(account, cards, trace, context)
                if account.account not in drawn
                else _with_link(_state_cell(account, cards, trace, context), ids[account.account], account.account),
            ],
        )
        for account in rows[:ROWS_MAX]
    ]
    foot = [("", "")] * 3 + [_plain("合计"), ("", ""), ("", "")]
    foot += [_number(sum(a.held for a in rows), exponent), _number(trace.stoppable, exponent), ("", "")]
    return _table(Words("账户", "accounts"), heads, lines, total=len(rows), anchor=anchor, foot=foot)


def frontier_table(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Whom to ask next, the most money first as the trace ranked it."""
    heads = [(Words("序", "rank"), True), (Words("下一步问谁", "ask"), False), (Words("账户", "account"), False)]
    heads += [(Words("户名", "name"), False), (Words("追踪金额", "traced"), True), (Words("请调取", "request"), False)]
    heads += [(Words("缘由与线索", "reason, leads"), False)]
    lines = []
    for place, question in enumerate(trace.frontier, start=1):
        institution = question.institution or context.institutions.get(question.account, "") or "开户行待查"
        until = f"至 {clock(question.ask_to)}" if question.ask_to else "至今"
        window = f"{clock(question.ask_from)} {until} 的交易明细" if question.ask_from else f"交易明细，{until}"
        cells = [(NUMBER, str(place)), _plain(institution), _account(question.account)]
        cells += [
            _plain(context.names.get(question.account, "")),
            _number(question.traced, trace.exponent),
            _plain(window),
            _reason(question, trace.exponent),
        ]
        lines.append((f"{anchor}{place}", cells))
    foot = [("", "")] * 3 + [_plain("合计"), _number(sum(q.traced for q in trace.frontier), trace.exponent)]
    foot += [("", ""), ("", "")]
    return _table(
        Words("下一步问谁", "next questions"), heads, lines, total=len(lines), anchor=anchor, foot=foot if lines else ()
    )


def _reason(question: FrontierQuestion, exponent: int) -> Cell:
    """Why it is asked, and where the money may have gone since: leads with an upper bound."""
    below = "".join(
        f'<span class="sources">线索：{escape(clock(lead.at))} → <span class="account">{account_html(lead.payee)}</span>，'
        f"至多 {money_text(lead.traced_max, exponent)}</span>"
        for lead in question.leads
    )
    return "", both(said(REASONS, question.reason)) + below


def exits_table(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Money that is out of reach of any statement, by kind, then in time order."""
    heads = [(Words("去向", "kind"), False), (Words("账户", "account"), False), (Words("户名", "name"), False)]
    heads += [
        (Words("时间", "time"), False),
        (Words("追踪金额", "traced"), True),
        (Words("交易与来源行", "source rows"), False),
    ]
    sums: dict[str, int] = defaultdict(int)
    for found in trace.exits:
        sums[found.kind] += found.traced
    lines = []
    for found in sorted(trace.exits, key=lambda e: (-sums[e.kind], e.kind, e.at, e.transfer)):
        cells = [
            ("", both(said(EXITS, found.kind))),
            _account(found.account),
            _plain(context.names.get(found.account, "")),
        ]
        cells += [_plain(clock(found.at)), _number(found.traced, trace.exponent), _sources(found.transfer, context)]
        lines.append(("", cells))
    foot = [("", "")] * 3 + [_plain("合计"), _number(sum(sums.values()), trace.exponent), ("", "")]
    return _table(Words("去向", "exits"), heads, lines, total=len(lines), anchor=anchor, foot=foot)


def _sources(transfer: str, context: TraceContext) -> Cell:
    rows = context.sources.get(transfer, ())
    return "", escape(transfer) + "".join(f'<span class="sources">{escape(row)}</span>' for row in rows)


def unknown_table(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Money that nobody can place yet, with the reason."""
    heads = [(Words("原因", "reason"), False), (Words("账户", "account"), False), (Words("户名", "name"), False)]
    heads += [(Words("追踪金额", "traced"), True)]
    lines = [
        (
            "",
            [
                ("", both(said(REASONS, part.reason))),
                _account(part.account),
                _plain(context.names.get(part.account, "")),
                _number(part.traced, trace.exponent),
            ],
        )
        for part in sorted(trace.unknown, key=lambda part: (-part.traced, part.account, part.reason))
    ]
    foot = [("", ""), ("", ""), _plain("合计"), _number(sum(p.traced for p in trace.unknown), trace.exponent)]
    return _table(Words("未知", "unknown"), heads, lines, total=len(lines), anchor=anchor, foot=foot)


def victims_table(trace: MethodTrace, anchor: str) -> str:
    """Where each victim's money is."""
    heads = [(Words("被害人", "victim"), False), (Words("被骗", "paid"), True), (Words("留存", "held"), True)]
    heads += [(Words("已流出", "exited"), True), (Words("未知", "unknown"), True), (Words("校验", "check"), False)]
    lines = []
    for share in victim_shares(trace):
        amounts = [_number(part, trace.exponent) for part in (share.origin, share.held, share.exited, share.unknown)]
        lines.append(("", [_plain(share.label), *amounts, _plain("✔" if share.holds else "✘")]))
    return _table(Words("按被害人", "by victim"), heads, lines, total=len(lines), anchor=anchor)


def institutions_table(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Which institution to call first: what can be stopped there, what it still has to answer."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for account in trace.accounts:
        line = sums[context.institutions.get(account.account, "") or "机构不明"]
        for place, value in enumerate((1, account.held, account.stoppable or 0)):
            line[place] += value
    for question in trace.frontier:
        sums[question.institution or context.institutions.get(question.account, "") or "机构不明"][3] += question.traced
    heads = [(Words("机构", "institution"), False), (Words("户数", "accounts"), True), (Words("留存", "held"), True)]
    heads += [(Words("可止付", "stoppable"), True), (Words("待查", "to be asked"), True)]
    ranked = sorted(sums.items(), key=lambda item: (-item[1][2], -item[1][3], -item[1][1], item[0]))
    lines = [
        ("", [_plain(name), (NUMBER, f"{line[0]:,}"), *(_number(minor, trace.exponent) for minor in line[1:])])
        for name, line in ranked
    ]
    return _table(Words("按机构", "by institution"), heads, lines, total=len(lines), anchor=anchor)


def flows_table(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Every payment that carried traced money, in time order, with the rows that show it."""
    heads = [(Words("层", "hop"), True), (Words("时间", "time"), False), (Words("付款账户", "payer"), False)]
    heads += [(Words("收款账户", "payee"), False), (Words("金额", "amount"), True), (Words("其中追踪", "traced"), True)]
    heads += [(Words("交易与来源行", "source rows"), False)]
    ordered = sorted(trace.flows, key=lambda flow: (flow.at, flow.hop, flow.transfer))
    lines = [
        (
            "",
            [
                (NUMBER, str(flow.hop)),
                _plain(clock(flow.at)),
                _account(flow.payer),
                _account(flow.payee),
                _number(flow.amount, trace.exponent),
                _number(flow.traced, trace.exponent),
                _sources(flow.transfer, context),
            ],
        )
        for flow in ordered[:ROWS_MAX]
    ]
    return _table(Words("流向", "flows"), heads, lines, total=len(ordered), anchor=anchor)


def methods_table(document: TraceDocument) -> str:
    """All methods side by side: the law decides which counts, the reader sees what hangs on it."""
    heads = [(Words("口径", "method"), False), (Words("追踪", "origin"), True), (Words("留存", "held"), True)]
    heads += [(Words("可止付", "stoppable"), True), (Words("已流出", "exited"), True), (Words("未知", "unknown"), True)]
    heads += [(Words("户数", "accounts"), True)]
    lines = []
    for trace in document.methods:
        balance = trace.balance
        parts = (
            (None, None, None, None, None)
            if balance is None
            else (balance.origin, balance.held, trace.stoppable, balance.exited, balance.unknown)
        )
        name = both(said(METHODS, trace.method)) + (f" {escape(trace.currency)}" if "@" in trace.key else "")
        cells = [("", name), *(_number(part, trace.exponent) if balance else (NUMBER, "—") for part in parts)]
        lines.append(("", [*cells, (NUMBER, f"{len(trace.accounts):,}")]))
    return _table(Words("口径对照", "methods side by side"), heads, lines, total=len(lines))
