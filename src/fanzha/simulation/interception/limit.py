"""What no desk can do better: every account of a fraud stopped as soon as its bank can, from the minute of the report."""

from __future__ import annotations

import random
from collections.abc import Sequence

from fanzha.measures.interception import Step
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.interception.desk import Banks, Order
from fanzha.simulation.interception.world import UNSTOPPABLE, World


def limit_minor(world: World, frauds: Sequence[Fraud], banks: Banks, seed: str) -> int:
    """An upper bound of what any policy stops of these frauds' money.

    It knows where the money goes before it goes there, and its officers need no time; only reports and banks do. More
    accounts stopped sooner never stop less, so no desk that learns from the same answers can do better.
    """
    reported = {fraud.number: fraud.reported_us for fraud in frauds}
    heard: dict[int, int] = {}
    for move in world.moves:
        if move.hop >= 1 and not move.exit and move.payee not in UNSTOPPABLE:
            heard[move.payee] = min(heard.get(move.payee, reported[move.case]), reported[move.case])
    for account, at_us in heard.items():
        order = Order(Step.STOP, account)
        if not banks.refuses(random.Random(f"{seed} refusal {order.step} {account}")):  # noqa: S311 - repeats by its seed
            chance = random.Random(f"{seed} answer {order.step} {account}")  # noqa: S311 - repeats by its seed
            world.stop(account, at_us + banks.takes_us(Step.STOP, account, chance))
    return world.kept_minor(frozenset(reported))
