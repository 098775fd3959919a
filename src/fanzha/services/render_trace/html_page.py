"""A trace as one self-contained page: it opens anywhere, loads nothing, works without a script, and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from fanzha.services.render_trace import html_tables as tables
from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_picture import picture_of
from fanzha.services.render_trace.funds_flow_svg import FlowDrawing, funds_flow_drawing
from fanzha.services.render_trace.page_style import SCRIPT, STYLE, content_policy, method_rules
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext, TraceDocument
from fanzha.services.render_trace.wording import EXITS, ICONS, METHODS, REASONS, STATES, clock, money_text, said, tail

QUESTIONS_SHOWN: Final = 4  # above the picture; the table has them all


def funds_flow_page(trace: TraceDocument, context: TraceContext | None = None) -> str:
    """The page of a trace, working method first; the same trace gives the same text."""
    context = context or TraceContext()
    drawings = [
        funds_flow_drawing(method, context, prefix=f"x{place}", links=tables.row_ids(method, f"x{place}"))
        for place, method in enumerate(trace.methods)
    ]
    sizes = [(drawing.width, drawing.height) for drawing in drawings]
    style = f"{STYLE}\n{method_rules(sizes, len(trace.warnings))}"
    sections = [_section(trace, method, context, place, drawings[place]) for place, method in enumerate(trace.methods)]
    title = context.title or "资金流向"
    policy = escape(content_policy(style, SCRIPT), quote=True)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)} · Fanzha 反诈</title>\n<style>{style}</style>\n</head>\n<body>",
            _header(trace, context, title),
            "<main>",
            _warnings(trace),
            _methods(trace, sections),
            tables.methods_table(trace),
            "</main>",
            _footer(trace, context),
            f"<script>{SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _header(trace: TraceDocument, context: TraceContext, title: str) -> str:
    names = (*context.names.values(), *(label for method in trace.methods for label in method.victims))
    simulated = (
        '<span class="simulated">模拟数据 <span lang="en">simulated</span></span>'
        if any("模拟" in name for name in names)
        else ""
    )
    return (
        f'<header><h1>{escape(title)}<span lang="en">flow of funds</span>{simulated}</h1>'
        f'<p class="meta">数据截至 {escape(clock(trace.as_of)) or "未注明"} · 账本 {trace.ledger_transfers:,} 笔 · '
        f"账本摘要 <code>{escape(trace.ledger_digest[:16])}</code> · "
        f"结果摘要 <code>{escape(trace.result_hash[:16])}</code></p></header>"
    )


def _warnings(trace: TraceDocument) -> str:
    if not trace.warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in trace.warnings)
    return (
        f'<div class="warnings" role="note"><strong>注意</strong> <span lang="en">warnings</span><ul>{items}</ul></div>'
    )


def _methods(trace: TraceDocument, sections: Sequence[str]) -> str:
    """Radio buttons and one section each; the style sheet shows the chosen one."""
    choices = []
    for place, method in enumerate(trace.methods):
        checked = " checked" if place == 0 else ""
        words = tables.both(said(METHODS, method.method)) + (f" {escape(method.currency)}" if "@" in method.key else "")
        choices.append(
            f'<input type="radio" name="method" id="m{place}"{checked}><label for="m{place}">{words}</label>'
        )
    legend = '<legend>追踪口径 <span lang="en">tracing rule</span></legend>'
    return f'<fieldset class="methods">{legend}{"".join(choices)}\n{"".join(sections)}</fieldset>'


def _section(
    document: TraceDocument, trace: MethodTrace, context: TraceContext, place: int, drawing: FlowDrawing
) -> str:
    prefix = f"x{place}"
    words = said(METHODS, trace.method)
    hint = "本图仅为线索，不可作为金额依据" if trace.leads_only else "图示为追踪结果，不等于认定；金额以表为准"
    at = {key: f"{prefix}{key}" for key in _PARTS}
    links = "".join(f'<a href="#{at[key]}">{name}</a>' for key, name in _PARTS.items() if key != "p")
    return "\n".join(
        [
            f'<section class="method" id="s{place}" aria-label="{escape(words.zh)}">',
            f'<h2>资金流向 · 口径：{escape(words.zh)}<span lang="en">{escape(words.en)}</span></h2>',
            _ledger(document, trace, context),
            _next_questions(trace, context, at["q"]),
            f'<p class="note">{_check(trace)}{escape(drawing.coverage)} · 左→右为转账层级，框高与金额成比例 · {hint}</p>',
            '<p class="note hint">→ 图比窗口宽：向右滚动看后面各层 <span lang="en">scroll right for later hops</span></p>',
            f'<div class="flow-frame" id="{at["p"]}" tabindex="0" role="region" aria-label="资金流向图">{drawing.svg}</div>',
            _legend(),
            '<div class="details"><div class="bar-top"><h2>明细 <span lang="en">details</span></h2>',
            f'<a class="back" href="#{at["p"]}">↑ 回到图</a><span class="jumps">{links}</span></div>',
            tables.frontier_table(trace, context, at["q"]),
            tables.institutions_table(trace, context, at["i"]),
            tables.accounts_table(trace, context, prefix, picture_of(trace, small_parts(trace, context)), at["t"]),
            tables.victims_table(trace, at["v"]),
            tables.exits_table(trace, context, at["e"]),
            tables.unknown_table(trace, context, at["u"]),
            tables.flows_table(trace, context, at["f"]),
            "</div></section>",
        ]
    )


# The parts of a section in the order of the page, by the letter that ends their anchors.
_PARTS: Final = {
    "p": "图",
    "q": "下一步问谁",
    "i": "按机构",
    "t": "账户",
    "v": "按被害人",
    "e": "去向",
    "u": "未知",
    "f": "流向",
}


def _next_questions(trace: MethodTrace, context: TraceContext, anchor: str) -> str:
    """Whom to ask next, in one strip above the picture: institution, account, amount and the time to ask for."""
    items = []
    for place, question in enumerate(trace.frontier[:QUESTIONS_SHOWN], start=1):
        institution = question.institution or context.institutions.get(question.account, "") or "开户行待查"
        until = f"至 {_short_clock(question.ask_to)}" if question.ask_to else "至今"
        window = f"{_short_clock(question.ask_from)} {until}" if question.ask_from else until
        items.append(
            f'<li><a href="#{anchor}{place}">{escape(institution)} {escape(tail(question.account))}</a> '
            f"<b>{money_text(question.traced, trace.exponent)}</b> "
            f"<small>{escape(said(REASONS, question.reason).zh)} · 调取 {escape(window)}</small></li>"
        )
    rest = len(trace.frontier) - len(items)
    if rest:
        items.append(f'<li><a href="#{anchor}">其余 {rest:,} 条</a></li>')
    shown = f"<ol>{''.join(items)}</ol>" if items else "<span>没有待查账户</span>"
    title = '<strong>下一步问谁 <span lang="en">ask next</span></strong>'
    return f'<div class="next" role="group" aria-label="下一步问谁">{title}{shown}</div>'


def _short_clock(at: str) -> str:
    """A time to the minute without its year, for a line that has little room; the table has it in full."""
    text = clock(at)
    return text[5:16] if len(text) == len("2026-03-01 13:52:10") else text


def _ledger(document: TraceDocument, trace: MethodTrace, context: TraceContext) -> str:
    """The line that must balance: traced = stoppable + other held + exited + unknown."""
    balance = trace.balance
    if balance is None:
        return '<p class="note">本口径不作金额平衡。 <span lang="en">no balance: leads only</span></p>'
    stoppable = min(trace.stoppable, balance.held)
    kinds: dict[str, int] = {}
    for found in trace.exits:
        kinds[found.kind] = kinds.get(found.kind, 0) + found.traced
    ranked = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    left = "　".join(f"{said(EXITS, kind).zh} {money_text(minor, trace.exponent)}" for kind, minor in ranked[:3])
    asked = sum(question.traced for question in trace.frontier)
    unsure = sum(account.held for account in trace.accounts if account.stoppable is None)
    held_note = f"其中银行余额未知 {money_text(unsure, trace.exponent)}" if unsure else "已被措施控制或银行余额不足"
    held_note = held_note if balance.held > stoppable else "无"
    cells = (
        ("origin", "追踪金额", "traced", balance.origin, f"{len(trace.victims)} 名被害人"),
        ("stoppable", f"{ICONS['stoppable']} 可止付", "stoppable", stoppable, _how_sure(document, trace, context)),
        ("held", f"{ICONS['held']} 其他留存", "other held", balance.held - stoppable, held_note),
        ("spent", f"{ICONS['spent']} 已流出", "exited", balance.exited, left),
        ("unknown", "? 未知", "unknown", balance.unknown, f"其中待查 {money_text(asked, trace.exponent)}"),
    )
    items = "".join(
        f'<div class="{kind}"><dt>{zh}<span lang="en">{en}</span></dt><dd>{money_text(minor, trace.exponent)}'
        f"<small>{escape(note)}</small></dd></div>"
        for kind, zh, en, minor, note in cells
    )
    return f'<dl class="ledger">{items}</dl>'


def _how_sure(document: TraceDocument, trace: MethodTrace, context: TraceContext) -> str:
    """What the stoppable amount rests on: the ledger's last instant, the method, the other methods, small parts."""
    money = [m.stoppable for m in document.methods if m.currency == trace.currency and m.balance and not m.leads_only]
    parts = []
    if len(money) > 1:
        low, high = (money_text(minor, trace.exponent) for minor in (min(money), max(money)))
        parts.append(f"各口径 {low} – {high}")
    small = small_parts(trace, context)
    mixed = [account.stoppable for account in trace.accounts if account.account in small and account.stoppable]
    if mixed:
        parts.append(f"含 {len(mixed):,} 户 {money_text(sum(mixed), trace.exponent)} {STATES['part'].zh}")
    as_of = clock(document.as_of) or "未注明时间"
    first = f"{said(METHODS, trace.method).zh}口径，截至 {as_of}，其后余额可能已变"
    return "\n".join((first, "；".join(parts))).strip()


def _check(trace: MethodTrace) -> str:
    balance = trace.balance
    if balance is None:
        return ""
    check = (
        '<span class="check">校验 ✔</span>'
        if balance.holds
        else f'<span class="check broken">校验 ✘ 差 {money_text(balance.difference, trace.exponent)}</span>'
    )
    return f"可止付 + 其他留存 + 已流出 + 未知 = 追踪金额 {check}（{escape(trace.currency)}） · "


def _legend() -> str:
    shown = ("stoppable", "part", "held", "stopped", "frozen", "gone", "cashed", "returned", "spent", "unknown")
    items = "".join(f"<li>{ICONS[code]} {tables.both(STATES[code])}</li>" for code in shown)
    return f'<ul class="legend" aria-label="图例">{items}<li>↩ 回流<span lang="en"> returned</span></li></ul>'


def _footer(trace: TraceDocument, context: TraceContext) -> str:
    parameters = "；".join(f"{key} = {_value(value)}" for key, value in sorted(trace.parameters.items()))
    mark = f"<p>水印：{escape(context.watermark)}</p>" if context.watermark else ""
    return (
        f'<footer class="meta">{mark}<p>参数 <span lang="en">parameters</span>：{escape(parameters) or "无"}</p>'
        "<p>由 Fanzha 反诈 生成；同一账本、参数与版本得到相同结果。"
        f"账本摘要 <code>{escape(trace.ledger_digest)}</code> · "
        f"结果摘要 <code>{escape(trace.result_hash)}</code></p></footer>"
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)
