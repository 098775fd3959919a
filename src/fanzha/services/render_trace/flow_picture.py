"""What to draw of a trace: accounts become cards in hop columns, too many become one card per hop that says so.

Sums per hop are the same before and after grouping; a return to an earlier account becomes a stub, so that the picture
has no cycle. The order from top to bottom is that of the whole trace, so that nothing jumps when something is expanded,
folded away or filtered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from fanzha.services.render_trace.flow_cards import (
    COLUMNS_MAX,
    PARTIES,
    RIBBONS_MAX,
    Card,
    FlowPicture,
    Link,
    Payment,
    Stub,
)
from fanzha.services.render_trace.flow_choice import MIDDLE_MAX, SHOW_ALL_MAX, Choice, Homes, homes_of
from fanzha.services.render_trace.flow_draft import Draft, draft_of
from fanzha.services.render_trace.flow_merging import group_card
from fanzha.services.render_trace.flow_order import order_of
from fanzha.services.render_trace.flow_request import Level
from fanzha.services.render_trace.trace_document import MethodTrace, Strength, TraceContext

FAINT_PERMILLE: Final = 3  # of the traced amount; ribbons of a grouped card below this are not shown at first
FAINT_MAX: Final = 160  # so many of them are there to be shown when asked for
_WEAKEST: Final = (Strength.INFERRED, Strength.STATED)


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a whole trace stays where it is while parts of it are shown: homes and order."""

    homes: Homes
    order: Mapping[str, int]
    origin: int
    accounts: int


def picture_of(
    trace: MethodTrace,
    small: AbstractSet[str] = frozenset(),
    choice: Choice | None = None,
    context: TraceContext | None = None,
) -> FlowPicture:
    """Choose what to draw of one method's result; `small` are accounts of which traced money is a small part."""
    choice, context = choice or Choice(), context or TraceContext()
    draft = draft_of(trace, small, context)
    return framed_picture(draft, frame_of(draft, trace, choice, order_of(draft)), choice, context)


def frame_of(draft: Draft, trace: MethodTrace, choice: Choice, order: Mapping[str, int]) -> Frame:
    """Which cards there are and their order."""
    paid = sum(card.passed_on for card in draft.parties if card.kind == "victim")
    origin = trace.balance.origin if trace.balance else paid
    return Frame(homes_of(draft, choice, origin), order, origin, draft.accounts)


def framed_picture(draft: Draft, frame: Frame, choice: Choice, context: TraceContext) -> FlowPicture:
    """The picture of a draft whose cards are those of a frame; the draft may be a part of the frame's trace."""
    home = {key: frame.homes.home[key] for key in draft.cards}
    cards = _grouped(draft, frame.homes)
    links, stubs = _linked(draft, home, cards, choice, context)
    drawn, left_out = _visible(links, cards, choice, frame.origin)
    parties = draft.parties
    order = {key: frame.order[key] for key in draft.cards}
    for key, into in home.items():
        order[into] = min(order.get(into, order[key]), order[key])
    return FlowPicture(
        cards=tuple(cards.values()),
        all_cards=tuple(draft.cards.values()),
        home=home,
        order=order,
        links=drawn,
        stubs=stubs,
        origin=frame.origin,
        accounts_shown=sum(1 for card in parties if home[card.key] == card.key),
        accounts_total=len(parties) + len(draft.undrawn),
        victims=sum(card.kind == "victim" for card in parties),
        undrawn=draft.undrawn,
        links_left_out=left_out,
        compact=frame.accounts > SHOW_ALL_MAX,
        columns_folded=any(card.column >= COLUMNS_MAX for card in draft.cards.values()),
        strip=frame.accounts > MIDDLE_MAX,
    )


def _grouped(draft: Draft, homes: Homes) -> dict[str, Card]:
    """The cards that are drawn, those of groups summed."""
    cards: dict[str, Card] = {}
    for card in draft.cards.values():
        key = homes.home[card.key]
        if key == card.key:
            hidden = homes.hidden_by.get(key, 0)
            cards[key] = card._replace(folded=hidden) if hidden else card
        elif key not in cards:
            group = homes.groups[key]
            present = tuple(member for member in group.members if member in draft.cards)
            cards[key] = group_card(replace(group, members=present), draft.cards)
    return cards


def _linked(
    draft: Draft, home: Mapping[str, str], cards: Mapping[str, Card], choice: Choice, context: TraceContext
) -> tuple[list[Link], tuple[Stub, ...]]:
    forward: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    sideways: dict[tuple[str, str], tuple[int, set[str]]] = defaultdict(lambda: (0, set()))
    for (source, target), payments in draft.payments.items():
        pair = (home[source], home[target])
        if cards[pair[1]].column > cards[pair[0]].column:
            forward[pair] += payments
        elif pair[0] != pair[1] or cards[pair[0]].kind in PARTIES:
            before, accounts = sideways[pair]
            sideways[pair] = (before + draft.totals[source, target], accounts | {target})
    each = choice.level is Level.TRANSFER
    links = [
        _link(pair, part, context)
        for pair, payments in forward.items()
        for part in ([[payment] for payment in payments] if each else [payments])
    ]
    stubs = tuple(
        Stub(
            source,
            target,
            next(iter(accounts)) if len(accounts) == 1 else "",
            traced,
            cards[target].column < cards[source].column,
        )
        for (source, target), (traced, accounts) in sorted(sideways.items())
    )
    return links, stubs


def _link(pair: tuple[str, str], payments: Sequence[Payment], context: TraceContext) -> Link:
    known = [payment.at_us for payment in payments if payment.at_us is not None]
    strength = Strength.CONFIRMED
    if context.strengths:
        found = {context.strengths.get(payment.transfer) for payment in payments}
        strength = next((weak for weak in _WEAKEST if weak in found), Strength.CONFIRMED)
    return Link(
        *pair,
        traced=sum(payment.traced for payment in payments),
        count=len(payments),
        first_us=min(known, default=None),
        last_us=max(known) if len(known) == len(payments) else None,
        transfer=payments[0].transfer if len(payments) == 1 else "",
        strength=strength,
    )


def _visible(links: list[Link], cards: Mapping[str, Card], choice: Choice, origin: int) -> tuple[tuple[Link, ...], int]:
    """The links worth a ribbon: faint ones of grouped cards go first, then the smallest beyond the budget."""
    faint = origin * FAINT_PERMILLE // 1000
    links.sort(key=lambda link: (-link.traced, link.source, link.target, link.transfer))
    worth: list[Link] = []
    thin: list[Link] = []
    for link in links:
        grouped = "other" in (cards[link.source].kind, cards[link.target].kind)
        pale = cards[link.source].kind == cards[link.target].kind == "other"
        (thin if not pale and (link.traced < (faint if grouped else choice.least)) else worth).append(link)
    drawn = worth[:RIBBONS_MAX]
    left_out = len(links) - len(drawn)
    if choice.faint:
        drawn += [replace(link, faint=True) for link in thin[: min(FAINT_MAX, RIBBONS_MAX - len(drawn))]]
    return tuple(drawn), left_out
