"""The tree of bodies (ministry, province, city, county, station) with the partners beside it, and what runs in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.access.model import Direction, RouteKind
from fanzha.access.rules import RouteRule
from fanzha.access.words import ROUTE_WORDS
from fanzha.core.actor import Level, Organisation
from fanzha.core.errors import BadInput, NotAllowed

_WAYS: Final[Mapping[Direction, str]] = {
    Direction.DOWN: "down to a body below", Direction.UP: "up to a body above",
    Direction.SIDEWAYS: "sideways to a body of another branch",
    Direction.OUT: "out to a partner (对接单位)", Direction.IN: "in from a partner (对接单位)",
}  # fmt: skip


class OrganisationTree:
    """The bodies by id; checked once when it is made, so that every question has an end and an answer.

    Raises BadInput when an id stands twice, a parent is missing or not of a higher level, or a partner has one.
    """

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._by_id: dict[str, Organisation] = {}
        for body in organisations:
            if body.id in self._by_id:
                raise BadInput(f"organisation {body.id!r} stands there twice")
            self._by_id[body.id] = body
        for body in self._by_id.values():
            self._check_parent(body)

    def _check_parent(self, body: Organisation) -> None:
        if body.parent is None:
            return
        if body.level is Level.PARTNER:
            raise BadInput(f"organisation {body.id!r} is a partner; partners stand beside the tree, without a parent")
        parent = self._by_id.get(body.parent)
        if parent is None:
            raise BadInput(f"organisation {body.id!r} has the parent {body.parent!r}, which is not there")
        # Levels rise on every way up, so no way up can come back to where it began.
        if parent.level <= body.level:
            raise BadInput(f"organisation {body.id!r} stands below {parent.id!r}, which is not of a higher level")

    def get(self, organisation: str) -> Organisation | None:
        """The body of that id; None where there is none."""
        return self._by_id.get(organisation)

    def above(self, organisation: str) -> tuple[str, ...]:
        """The bodies above, nearest first; none above a body that is not there."""
        found = []
        body = self._by_id.get(organisation)
        while body is not None and body.parent is not None:
            found.append(body.parent)
            body = self._by_id[body.parent]
        return tuple(found)

    def is_below(self, organisation: str, other: str) -> bool:
        """Whether the body stands below the other, at any depth; nobody stands below himself."""
        return other in self.above(organisation)

    def below(self, organisation: str) -> tuple[str, ...]:
        """Every body below, in the order of their ids: the scope of a list in a store."""
        return tuple(sorted(one for one in self._by_id if self.is_below(one, organisation)))

    def direction(self, sender: str, receiver: str) -> Direction | None:
        """How something runs from one to the other; None where one is not there or both are the same or both partners."""
        left, right = self._by_id.get(sender), self._by_id.get(receiver)
        if left is None or right is None or sender == receiver:
            return None
        if left.level is Level.PARTNER or right.level is Level.PARTNER:
            if left.level is right.level:
                return None
            return Direction.IN if left.level is Level.PARTNER else Direction.OUT
        if self.is_below(receiver, sender):
            return Direction.DOWN
        return Direction.UP if self.is_below(sender, receiver) else Direction.SIDEWAYS

    def nearest_covering(self, jurisdiction: str) -> Organisation | None:
        """The body of the tree whose division covers the place most closely; None where none does."""
        covering = [
            body
            for body in self._by_id.values()
            if body.level is not Level.PARTNER and body.jurisdiction and jurisdiction.startswith(body.jurisdiction)
        ]
        return max(covering, key=lambda body: (len(body.jurisdiction), -body.level, body.id), default=None)


def check_route(
    tree: OrganisationTree, routes: Mapping[RouteKind, RouteRule], kind: RouteKind, sender: str, receiver: str
) -> Direction:
    """Orders run down, sign-offs and feedback up, cases and requests for help sideways; else NotAllowed."""
    direction = tree.direction(sender, receiver)
    allowed = routes[kind].directions
    if direction is None or direction not in allowed:
        raise NotAllowed(
            f"route.{kind}",
            f"{ROUTE_WORDS[kind]} from {sender} to {receiver}: {_WAYS[direction] if direction else 'no way leads there'}; "
            f"it may go {', or '.join(_WAYS[way] for way in sorted(allowed))}. Ask the body above both",
        )
    return direction


def can_route(
    tree: OrganisationTree, routes: Mapping[RouteKind, RouteRule], kind: RouteKind, sender: str, receiver: str
) -> bool:
    """Whether it may run so."""
    return tree.direction(sender, receiver) in routes[kind].directions


def answer_due_us(routes: Mapping[RouteKind, RouteRule], kind: RouteKind, sent_at_us: int) -> int | None:
    """By when the receiver answers; None where no answer is asked for."""
    answer_us = routes[kind].answer_us
    return None if answer_us is None else sent_at_us + answer_us
