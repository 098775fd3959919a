"""The city's banks and payment institutions, all of one world: they listen, carry orders out in the order of time, answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.time import Clock
from fanzha.simulation.banks import BankConfig, Faults, RunningBank, SimulatedBank, run_bank
from fanzha.simulation.banks.bank import BOOK_FILE
from fanzha.simulation.demo.city_book import CityBook
from fanzha.simulation.demo.city_payments import read_city_payments
from fanzha.simulation.demo.city_world import CityWorld, FailedPayments
from fanzha.simulation.demo.demo_home import MAKE_ANEW

KEY: Final = "exchange.pem"
STAFF_FILE: Final = "institutions.json"


@dataclass(frozen=True, slots=True)
class Staff:
    """Which institutions a city has; the first ones are banks, the others payment institutions."""

    names: tuple[str, ...]
    banks: int

    @classmethod
    def read(cls, folder: Path) -> Staff:
        """As `keep` left it in a world's folder. Raises BadInput where an earlier version made that world, or it is broken."""
        file = folder / STAFF_FILE
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return cls(tuple(told["names"]), int(told["banks"]))
        except FileNotFoundError:
            raise BadInput(f"{file} is not there: an earlier version made this demo; {MAKE_ANEW}") from None
        except (ValueError, KeyError, TypeError):
            raise BadInput(f"{file}: these are no institutions; {MAKE_ANEW}") from None

    def keep(self, folder: Path) -> None:
        """Leaves it in a world's folder, for a later start."""
        told = {"mark": "模拟", "names": self.names, "banks": self.banks}
        (folder / STAFF_FILE).write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Institutions:
    """Every institution of the city, listening."""

    running: tuple[RunningBank, ...]
    world: CityWorld

    @property
    def addresses(self) -> tuple[tuple[str, str, str, str], ...]:
        """Of each its name, where it listens, and the key by which it signs."""
        return tuple((one.bank.config.name, one.url, one.bank.key_id, one.bank.public_key) for one in self.running)

    def next_us(self) -> int | None:
        """When the next of them has something to do, or something to say."""
        return min(
            (at for one in self.running for at in (_next_due(one.bank), one.bank.next_answer_us()) if at), default=None
        )

    def let_time_pass(self, now_us: int) -> None:
        """Everybody pays, and each institution does, what is due by now.

        Between two calls no more than one instant with something to do may pass.
        """
        for one in self.running:
            due_us = _next_due(one.bank)
            if due_us is not None and due_us <= now_us:
                one.bank.let_time_pass()
        self.world.advance(now_us)

    def live_until(self, now_us: int, turn_to: Callable[[int], None]) -> None:
        """Everything that is due by now, one instant after the other. turn_to: turns the institutions' clock."""
        while (due_us := min((at for one in self.running if (at := _next_due(one.bank))), default=now_us)) < now_us:
            turn_to(due_us)
            self.let_time_pass(due_us)
        turn_to(now_us)
        self.let_time_pass(now_us)

    def answering(self, now_us: int) -> frozenset[str]:
        """Those that have an answer ready."""
        ready = ((one.bank.config.name, one.bank.next_answer_us()) for one in self.running)
        return frozenset(name for name, at_us in ready if at_us is not None and at_us <= now_us)


def _next_due(bank: SimulatedBank) -> int | None:
    assert isinstance(bank.book, CityBook), "every bank of the city keeps such a book"
    return min((at for at in (bank.next_due_us(), bank.book.next_end_us()) if at is not None), default=None)


@contextmanager
def running_institutions(
    folder: Path, home: Path, staff: Staff, told: Mapping[str, Any], clock: Clock, seed: int
) -> Iterator[Institutions]:
    """Every institution of a world's folder, obeying the desk of a home; what they did before stands in their books."""
    key_id, public_key = bootstrap.exchange_public_key(home, KEY)
    books_folder = folder / "institutions"
    books_folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        failed = FailedPayments(books_folder / "failed.db")
        opened.callback(failed.close)
        world = CityWorld(read_city_payments(folder / "city"), failed)
        world.resume(clock.now_us())
        running: list[RunningBank] = []
        books: list[CityBook] = []
        for place, name in enumerate(staff.names):
            kind = "bank" if place < staff.banks else "wallet"
            forms = told[f"{kind}_statements"]
            config = BankConfig(
                name=name, directory=books_folder / name, desk_keys={key_id: public_key}, faults=_faults(told, kind),
                seed=seed, statement=forms[place % len(forms)], acknowledges=False,
                tells_onward=False,
            )  # fmt: skip
            config.directory.mkdir(parents=True, exist_ok=True)
            book = CityBook(config.directory / BOOK_FILE, world, name)
            one = run_bank(SimulatedBank(config, clock, book=book))
            opened.callback(one.stop)
            running.append(one)
            books.append(book)
        for book in books:
            book.bind_anew()
        for one in running:
            one.bank.peers.update({other.bank.config.name: other.bank for other in running if other is not one})
        yield Institutions(tuple(running), world)


def _faults(told: Mapping[str, Any], kind: str) -> Faults:
    return Faults(
        refuse=told["refusal"], delay_s=_seconds(told[f"{kind}_stop_min"]),
        query_delay_s=_seconds(told[f"{kind}_query_min"]),
    )  # fmt: skip


def _seconds(minutes: tuple[float, float]) -> tuple[int, int]:
    return int(minutes[0] * 60), int(minutes[1] * 60)
