"""What the drill found, as one document: the table, the differences with their intervals, what would overturn it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from statistics import fmean
from typing import Any, Final

from fanzha.simulation.interception.comparison import Interval, PolicyFigures, difference, figures
from fanzha.simulation.interception.drill import (
    BY_HAND,
    EQUAL_HARM,
    EVERYTHING,
    LIMIT,
    OURS,
    Factors,
    Outcome,
    drill_assumptions,
    run_drill,
)
from fanzha.simulation.interception.tiny import tiny_document

COMPARED: Final = (BY_HAND, EVERYTHING, EQUAL_HARM, "newest", "value_only", LIMIT)
SLOWER: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)  # how many times as long an order may take us


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run."""

    seeds: Sequence[int]
    size: str
    sensitivity: bool
    processes: int = 1


def drill_document(wanted: Wanted, told: Callable[[int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Runs it and says what was found. told: how many cities are done, and how many there are."""
    variants = _variants() if wanted.sensitivity else []
    total = len(wanted.seeds) * (1 + len(variants) + (len(SLOWER) - 1 if wanted.sensitivity else 0))
    done = 0

    def step(_done: int, _of: int) -> None:
        nonlocal done
        done += 1
        told(done, total)

    outcomes = run_drill(wanted.seeds, wanted.size, told=step, processes=wanted.processes)
    document = {**tables_of(wanted, outcomes), "tiny_worlds": tiny_document()}
    if wanted.sensitivity:
        document["sensitivity"] = [
            {"of": name, "times": factor, **_against(wanted, replace(Factors(), **{name: factor}), step)}
            for name, factor in variants
        ]
        document["break_even"] = _break_even(wanted, outcomes, step)
    return document


def tables_of(wanted: Wanted, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The table, the differences with their intervals, and what they are made of, seed by seed."""
    return {
        "mark": "模拟", "seeds": list(wanted.seeds), "city": dict(drill_assumptions()[wanted.size]),
        "policies": [_policy(one) for one in figures(outcomes)],
        "ours_less_other": {
            other: {
                "stopped_share": _interval(difference(outcomes, OURS, other, _stopped)),
                "innocent_share": _interval(difference(outcomes, OURS, other, _innocent)),
            }
            for other in COMPARED
        },
        "pooled_stopped": {one.policy: _pooled(outcomes, one.policy) for one in figures(outcomes)},
        "by_seed": {one.policy: _by_seed(outcomes, one.policy) for one in figures(outcomes)},
    }  # fmt: skip


def _variants() -> list[tuple[str, float]]:
    told = drill_assumptions()["sensitivity"]
    return [(name, factor) for name in told["of"] for factor in told["factors"]]


def _against(wanted: Wanted, factors: Factors, step: Callable[[int, int], None]) -> dict[str, Any]:
    """Ours against by hand, and against everything at our harm, with one assumption changed."""
    only = (BY_HAND, EQUAL_HARM, OURS)
    outcomes = run_drill(wanted.seeds, wanted.size, factors, only, step, wanted.processes)
    return {
        "stopped_share": {policy: _mean(outcomes, policy) for policy in only},
        "ours_less_by_hand": _interval(difference(outcomes, OURS, BY_HAND, _stopped)),
        "ours_less_everything_at_our_harm": _interval(difference(outcomes, OURS, EQUAL_HARM, _stopped)),
    }


def _break_even(wanted: Wanted, calm: Sequence[Outcome], step: Callable[[int, int], None]) -> dict[str, Any]:
    """How slow our desk may become until it stops no more than the desk that works by hand, and what it holds by then."""
    minutes = drill_assumptions()["desk"]["handling_min"]["planned"]
    by_hand = [outcome for outcome in calm if outcome.policy == BY_HAND]
    rows: list[tuple[float, Interval, Interval]] = []
    for times in SLOWER:
        slower = calm if times == 1.0 else run_drill(
            wanted.seeds, wanted.size, Factors(handling_time=times), (OURS,), step, wanted.processes
        )  # fmt: skip
        both = [*by_hand, *(one for one in slower if one.policy == OURS)]
        gain, harm = (difference(both, OURS, BY_HAND, of) for of in (_stopped, _innocent))
        rows.append((times * minutes, gain, harm))
    return {
        "handling_min": [
            {"minutes": at, "ours_less_by_hand": _interval(gain), "innocent_less_by_hand": _interval(harm)}
            for at, gain, harm in rows
        ],
        "break_even_min": _crossing([(at, gain.mean) for at, gain, _ in rows]),
        "by_hand_min": drill_assumptions()["desk"]["handling_min"]["by_hand"],
    }


def _crossing(points: Sequence[tuple[float, float]]) -> float | None:
    """Where the line through the points meets zero; none where it does not."""
    for (at, gain), (later, less) in pairwise(points):
        if gain > 0 >= less:
            return round(at + (later - at) * gain / (gain - less), 1)
    return None


def _stopped(outcome: Outcome) -> float:
    return outcome.stopped_share


def _innocent(outcome: Outcome) -> float:
    return outcome.innocent_share


def _mean(outcomes: Sequence[Outcome], policy: str) -> float:
    return round(fmean(outcome.stopped_share for outcome in outcomes if outcome.policy == policy), 4)


def _by_seed(outcomes: Sequence[Outcome], policy: str) -> dict[str, list[float]]:
    mine = [outcome for outcome in outcomes if outcome.policy == policy]
    return {
        "stopped_share": [round(one.stopped_share, 6) for one in mine],
        "innocent_share": [round(one.innocent_share, 6) for one in mine],
    }


def _pooled(outcomes: Sequence[Outcome], policy: str) -> float:
    """Of all cities' money together: big losses count for more."""
    mine = [outcome for outcome in outcomes if outcome.policy == policy]
    return round(sum(one.stopped_minor for one in mine) / sum(one.reported_minor for one in mine), 4)


def _policy(one: PolicyFigures) -> dict[str, Any]:
    found = asdict(one)
    intervals = {name: _interval(getattr(one, name)) for name in ("stopped_share", "innocent_share", "orders")}
    return {
        **found, **intervals, "empty_share": round(one.empty_share, 4), "first_order_min": round(one.first_order_min, 1),
    }  # fmt: skip


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "mean": round(interval.mean, 4), "low": round(interval.low, 4), "high": round(interval.high, 4),
        "excludes_zero": interval.excludes_zero,
    }  # fmt: skip
