"""The figures above a view: what became of the traced money, hop by hop and in all, and how much of it the cards show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.services.render_trace.flow_cards import PARTIES, Card, FlowPicture
from fanzha.services.render_trace.trace_document import MethodTrace


@dataclass(frozen=True, slots=True)
class FlowSums:
    """origin = stoppable + controlled + other held + moved out + cashed out + given back + unknown; minor units."""

    origin: int
    stoppable: int
    stoppable_unknown: int  # accounts that hold money of which nobody knows what can be stopped
    controlled: int  # stopped or frozen for this case
    held_other: int  # neither, or not known to be stoppable
    gone: int  # left what can be followed, other than in cash or back to its owners
    cashed: int
    returned: int  # given back to its owners by a decision
    unknown: int

    @property
    def difference(self) -> int:
        """Zero where the parts sum to what was traced."""
        parts = self.stoppable + self.controlled + self.held_other + self.gone + self.cashed
        parts += self.returned + self.unknown
        return self.origin - parts

    @property
    def holds(self) -> bool:
        """Whether the parts sum to what was traced."""
        return self.difference == 0


@dataclass(frozen=True, slots=True)
class RestOfHop:
    """The box 其他: what it stands for."""

    accounts: int
    incoming: int
    stoppable: int
    stoppable_unknown: int
    states: tuple[tuple[str, int], ...]  # state and how many accounts are in it, most first


@dataclass(frozen=True, slots=True)
class HopSums:
    """One hop: all its accounts, and how much of its money the cards of their own show."""

    hop: int
    accounts: int
    shown: int
    incoming: int
    incoming_shown: int
    held: int
    stoppable: int
    controlled: int
    exited: int
    cashed: int
    returned: int
    unknown: int
    passed_on: int
    rest: RestOfHop | None

    @property
    def share_permille(self) -> int:
        """The part of the hop's incoming money that cards other than 其他 show, rounded down."""
        return self.incoming_shown * 1000 // self.incoming if self.incoming else 1000


def sums_of(trace: MethodTrace, parties: Iterable[Card]) -> FlowSums | None:
    """The line that must balance; None where the method gives leads only."""
    balance = trace.balance
    if balance is None:
        return None
    cards = list(parties)
    stoppable = sum(card.stoppable for card in cards)
    controlled = sum(card.controlled for card in cards)
    cashed, returned = (
        sum(found.traced for found in trace.exits if found.kind == kind) for kind in ("cash", "returned")
    )
    return FlowSums(
        origin=balance.origin,
        stoppable=stoppable,
        stoppable_unknown=sum(1 for card in cards if card.held and not card.stoppable_known),
        controlled=controlled,
        held_other=balance.held - stoppable - controlled,
        gone=balance.exited - cashed - returned,
        cashed=cashed,
        returned=returned,
        unknown=balance.unknown,
    )


def hop_sums(picture: FlowPicture) -> tuple[HopSums, ...]:
    """Every hop that has an account."""
    columns: dict[int, list[Card]] = defaultdict(list)
    for card in picture.all_cards:
        if card.kind in PARTIES:
            columns[card.column].append(card)
    return tuple(_hop(picture, hop, columns[hop]) for hop in sorted(columns))


def _hop(picture: FlowPicture, hop: int, members: Sequence[Card]) -> HopSums:
    home, rest, shown = picture.home, [], 0
    incoming = held = stoppable = controlled = exited = cashed = returned = unknown = passed_on = 0
    for card in members:  # one loop: a hop may have thousands
        incoming += card.incoming
        held += card.held
        stoppable += card.stoppable
        controlled += card.controlled
        exited += card.exited
        cashed += card.cashed
        returned += card.returned
        unknown += card.unknown
        passed_on += card.passed_on
        into = home[card.key]
        shown += into == card.key
        if into.startswith("\0other "):
            rest.append(card)
    return HopSums(
        hop=hop,
        accounts=len(members),
        shown=shown,
        incoming=incoming,
        incoming_shown=incoming - sum(card.incoming for card in rest),
        held=held,
        stoppable=stoppable,
        controlled=controlled,
        exited=exited,
        cashed=cashed,
        returned=returned,
        unknown=unknown,
        passed_on=passed_on,
        rest=_rest(rest) if rest else None,
    )


def _rest(cards: Sequence[Card]) -> RestOfHop:
    states = Counter(card.state for card in cards)
    return RestOfHop(
        accounts=len(cards),
        incoming=sum(card.incoming for card in cards),
        stoppable=sum(card.stoppable for card in cards),
        stoppable_unknown=sum(1 for card in cards if card.held and not card.stoppable_known),
        states=tuple(sorted(states.items(), key=lambda item: (-item[1], item[0]))),
    )
