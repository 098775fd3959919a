"""`fanzha bench flow`: the money-flow view of a trace of so many accounts, each of its shapes, on one core.

One made trace is drawn again and again: one victim's money runs through eight hops, split by a Pareto law, conserved to the 分;
some of it returns, leaves or is held. The answers are equal if every shape has the same sums and the same bytes each time.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np

from bench.measure import machine
from fanzha.core.money import format_minor
from fanzha.core.time import format_instant, parse_instant
from fanzha.services.render_trace import (
    FlowRequest,
    FlowView,
    PreparedFlow,
    Shape,
    TraceContext,
    TraceDocument,
    flow_view,
    prepare_flow,
    prepared_view,
    read_trace_document,
)

HOPS: Final = 8
ROUNDS: Final = 12
BANKS: Final = 12
FLOOR_MS: Final = 200.0
FLOOR_BYTES: Final = 150_000
SECOND_US: Final = 1_000_000


def run(size: int, *, seed: int) -> dict[str, Any]:
    """Ask for every shape `ROUNDS` times in random order, after a first time that is not counted."""
    begun = perf_counter()
    document = read_trace_document(made_trace(size, seed))
    print(f"read in {1000 * (perf_counter() - begun):.0f} ms; asking", file=sys.stderr)
    names = [account.account for account in document.methods[0].accounts]
    context = TraceContext(institutions={name: f"模拟{int(name[-6:]) % BANKS}银行" for name in names})
    questions = _questions(document, context)
    seconds, busy, views, equal = _asked(document, context, questions, seed)
    results = [
        {
            "engine": "ours", "question": name, "median_s": float(np.median(times)), "p99_s": float(np.percentile(times, 99)),
            "per_s": 1 / float(np.median(times)),
        }
        for name, times in seconds.items()
    ]  # fmt: skip
    biggest = max(len(view.svg.encode()) + len(view.matrix_html.encode()) for view in views.values())
    return {
        "bench": "flow", "size": len(names), "results": results, "equal_answers": equal,
        "limit": {
            "floor_ms": FLOOR_MS, "slowest_median_ms": max(row["median_s"] for row in results) * 1000,
            "floor_bytes": FLOOR_BYTES, "largest_picture_bytes": biggest,
            # What the processor worked on it, whatever else ran on the machine, but for its caches.
            **{f"busy_ms_{name}": float(np.median(times)) * 1000 for name, times in busy.items()},
        },
        "machine": machine(),
    }  # fmt: skip


def _questions(document: TraceDocument, context: TraceContext) -> dict[str, FlowRequest]:
    steps = flow_view(document, context, FlowRequest(shape=Shape.TABLE)).steps
    half = steps[len(steps) // 2].at_us
    return {
        "hops": FlowRequest(shape=Shape.HOPS),
        "lanes": FlowRequest(shape=Shape.LANES),
        "matrix": FlowRequest(shape=Shape.MATRIX),
        "instant": FlowRequest(shape=Shape.HOPS, cursor_us=half),
        # One view after another, as somebody clicks: what no request changes is kept.
        "next_expanded": FlowRequest(shape=Shape.HOPS).expanded(3),
        "next_instant": FlowRequest(shape=Shape.HOPS, cursor_us=half),
    }


def _asked(
    document: TraceDocument, context: TraceContext, questions: dict[str, FlowRequest], seed: int
) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, FlowView], bool]:
    """Seconds by question, by the clock and of the processor; the first view of each; whether all were equal."""
    rng, order = random.Random(seed), list(questions)
    seconds: dict[str, list[float]] = {name: [] for name in order}
    busy: dict[str, list[float]] = {name: [] for name in order}
    first: dict[str, FlowView] = {}
    equal = True
    kept_flow: PreparedFlow = prepare_flow(document, context)
    for turn in range(ROUNDS + 1):
        rng.shuffle(order)
        for name in order:
            begun, worked = perf_counter(), process_time()
            view = (
                prepared_view(kept_flow, questions[name])
                if name.startswith("next")
                else flow_view(document, context, questions[name])
            )
            if turn:
                seconds[name].append(perf_counter() - begun)
                busy[name].append(process_time() - worked)
            kept = first.setdefault(name, view)
            equal = equal and view.svg == kept.svg and view.sums == kept.sums
            equal = equal and view.sums is not None and view.sums.holds
    whole = {view.sums for name, view in first.items() if "instant" not in name}
    return seconds, busy, first, equal and len(whole) == 1


def made_trace(accounts: int, seed: int) -> dict[str, Any]:
    """A trace document of about so many accounts."""
    rng = random.Random(seed)
    width = max(1, (accounts - 1) // (HOPS - 1))
    layers = [["6299990000000000000"]]
    layers += [[f"62999900{hop:02d}{place:09d}" for place in range(width)] for hop in range(1, HOPS)]
    made = _Made(accounts * 10_000_000_00)
    made.pay("V", layers[0][0], made.origin, 1)
    for hop, layer in enumerate(layers[1:], start=1):
        children: dict[str, list[str]] = defaultdict(list)
        for account in layer:
            children[rng.choice(layers[hop - 1])].append(account)
        for giver, receivers in children.items():
            weights = [rng.paretovariate(1.2) for _ in receivers]
            passing, whole = made.balance[giver] * 9 // 10, sum(weights)
            for account, weight in zip(receivers, weights, strict=True):
                made.pay(giver, account, int(passing * weight / whole), hop + 1)
        made.pay(layer[0], layers[0][0], made.balance[layer[0]] // 3, hop + 2)
    for account in [account for layer in layers for account in layer]:
        if rng.random() < 0.1 and made.balance[account] > 200:
            made.leave(account, rng.choice(("cash", "pos", "crypto")), made.balance[account] // 2)
    return made.document({account: hop for hop, layer in enumerate(layers, start=1) for account in layer})


class _Made:
    """Money that moves, kept as the parts of a document."""

    def __init__(self, origin: int) -> None:
        self.origin, self.at_us = origin, parse_instant("2026-03-01T10:00:00")
        self.balance: dict[str, int] = defaultdict(int)
        self.into: dict[str, int] = defaultdict(int)
        self.out: dict[str, int] = defaultdict(int)
        self.flows: list[dict[str, Any]] = []
        self.exits: list[dict[str, Any]] = []

    def pay(self, payer: str, payee: str, minor: int, hop: int) -> dict[str, Any]:
        """One payment, a second after the one before."""
        self.at_us += SECOND_US
        step = {
            "transfer": f"T{len(self.flows):07d}", "at": format_instant(self.at_us), "traced": format_minor(minor),
            "by_victim": {"V": format_minor(minor)},
        }  # fmt: skip
        self.flows.append({**step, "payer": payer, "payee": payee, "amount": format_minor(minor), "hop": hop})
        self.balance[payer] -= minor
        self.balance[payee] += minor
        self.out[payer] += minor
        self.into[payee] += minor
        return step

    def leave(self, account: str, kind: str, minor: int) -> None:
        """Money that leaves for good."""
        self.exits.append({**self.pay(account, "", minor, 0), "kind": kind, "account": account})

    def document(self, hop_of: dict[str, int]) -> dict[str, Any]:
        """The whole as `fanzha trace --json` writes it."""
        reached = [account for account in hop_of if self.into[account]]
        held, gone = sum(self.balance[account] for account in reached), self.balance[""]
        accounts = [
            {
                "account": account, "hop": hop_of[account], "traced_in": format_minor(self.into[account]),
                "traced_out": format_minor(self.out[account]), "held": format_minor(self.balance[account]),
                "stoppable": format_minor(self.balance[account]), "by_victim": {}, "state": "held",
            }
            for account in reached
        ]  # fmt: skip
        sums = {
            "origin": self.origin,
            "held": held,
            "exited": gone,
            "unknown": 0,
            "difference": self.origin - held - gone,
        }
        found = {
            "currency": "CNY", "accounts": accounts, "flows": self.flows, "exits": self.exits, "frontier": [], "unknown": [],
            "balance": {name: format_minor(minor) for name, minor in sums.items()},
        }  # fmt: skip
        ledger = {"digest": "", "transfers": len(self.flows), "as_of": format_instant(self.at_us)}
        return {"methods": {"fifo": found}, "ledger": ledger, "parameters": {}, "result_hash": "", "warnings": []}
