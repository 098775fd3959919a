"""A city on disk: what its institutions know, day by day, and the truth in a folder of its own beside it.

`institutions/` holds the tables of banks, telephone companies, sites and registers; `transfers/` in it is the canonical
table, which `fanzha ingest` reads. `truth/` holds who belongs to which gang and which payment carries whose money; nothing
under `institutions/` depends on it. The same size and seed give the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.core.errors import BadInput, Refused
from fanzha.core.time import format_instant
from fanzha.simulation.city.balances import Swell, Tide, swell_of
from fanzha.simulation.city.build import Calendar, City, calendar
from fanzha.simulation.city.devices import LogBook, make_devices
from fanzha.simulation.city.families import make_families
from fanzha.simulation.city.names import Names
from fanzha.simulation.city.openings import make_openings
from fanzha.simulation.city.ordinary import Payments
from fanzha.simulation.city.people import Ints
from fanzha.simulation.city.registry import make_registry
from fanzha.simulation.city.signals import Signals, make_lines
from fanzha.simulation.city.tables import (
    FEW,
    Texts,
    accounts_table,
    companies_table,
    contacts_table,
    lines_table,
    logins_table,
    residents_table,
    transfers_table,
)
from fanzha.simulation.city.truth import truth_tables

INSTITUTIONS: Final = "institutions"
TRUTH: Final = "truth"
BY_DAY: Final = ("transfers", "logins", "calls", "messages", "visits")
DRAFT: Final = "draft"  # days between the two turns, in the unfinished folder alone
SERIALS_A_DAY: Final = 10**9
COMPRESSION_LEVEL: Final = 1
T = TypeVar("T")
Told = Callable[[str, int, int], None]


def write_city(city: City, folder: Path, told: Told = lambda *_: None, threads: int = 2) -> dict[str, Any]:
    """Writes the city into a new folder and returns what is in it; the folder is there whole or not at all.

    told: called with the step's name, how far it is, and how far it goes. threads: days made at once; the bytes are the same.
    Raises Refused where the folder has something in it, BadInput where it cannot be written.
    """
    refuse_full(folder)
    folder = folder.resolve()
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(beside, ignore_errors=True)  # of a process of that number that was killed
        beside.mkdir(parents=True)
        document = _Writing(city, beside, told, threads).write()
        shutil.rmtree(beside / DRAFT)
        beside.replace(folder)
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return document


def refuse_full(folder: Path) -> None:
    """Raises Refused where there is something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; a city is written into a new folder")


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is kept of a day in memory between the two turns."""

    number: int
    swell: Swell  # without its columns by payment, which are on disk
    stolen: Ints  # rows of the day, and below them the moves that they are
    counts: dict[str, int]


class _Writing:
    """Two turns through the days: first all that needs no balance, then the transfers with what each account showed.

    What an account must have had at first is known only behind the last day; so the first turn keeps the payments on disk.
    """

    def __init__(self, city: City, folder: Path, told: Told, threads: int) -> None:
        self._city, self._folder, self._told, self._threads = city, folder, told, threads
        self._seen, self._calendar = folder / INSTITUTIONS, calendar(city)
        lines, self._registry = make_lines(city), make_registry(city)
        self._devices = make_devices(city, self._registry)
        self._texts = Texts(city, Names(city, lines), self._devices)
        self._signals, self._log_book = Signals(city, lines), LogBook(city, self._devices)

    def write(self) -> dict[str, Any]:
        for part in (*(self._seen / name for name in BY_DAY), self._folder / TRUTH, self._folder / DRAFT):
            part.mkdir(parents=True)
        numbers = range(self._city.size.days)
        with ThreadPoolExecutor(self._threads) as pool:
            first = (partial(self._draft, self._calendar, number) for number in numbers)
            drafts = list(self._in_turn(pool, "days", first))
            tide = Tide.calm(self._city.abroad + 1)
            for draft in drafts:
                tide.take_in(draft.swell)
            opening = tide.openings(self._city.people.accounts.savings_minor)
            for _ in self._in_turn(pool, "transfers", self._with_balances(drafts, opening)):
                pass
        self._write_registers(opening)
        stolen = np.concatenate([draft.stolen for draft in drafts], axis=1)
        for name, table in truth_tables(self._texts, self._devices, stolen[0], stolen[1]).items():
            _save(table, self._folder / TRUTH / f"{name}.parquet")
        counts = {name: sum(draft.counts[name] for draft in drafts) for name in BY_DAY}
        return self._document({**counts, "stolen_moves": stolen.shape[1]})

    def _in_turn(self, pool: ThreadPoolExecutor, name: str, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """What the tasks return, in their order; no more of them are begun than there are threads, and one."""
        waiting: deque[Future[T]] = deque()
        done = 0
        try:
            for task in tasks:
                waiting.append(pool.submit(task))
                if len(waiting) > self._threads:
                    done += 1
                    yield waiting.popleft().result()
                    self._told(name, done, self._city.size.days)
            while waiting:
                done += 1
                yield waiting.popleft().result()
                self._told(name, done, self._city.size.days)
        finally:
            for future in waiting:
                future.cancel()

    def _draft(self, every: Calendar, number: int) -> _Draft:
        """Everything of a day that needs no balance; its payments go to the draft."""
        payments, moves = every.day(number)
        swell = swell_of(payments)
        columns = {name: getattr(payments, name) for name in Payments.__slots__}
        np.savez(self._folder / DRAFT / str(number), **columns, payer_after=swell.payer, payee_after=swell.payee)
        logins, today = self._log_book.day(number, payments, moves), self._signals.day(number)
        contacts = {"calls": today.calls, "messages": today.messages, "visits": today.visits}
        self._save_day("logins", number, logins_table(logins, self._texts))
        for name, those in contacts.items():
            self._save_day(name, number, contacts_table(name, those, self._texts))
        stolen = np.flatnonzero(moves >= 0)
        counts = {"transfers": len(payments), "logins": len(logins.at_us)}
        return _Draft(
            number, Swell(swell.account, swell.low, swell.moved, stolen[:0], stolen[:0]),
            np.stack((number * SERIALS_A_DAY + stolen, moves[stolen])),
            {**counts, **{name: len(those.at_us) for name, those in contacts.items()}},
        )  # fmt: skip

    def _with_balances(self, drafts: list[_Draft], opening: Ints) -> Iterator[Callable[[], None]]:
        standing = opening.copy()
        for draft in drafts:
            yield partial(self._write_transfers, draft.number, standing.copy())
            standing[draft.swell.account] += draft.swell.moved

    def _write_transfers(self, number: int, standing: Ints) -> None:
        """A day's transfers; standing: what each account had before it."""
        file = self._folder / DRAFT / f"{number}.npz"
        with np.load(file) as kept:
            payments = Payments(*(kept[name] for name in Payments.__slots__))
            after = (
                standing[payments.payer] + kept["payer_after"], standing[payments.payee] + kept["payee_after"],
            )  # fmt: skip
        file.unlink()
        # Serials count a bank's day as a bank does: they say when, and nothing else.
        serial = number * SERIALS_A_DAY + np.arange(len(payments))
        self._save_day("transfers", number, transfers_table(payments, after, serial, self._texts))

    def _write_registers(self, opening: Ints) -> None:
        texts = self._texts
        registers = {
            "accounts": accounts_table(opening, make_openings(self._city, self._registry), texts),
            "lines": lines_table(texts), "companies": companies_table(self._registry, texts),
            "residents": residents_table(make_families(self._city), texts),
        }  # fmt: skip
        for name, table in registers.items():
            _save(table, self._seen / f"{name}.parquet")

    def _document(self, counts: dict[str, int]) -> dict[str, Any]:
        city = self._city
        document = {
            "size": city.size.name, "seed": city.seed, "begins": format_instant(city.begins_us),
            "ends": format_instant(city.ends_us), "accounts": city.size.accounts, "frauds": len(city.frauds), **counts,
            "mark": "模拟: nobody and nothing in this city is real",
        }  # fmt: skip
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        self._folder.joinpath("city.json").write_text(text, encoding="utf-8")
        return document

    def _save_day(self, name: str, number: int, table: pa.Table) -> None:
        _save(table, self._seen / name / f"day-{number + 1:03d}.parquet")


def _save(table: pa.Table, file: Path) -> None:
    few = [name for name in table.column_names if name in FEW]
    pq.write_table(
        table, file, compression="zstd", compression_level=COMPRESSION_LEVEL, use_dictionary=few,
        write_statistics=["at"] if "at" in table.column_names else False,
    )  # fmt: skip
