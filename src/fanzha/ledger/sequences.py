"""Put every account's rows in its own order: who has which row, in what sequence, and what of that is uncertain."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fanzha.ledger import kernels
from fanzha.ledger.columns import (
    I64,
    MISSING,
    POCKET_BLOCKED,
    POCKET_HUB,
    POCKET_MASKED,
    U8,
    U32,
    LedgerColumns,
    Transfers,
)
from fanzha.ledger.cycles import resolve_cycles
from fanzha.ledger.parts import Bounds, even_parts, in_parts

NEVER_COVERED: Final = POCKET_BLOCKED | POCKET_HUB | POCKET_MASKED


@dataclass(frozen=True, slots=True)
class Sequences:
    """Every pocket's sides (2 * transfer, + 1 for an inflow) in its own order.

    `start` is by pocket, `seq` and `balances` by place; `balances` is empty where no row states one and none is needed.
    `status` says by side and transfer how it stands. `parts`: ranges of pockets with about as many places each.
    """

    seq: U32
    start: I64
    balances: I64
    stated: bool
    status: U8
    parts: Bounds


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Groups of sides whose order nothing settles: each group's pocket, its end among the members, the members."""

    pocket: I64
    end: I64
    members: U32


def spans_of(columns: LedgerColumns) -> tuple[I64, I64, I64]:
    """Where each pocket's covered periods begin in the table, and their first and last instants."""
    counts = np.bincount(columns.coverage.pocket, minlength=len(columns.pockets))
    return np.concatenate([[0], np.cumsum(counts)]), columns.coverage.from_us, columns.coverage.to_us


def sequences_of(columns: LedgerColumns) -> tuple[Sequences, I64, Uncertain, bool]:
    """Every account's sequence, the sides that balances put elsewhere, the uncertain groups, whether all run with time."""
    t = columns.transfers
    s = _in_ledger_order(columns)
    pockets = _unsorted(s, t)
    s = _with_balances(s, t, needed=len(pockets) > 0)
    repaired, groups = _order(pockets, s, t)
    monotone, knots = untie(s, t, pockets)
    return s, repaired, _with_knots(groups, knots), monotone


def _in_ledger_order(columns: LedgerColumns) -> Sequences:
    t, n_pockets, spans = columns.transfers, len(columns.pockets), spans_of(columns)
    bounds, kinds = even_parts(len(t)), _coverage_kinds(columns, spans)
    status = np.empty((2, len(t)), np.uint8)
    counts = np.zeros((len(bounds), n_pockets), np.int64)
    in_parts(
        kernels.side_status, bounds, t.payer, t.payee, t.payer_at_us, t.payee_at_us, t.payer_seen, t.payee_seen, kinds,
        *spans, status, own=counts,
    )  # fmt: skip
    start = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    cursors = np.cumsum(counts, axis=0) - counts + start[:-1]
    seq = np.empty(int(start[-1]), np.uint32)
    in_parts(kernels.fill_sequences, bounds, t.payer, t.payee, status, seq, own=cursors)
    cuts = np.searchsorted(start, [hi for _, hi in even_parts(len(seq))[:-1]]).tolist()
    parts = tuple(itertools.pairwise([0, *cuts, n_pockets]))
    return Sequences(seq, start, np.empty(0, np.int64), False, status, parts)


def _coverage_kinds(columns: LedgerColumns, spans: tuple[I64, I64, I64]) -> U8:
    t, kinds = columns.transfers, np.empty(len(columns.pockets), np.uint8)
    clocks = [t.payer_at_us, t.payee_at_us] if len(t) else [np.zeros(1, np.int64)]
    first, last = min(int(at.min()) for at in clocks), max(int(at.max()) for at in clocks)
    kernels.coverage_kinds(*spans, (columns.pockets.flags & NEVER_COVERED) != 0, first, last, kinds)
    return kinds


def _unsorted(s: Sequences, t: Transfers) -> I64:
    """Pockets whose rows do not stand in strict order of time by themselves."""
    one_clock = all(at is t.at_us or np.array_equal(at, t.at_us) for at in (t.payer_at_us, t.payee_at_us))
    marked = np.zeros(len(s.start) - 1, np.bool_)
    in_parts(
        kernels.unsorted_pockets, s.parts, s.seq, s.start, t.at_us, t.payer_at_us, t.payee_at_us, one_clock, marked
    )
    return np.flatnonzero(marked)


def _with_balances(s: Sequences, t: Transfers, *, needed: bool) -> Sequences:
    stated = any(bool((side != MISSING).any()) for side in (t.payer_balance_minor, t.payee_balance_minor))
    if not stated:
        return replace(s, balances=np.full(len(s.seq) if needed else 0, MISSING, np.int64))
    balances = np.empty(len(s.seq), np.int64)
    in_parts(
        kernels.gather_sides, even_parts(len(s.seq)), s.seq, t.payer_balance_minor, t.payee_balance_minor, balances
    )
    return replace(s, balances=balances, stated=True)


def _order(pockets: I64, s: Sequences, t: Transfers) -> tuple[I64, Uncertain]:
    """Put these pockets in order, in place; the repaired sides and the uncertain groups."""
    most = int((s.start[pockets + 1] - s.start[pockets]).sum())
    repaired, members = np.empty(most, np.int64), np.empty(most, np.uint32)
    group_pocket, group_end = np.empty(most, np.int64), np.empty(most, np.int64)
    counts = kernels.order_sequences(
        pockets, s.seq, s.start, s.balances, (t.payer_at_us, t.payee_at_us), (t.payer_order, t.payee_order),
        (t.payer_ordered, t.payee_ordered), (t.payer_balance_minor, t.payee_balance_minor), (t.payer_sub, t.payee_sub),
        s.status, t.amount_minor, t.reverses, repaired, group_pocket, group_end, members,
    )  # fmt: skip
    n_repaired, n_groups, n_members = counts.tolist()
    groups = Uncertain(group_pocket[:n_groups].copy(), group_end[:n_groups].copy(), members[:n_members].copy())
    return repaired[:n_repaired].copy(), groups


def untie(s: Sequences, t: Transfers, pockets: I64) -> tuple[bool, list[tuple[int, list[int]]]]:
    """Untie sequences that contradict each other, in place; whether none of `pockets` runs against the ledger's order.

    The others are known to run with it. Gives the groups that were untied by choice: pocket and sides.
    """
    lows, highs = kernels.backward_windows(pockets, s.seq, s.start, s.status)
    if len(lows) == 0:
        return True, []
    edge = np.zeros(len(t) + 1, np.int64)
    np.add.at(edge, lows, 1)
    np.add.at(edge, highs + 1, -1)
    inside = np.cumsum(edge)[:-1] > 0
    stuck = kernels.knotted(s.seq, s.start, s.status, inside)
    if not stuck.any():
        return False, []
    places = np.flatnonzero(stuck[s.seq >> 1] & (s.status[s.seq & 1, s.seq >> 1] == kernels.LINE))
    owners = np.searchsorted(s.start, places, side="right") - 1
    tied: dict[int, list[tuple[int, bool]]] = {}
    for place, pocket in zip(places.tolist(), owners.tolist(), strict=True):
        tied.setdefault(pocket, []).append((int(s.seq[place]) >> 1, bool(s.seq[place] & 1)))
    groups: list[tuple[int, list[int]]] = []
    for pocket, untied in resolve_cycles(tied).items():
        at = places[owners == pocket]
        rank = {eid: i for i, eid in enumerate(untied.order)}
        order = sorted(range(len(at)), key=lambda i: rank[int(s.seq[at[i]]) >> 1])
        # The statement's own balance after a knot stands at its last place, whichever row comes to stand there.
        stated = dict(zip(at.tolist(), s.balances[at].tolist(), strict=True))
        s.seq[at], s.balances[at] = s.seq[at][order], s.balances[at][order]
        for group in untied.groups:
            chosen = at[[int(s.seq[i]) >> 1 in group for i in at]]
            _settle_knot(s, chosen, stated[int(chosen[-1])], t)
            groups.append((pocket, s.seq[chosen].tolist()))
    return False, groups


def _with_knots(groups: Uncertain, knots: list[tuple[int, list[int]]]) -> Uncertain:
    if not knots:
        return groups
    sizes = np.cumsum([len(sides) for _, sides in knots])
    return Uncertain(
        np.concatenate([groups.pocket, np.array([pocket for pocket, _ in knots], np.int64)]),
        np.concatenate([groups.end, len(groups.members) + sizes]),
        np.concatenate([groups.members, *[np.array(sides, np.uint32) for _, sides in knots]]),
    )


def _settle_knot(s: Sequences, places: I64, closing: int, t: Transfers) -> None:
    own = s.balances[places]
    kernels.settle(s.seq[places], closing, t.amount_minor, own)
    s.balances[places] = own
