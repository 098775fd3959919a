"""The entries that keep their scratch answer like those that do not, as often as they are asked."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np

from fanzha.ledger.extract import reach_pockets
from fanzha.ledger.index import build_index
from fanzha.ledger.reacher import Reacher
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.fifo_tracer import HELD, FifoTracer
from fanzha.tracing.model import Method, Question
from tests.random_ledgers import random_book

LEDGERS = 150


def payments(made):
    t = made.columns.transfers
    return [e for e in range(len(t)) if t.payer[e] != t.payee[e] and t.reverses[e] < 0]


def test_reach_is_the_same_on_every_call():
    for seed in range(LEDGERS):
        made = random_book(random.Random(seed))
        index = build_index(made.columns)
        reacher = Reacher(index)
        for eid in payments(made)[:6]:
            for hops in (1, 2, 6):
                found = reacher.reach(np.array([eid]), hops_max=hops)
                pockets, levels = reach_pockets(index, [eid], [], None, hops)
                assert dict(zip(found.pockets.tolist(), found.hops.tolist(), strict=True)) == dict(
                    zip(pockets.tolist(), levels.tolist(), strict=True)
                )


def test_pieces_add_up_to_what_allocate_says():
    """A relay's payment has no victim to whose account money could come home, as the tracer assumes."""
    compared = 0
    for seed in range(LEDGERS):
        made = random_book(random.Random(seed))
        ledger = Ledger(made.columns, build_index(made.columns))
        eids = payments(made)[:5]
        tracer = FifoTracer(ledger)
        together = tracer.trace(np.array(eids, np.int64))
        for label, eid in enumerate(eids):
            pieces = tracer.trace(np.array([eid]))
            if pieces is None:
                continue
            origin = made.origin("V", eid)
            nobody = Question((origin,), nested=frozenset({"V"} if origin.payer else ()))
            money = allocate(ledger, nobody, Method.FIFO)
            assert held_of(pieces, ledger) == {pocket: amount for (pocket, _), amount in money.held.items()}
            if together is not None:
                mine = together.records[together.label == label]
                assert sorted(map(tuple, mine[:, [0, 2, 3]].tolist())) == sorted(
                    map(tuple, pieces.records[:, [0, 2, 3]].tolist())
                )
            compared += 1
    assert compared > LEDGERS


def held_of(pieces, ledger):
    held = Counter()
    for row, amount, end in zip(pieces.row.tolist(), pieces.amount_minor.tolist(), pieces.end.tolist(), strict=True):
        if end == HELD:
            held[int(ledger.index.rows[row, 2]) >> 32] += amount
    return dict(held)
