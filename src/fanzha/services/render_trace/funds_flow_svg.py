"""The money flow as one SVG text: hop columns from left to right, the same bytes for the same trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_cards import Card, Undrawn
from fanzha.services.render_trace.flow_layout import Box, FlowLayout, Ribbon, layout_of
from fanzha.services.render_trace.flow_picture import picture_of
from fanzha.services.render_trace.flow_texts import (
    Pen,
    drawable,
    lines_more,
    needs_name_line,
    sentence,
    shares_of,
    texts,
)
from fanzha.services.render_trace.flow_words import Language, Speech
from fanzha.services.render_trace.trace_document import MethodTrace, Strength, TraceContext

NAMESPACE: Final = "http://www.w3.org/2000/svg"  # a name, never an address to load
UNDRAWN_NAMED: Final = 3  # so many accounts without a box are named, more are counted


@dataclass(frozen=True, slots=True)
class FlowDrawing:
    """The picture with its least width and its height in pixels; it takes more width where it is given more."""

    svg: str
    width: int
    height: int
    coverage: str  # what it shows and what it leaves out


def funds_flow_svg(
    trace: MethodTrace, context: TraceContext, *, prefix: str = "f", links: Mapping[str, str] | None = None
) -> str:
    """The picture of one method's result as SVG text."""
    return funds_flow_drawing(trace, context, prefix=prefix, links=links).svg


def funds_flow_drawing(
    trace: MethodTrace, context: TraceContext, *, prefix: str = "f", links: Mapping[str, str] | None = None
) -> FlowDrawing:
    """The picture of one method's result, in Chinese and with as many cards as the number of accounts allows.

    `prefix` begins every id in it; `links` gives the page anchor of an account's row.
    """
    picture = picture_of(trace, small_parts(trace, context), context=context)
    pen = Pen(trace, context, picture, prefix, links or {}, Speech(Language.CHINESE))
    layout = laid_out(pen)
    coverage = coverage_words(pen)
    return FlowDrawing(drawing(pen, layout, coverage, layout.width), layout.width, layout.height, coverage)


def laid_out(pen: Pen) -> FlowLayout:
    """The places of a picture's cards, with room for the names of this context."""
    tall = frozenset(card.key for card in pen.picture.cards if needs_name_line(pen, card))
    return layout_of(pen.picture, tall, card_width=pen.card_width, lines_more=lines_more(pen))


def drawing(pen: Pen, layout: FlowLayout, coverage: str, width: int) -> str:
    """The SVG text.

    Colours are classes: the page's style sheet decides them, and a viewer without it still sees black lines and text.
    Across, everything is placed in parts of the width, so that cards and gaps grow with the page while text keeps its size.
    """
    number = {box.card.key: place for place, box in enumerate(layout.boxes)}
    height, least = layout.height, layout.width
    stretched = f'height="{height}" viewBox="0 0 {least} {height}" preserveAspectRatio="none"'
    words = drawable(pen.speech.say("title", coverage=coverage))
    size = f'id="{pen.prefix}-whole" width="{max(width, least)}" height="{height}"'
    kinds = "flow paper" if pen.paper else "flow"
    parts = [
        f'<svg xmlns="{NAMESPACE}" class="{kinds}" {size} role="group" aria-labelledby="{pen.prefix}-title">',
        f'<title id="{pen.prefix}-title">{words}</title>',
        hatch(f"{pen.prefix}-hatch"),
        f'<svg class="ribbons" aria-hidden="true" width="100%" {stretched}>',
        *(_ribbon(pen, ribbon, number) for ribbon in layout.ribbons),
        "</svg>",
    ]
    for hop, x in layout.columns:
        parts.append(f'<svg x="{_percent(x, least)}" width="{_percent(layout.card_width, least)}" overflow="visible">')
        parts.append(_column_title(pen, layout, hop))
        parts.append(f'<g role="list" aria-label="{pen.hop(hop)}">')
        parts += [_card(pen, box, number[box.card.key]) for box in layout.boxes if box.card.column == hop]
        parts.append("</g></svg>")
    parts.append("</svg>")
    return "\n".join(parts)


def _percent(x: int, width: int) -> str:
    thousandths = x * 100_000 // width
    return f"{thousandths // 1000}.{thousandths % 1000:03d}%"


def hatch(identity: str) -> str:
    """The pattern of what is unknown: seen without colour too."""
    return (
        f'<defs><pattern id="{identity}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="5" height="5"/><rect class="hatch-line" width="2" height="5"/>'
        "</pattern></defs>"
    )


def coverage_words(pen: Pen, *, short: bool = False) -> str:
    """How much of the trace the picture shows, said honestly: accounts with a box, and what has none with its amount."""
    picture, say = pen.picture, pen.speech.say
    shown, total = picture.accounts_shown, picture.accounts_total
    first = say("cover_of", shown=shown, total=total)
    parts = [first if short else say("cover", shown=shown, total=total, victims=picture.victims)]
    for taken_back, why in ((True, "taken_back"), (False, "exit_stands")):
        left_out = [account for account in picture.undrawn if account.taken_back == taken_back]
        if left_out:
            traced = sum(account.traced_in for account in left_out)
            sum_text = say("undrawn_sum", money=pen.money(traced)) if traced else ""
            named = say("list").join(_undrawn_name(account, pen) for account in left_out)
            words = say("undrawn", count=len(left_out), sum=sum_text, why=say(why))
            parts.append(words + (say("colon") + named if len(left_out) <= UNDRAWN_NAMED else ""))
    groups = [card for card in picture.cards if card.kind not in {"account", "victim", "exit", "other"}]
    if groups:
        parts.append(say("merged", count=sum(card.members for card in groups), groups=len(groups)))
    grouped = sum(card.members for card in picture.cards if card.kind == "other")
    if grouped:
        parts.append(say("grouped", count=grouped))
    if picture.links_left_out:
        parts.append(say("links_left_out", count=picture.links_left_out))
    return say("semicolon").join(parts)


def _undrawn_name(account: Undrawn, pen: Pen) -> str:
    name = pen.name(account.account) or pen.speech.tail(account.account)
    return f"{name} {pen.money(account.traced_in)}" if account.traced_in else name


def _ribbon(pen: Pen, ribbon: Ribbon, number: Mapping[str, int]) -> str:
    """A band of even height between two cards; filled, not stroked, so that stretching across does not thin it."""
    link = ribbon.link
    middle, half = (ribbon.x0 + ribbon.x1) // 2, ribbon.width_tenths // 2
    top0, top1 = _tenths(ribbon.y0 - half), _tenths(ribbon.y1 - half)
    kinds = ["pale"] if ribbon.pale else []
    kinds += [] if link.strength is Strength.CONFIRMED else [link.strength.value]
    shade = f' class="{" ".join(kinds)}"' if kinds else ""
    faint = ' data-faint=""' if link.faint else ""
    at = pen.when(link.first_us, link.last_us)
    return (
        f'<path{shade} d="M{ribbon.x0} {top0}C{middle} {top0} {middle} {top1} {ribbon.x1} {top1}'
        f"v{_tenths(ribbon.width_tenths)}C{middle} {_tenths(ribbon.y1 + half)} {middle} {_tenths(ribbon.y0 + half)} "
        f'{ribbon.x0} {_tenths(ribbon.y0 + half)}z" '
        f'data-from="{number[link.source]}" data-to="{number[link.target]}"{at}{faint}/>'
    )


def _tenths(value: int) -> str:
    whole, part = divmod(value, 10)
    return f"{whole}.{part}" if part else str(whole)


def _column_title(pen: Pen, layout: FlowLayout, hop: int) -> str:
    say = pen.speech.say
    members = [box.card for box in layout.boxes if box.card.column == hop and box.card.kind != "exit"]
    count = sum(card.members for card in members)
    words = pen.hop(hop)
    if pen.picture.columns_folded and hop == layout.columns[-1][0]:
        words = say("hop_on", hop=hop)
    below = say("accounts", count=count) if count else say("exits")
    return f'<text class="column" y="16">{words}</text><text class="small" y="32">{below}{_share(pen, members, hop)}</text>'


def _share(pen: Pen, members: list[Card], hop: int) -> str:
    """How much of the hop's money the cards of single accounts show, where there is a rest."""
    drawn = sum(card.incoming for card in members if card.kind != "other")
    whole = sum(card.incoming for card in members)
    if hop == 0 or drawn == whole or not whole:
        return ""
    return " · " + pen.speech.say("hop_share", share=pen.speech.percent(drawn, whole))


def _card(pen: Pen, box: Box, number: int) -> str:
    card, words = box.card, drawable(sentence(pen, box))
    kind = f'class="card {card.kind} {card.state}" data-c="{number}"'
    body = "".join((_frame(pen, box), *texts(pen, box)))
    if pen.paper:
        return f'<g class="card {card.kind} {card.state}">{body}</g>'
    anchor = pen.links.get(card.key)
    if anchor:
        at = drawable(anchor)
        return f'<g role="listitem"><a id="{at}c" href="#{at}" {kind}><title>{words}</title>{body}</a></g>'
    return f'<g role="listitem" tabindex="0" {kind}{card_facts(pen, card)} aria-label="{words}">{body}</g>'


def card_facts(pen: Pen, card: Card) -> str:
    """What a page needs to act on the card."""
    facts = {"hop": str(card.column), "state": card.state}
    if card.kind in {"account", "victim"}:
        facts["account"] = card.code
    elif card.kind not in {"exit", "other"}:
        facts["group"] = card.code if card.kind != "institution" else f"institution:{card.column}:{card.code}"
    said = "".join(f' data-{name}="{drawable(value)}"' for name, value in facts.items())
    return said + pen.when(card.first_us, card.settled_us)


def _frame(pen: Pen, box: Box) -> str:
    """The box and, along its left edge, what became of the money: stoppable, other held, left, unknown, passed on."""
    card = box.card
    outline = f'<rect class="box" y="{box.y}" width="100%" height="{box.height}" rx="4"/>'
    total = sum(minor for _, minor in shares_of(card))
    if card.kind == "exit" or not total:
        return outline
    bars, y, summed = [], box.y * 10, 0
    for name, minor in shares_of(card):
        summed += minor
        until = box.y * 10 + box.height * 10 * summed // total
        if until > y and minor:
            fill = f' fill="url(#{pen.prefix}-hatch)"' if name == "unknown" else ""
            bars.append(f'<rect class="bar {name}" y="{_tenths(y)}" width="6" height="{_tenths(until - y)}"{fill}/>')
        y = until
    return outline + "".join(bars)
