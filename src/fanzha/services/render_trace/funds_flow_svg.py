"""The money flow as one SVG text: hop columns from left to right, the same bytes for the same trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Stub, Undrawn, picture_of
from fanzha.services.render_trace.flow_layout import CARD_WIDTH, Box, FlowLayout, Ribbon, layout_of
from fanzha.services.render_trace.text_width import fitted, width_of
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext
from fanzha.services.render_trace.wording import EXITS, ICONS, REASONS, STATES, money_text, said, tail, wan_text

NAMESPACE: Final = "http://www.w3.org/2000/svg"  # a name, never an address to load
LEFT: Final = 13  # pixels from the card's edges to its text
RIGHT: Final = 7
ROOM: Final = CARD_WIDTH - LEFT - RIGHT
APART: Final = 6  # pixels between two texts of one line
UNDRAWN_NAMED: Final = 3  # so many accounts without a box are named, more are counted


@dataclass(frozen=True, slots=True)
class FlowDrawing:
    """The picture with its least width and its height in pixels; it takes more width where it is given more."""

    svg: str
    width: int
    height: int
    coverage: str  # what it shows and what it leaves out


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
    """The picture of one method's result as SVG text."""
    return funds_flow_drawing(trace, context, prefix=prefix, links=links).svg


def funds_flow_drawing(
    trace: MethodTrace, context: TraceContext, *, prefix: str = "f", links: Mapping[str, str] | None = None
) -> FlowDrawing:
    """The picture of one method's result.

    `prefix` begins every id in it; `links` gives the page anchor of an account's row. Colours are classes: the page's
    style sheet decides them, and a viewer without it still sees black lines and text. Across, everything is placed in
    parts of the width, so that cards and gaps grow with the page while text keeps its size.
    """
    picture = picture_of(trace, small_parts(trace, context))
    pen = _Pen(trace, context, picture, prefix, links or {})
    layout = layout_of(picture, frozenset(card.key for card in picture.cards if _needs_name_line(pen, card)))
    number = {box.card.key: place for place, box in enumerate(layout.boxes)}
    coverage = coverage_words(picture, context, trace.exponent)
    width, height = layout.width, layout.height
    size = f'width="{width}" height="{height}"'
    stretched = f'height="{height}" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
    parts = [
        f'<svg xmlns="{NAMESPACE}" class="flow" {size} role="group" aria-labelledby="{prefix}-title">',
        f'<title id="{prefix}-title">{escape(f"资金流向图，{coverage}")}</title>',
        _hatch(f"{prefix}-hatch"),
        f'<svg class="ribbons" aria-hidden="true" width="100%" {stretched}>',
        *(_ribbon(ribbon, number) for ribbon in layout.ribbons),
        "</svg>",
    ]
    for hop, x in layout.columns:
        parts.append(f'<svg x="{_percent(x, width)}" width="{_percent(CARD_WIDTH, width)}" overflow="visible">')
        parts.append(_column_title(layout, hop, picture))
        parts.append(f'<g role="list" aria-label="第{hop}层">')
        parts += [_card(pen, box, number[box.card.key]) for box in layout.boxes if box.card.column == hop]
        parts.append("</g></svg>")
    parts.append("</svg>")
    return FlowDrawing("\n".join(parts), width, height, coverage)


def _percent(x: int, width: int) -> str:
    thousandths = x * 100_000 // width
    return f"{thousandths // 1000}.{thousandths % 1000:03d}%"


def _hatch(identity: str) -> str:
    """The pattern of what is unknown: seen without colour too."""
    return (
        f'<defs><pattern id="{identity}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="5" height="5"/><rect class="hatch-line" width="2" height="5"/>'
        "</pattern></defs>"
    )


def coverage_words(picture: FlowPicture, context: TraceContext, exponent: int) -> str:
    """How much of the trace the picture shows, said honestly: accounts with a box, and what has none with its amount."""
    text = f"显示 {picture.accounts_shown:,} / {picture.accounts_total:,} 户（含被害人 {picture.victims:,} 户）"
    for taken_back, words in ((True, "转入后已全额退回"), (False, "仅见流出，归入流出框")):
        left_out = [account for account in picture.undrawn if account.taken_back == taken_back]
        if left_out:
            traced = sum(account.traced_in for account in left_out)
            sum_text = f"共 {money_text(traced, exponent)}" if traced else ""
            names = "、".join(_undrawn_name(account, context, exponent) for account in left_out)
            named = f"：{names}" if len(left_out) <= UNDRAWN_NAMED else ""
            text += f"；未画 {len(left_out):,} 户{sum_text}，{words}{named}"
    grouped = picture.accounts_total - len(picture.undrawn) - picture.accounts_shown
    if grouped:
        text += f"；{grouped:,} 户归入各层“其他”"
    return f"{text}；另有 {picture.links_left_out:,} 条细流未画" if picture.links_left_out else text


def _undrawn_name(account: Undrawn, context: TraceContext, exponent: int) -> str:
    name = context.names.get(account.account) or tail(account.account)
    return f"{name} {money_text(account.traced_in, exponent)}" if account.traced_in else name


def _ribbon(ribbon: Ribbon, number: Mapping[str, int]) -> str:
    """A band of even height between two cards; filled, not stroked, so that stretching across does not thin it."""
    middle, half = (ribbon.x0 + ribbon.x1) // 2, ribbon.width_tenths // 2
    top0, top1 = _tenths(ribbon.y0 - half), _tenths(ribbon.y1 - half)
    shade = ' class="pale"' if ribbon.pale else ""
    ends = f"{number[ribbon.link.source]} {number[ribbon.link.target]}"
    return (
        f'<path{shade} d="M{ribbon.x0} {top0}C{middle} {top0} {middle} {top1} {ribbon.x1} {top1}'
        f"v{_tenths(ribbon.width_tenths)}C{middle} {_tenths(ribbon.y1 + half)} {middle} {_tenths(ribbon.y0 + half)} "
        f'{ribbon.x0} {_tenths(ribbon.y0 + half)}z" data-e="{ends}"/>'
    )


def _tenths(value: int) -> str:
    whole, part = divmod(value, 10)
    return f"{whole}.{part}" if part else str(whole)


def _column_title(layout: FlowLayout, hop: int, picture: FlowPicture) -> str:
    members = [box.card for box in layout.boxes if box.card.column == hop and box.card.kind != "exit"]
    count = sum(card.members for card in members)
    words = "被害人" if hop == 0 else f"第{hop}层"
    if picture.columns_folded and hop == layout.columns[-1][0]:
        words = f"第{hop}层及以后"
    return (
        f'<text class="column" y="16">{words}</text>'
        f'<text class="small" y="32">{f"{count:,} 户" if count else "流出"}</text>'
    )


def _card(pen: _Pen, box: Box, number: int) -> str:
    card = box.card
    anchor = pen.links.get(card.key)
    open_tag, close = (
        (f'<a id="{escape(anchor)}c" href="#{escape(anchor)}"', "</a>")
        if anchor
        else ('<g tabindex="0" role="img"', "</g>")
    )
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
    if card.state == "part":
        known += f"，{STATES['part'].zh}"
    parts += [known, *(_stub_text(pen, stub) for stub in box.stubs)]
    return "，".join(parts)


def _frame(pen: _Pen, box: Box) -> str:
    """The box and, along its left edge, what became of the money: stoppable, other held, left, unknown, passed on."""
    card = box.card
    outline = f'<rect class="box" y="{box.y}" width="100%" height="{box.height}" rx="4"/>'
    parts = (
        ("part" if card.state == "part" else "stoppable", card.stoppable),
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
            bars.append(f'<rect class="bar {name}" y="{_tenths(y)}" width="6" height="{_tenths(until - y)}"{fill}/>')
        y = until
    return outline + "".join(bars)


def _texts(pen: _Pen, box: Box) -> list[str]:
    card, line = box.card, box.y + 16
    if card.kind == "exit":
        return _exit_texts(pen, box)
    amount, icon = _headline(card)
    if pen.picture.compact and card.kind == "account":
        money = pen.money(amount)
        name = fitted(f"{icon} {tail(card.code)}", ROOM - APART - width_of(money, bold=True), bold=True)
        return [_left("main", line, name), _right("amount", line, money), *_stub_lines(pen, box, line)]
    title = _title(pen, card)
    lines = [_left("main", line, title)]
    if card.kind == "account":
        room = ROOM - APART - width_of(title, bold=True)
        lines.append(_right("small end", line, fitted(pen.institution(card.code), room)))
    line += 17
    lines.append(_left("small", line, fitted(_second(pen, card), ROOM)))
    line += 17 if box.tall else 0
    lines.append(_right("small end", line, _incoming(pen, card)))
    line += 17
    lines += [_left("state", line, f"{icon} {_state_words(pen, card)}"), _right("amount", line, pen.money(amount))]
    return lines + _stub_lines(pen, box, line)


def _state_words(pen: _Pen, card: Card) -> str:
    """What the card's amount is; a held amount is never put under the word for the unknown."""
    if card.kind == "victim":
        return "转出"
    if card.state == "part":
        return "少量混入"
    if card.kind != "other" and card.state == "unknown" and card.held and not card.unknown:
        return "至多留存" if pen.trace.leads_only else "留存待核"
    return STATES[card.state].zh


def _needs_name_line(pen: _Pen, card: Card) -> bool:
    """Whether the name and what came in do not fit one line."""
    if card.kind != "account" or pen.picture.compact:
        return False
    return width_of(_second(pen, card)) + APART + width_of(_incoming(pen, card)) > ROOM


def _title(pen: _Pen, card: Card) -> str:
    if card.kind == "other":
        return f"其他 {card.members:,} 户"
    if card.kind == "victim":
        return fitted("、".join(card.victims) or pen.name(card.code) or tail(card.code), ROOM, bold=True)
    return fitted(tail(card.code), ROOM, bold=True)


def _second(pen: _Pen, card: Card) -> str:
    if card.kind == "other":
        return "合计"
    if card.kind == "victim":
        number = "" if tail(card.code) in card.victims else tail(card.code)
        return f"{number} {pen.institution(card.code)}".strip()
    return pen.name(card.code)


def _incoming(pen: _Pen, card: Card) -> str:
    return "" if card.kind == "victim" else f"入 {pen.money(card.incoming)}"


def _headline(card: Card) -> tuple[int, str]:
    """The amount that the card's state is about, and the state's sign."""
    amount = {
        "victim": card.passed_on,
        "stoppable": card.stoppable,
        "part": card.stoppable,
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
    card, line = box.card, box.y + 16
    words = said(EXITS, card.code).zh if card.code != "counterparty_missing" else said(REASONS, card.code).zh
    money = pen.money(card.incoming)
    if pen.picture.compact:
        head = fitted(f"{ICONS[card.state]} {words}", ROOM - APART - width_of(money, bold=True))
        return [_left("state", line, head), _right("amount", line, money)]
    count = f"{card.members} 笔"
    return [
        _left("state", line, fitted(f"{ICONS[card.state]} {words}", ROOM - APART - width_of(count))),
        _right("small end", line, count),
        _right("amount", line + 17, money),
    ]


def _stub_lines(pen: _Pen, box: Box, line: int) -> list[str]:
    return [
        _left("stub", line + 16 * (place + 1), fitted(_stub_text(pen, stub), ROOM))
        for place, stub in enumerate(box.stubs)
    ]


def _stub_text(pen: _Pen, stub: Stub) -> str:
    sign, words = ("↩", "回流") if stub.back else ("⇅", "同层")
    target = tail(stub.account) if stub.account else "多户"
    return f"{sign} {words} {wan_text(stub.traced, pen.trace.exponent)} → {target}"


def _left(kind: str, y: int, words: str) -> str:
    return f'<text class="{kind}" x="{LEFT}" y="{y}">{escape(words)}</text>' if words else ""


def _right(kind: str, y: int, words: str) -> str:
    """A text that ends at the card's right edge, wherever that is."""
    return f'<text class="{kind}" x="100%" dx="-{RIGHT}" y="{y}">{escape(words)}</text>' if words else ""
