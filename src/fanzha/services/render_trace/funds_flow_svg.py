"""The money flow as one SVG text: hop columns from left to right, the same bytes for the same trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Stub, picture_of
from fanzha.services.render_trace.flow_layout import Box, FlowLayout, Ribbon, layout_of
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext
from fanzha.services.render_trace.wording import EXITS, ICONS, REASONS, STATES, money_text, said, tail, wan_text

NAMESPACE: Final = "http://www.w3.org/2000/svg"  # a name, never an address to load
NARROW_UNITS: Final = 21  # how much text fits a card's first line, a Chinese character counting two


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every part of the drawing needs to know."""

    trace: MethodTrace
    context: TraceContext
    picture: FlowPicture
    prefix: str  # of the ids, so that several pictures can stand in one page
    links: Mapping[str, str]  # card key → anchor in the page's tables

    def money(self, minor: int) -> str:
        """An exact amount in the trace's currency."""
        return money_text(minor, self.trace.exponent)

    def name(self, account: str) -> str:
        """The holder's name, or nothing."""
        return self.context.names.get(account, "")

    def institution(self, account: str) -> str:
        """The institution, or nothing."""
        return self.context.institutions.get(account, "")


def funds_flow_svg(
    trace: MethodTrace, context: TraceContext, *, prefix: str = "f", links: Mapping[str, str] | None = None
) -> str:
    """The picture of one method's result.

    `prefix` begins every id in it; `links` gives the page anchor of an account's row. Colours are classes: the page's
    style sheet decides them, and a viewer without it still sees black lines and text.
    """
    picture = picture_of(trace)
    layout = layout_of(picture)
    pen = _Pen(trace, context, picture, prefix, links or {})
    number = {box.card.key: place for place, box in enumerate(layout.boxes)}
    size = f'viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" height="{layout.height}"'
    parts = [
        f'<svg xmlns="{NAMESPACE}" class="flow" {size} role="group" aria-labelledby="{prefix}-title">',
        f'<title id="{prefix}-title">{escape(f"资金流向图，{coverage_words(picture)}")}</title>',
        _hatch(f"{prefix}-hatch"),
        '<g class="ribbons" aria-hidden="true">',
        *(_ribbon(ribbon, number) for ribbon in layout.ribbons),
        "</g>",
    ]
    for hop, x in layout.columns:
        parts.append(_column_title(layout, hop, x, picture))
        parts.append(f'<g role="list" aria-label="第{hop}层">')
        parts += [_card(pen, box, number[box.card.key]) for box in layout.boxes if box.card.column == hop]
        parts.append("</g>")
    parts.append("</svg>")
    return "\n".join(parts)


def _hatch(identity: str) -> str:
    """The pattern of what is unknown: seen without colour too."""
    return (
        f'<defs><pattern id="{identity}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="5" height="5"/><rect class="hatch-line" width="2" height="5"/>'
        "</pattern></defs>"
    )


def coverage_words(picture: FlowPicture) -> str:
    """How much of the trace the picture shows, said honestly."""
    text = f"显示 {picture.accounts_shown:,} / {picture.accounts_total:,} 户"
    return f"{text}，另有 {picture.links_left_out:,} 条细流未画" if picture.links_left_out else text


def _ribbon(ribbon: Ribbon, number: Mapping[str, int]) -> str:
    middle = (ribbon.x0 + ribbon.x1) // 2
    y0, y1 = _tenths(ribbon.y0), _tenths(ribbon.y1)
    shade = ' class="pale"' if ribbon.pale else ""
    ends = f"{number[ribbon.link.source]} {number[ribbon.link.target]}"
    return (
        f'<path{shade} d="M{ribbon.x0} {y0}C{middle} {y0} {middle} {y1} {ribbon.x1} {y1}" '
        f'stroke-width="{_tenths(ribbon.width_tenths)}" data-e="{ends}"/>'
    )


def _tenths(value: int) -> str:
    whole, part = divmod(value, 10)
    return f"{whole}.{part}" if part else str(whole)


def _column_title(layout: FlowLayout, hop: int, x: int, picture: FlowPicture) -> str:
    members = [box.card for box in layout.boxes if box.card.column == hop and box.card.kind != "exit"]
    count = sum(card.members for card in members)
    words = "被害人" if hop == 0 else f"第{hop}层"
    if picture.columns_folded and hop == layout.columns[-1][0]:
        words = f"第{hop}层及以后"
    return (
        f'<text class="column" x="{x}" y="16">{words}</text>'
        f'<text class="small" x="{x}" y="32">{f"{count:,} 户" if count else "流出"}</text>'
    )


def _card(pen: _Pen, box: Box, number: int) -> str:
    card = box.card
    anchor = pen.links.get(card.key)
    open_tag, close = (f'<a href="#{escape(anchor)}"', "</a>") if anchor else ('<g tabindex="0" role="img"', "</g>")
    sentence = escape(_sentence(pen, box))
    body = "".join((_frame(pen, box), *_texts(pen, box)))
    return (
        f'<g role="listitem">{open_tag} class="card {card.kind} {card.state}" data-c="{number}">'
        f"<title>{sentence}</title>{body}{close}</g>"
    )


def _sentence(pen: _Pen, box: Box) -> str:
    """The card in one sentence, as a screen reader says it."""
    card = box.card
    if card.kind == "exit":
        where = said(EXITS, card.code).zh if card.code != "counterparty_missing" else said(REASONS, card.code).zh
        return f"{where} {card.members} 笔，共 {pen.money(card.incoming)} 元"
    if card.kind == "victim":
        victim = "、".join(card.victims) or pen.name(card.code)
        return f"被害人 {victim}，账户 {card.code}，转出 {pen.money(card.passed_on)} 元"
    who = (
        f"其他 {card.members} 户"
        if card.kind == "other"
        else f"{tail(card.code)} 账户 {card.code} {pen.name(card.code)} {pen.institution(card.code)}"
    )
    parts = [
        f"第{card.column}层 {who.strip()}",
        f"转入 {pen.money(card.incoming)} 元",
        f"转出 {pen.money(card.passed_on)} 元",
    ]
    for words, minor in (("流出", card.exited), ("未知", card.unknown), ("留存", card.held)):
        if minor:
            parts.append(f"{words} {pen.money(minor)} 元")
    known = f"可止付 {pen.money(card.stoppable)} 元" if card.stoppable_known else "可止付未知"
    parts += [known, *(_stub_text(pen, stub) for stub in box.stubs)]
    return "，".join(parts)


def _frame(pen: _Pen, box: Box) -> str:
    """The box and, along its left edge, what became of the money: stoppable, other held, left, unknown, passed on."""
    card = box.card
    outline = f'<rect class="box" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="4"/>'
    parts = (
        ("stoppable", card.stoppable),
        ("held", max(0, card.held - card.stoppable)),
        ("spent", card.exited),
        ("unknown", card.unknown),
        ("gone", card.passed_on if card.kind != "victim" else 0),
    )
    total = sum(minor for _, minor in parts)
    if card.kind == "exit" or not total:
        return outline
    bars, y = [], box.y * 10
    for place, (name, minor) in enumerate(parts):
        until = box.y * 10 + box.height * 10 * sum(m for _, m in parts[: place + 1]) // total
        if until > y and minor:
            fill = f' fill="url(#{pen.prefix}-hatch)"' if name == "unknown" else ""
            bars.append(
                f'<rect class="bar {name}" x="{box.x}" y="{_tenths(y)}" width="6" height="{_tenths(until - y)}"{fill}/>'
            )
        y = until
    return outline + "".join(bars)


def _texts(pen: _Pen, box: Box) -> list[str]:
    card = box.card
    if card.kind == "exit":
        return _exit_texts(pen, box)
    left, right, line = box.x + 13, box.x + box.width - 7, box.y + 16
    if pen.picture.compact and card.kind == "account":
        amount, icon = _headline(card)
        return [
            _text("main", left, line, f"{icon} {_short(tail(card.code), 12)}"),
            _text("amount", right, line, pen.money(amount)),
            *_stub_lines(pen, box, line),
        ]
    lines = [_text("main", left, line, _title(pen, card))]
    if card.kind == "account":
        lines.append(
            _text(
                "small end", right, line, _short(pen.institution(card.code), NARROW_UNITS - _units(_title(pen, card)))
            )
        )
    lines.append(_text("small", left, line + 17, _second(pen, card)))
    lines.append(_text("small end", right, line + 17, _incoming(pen, card)))
    amount, icon = _headline(card)
    words = "转出" if card.kind == "victim" else STATES[card.state].zh
    if card.kind != "victim" and not card.stoppable_known and card.held:
        words = "可止付未知"
    lines.append(_text("state", left, line + 34, f"{icon} {words}"))
    lines.append(_text("amount", right, line + 34, pen.money(amount)))
    return lines + _stub_lines(pen, box, line + 34)


def _title(pen: _Pen, card: Card) -> str:
    if card.kind == "other":
        return f"其他 {card.members:,} 户"
    if card.kind == "victim":
        return _short("、".join(card.victims) or pen.name(card.code) or tail(card.code), NARROW_UNITS)
    return tail(card.code)


def _second(pen: _Pen, card: Card) -> str:
    if card.kind == "other":
        return "合计"
    if card.kind == "victim":
        number = "" if tail(card.code) in card.victims else tail(card.code)
        return f"{number} {_short(pen.institution(card.code), 14)}".strip()
    return _short(pen.name(card.code), 11)


def _incoming(pen: _Pen, card: Card) -> str:
    return "" if card.kind == "victim" else f"入 {pen.money(card.incoming)}"


def _headline(card: Card) -> tuple[int, str]:
    """The amount that the card's state is about, and the state's sign."""
    amount = {
        "victim": card.passed_on,
        "stoppable": card.stoppable,
        "held": card.held,
        "stopped": card.held,
        "frozen": card.held,
        "unknown": card.unknown or card.held,
        "cashed": card.cashed,
        "spent": card.exited,
        "gone": card.passed_on,
    }[card.state]
    return amount, ICONS[card.state]


def _exit_texts(pen: _Pen, box: Box) -> list[str]:
    card = box.card
    words = said(EXITS, card.code).zh if card.code != "counterparty_missing" else said(REASONS, card.code).zh
    left, right, line = box.x + 13, box.x + box.width - 7, box.y + 16
    head = f"{ICONS[card.state]} {_short(words, 14)}"
    if pen.picture.compact:
        return [_text("state", left, line, head), _text("amount", right, line, pen.money(card.incoming))]
    return [
        _text("state", left, line, head),
        _text("small end", right, line, f"{card.members} 笔"),
        _text("amount", right, line + 17, pen.money(card.incoming)),
    ]


def _stub_lines(pen: _Pen, box: Box, line: int) -> list[str]:
    return [
        _text("stub", box.x + 13, line + 16 * (place + 1), _stub_text(pen, stub))
        for place, stub in enumerate(box.stubs)
    ]


def _stub_text(pen: _Pen, stub: Stub) -> str:
    sign, words = ("↩", "回流") if stub.back else ("⇅", "同层")
    target = tail(stub.account) if stub.account else "多户"
    return f"{sign} {words} {wan_text(stub.traced, pen.trace.exponent)} → {target}"


def _text(kind: str, x: int, y: int, words: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>' if words else ""


def _units(words: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in words)


def _short(words: str, units: int) -> str:
    """The words cut to what fits, a Chinese character counting two."""
    if _units(words) <= units:
        return words
    kept = ""
    for sign in words:
        if _units(kept + sign) > units - 2:
            break
        kept += sign
    return f"{kept}…" if kept else ""
