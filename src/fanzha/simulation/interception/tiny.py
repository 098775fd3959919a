"""Policies held against the exact optimum, on single frauds of few accounts."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fanzha.simulation.city.build import build_city
from fanzha.simulation.interception.drill import (
    BY_HAND,
    EVERYTHING,
    LIMIT,
    OURS,
    Factors,
    banks_of,
    delayed,
    drill_assumptions,
    drill_size,
    policy_named,
)
from fanzha.simulation.interception.limit import limit_minor
from fanzha.simulation.interception.optimum import TooManyWays, optimum_minor, tiny_worlds
from fanzha.simulation.interception.world import ordinary_rows, world_of

SIZE: Final = "small_city"
OPTIMUM: Final = "optimum"
HELD: Final = ("first_only", BY_HAND, EVERYTHING, "newest", "value_only", OURS)


@cache
def tiny_outcomes(seed: int, report_delay: float) -> tuple[dict[str, int], ...]:
    """Of each tiny world of one city: what the optimum, the bound and every policy stop of its money, in minor units."""
    told = drill_assumptions()
    city = delayed(build_city(drill_size(SIZE), seed), report_delay)
    banks = banks_of(city, Factors())
    whole, most = world_of(city, ordinary_rows(city)), told["tiny_worlds"]["accounts_most"]
    found = []
    for tiny in tiny_worlds(city, whole, most, banks, told["desk"], str(seed)):
        try:
            best = optimum_minor(tiny)
        except TooManyWays:
            continue
        bound = limit_minor(tiny.world(), [tiny.fraud], banks, str(seed))
        by_policy = {name: tiny.stopped_by(policy_named(name, SIZE)) for name in HELD}
        found.append({OPTIMUM: best, LIMIT: bound, **by_policy})
    return tuple(found)


def tiny_document() -> list[dict[str, Any]]:
    """For each delay of reports: how many frauds, and what the bound and every policy stop, as shares of the optimum."""
    told = drill_assumptions()["tiny_worlds"]
    document = []
    for delay in told["report_delays"]:
        outcomes = [outcome for seed in told["seeds"] for outcome in tiny_outcomes(seed, delay)]
        best = sum(outcome[OPTIMUM] for outcome in outcomes)
        document.append(
            {
                "report_delay": delay, "frauds": len(outcomes), "accounts_most": told["accounts_most"],
                "of_optimum": {
                    name: round(sum(outcome[name] for outcome in outcomes) / best, 4) for name in (*HELD, LIMIT)
                },
            }
        )  # fmt: skip
    return document
