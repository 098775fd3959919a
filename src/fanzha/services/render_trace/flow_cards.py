"""What to draw of a trace: accounts become cards in hop columns, too many become one card per hop that says so.

Sums per hop are the same before and after grouping; a return to an earlier account becomes a stub, so that the picture
has no cycle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from fanzha.services.render_trace.trace_document import AccountTrace, Exit, MethodTrace

CARDS_MAX: Final = 300
RIBBONS_MAX: Final = 600
COLUMNS_MAX: Final = 24
SHOW_ALL_MAX: Final = 40  # so many accounts are all drawn in full
TOP_MIDDLE: Final = 24  # cards per hop up to MIDDLE_MAX accounts
MIDDLE_MAX: Final = 300
TOP_MANY: Final = 12
MUST_KEEP_PERMILLE: Final = 20  # of the traced amount, stoppable or asked for
FAINT_PERMILLE: Final = 3  # ribbons of a grouped card below this are left out


@dataclass(frozen=True, slots=True)
class Card:
    """One box of the picture; amounts in minor units."""

    key: str
    column: int
    kind: str  # victim, account, exit, other
    code: str  # the account, the exit's kind, or '' for grouped ones
    incoming: int = 0
    passed_on: int = 0
    held: int = 0
    stoppable: int = 0
    stoppable_known: bool = True
    exited: int = 0
    unknown: int = 0
    cashed: int = 0
    frontier: bool = False
    states: tuple[str, ...] = ()
    members: int = 1
    victims: tuple[str, ...] = ()
    small: bool = False  # traced money is a small part of what came in

    @property
    def size(self) -> int:
        """The amount that the card's height shows."""
        return max(self.incoming, self.passed_on + self.held + self.exited + self.unknown)

    @property
    def state(self) -> str:
        """The one state that matters most to the reader."""
        if self.kind == "victim":
            return "victim"
        if self.kind == "exit":
            return "cashed" if self.code == "cash" else "unknown" if self.code == "counterparty_missing" else "spent"
        stated = next((name for name in ("frozen", "stopped") if name in self.states), "")
        if stated:
            return stated
        if self.stoppable:
            return "part" if self.small else "stoppable"
        if self.frontier or (self.unknown and not self.held and self.unknown >= self.passed_on + self.exited):
            return "unknown"
        if self.held:
            return "held" if self.stoppable_known else "unknown"
        if self.cashed and self.cashed >= self.passed_on:
            return "cashed"
        return "spent" if self.exited > self.passed_on else "gone"


@dataclass(frozen=True, slots=True)
class Link:
    """Traced money between two cards of neighbouring columns; `count` payments."""

    source: str
    target: str
    traced: int
    count: int


@dataclass(frozen=True, slots=True)
class Stub:
    """Money that went to the same or an earlier column: back (回流) or sideways."""

    source: str
    target: str
    account: str  # the receiving account, '' for several
    traced: int
    back: bool


@dataclass(frozen=True, slots=True)
class Undrawn:
    """An account of the table that has no box: all was taken back, or the box of an exit stands for it."""

    account: str
    traced_in: int
    taken_back: bool


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """Cards, links and stubs, ready for a layout, and what the picture leaves out."""

    cards: tuple[Card, ...]
    all_cards: tuple[Card, ...]  # before grouping
    links: tuple[Link, ...]
    stubs: tuple[Stub, ...]
    origin: int
    accounts_shown: int
    accounts_total: int  # victims' accounts and the document's, drawn or not
    victims: int  # how many of them are victims'
    undrawn: tuple[Undrawn, ...]
    links_left_out: int
    compact: bool
    columns_folded: bool


@dataclass(slots=True)
class _Draft:
    cards: dict[str, Card] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    undrawn: list[Undrawn] = field(default_factory=list)

    def connect(self, source: str, target: str, traced: int) -> None:
        """Add one payment between two cards."""
        before, count = self.links[source, target]
        self.links[source, target] = (before + traced, count + 1)

    def add(self, key: str, **more: int) -> None:
        """Add amounts to a card."""
        card = self.cards[key]
        self.cards[key] = replace(card, **{name: getattr(card, name) + value for name, value in more.items()})


def picture_of(trace: MethodTrace, small: AbstractSet[str] = frozenset()) -> FlowPicture:
    """Choose what to draw of one method's result; `small` are accounts of which traced money is a small part."""
    draft = _draft(trace, small)
    accounts = [card for card in draft.cards.values() if card.kind in {"account", "victim"}]
    paid = sum(card.passed_on for card in accounts if card.kind == "victim")
    origin = trace.balance.origin if trace.balance else paid
    folded = max((card.column for card in draft.cards.values()), default=0) >= COLUMNS_MAX
    compact = len(accounts) > SHOW_ALL_MAX
    home = _homes(draft.cards.values(), len(accounts), origin)
    cards = _grouped(draft.cards, home)
    links, stubs = _linked(draft, home, cards)
    drawn, left_out = _visible(links, cards, origin)
    shown = sum(1 for card in accounts if home[card.key] == card.key)
    return FlowPicture(
        cards=tuple(cards.values()),
        all_cards=tuple(draft.cards.values()),
        links=drawn,
        stubs=stubs,
        origin=origin,
        accounts_shown=shown,
        accounts_total=len(accounts) + len(draft.undrawn),
        victims=sum(card.kind == "victim" for card in accounts),
        undrawn=tuple(draft.undrawn),
        links_left_out=left_out,
        compact=compact,
        columns_folded=folded,
    )


def _draft(trace: MethodTrace, small: AbstractSet[str]) -> _Draft:
    """Every account, exit and payment as cards and links, nothing grouped yet."""
    draft = _Draft()
    frontier = {question.account for question in trace.frontier if question.reason == "frontier"}
    exits = {found.transfer: found for found in trace.exits if found.transfer}
    outlets = {flow.payee for flow in trace.flows if flow.transfer in exits}
    kept_in = {flow.payee for flow in trace.flows if flow.transfer not in exits}
    for account in trace.accounts:
        if account.account in outlets and account.account not in kept_in and not account.held:
            draft.undrawn.append(Undrawn(account.account, account.traced_in, taken_back=False))
            continue  # only money that has left arrives there: the exit's card stands for it
        card = _account_card(account, frontier=account.account in frontier)
        draft.cards[account.account] = replace(card, small=account.account in small)
    _add_flows(draft, trace, exits, frontier)
    carried = {flow.transfer for flow in trace.flows}
    for found in trace.exits:
        if found.transfer not in carried and found.account in draft.cards:
            _leave(draft, found.account, found.kind, found.traced)
    for part in trace.unknown:
        if part.account in draft.cards and part.reason != "counterparty_missing":
            draft.add(part.account, unknown=part.traced)
    linked = {key for pair in draft.links for key in pair}
    for card in tuple(draft.cards.values()):
        if card.key not in linked and not card.held + card.unknown + card.exited:
            del draft.cards[card.key]
            draft.undrawn.append(Undrawn(card.code, card.incoming, taken_back=True))
    draft.undrawn = [account for account in draft.undrawn if account.account not in draft.cards]  # not a victim's box
    return draft


def _account_card(account: AccountTrace, *, frontier: bool) -> Card:
    return Card(
        key=account.account,
        column=min(account.hop, COLUMNS_MAX),
        kind="account" if account.hop else "victim",
        code=account.account,
        incoming=account.traced_in,
        held=account.held,
        stoppable=account.stoppable or 0,
        stoppable_known=account.stoppable is not None,
        frontier=frontier,
        states=account.states,
        victims=tuple(account.in_by_victim),
    )


def _add_flows(draft: _Draft, trace: MethodTrace, exits: Mapping[str, Exit], frontier: AbstractSet[str]) -> None:
    unlisted: set[str] = set()  # receivers that the document's list of accounts does not have
    left = _after_reversals(trace)
    for flow in trace.flows:
        traced = left[flow.transfer]
        if not traced:
            continue
        if flow.payer not in draft.cards:
            draft.cards[flow.payer] = Card(flow.payer, 0, "victim", flow.payer, victims=tuple(flow.by_victim))
        payer = draft.cards[flow.payer]
        if flow.transfer in exits:
            _leave(draft, flow.payer, exits[flow.transfer].kind, traced)
            continue
        if not flow.payee:
            _leave(draft, flow.payer, "counterparty_missing", traced)
            continue
        if flow.payee not in draft.cards:
            column = min(payer.column + 1, COLUMNS_MAX)
            asked = flow.payee in frontier
            card = Card(flow.payee, column, "account", flow.payee, frontier=asked, stoppable_known=False)
            draft.cards[flow.payee] = card
            unlisted.add(flow.payee)
        if flow.payee in unlisted:
            draft.add(flow.payee, incoming=traced)
        draft.add(flow.payer, passed_on=traced)
        draft.connect(flow.payer, flow.payee, traced)


def _after_reversals(trace: MethodTrace) -> dict[str, int]:
    """What each payment still carried once later reversals took theirs back.

    A reversal is hidden from the picture, never from the balances; what matches no earlier payment stays.
    """
    left = {flow.transfer: flow.traced for flow in trace.flows}
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    for flow in sorted(trace.flows, key=lambda flow: (flow.at, flow.hop, flow.transfer)):
        if not flow.reversal:
            made[flow.payer, flow.payee].append(flow.transfer)
            continue
        for earlier in reversed(made[flow.payee, flow.payer]):
            back = min(left[earlier], left[flow.transfer])
            left[earlier] -= back
            left[flow.transfer] -= back
    return left


def _leave(draft: _Draft, payer: str, kind: str, traced: int) -> None:
    column = min(draft.cards[payer].column + 1, COLUMNS_MAX)
    key = f"exit {column} {kind}"
    if key not in draft.cards:
        draft.cards[key] = Card(key, column, "exit", kind, members=0)
    draft.add(key, incoming=traced, members=1)
    if kind == "counterparty_missing":
        draft.add(payer, unknown=traced)
    else:
        draft.add(payer, exited=traced, cashed=traced if kind == "cash" else 0)
    draft.connect(payer, key, traced)


def _homes(cards: Iterable[Card], accounts: int, origin: int) -> dict[str, str]:
    """Which card each account is drawn in: its own, or the one that stands for the rest of its hop."""
    columns: dict[int, list[Card]] = defaultdict(list)
    home: dict[str, str] = {}
    for card in cards:
        if card.kind == "exit":
            home[card.key] = card.key
        else:
            columns[card.column].append(card)
    top = accounts if accounts <= SHOW_ALL_MAX else TOP_MIDDLE if accounts <= MIDDLE_MAX else TOP_MANY
    room = max(1, (CARDS_MAX - len(home)) // max(1, len(columns)) - 1)
    threshold = max(1, origin * MUST_KEEP_PERMILLE // 1000)
    for column, members in columns.items():
        ranked = sorted(members, key=_rank)
        must = sum(1 for card in ranked if _weight(card) >= threshold)
        keep = min(max(top, must), room)
        if len(ranked) == keep + 1:
            keep += 1  # a group of one says less than its member
        for place, card in enumerate(ranked):
            home[card.key] = card.key if place < keep else f"other {column}"
    return home


def _weight(card: Card) -> int:
    return max(card.stoppable, card.unknown if card.frontier else 0, card.passed_on if card.kind == "victim" else 0)


def _rank(card: Card) -> tuple[int, int, int, str]:
    return (-card.stoppable, -(card.unknown if card.frontier else 0), -card.size, card.key)


def _grouped(drafted: Mapping[str, Card], home: Mapping[str, str]) -> dict[str, Card]:
    """The cards that are drawn, those of one hop's rest summed."""
    cards: dict[str, Card] = {}
    for card in drafted.values():
        key = home[card.key]
        if key == card.key:
            cards[key] = card
            continue
        group = cards.get(key) or Card(key, card.column, "other", "", members=0)
        cards[key] = replace(
            group,
            incoming=group.incoming + card.incoming,
            passed_on=group.passed_on + card.passed_on,
            held=group.held + card.held,
            stoppable=group.stoppable + card.stoppable,
            stoppable_known=group.stoppable_known and card.stoppable_known,
            exited=group.exited + card.exited,
            cashed=group.cashed + card.cashed,
            unknown=group.unknown + card.unknown,
            members=group.members + 1,
        )
    return cards


def _linked(draft: _Draft, home: Mapping[str, str], cards: Mapping[str, Card]) -> tuple[list[Link], tuple[Stub, ...]]:
    forward: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    sideways: dict[tuple[str, str], tuple[int, set[str]]] = defaultdict(lambda: (0, set()))
    for (source, target), (traced, count) in draft.links.items():
        pair = (home[source], home[target])
        if cards[pair[1]].column > cards[pair[0]].column:
            before, had = forward[pair]
            forward[pair] = (before + traced, had + count)
        elif pair[0] != pair[1] or cards[pair[0]].kind != "other":
            before, accounts = sideways[pair]
            sideways[pair] = (before + traced, accounts | {target})
    links = [Link(source, target, traced, count) for (source, target), (traced, count) in forward.items()]
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


def _visible(links: list[Link], cards: Mapping[str, Card], origin: int) -> tuple[tuple[Link, ...], int]:
    """The links worth a ribbon: faint ones of grouped cards go first, then the smallest beyond the budget."""
    faint = origin * FAINT_PERMILLE // 1000
    worth = [
        link
        for link in links
        if link.traced >= faint or not ({cards[link.source].kind, cards[link.target].kind} & {"other"})
    ]
    worth.sort(key=lambda link: (-link.traced, link.source, link.target))
    drawn = worth[:RIBBONS_MAX]
    return tuple(drawn), len(links) - len(drawn)
