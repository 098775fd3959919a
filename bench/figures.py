"""`fanzha bench figures`: how long counting takes on a desk of so many cases: a month's figures, the funnel, a day's analysis.

The made country of `bench desk` is loaded into each database; the figures are counted for the whole country, for its busiest
body, and both databases must count the same.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

from bench.desk_stores import databases, fill
from bench.made_desk import BUSY, NOW, TOP, MadeDesk
from bench.measure import machine, median_and_tail
from fanzha import bootstrap
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import TimeSortedIds
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.count_figures import FiguresWanted, count_figures
from fanzha.services.desk.counting.entries import By
from fanzha.services.desk.daily_analysis import draft_daily_analysis
from fanzha.services.desk.follow_stopped_money import follow_stopped_money
from fanzha.services.desk.model import Desk
from fanzha.services.desk.rehearse import rehearsed
from fanzha.statistics import Period, day_of
from fanzha.storage.sql import SqlWorkStore

ROUNDS: Final = 3


class _Standing:
    """The moment for which the year was made."""

    def now_us(self) -> int:
        return NOW


def run(size: int, *, seed: int, url: str | None = None, rounds: int = ROUNDS) -> dict[str, Any]:
    """Fill each database and count everything `rounds` times, in random order."""
    made = MadeDesk(size, seed)
    results: list[dict[str, Any]] = []
    answers: dict[str, dict[str, Any]] = {}
    limit: dict[str, float] = {}
    with closing(databases(url)) as addresses:
        for engine, address in addresses:
            loaded = fill(address, made)
            if loaded is not None:
                print(f"{engine}: {loaded.records} records loaded in {loaded.seconds:.0f} s; counting", file=sys.stderr)
                limit[f"{engine}_records"] = loaded.records
            seconds, answers[engine] = _counted(address, rounds, seed)
            results += [
                {"engine": engine, "question": name, **median_and_tail(times)} for name, times in seconds.items()
            ]
    return {
        "bench": "figures",
        "size": size,
        "results": results,
        "equal_answers": all(given == next(iter(answers.values())) for given in answers.values()),
        "limit": limit,
        "machine": machine(),
    }


def _counted(address: str, rounds: int, seed: int) -> tuple[dict[str, list[float]], dict[str, Any]]:
    store, clock = SqlWorkStore(address, TABLES), _Standing()
    chance = random.Random(seed)
    try:
        questions = _questions(Desk(store, clock, TimeSortedIds(clock), bootstrap.desk_rules()))
        seconds: dict[str, list[float]] = {name: [] for name in questions}
        answers: dict[str, Any] = {}
        for _ in range(rounds):
            for name in chance.sample(list(questions), len(questions)):
                begun = perf_counter()
                answers[name] = questions[name]()
                seconds[name].append(perf_counter() - begun)
        return seconds, answers
    finally:
        store.close()


def _questions(desk: Desk) -> dict[str, Callable[[], Any]]:
    last = day_of(NOW).replace(day=1) - timedelta(days=1)
    month = Period(last.replace(day=1).isoformat(), last.isoformat())
    found: dict[str, Callable[[], Any]] = {}
    for name, body, level in (("country", TOP, Level.MINISTRY), ("busiest", BUSY, Level.COUNTY)):
        actor = Actor(f"{body}-o0", body, level, frozenset({Role.ANALYST, Role.APPROVER}), "模拟")

        def month_of(actor: Actor = actor) -> Any:
            figures = count_figures(desk, actor, FiguresWanted(month))
            return [(one.measure, one.group, one.value, len(one.ids)) for one in figures]

        def by_type(actor: Actor = actor) -> Any:
            figures = count_figures(desk, actor, FiguresWanted(month, ("cases_reported", "loss_reported"), By.TYPE))
            return [(one.measure, one.group, one.value, len(one.ids)) for one in figures]

        def funnel(actor: Actor = actor) -> Any:
            return follow_stopped_money(desk, actor, FiguresWanted(month)).funnel

        def day(actor: Actor = actor) -> Any:
            made = draft_daily_analysis(rehearsed(desk), actor)
            return [(one.variable.name, one.value, one.records) for one in made.figures]

        found |= {f"month_{name}": month_of, f"by_type_{name}": by_type, f"funnel_{name}": funnel, f"day_{name}": day}
    return found
