"""In which order cards stand from top to bottom: weighted barycentres over the whole trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.services.render_trace.flow_draft import Draft

SWEEPS: Final = 4
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Side:
    """The links that one column's order follows: from cards before it, or after it."""

    mine: Places  # place of the card within its column's list
    other: Places  # number of the card at the other end
    traced: Floats
    weight: Floats  # by place: the sum of `traced`


def order_of(draft: Draft) -> dict[str, int]:
    """Each card's place in its column.

    It is that of the whole trace whatever is drawn of it, so that kept cards never change places: what is expanded stands
    in between, what is folded away leaves.
    """
    # Numbered by size, so that a smaller number wins where two cards want one place.
    keys = sorted(draft.cards, key=lambda key: (-draft.cards[key].size, key))
    if not keys:
        return {}
    number = {key: place for place, key in enumerate(keys)}
    column_of = np.array([draft.cards[key].column for key in keys])
    columns = [np.flatnonzero(column_of == column) for column in np.unique(column_of)]
    place = np.empty(len(keys))
    for members in columns:
        place[members] = np.arange(len(members)) / len(members)
    before, after = _sides(draft, number, column_of, columns)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        ways = list(zip(columns, before if forward else after, strict=True))
        for members, side in ways if forward else ways[::-1]:
            place[_sorted(members, side, place)] = np.arange(len(members)) / len(members)
    order: dict[str, int] = {}
    for members in columns:
        for rank, card in enumerate(members[np.argsort(place[members], kind="stable")].tolist()):
            order[keys[card]] = rank
    return order


def _sides(
    draft: Draft, number: Mapping[str, int], column_of: NDArray[Any], columns: list[Places]
) -> tuple[list[_Side], list[_Side]]:
    """For each column the links from earlier cards, and those to later ones."""
    links = [(number[source], number[target], traced) for (source, target), traced in draft.totals.items()]
    table = np.array(links, np.float64).reshape(-1, 3)
    source, target, traced = table[:, 0].astype(np.intp), table[:, 1].astype(np.intp), table[:, 2]
    forward = column_of[source] < column_of[target]
    source, target, traced = source[forward], target[forward], traced[forward]
    within = np.empty(len(column_of), np.intp)
    for members in columns:
        within[members] = np.arange(len(members))
    before, after = [], []
    for members in columns:
        mine = column_of[members[0]]
        before.append(_side(within, target, source, traced, column_of[target] == mine, len(members)))
        after.append(_side(within, source, target, traced, column_of[source] == mine, len(members)))
    return before, after


def _side(
    within: Places, mine: Places, other: Places, traced: Floats, chosen: NDArray[np.bool_], members: int
) -> _Side:
    places, chosen_traced = within[mine[chosen]], traced[chosen]
    weight = np.bincount(places, chosen_traced, members).astype(np.float64)
    return _Side(places, other[chosen], chosen_traced, weight)


def _sorted(members: Places, side: _Side, place: Floats) -> Places:
    """The members by the centre of their neighbours; who has none stays where he is."""
    pulled = np.bincount(side.mine, side.traced * place[side.other], len(members))
    centre = np.where(side.weight > 0, pulled / np.where(side.weight > 0, side.weight, 1), place[members])
    return members[np.lexsort((members, centre))]
