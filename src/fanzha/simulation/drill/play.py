"""A drill from its first minute to its last: people act, machines work, and time goes on when nobody has anything to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fanzha.core.errors import Refused
from fanzha.core.time import MINUTE_US, format_instant
from fanzha.services.desk.collect_receipts import collect_receipts
from fanzha.services.desk.dispatch_orders import dispatch_orders
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.simulation.drill.analysts import Analysts
from fanzha.simulation.drill.officers import Officers, People
from fanzha.simulation.drill.stage import Address, Stage, connect_banks

TURNS_MAX: Final = 20_000
WORKER: Final = "drill"
HUMAN_US: Final = MINUTE_US  # what people do in one turn takes them a minute; machines take none


def play(stage: Stage, told: Callable[[str], None], where: Callable[[], tuple[Address, ...]]) -> None:
    """Plays until the money is back; begun again after a crash it goes on where the records stand.

    told: called with each instant to which time is turned. where: where the banks listen by now.
    Raises Refused when nobody has anything to do and nothing is to come.
    """
    people = People(*(stage.people[login] for login in ("duty", "chief", "city-chief")))
    officers = Officers(stage.desk, stage.books, people, stage.scenario)
    analysts = Analysts(officers, stops_unknown=True)
    for _ in range(TURNS_MAX):
        connect_banks(stage, where())
        officers.look_again()
        acted = any([officers.act(), analysts.act()])
        if work_machines(stage) or acted:
            stage.turn_clock(stage.clock.now_us() + acted * HUMAN_US)
            continue
        if analysts.is_done():
            return
        to_us = _next_instant(stage, analysts)
        told(format_instant(to_us))
        stage.turn_clock(to_us)
    raise Refused(f"after {TURNS_MAX} turns the drill is not at its end")


def work_machines(stage: Stage) -> bool:
    """The outbox, the partners' answers and the clocks; whether any of them did something that others build on."""
    sent = dispatch_orders(stage.desk, stage.dispatcher, WORKER)
    run = collect_receipts(stage.desk, stage.receipts)
    rang = run_clocks(stage.desk, WORKER)
    new = any(recorded.taken.taken.value == "applied" for recorded in run.recorded)
    return bool(sent.sent or sent.settled or new or rang.rang)


def _next_instant(stage: Stage, analysts: Analysts) -> int:
    """A minute on while something is on its way; else the next report or clock."""
    now_us = stage.desk.clock.now_us()
    instants = [stage.scenario.files_us, *(told.at_us for told in stage.scenario.reports)]
    to_come = [at_us for at_us in instants if at_us > now_us]
    with stage.desk.store.reading() as view:
        to_come += [clock.due_us for clock in view.clocks.due_before(2**62, 50) if clock.due_us > now_us]
    if analysts.in_flight():
        return now_us + MINUTE_US
    if not to_come:
        raise Refused("nobody has anything to do, nothing is to come, and the money is not back")
    return min(to_come)
