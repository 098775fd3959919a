"""In which order cards stand from top to bottom: weighted barycentres over the whole trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from fanzha.services.render_trace.flow_draft import Draft

SWEEPS: Final = 4
Neighbours = Mapping[str, Sequence[tuple[str, int]]]


def order_of(draft: Draft) -> dict[str, int]:
    """Each card's place in its column.

    It is that of the whole trace whatever is drawn of it, so that kept cards never change places: what is expanded stands
    in between, what is folded away leaves.
    """
    columns: dict[int, list[str]] = defaultdict(list)
    sizes = {key: card.size for key, card in draft.cards.items()}
    for key in sorted(draft.cards, key=lambda key: (-sizes[key], key)):
        columns[draft.cards[key].column].append(key)
    sources: dict[str, list[tuple[str, int]]] = defaultdict(list)
    targets: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (source, target), payments in draft.payments.items():
        if draft.cards[source].column < draft.cards[target].column:
            traced = sum(payment.traced for payment in payments)
            sources[target].append((source, traced))
            targets[source].append((target, traced))
    ordered = [columns[column] for column in sorted(columns)]
    place = {key: number / len(column) for column in ordered for number, key in enumerate(column)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = sources if forward else targets
        for column in ordered if forward else ordered[::-1]:
            _sort(column, neighbours, place, sizes)
    return {key: number for column in ordered for number, key in enumerate(column)}


def _sort(column: list[str], neighbours: Neighbours, place: dict[str, float], sizes: Mapping[str, int]) -> None:
    wanted = {key: (_centre(neighbours.get(key, ()), place, place[key]), -sizes[key], key) for key in column}
    column.sort(key=wanted.__getitem__)
    for number, key in enumerate(column):
        place[key] = number / len(column)


def _centre(neighbours: Sequence[tuple[str, int]], place: Mapping[str, float], otherwise: float) -> float:
    if len(neighbours) == 1:
        return place[neighbours[0][0]]
    weight = sum(traced for _, traced in neighbours)
    return sum(place[key] * traced for key, traced in neighbours) / weight if weight else otherwise
