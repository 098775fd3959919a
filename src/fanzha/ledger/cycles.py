"""Accounts' sequences that contradict each other: A's bank has x before y, B's bank has y before x.

Each such knot (a strongly connected set of transfers) becomes an uncertain group of every account in it: inflows first
where the accounts then agree, otherwise the ledger's own row order.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Untied:
    """An account's sequence after its knots are untied, and the groups whose order stays uncertain."""

    order: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]


def resolve_cycles(sequences: Mapping[int, Sequence[tuple[int, bool]]]) -> dict[int, Untied]:
    """New sequences for the accounts that stand in a knot; accounts not named keep theirs.

    `sequences` has, per account, its transfers in order with whether each is an inflow. Knots are contiguous in every
    sequence, so that putting each in one common order leaves no contradiction.
    """
    knots = _knots({pocket: [eid for eid, _ in rows] for pocket, rows in sequences.items()})
    if not knots:
        return {}
    knot_of = {eid: number for number, knot in enumerate(knots) for eid in knot}
    inside: dict[int, dict[int, list[tuple[int, bool]]]] = defaultdict(lambda: defaultdict(list))
    for pocket, rows in sequences.items():
        for eid, inflow in rows:
            if eid in knot_of:
                inside[knot_of[eid]][pocket].append((eid, inflow))
    settled: dict[tuple[int, int], list[int]] = {}
    for number, members in inside.items():
        for pocket, order in _common_order(members).items():
            settled[pocket, number] = order
    return {
        pocket: _rewritten([eid for eid, _ in sequences[pocket]], knot_of, settled, pocket)
        for pocket in sorted({p for p, _ in settled})
    }


def linear_extension(sequences: Mapping[int, Sequence[int]]) -> list[int]:
    """All transfers in one order that follows every sequence, the smallest number first wherever it is free to choose.

    The sequences must not contradict each other.
    """
    after, waits = _successors(sequences)
    ready = [eid for eid in waits if waits[eid] == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        eid = heapq.heappop(ready)
        order.append(eid)
        for later in after[eid]:
            waits[later] -= 1
            if waits[later] == 0:
                heapq.heappush(ready, later)
    assert len(order) == len(waits), "sequences contradict each other"
    return order


def _successors(sequences: Mapping[int, Sequence[int]]) -> tuple[dict[int, list[int]], dict[int, int]]:
    after: dict[int, list[int]] = defaultdict(list)
    waits: dict[int, int] = {}
    for rows in sequences.values():
        for eid in rows:
            waits.setdefault(eid, 0)
        for early, late in itertools.pairwise(rows):
            if early != late:
                after[early].append(late)
                waits[late] += 1
    return after, waits


def _rewritten(
    order: Sequence[int], knot_of: Mapping[int, int], settled: Mapping[tuple[int, int], Sequence[int]], pocket: int
) -> Untied:
    out: list[int] = []
    groups: list[tuple[int, ...]] = []
    done: set[int] = set()
    for eid in order:
        number = knot_of.get(eid)
        if number is None:
            out.append(eid)
        elif number not in done:
            done.add(number)
            members = settled[pocket, number]
            out.extend(members)
            if len(members) > 1:
                groups.append(tuple(members))
    return Untied(tuple(out), tuple(groups))


def _common_order(members: Mapping[int, Sequence[tuple[int, bool]]]) -> dict[int, list[int]]:
    inflows_first = {p: [e for e, _ in sorted(rows, key=lambda r: (not r[1], r[0]))] for p, rows in members.items()}
    if not _knots(inflows_first):
        return inflows_first
    return {p: sorted(e for e, _ in rows) for p, rows in members.items()}


def _knots(sequences: Mapping[int, Sequence[int]]) -> list[frozenset[int]]:
    """Strongly connected sets of more than one transfer (Tarjan 1972, without recursion)."""
    after, waits = _successors(sequences)
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    knots: list[frozenset[int]] = []
    for root in sorted(waits):
        if root in number:
            continue
        walk: list[tuple[int, int]] = [(root, 0)]
        while walk:
            eid, child = walk.pop()
            if child == 0:
                number[eid] = low[eid] = len(number)
                stack.append(eid)
                on_stack.add(eid)
            else:
                low[eid] = min(low[eid], low[after[eid][child - 1]])
            pushed = False
            for i in range(child, len(after[eid])):
                later = after[eid][i]
                if later not in number:
                    walk.append((eid, i + 1))
                    walk.append((later, 0))
                    pushed = True
                    break
                if later in on_stack:
                    low[eid] = min(low[eid], number[later])
            if pushed or low[eid] != number[eid]:
                continue
            knot = set()
            while True:
                member = stack.pop()
                on_stack.discard(member)
                knot.add(member)
                if member == eid:
                    break
            if len(knot) > 1:
                knots.append(frozenset(knot))
    return knots
