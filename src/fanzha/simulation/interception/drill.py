"""The drill over many seeds: every policy on the same cities, the same reports and the same banks."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import active_children, get_context
from pathlib import Path
from statistics import median
from typing import Any, Final

from fanzha import bootstrap
from fanzha.core.time import MINUTE_US
from fanzha.measures.interception import Planner, Price, Stay, StayCurve, Step, learn_stays
from fanzha.measures.interception_rules import InterceptionRules
from fanzha.simulation.city.assumptions import CitySize
from fanzha.simulation.city.build import City, build_city
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.end_with_parent import end_with_parent
from fanzha.simulation.interception.desk import Banks, DrillDesk, Policy
from fanzha.simulation.interception.limit import limit_minor
from fanzha.simulation.interception.policies import ByHand, Everything, FirstOnly, Newest, Planned
from fanzha.simulation.interception.world import World, closed_stays, ordinary_rows, world_of

FILE: Final = Path(__file__).with_name("assumptions.toml")
OURS: Final = "planned"
BY_HAND: Final = "by_hand"
EVERYTHING: Final = "everything"
EQUAL_HARM: Final = "everything_at_our_harm"
LIMIT: Final = "limit"
HALVINGS: Final = 8
POLICIES: Final = ("first_only", BY_HAND, EVERYTHING, EQUAL_HARM, "newest", "value_only", OURS, LIMIT)


@dataclass(frozen=True, slots=True)
class Factors:
    """How much longer or more often than assumed."""

    hop_time: float = 1.0
    report_delay: float = 1.0
    bank_time: float = 1.0
    handling_time: float = 1.0
    refusal: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy did with one city's reports."""

    seed: int
    policy: str
    reported_minor: int
    stopped_minor: int
    innocent_minor: int
    orders: int
    stops: int
    queries: int
    empty_stops: int
    first_order_min: float  # from the report to the first order, the middle one of all reports

    @property
    def stopped_share(self) -> float:
        """Of the money reported."""
        return self.stopped_minor / self.reported_minor

    @property
    def innocent_share(self) -> float:
        """Innocent money held, by the money reported."""
        return self.innocent_minor / self.reported_minor


@cache
def drill_assumptions() -> Mapping[str, Mapping[str, Any]]:
    """The tables of `assumptions.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def drill_size(name: str) -> CitySize:
    """The size of the drill's cities: `city`, or `small_city`."""
    told = drill_assumptions()[name]
    return CitySize(name, **{key: told[key] for key in ("accounts", "transfers", "days", "cases")})


@cache
def learnt_curve(size_name: str) -> StayCurve:
    """How long money stays, from cities that are in no result."""
    stays: list[Stay] = []
    onward: list[float] = []
    for seed in drill_assumptions()[size_name]["learnt_from"]:
        found, share = closed_stays(build_city(drill_size(size_name), seed))
        stays += found
        onward.append(share)
    return learn_stays(stays, sum(onward) / len(onward))


def drill_city(
    seed: int, size_name: str, factors: Factors = Factors(), only: Sequence[str] = POLICIES
) -> list[Outcome]:
    """Every policy on the city of one seed; what is measured at our harm needs ours to be among them."""
    city = delayed(build_city(drill_size(size_name), seed), factors.report_delay)
    rows, told = ordinary_rows(city), drill_assumptions()
    banks, whole = banks_of(city, factors), world_of(city, rows, factors.hop_time)

    def run(policy: Policy) -> Outcome:
        world = whole.untouched()
        desk = DrillDesk(world, city.frauds, policy, banks, told["desk"], str(seed), factors.handling_time)
        desk.run()
        return _outcome(city, policy.name, world, world.kept_minor(_all(city)), desk)

    found: dict[str, Outcome] = {}
    for name in sorted(only, key=lambda one: (one == EQUAL_HARM, POLICIES.index(one))):
        if name == LIMIT:
            world = whole.untouched()
            found[name] = _outcome(city, name, world, limit_minor(world, city.frauds, banks, str(seed)), None)
        elif name == EQUAL_HARM:
            found[name] = _at_harm(run, found[OURS].innocent_minor)
        else:
            found[name] = run(policy_named(name, size_name))
    return [found[name] for name in POLICIES if name in found]


def banks_of(city: City, factors: Factors) -> Banks:
    """The banks of a city, each with its pace."""
    told, bank_of = drill_assumptions()["banks"], city.people.accounts.bank.tolist()
    return Banks(told, bank_of, str(city.seed), factors.bank_time, factors.refusal)


def _at_harm(run: Callable[[Policy], Outcome], innocent_minor: int) -> Outcome:
    """Everything downstream by such a share that it holds about as much innocent money: the nearest of some halvings."""
    low, high = 0.0, 1.0
    tried: list[Outcome] = []
    for _ in range(HALVINGS):
        share = (low + high) / 2
        tried.append(run(Everything(EQUAL_HARM, share)))
        low, high = (low, share) if tried[-1].innocent_minor > innocent_minor else (share, high)
    return min(tried, key=lambda one: abs(one.innocent_minor - innocent_minor))


def policy_named(name: str, size_name: str) -> Policy:
    """A policy as the drill runs it."""
    expected = drill_assumptions()["innocent"]["expected_minor"]
    match name:
        case "first_only":
            return FirstOnly()
        case "by_hand":
            return ByHand()
        case "newest":
            return Newest(name)
        case "value_only":
            return Planned(Planner(learnt_curve(size_name), Price(0.0, 0), 0), expected, name)
        case "planned":
            # The product's own rule, so that a new choice of the centre is what the drill measures.
            rule = InterceptionRules.from_table(bootstrap.rule_table("interception.toml")).planners[-1]
            planner = Planner(learnt_curve(size_name), rule.price, rule.look_ahead)
            return Planned(planner, expected, name)
        case _:
            return Everything(name)


def _all(city: City) -> frozenset[int]:
    return frozenset(fraud.number for fraud in city.frauds)


def delayed(city: City, factor: float) -> City:
    """The city whose reports come later by that factor."""
    if factor == 1.0:
        return city
    return replace(city, frauds=tuple(_reported_later(city, fraud, factor) for fraud in city.frauds))


def _reported_later(city: City, fraud: Fraud, factor: float) -> Fraud:
    paid_us = city.moves[fraud.payments[-1]].at_us
    return replace(fraud, reported_us=paid_us + int((fraud.reported_us - paid_us) * factor))


def _outcome(city: City, name: str, world: World, kept_minor: int, desk: DrillDesk | None) -> Outcome:
    reported = sum(
        world.moves[place].amount_minor
        for fraud in city.frauds
        for place in fraud.payments
        if world.moves[place].at_us <= fraud.reported_us
    )
    if desk is None:
        return Outcome(city.seed, name, reported, kept_minor, 0, 0, 0, 0, 0, 0.0)
    tally = desk.tally
    first = {account: at_us for at_us, step, account in reversed(tally.sent) if step is Step.STOP}
    waits = [
        (
            min(first[world.moves[place].payee] for place in fraud.payments if world.moves[place].payee in first)
            - fraud.reported_us
        )
        / MINUTE_US
        for fraud in city.frauds
        if any(world.moves[place].payee in first for place in fraud.payments)
    ]
    return Outcome(
        city.seed, name, reported, kept_minor, tally.innocent_minor, tally.orders, tally.stops, tally.queries,
        tally.empty_stops, median(max(wait, 0.0) for wait in waits) if waits else 0.0,
    )  # fmt: skip


def run_drill(
    seeds: Sequence[int], size_name: str, factors: Factors = Factors(), only: Sequence[str] = POLICIES,
    told: Callable[[int, int], None] = lambda *_: None, processes: int = 1,
) -> list[Outcome]:  # fmt: skip
    """Every policy on every seed's city. told: how many seeds are done, and how many there are.

    An interruption ends the processes too.
    """
    outcomes: list[Outcome] = []
    if processes == 1:
        for done, seed in enumerate(seeds, 1):
            outcomes += drill_city(seed, size_name, factors, only)
            told(done, len(seeds))
        return outcomes
    others = set(active_children())
    with ProcessPoolExecutor(processes, get_context("spawn"), end_with_parent, (os.getpid(),)) as pool:
        futures = [pool.submit(drill_city, seed, size_name, factors, only) for seed in seeds]
        try:
            for done, future in enumerate(futures, 1):
                outcomes += future.result()
                told(done, len(seeds))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(active_children()) - others:
                worker.terminate()
            raise
    return outcomes
