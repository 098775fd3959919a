"""A month at the desk: victims report as they do, officers work, banks answer, clocks ring; time jumps to what is next."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from fanzha.casework import Clue
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.dispatcher import Dispatcher
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.books import Books
from fanzha.services.desk.collect_receipts import ReceiptDesk, collect_receipts
from fanzha.services.desk.dispatch_orders import dispatch_orders
from fanzha.services.desk.model import Desk
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.demo.city_scripts import CaseOfCity, CityScripts
from fanzha.simulation.demo.institutions import Institutions
from fanzha.simulation.demo.office import people_of
from fanzha.simulation.drill.analysts import Analysts
from fanzha.simulation.drill.officers import Officers

WORKER: Final = "demo"
BATCH: Final = 100


class MovingClock:
    """The demo's time."""

    def __init__(self, at_us: int) -> None:
        self._at_us = at_us

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return self._at_us

    def turn_to(self, at_us: int) -> None:
        """Never back."""
        self._at_us = max(self._at_us, at_us)


@dataclass(frozen=True, slots=True)
class Place:
    """What the demo's people and machines work with."""

    desk: Desk
    books: Books
    dispatcher: Dispatcher
    receipts: ReceiptDesk
    clock: MovingClock
    institutions: Institutions
    scripts: CityScripts
    counties: int
    turn_us: int  # so long takes an officer what he does at one look
    looks_us: tuple[int, int]  # how often answers to orders are looked at, and statements


@dataclass(slots=True)
class _Team:
    """Who works on one case."""

    script: CaseOfCity
    officers: Officers
    analysts: Analysts

    def look(self) -> bool:
        # An order of another case may change a measure of this one; of the rest a team hears.
        self.officers.look_again(Measure)
        acted = any([self.officers.act(), self.analysts.act()])
        return self.officers.seen_anew(self.officers.tell_holders, Measure) or acted


@dataclass(slots=True)
class Month:
    """The city's month up to now."""

    place: Place
    frauds: list[Fraud]  # not reported yet, the last one first
    teams: dict[int, _Team] = field(default_factory=dict[int, "_Team"])
    by_case: dict[str, int] = field(default_factory=dict[str, int])
    due: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    clock_us: int | None = None  # when the next clock rings
    sends: bool = False  # somebody did something by which orders may leave

    @property
    def next_number(self) -> int:
        """The number of the next case: they are counted as they are reported."""
        return len(self.teams) + 1

    def play(self, until_us: int, told: Callable[[int], None]) -> None:
        """Lives up to an instant. told: called with each instant that time was turned to."""
        clock = self.place.clock
        while (next_us := self._next_us()) is not None and next_us < until_us:
            clock.turn_to(next_us)
            told(clock.now_us())
            self.place.institutions.let_time_pass(clock.now_us())
            self._take_in_reports()
            self._let_machines_work()
            self._let_people_work()
            self._send()
        clock.turn_to(until_us)
        self.place.institutions.let_time_pass(until_us)
        self._let_machines_work()

    def _next_us(self) -> int | None:
        now_us = self.place.clock.now_us()
        instants = [self.due[0][0]] if self.due else []
        if self.frauds:
            instants.append(self.frauds[-1].reported_us)
        if (banks_us := self.place.institutions.next_us()) is not None:
            instants.append(banks_us)
        with self.place.desk.store.reading() as view:
            self.clock_us = next((clock.due_us for clock in view.clocks.due_before(2**62, 1)), None)
        if self.clock_us is not None:
            instants.append(self.clock_us)
        return max(min(instants), now_us) if instants else None

    def _take_in_reports(self) -> None:
        while self.frauds and self.frauds[-1].reported_us <= self.place.clock.now_us():
            fraud = self.frauds.pop()
            script = self.place.scripts.case_of(fraud, self.next_number)
            if script is None:
                continue
            place = self.place
            officers = Officers(place.desk, place.books, people_of(script.county, place.counties), script)
            self.teams[script.number] = _Team(script, officers, Analysts(officers, place.looks_us[1]))
            self._wake(script.number, fraud.reported_us)
            self._wake(script.number, script.files_us)

    def _let_machines_work(self) -> None:
        place, now_us = self.place, self.place.clock.now_us()
        ready = place.institutions.answering(now_us)
        if ready:
            self.sends = True
            run = collect_receipts(place.desk, place.receipts, partners=ready)
            self._wake_cases([each.taken.measure for each in run.recorded if each.taken.measure is not None])
        if self.clock_us is not None and self.clock_us <= now_us:
            self.sends = True
            for clock in run_clocks(place.desk, WORKER).rang:
                self._wake_case(self._case_of(clock), now_us)

    def _let_people_work(self) -> None:
        now_us = self.place.clock.now_us()
        while self.due and self.due[0][0] <= now_us:
            _, number = heapq.heappop(self.due)
            team = self.teams[number]
            if team.look():
                self.sends = True
                self._wake(number, now_us + self.place.turn_us)
            case = team.officers.case()
            if case is not None:
                self.by_case[case.id] = number
            until_us = team.analysts.waits_until_us()
            if until_us is not None and until_us > now_us:
                self._wake(number, until_us)

    def _send(self) -> None:
        while self.sends:
            sent = dispatch_orders(self.place.desk, self.place.dispatcher, WORKER, limit=BATCH).sent
            self.sends = len(sent) == BATCH

    def _wake_cases(self, answered: Sequence[Measure]) -> None:
        """The teams of these measures look at the answers at the next full so many minutes."""
        now_us = self.place.clock.now_us()
        for measure in answered:
            every_us = self.place.looks_us[measure.kind is MeasureKind.QUERY]
            self._wake_case(measure.request.case or "", -(-now_us // every_us) * every_us)

    def _wake_case(self, case: str, at_us: int) -> None:
        number = self.by_case.get(case)
        if number is not None:
            self.teams[number].officers.look_again()
            self._wake(number, at_us)

    def _case_of(self, clock: DueClock) -> str:
        """The case that a clock concerns; empty where it is none's."""
        with self.place.desk.store.reading() as view:
            match clock.subject_kind:
                case "measure":
                    return view.records(Measure).get(clock.subject_id).request.case or ""
                case "clue":
                    return view.records(Clue).get(clock.subject_id).case
                case "return":
                    return view.records(ReturnProcedure).get(clock.subject_id).case
                case "case":
                    return clock.subject_id
                case _:
                    return ""

    def _wake(self, number: int, at_us: int) -> None:
        if (at_us, number) not in self.due:
            heapq.heappush(self.due, (at_us, number))


def month_of(place: Place, frauds: Collection[Fraud], until_us: int) -> Month:
    """The month of these frauds, as far as they are reported before an instant."""
    reported = [fraud for fraud in frauds if fraud.reported_us < until_us]
    return Month(place, sorted(reported, key=lambda fraud: (fraud.reported_us, fraud.number), reverse=True))
