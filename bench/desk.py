"""`fanzha bench desk`: the desk's lists, a case's page, an account's dossier and an approval, by the use cases themselves.

The same made country of desks is put into SQLite and into PostgreSQL; each question is asked of many bodies, officers, cases
and accounts in random order, and both databases must give the same answers.
"""

from __future__ import annotations

import gc
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any, Final

from bench.desk_stores import Loaded, databases, fill
from bench.made_desk import ACCOUNTS_A_CASE, BUSY, CITIES, HOUR_US, NOW, OFFICERS, PARTNERS, TOP, MadeDesk, account
from bench.measure import machine, median_and_tail
from fanzha import bootstrap
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.ids import TimeSortedIds
from fanzha.measures.lifecycle import OPEN
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.lists import (
    ListWanted,
    list_cases,
    list_clues,
    list_incidents,
    list_measures,
    list_reports,
    list_tasks,
)
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_account import open_account
from fanzha.services.desk.search_records import search_records
from fanzha.storage.sql import SqlWorkStore

FLOOR_S: Final = 0.1  # of the slowest one in twenty
READERS: Final = 2  # beside who approves
ROUNDS: Final = 100
EVERYTHING: Final = ListWanted()
Question = Callable[[Desk, MadeDesk, random.Random], Any]


class _Standing:
    """The moment for which the year was made; it goes on a little so that ids differ."""

    def __init__(self) -> None:
        self._at_us = NOW

    def now_us(self) -> int:
        self._at_us += 1
        return self._at_us


def run(size: int, *, seed: int, url: str | None = None, rounds: int = ROUNDS) -> dict[str, Any]:
    """Fill each database and ask every question `rounds` times, after a first time that is not counted."""
    made = MadeDesk(size, seed)
    results: list[dict[str, Any]] = []
    answers: dict[str, list[Any]] = {}
    limit: dict[str, float] = {"floor_ms": FLOOR_S * 1000}
    with closing(databases(url)) as addresses:
        for engine, address in addresses:
            loaded = fill(address, made)
            if loaded is None:
                print(f"{engine}: filled by an earlier start; asking", file=sys.stderr)
            else:
                print(f"{engine}: {loaded.records} records loaded in {loaded.seconds:.0f} s; asking", file=sys.stderr)
                limit |= _load_figures(engine, loaded)
            seconds, answers[engine] = _measure(address, made, rounds)
            results += [
                {"engine": engine, "question": name, **median_and_tail(times)} for name, times in seconds.items()
            ]
    limit["p95_worst_ms"] = max(row["p95_s"] for row in results) * 1000
    return {
        "bench": "desk",
        "size": size,
        "results": results,
        "equal_answers": all(given == next(iter(answers.values())) for given in answers.values()),
        "limit": limit,
        "machine": machine(),
    }


def _measure(address: str, made: MadeDesk, rounds: int) -> tuple[dict[str, list[float]], list[Any]]:
    store, clock = SqlWorkStore(address, TABLES), _Standing()
    desk = Desk(store, clock, TimeSortedIds(clock), bootstrap.desk_rules())
    try:
        seconds, answers = _ask(desk, made, rounds)
        seconds["approve_beside_readers"] = _approve(desk, made, rounds)
    finally:
        store.close()
    return seconds, answers


def _load_figures(engine: str, loaded: Loaded) -> dict[str, float]:
    return {
        f"{engine}_records": loaded.records,
        f"{engine}_loaded_s": round(loaded.seconds, 1),
        f"{engine}_gib": round(loaded.gib, 3),
    }


def _ask(desk: Desk, made: MadeDesk, rounds: int) -> tuple[dict[str, list[float]], list[Any]]:
    """Seconds of each question, and what was answered, in one order for every database."""
    chance = random.Random(made.seed)
    seconds: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    answers: list[Any] = []
    gc.collect()
    gc.freeze()
    for turn in range(rounds + 1):
        names = list(QUESTIONS)
        chance.shuffle(names)
        for name in names:
            ready = QUESTIONS[name](desk, made, chance)
            begun = perf_counter()
            answer = ready()
            spent = perf_counter() - begun
            if turn:
                seconds[name].append(spent)
            answers.append((name, _told(answer)))
    gc.unfreeze()
    return seconds, answers


def _told(answer: Any) -> Any:
    """What must be the same on every database: which records, in which order."""
    if hasattr(answer, "rows"):
        return [record.id for record in answer.rows]
    if hasattr(answer, "case"):
        return [[one.id for one in part.rows] for part in (answer.reports, answer.clues, answer.measures, answer.tasks)]
    if hasattr(answer, "hits"):
        return sorted(hit.id for hit in answer.hits)
    return [measure.id for measure in answer.standing.measures]


def _approve(desk: Desk, made: MadeDesk, rounds: int) -> list[float]:
    """Seconds of each approval while others read without a pause."""
    chief = _person(Role.APPROVER, TOP, Level.MINISTRY)
    waiting = list_measures(desk, chief, ListWanted(limit=min(rounds, 1000), status=("proposed",))).rows
    seconds = []
    with _readers(desk, made):
        for measure in waiting:
            begun = perf_counter()
            approve_measure(desk, chief, measure.id, version=measure.version)
            seconds.append(perf_counter() - begun)
    return seconds or [float("nan")]


@contextmanager
def _readers(desk: Desk, made: MadeDesk) -> Iterator[None]:
    enough = threading.Event()

    def read(number: int) -> None:
        chance = random.Random(number)
        while not enough.is_set():
            QUESTIONS[chance.choice(["clues_queue", "measures_by_due", "case_page", "cases_newest"])](
                desk, made, chance
            )()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join()


# --- who asks -----------------------------------------------------------------------------------------------------------


def _person(role: Role, body: str, level: Level, name: str = "o0") -> Actor:
    return Actor(f"{body}-{name}", body, level, frozenset({role}))


def _officer(made: MadeDesk, chance: random.Random, role: Role = Role.DUTY_OFFICER) -> Actor:
    """Somebody of a city's centre, every other time of the busy one."""
    city = f"P{chance.randrange(made.provinces):02d}C{chance.randrange(CITIES):02d}" if chance.random() < 0.5 else BUSY
    return _person(role, city, Level.CITY, f"o{chance.randrange(OFFICERS)}")


def _province(made: MadeDesk, chance: random.Random) -> Actor:
    return _person(Role.COMMANDER, f"P{chance.randrange(made.provinces):02d}", Level.PROVINCE)


def _ministry(_made: MadeDesk, _chance: random.Random) -> Actor:
    return _person(Role.COMMANDER, TOP, Level.MINISTRY)


def _partner(_made: MadeDesk, chance: random.Random) -> Actor:
    return _person(Role.PARTNER_DESK, f"B{chance.randrange(PARTNERS):03d}", Level.PARTNER)


# --- what is asked ------------------------------------------------------------------------------------------------------


def _listed(
    ask: Callable[..., Any],
    who: Callable[[MadeDesk, random.Random], Actor],
    wanted: ListWanted = EVERYTHING,
    **more: Any,
) -> Question:
    def ready(desk: Desk, made: MadeDesk, chance: random.Random) -> Callable[[], Any]:
        return partial(ask, desk, who(made, chance), wanted, **more)

    return ready


def _mine(ask: Callable[..., Any]) -> Question:
    def ready(desk: Desk, made: MadeDesk, chance: random.Random) -> Callable[[], Any]:
        actor = _officer(made, chance)
        return partial(ask, desk, actor, ListWanted(officer=actor.id))

    return ready


def _next_page(desk: Desk, made: MadeDesk, chance: random.Random) -> Callable[[], Any]:
    actor, wanted = _province(made, chance), ListWanted()
    return partial(list_measures, desk, actor, replace(wanted, cursor=list_measures(desk, actor, wanted).next_cursor))


def _a_case(desk: Desk, made: MadeDesk, chance: random.Random) -> Callable[[], Any]:
    number = chance.randrange(made.cases)
    actor = _person(Role.DUTY_OFFICER, made.body_of(number), Level.COUNTY)
    return partial(case_page, desk, actor, f"CASE-{number:08d}")


def _an_account(ask: Callable[..., Any]) -> Question:
    def ready(desk: Desk, made: MadeDesk, chance: random.Random) -> Callable[[], Any]:
        number = chance.randrange(made.cases)
        actor = _person(Role.DUTY_OFFICER, made.body_of(number), Level.COUNTY)
        return partial(ask, desk, actor, account(number * ACCOUNTS_A_CASE + chance.randrange(ACCOUNTS_A_CASE)))

    return ready


_SOON: Final = ListWanted(due_before_us=NOW + 24 * HOUR_US, status=tuple(OPEN))
_APPROVER: Final = partial(_officer, role=Role.APPROVER)
QUESTIONS: Final[Mapping[str, Question]] = {
    "clues_queue": _listed(list_clues, _officer),
    "clues_mine": _mine(list_clues),
    "reports_newest": _listed(list_reports, _officer),
    "cases_newest": _listed(list_cases, _officer),
    "cases_mine": _mine(list_cases),
    "tasks_mine": _mine(list_tasks),
    "measures_by_due": _listed(list_measures, _officer),
    "measures_due_soon": _listed(list_measures, _officer, _SOON),
    "measures_waiting_for_me": _listed(list_measures, _APPROVER, waiting_for_me=True),
    "incidents_open": _listed(list_incidents, _APPROVER),
    "below_city_measures": _listed(list_measures, _APPROVER),
    "below_city_cases": _listed(list_cases, _APPROVER),
    "province_clues": _listed(list_clues, _province),
    "province_reports": _listed(list_reports, _province),
    "province_cases": _listed(list_cases, _province),
    "province_measures": _listed(list_measures, _province),
    "province_measures_next_page": _next_page,
    "province_measures_over": _listed(list_measures, _province, ListWanted(status=("lapsed", "lifted"))),
    "province_waiting_for_me": _listed(
        list_measures, lambda made, chance: replace(_province(made, chance), roles=frozenset({Role.APPROVER})),
        waiting_for_me=True,
    ),
    "ministry_clues": _listed(list_clues, _ministry),
    "ministry_cases": _listed(list_cases, _ministry),
    "ministry_measures": _listed(list_measures, _ministry),
    "partner_orders": _listed(list_measures, _partner),
    "case_page": _a_case,
    "account_dossier": _an_account(open_account),
    "account_search": _an_account(search_records),
}  # fmt: skip
