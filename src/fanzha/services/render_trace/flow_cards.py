"""The parts of a picture: cards in hop columns, links between them, returns as stubs, and what has no card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from fanzha.services.render_trace.trace_document import Strength

CARDS_MAX: Final = 300
RIBBONS_MAX: Final = 600
COLUMNS_MAX: Final = 24
# Kinds of card that stand for one party; every other kind but an exit stands for several accounts.
PARTIES: Final = frozenset({"victim", "account"})
# What became of money that left through an exit; through every other kind it was spent.
EXIT_STATES: Final = {"cash": "cashed", "counterparty_missing": "unknown", "returned": "returned"}


class Card(NamedTuple):
    """One box of the picture; amounts in minor units."""

    key: str
    column: int
    kind: str  # victim, account, exit, or a group: other, chain, same_amount, same_window, institution
    code: str  # the account, the exit's kind, or a group's name
    incoming: int = 0
    passed_on: int = 0
    held: int = 0
    stoppable: int = 0
    stoppable_known: bool = True
    exited: int = 0
    unknown: int = 0
    cashed: int = 0
    returned: int = 0  # given back by a decision; a part of `exited`, as is `cashed`
    frontier: bool = False
    states: tuple[str, ...] = ()
    members: int = 1
    victims: tuple[str, ...] = ()
    small: bool = False  # traced money is a small part of what came in
    control: str = ""  # stopped or frozen, for this case
    controlled: int = 0  # traced money that the control holds
    shared: int = 0  # other cases that have the account
    first_us: int | None = None  # when traced money first came, or left where none came
    came_us: int | None = None  # when traced money first came
    last_us: int | None = None  # when traced money last left
    settled_us: int | None = None  # from when on its figures are the last ones; None: only in the whole trace
    size: int = 0  # the amount that the card's height shows
    folded: int = 0  # accounts of its branches that are folded away

    @property
    def state(self) -> str:
        """The one state that matters most to the reader."""
        if self.kind == "victim":
            return "victim"
        if self.kind == "exit":
            return EXIT_STATES.get(self.code, "spent")
        stated = self.control or next((name for name in ("frozen", "stopped") if name in self.states), "")
        if stated:
            return "stopped_part" if self.control and self.stoppable else stated
        if self.stoppable:
            return "part" if self.small else "stoppable"
        if self.frontier or (self.unknown and not self.held and self.unknown >= self.passed_on + self.exited):
            return "unknown"
        if self.held:
            return "held" if self.stoppable_known else "unknown"
        if self.returned and self.returned >= max(self.passed_on, self.exited - self.returned):
            return "returned"
        if self.cashed and self.cashed >= self.passed_on:
            return "cashed"
        return "spent" if self.exited > self.passed_on else "gone"


def size_of(incoming: int, passed_on: int, rest: int) -> int:
    """The amount that a card's height shows: what came in, or what it is cut into where that is more."""
    return max(incoming, passed_on + rest)


class Payment(NamedTuple):
    """Traced money that one transfer carried."""

    transfer: str
    at_us: int | None
    traced: int


@dataclass(frozen=True, slots=True)
class Link:
    """Traced money between two cards of neighbouring columns; `count` payments, the first at `first_us`."""

    source: str
    target: str
    traced: int
    count: int
    first_us: int | None = None
    last_us: int | None = None  # None: not all of them have a time
    transfer: str = ""  # where it is one payment
    strength: Strength = Strength.CONFIRMED
    faint: bool = False  # too thin to be shown before somebody asks for it


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
    home: Mapping[str, str]  # the card in which each of them is drawn
    order: Mapping[str, int]  # from top to bottom, by card; the same whatever is grouped
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
    strip: bool = False  # an overview by hop is wanted beside it
