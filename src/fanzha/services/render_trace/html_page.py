"""A trace as one self-contained page: it opens anywhere, loads nothing, works without a script, and prints."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fanzha.services.render_trace import html_tables as tables
from fanzha.services.render_trace.flow_cards import Card, picture_of
from fanzha.services.render_trace.funds_flow_svg import coverage_words, funds_flow_svg
from fanzha.services.render_trace.page_style import SCRIPT, STYLE, content_policy, method_rules
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext, TraceDocument
from fanzha.services.render_trace.wording import EXITS, ICONS, METHODS, STATES, clock, money_text, said


def funds_flow_page(trace: TraceDocument, context: TraceContext | None = None) -> str:
    """The page of a trace, working method first; the same trace gives the same text."""
    context = context or TraceContext()
    style = f"{STYLE}\n{method_rules(len(trace.methods))}"
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
            _methods(trace, context),
            tables.methods_table(trace),
            "</main>",
            _footer(trace),
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


def _methods(trace: TraceDocument, context: TraceContext) -> str:
    """Radio buttons and one section each; the style sheet shows the chosen one."""
    choices, sections = [], []
    for place, method in enumerate(trace.methods):
        checked = " checked" if place == 0 else ""
        words = tables.both(said(METHODS, method.method)) + (f" {escape(method.currency)}" if "@" in method.key else "")
        choices.append(
            f'<input type="radio" name="method" id="m{place}"{checked}><label for="m{place}">{words}</label>'
        )
        sections.append(_section(method, context, place))
    legend = '<legend>追踪口径 <span lang="en">tracing rule</span></legend>'
    return f'<fieldset class="methods">{legend}{"".join(choices)}\n{"".join(sections)}</fieldset>'


def _section(trace: MethodTrace, context: TraceContext, place: int) -> str:
    prefix = f"x{place}"
    picture = picture_of(trace)
    cards: dict[str, Card] = {card.code: card for card in picture.all_cards if card.kind in {"account", "victim"}}
    words = said(METHODS, trace.method)
    hint = "本图仅为线索，不可作为金额依据。" if trace.leads_only else "图示为追踪结果，不等于认定；金额以表为准。"
    svg = funds_flow_svg(trace, context, prefix=prefix, links=tables.row_ids(trace, prefix))
    return "\n".join(
        [
            f'<section class="method" id="s{place}" aria-label="{escape(words.zh)}">',
            f'<h2>资金流向 · 口径：{escape(words.zh)}<span lang="en">{escape(words.en)}</span></h2>',
            _ledger(trace),
            f'<p class="note">{escape(coverage_words(picture))} · 左→右为转账层级，框高与金额成比例 · {hint}</p>',
            f'<div class="flow-frame" tabindex="0" role="region" aria-label="资金流向图">{svg}</div>',
            _legend(),
            '<h2>下一步 <span lang="en">what to do next</span></h2>',
            tables.frontier_table(trace, context),
            tables.institutions_table(trace, context),
            '<h2>明细 <span lang="en">details</span></h2>',
            tables.accounts_table(trace, context, prefix, cards),
            tables.victims_table(trace),
            tables.exits_table(trace, context),
            tables.unknown_table(trace, context),
            tables.flows_table(trace, context),
            "</section>",
        ]
    )


def _ledger(trace: MethodTrace) -> str:
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
        ("stoppable", f"{ICONS['stoppable']} 可止付", "stoppable", stoppable, "可立即止付"),
        ("held", f"{ICONS['held']} 其他留存", "other held", balance.held - stoppable, held_note),
        ("spent", f"{ICONS['spent']} 已流出", "exited", balance.exited, left),
        ("unknown", "? 未知", "unknown", balance.unknown, f"其中待查 {money_text(asked, trace.exponent)}"),
    )
    items = "".join(
        f'<div class="{kind}"><dt>{zh}<span lang="en">{en}</span></dt><dd>{money_text(minor, trace.exponent)}'
        f"<small>{escape(note)}</small></dd></div>"
        for kind, zh, en, minor, note in cells
    )
    check = (
        '<span class="check">校验 ✔</span>'
        if balance.holds
        else f'<span class="check broken">校验 ✘ 差 {money_text(balance.difference, trace.exponent)}</span>'
    )
    sentence = f"可止付 + 其他留存 + 已流出 + 未知 = 追踪金额 {check}（{escape(trace.currency)}）"
    return f'<dl class="ledger">{items}</dl><p>{sentence}</p>'


def _legend() -> str:
    shown = ("stoppable", "held", "stopped", "frozen", "gone", "cashed", "spent", "unknown")
    items = "".join(f"<li>{ICONS[code]} {tables.both(STATES[code])}</li>" for code in shown)
    return f'<ul class="legend" aria-label="图例">{items}<li>↩ 回流<span lang="en"> returned</span></li></ul>'


def _footer(trace: TraceDocument) -> str:
    parameters = "；".join(f"{key} = {_value(value)}" for key, value in sorted(trace.parameters.items()))
    return (
        f'<footer class="meta"><p>参数 <span lang="en">parameters</span>：{escape(parameters) or "无"}</p>'
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
