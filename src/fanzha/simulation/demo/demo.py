"""The demo in one go: the city is made, its month is lived at the desk, and what came of it is told; whole or not at all."""

from __future__ import annotations

import gc
import json
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from fanzha import bootstrap
from fanzha.casework import Report
from fanzha.core.errors import Refused
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US
from fanzha.services.copy_ledger import copy_ledger
from fanzha.services.desk.add_to_report import attach_file
from fanzha.services.desk.model import Desk
from fanzha.simulation.city.assumptions import CitySize, read_assumptions
from fanzha.simulation.city.build import City, build_city
from fanzha.simulation.city.names import Names
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.city.signals import make_lines
from fanzha.simulation.city.write import write_city
from fanzha.simulation.demo.city_scripts import CityScripts
from fanzha.simulation.demo.demo_home import DONE, check_place, is_demo
from fanzha.simulation.demo.institutions import Staff, running_institutions
from fanzha.simulation.demo.office import PASSWORD, Member, clerks, found_office, link_institutions, members, people_of
from fanzha.simulation.demo.play import Month, MovingClock, Place, month_of
from fanzha.simulation.demo.slip import slips
from fanzha.simulation.demo.strike import (
    BEFORE_END_US,
    LASTS_US,
    StrikeStaff,
    begin_strike,
    finish_strike,
    tell_month,
)
from fanzha.simulation.demo.summary import summary_of
from fanzha.simulation.demo.workshop import take_away, workshop
from fanzha.simulation.drill.officers import Officers

WORLD: Final = "world"  # what the desk of the demo cannot see: the city with its truth, and the institutions' books
VISITORS_PART: Final = 3  # of so many parts of the reports the visitor's is in the last
ASSUMPTIONS: Final = Path(__file__).with_name("assumptions.toml")
Told = Callable[[str, int, int], None]  # a step, how far it is, and how far it goes


def make_demo(
    home: Path,
    size: CitySize,
    seed: int,
    told: Told = lambda *_: None,
    *,
    reports: int | None = None,
    anew: bool = False,
) -> dict[str, Any]:
    """Makes a demo in a folder that is not there yet or is empty, and gives its summary.

    reports: its month ends with so many at the latest. What is begun lies beside the folder until it is whole, and is gone
    when anything goes wrong; what a killed start left is taken away first. anew: a demo that is there already is taken
    away too; nothing else ever is.
    Raises BadInput where the folder cannot be made, Refused as `demo_there` and while another start is making one there.
    """
    home = home.resolve()
    with workshop(home) as begun:
        check_place(home)
        if is_demo(home):  # asked in the workshop: no other start puts one there from now on
            if not anew:
                raise Refused(f"{home} holds a demo already; start again to see it")
            take_away(home, begun)
        document = _make(begun, size, seed, reports, told)
        if home.exists():
            home.rmdir()
        begun.replace(home)
    return document


def _make(home: Path, size: CitySize, seed: int, reports: int | None, told: Told) -> dict[str, Any]:
    """Everything, in an empty folder; the summary comes last."""
    city = build_city(size, seed)
    write_city(city, home / WORLD / "city", told)
    document = {"city": size.name, "seed": seed, "at_most": reports, **_live(city, home, reports, told)}
    (home / DONE).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return document


def demo_logins() -> tuple[Member, ...]:
    """Everybody with a login, of the institutions' clerks the first; all have the demo's password."""
    banks = read_assumptions().table("banks")["names"]
    return (*members(int(_assumptions()["desk"]["counties"])), clerks(banks)[0])


def demo_password() -> str:
    """Of everybody in a demo."""
    return PASSWORD


def _assumptions() -> dict[str, Any]:
    return tomllib.loads(ASSUMPTIONS.read_text(encoding="utf-8"))


def _live(city: City, home: Path, reports: int | None, told: Told) -> dict[str, Any]:
    """Everything that happens in the city's month; the desk's records stay in the home."""
    assumed, clock = _assumptions(), MovingClock(city.begins_us)
    desk_told, counties = assumed["desk"], int(assumed["desk"]["counties"])
    world, staff = home / WORLD, Staff(city.people.institutions, city.people.banks)
    staff.keep(world)
    with (
        closing(bootstrap.work_store(home, waits=False)) as store,
        bootstrap.partners(home, clock) as partners,
        running_institutions(world, home, staff, assumed["institutions"], clock, city.seed) as institutions,
    ):
        facts = bootstrap.passing_facts()
        desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules(home), bootstrap.account_facts(home, facts))
        found_office(desk, bootstrap.secret_hasher(), city.people.institutions, counties)
        link_institutions(desk, institutions.addresses, counties)
        names = Names(city, make_lines(city))
        place = Place(
            desk=desk, books=bootstrap.books(home, facts), dispatcher=partners, receipts=bootstrap.receipt_desk(home, partners),
            clock=clock, institutions=institutions,
            scripts=CityScripts(city, names, institutions.world, desk_told, assumed["classes"]), counties=counties,
            turn_us=int(desk_told["turn_min"] * MINUTE_US),
            looks_us=(
                int(desk_told["stops_looked_at_min"] * MINUTE_US), int(desk_told["queries_looked_at_min"] * MINUTE_US),
            ),
        )  # fmt: skip
        newest = for_the_visitor(city, reports)
        hours = (newest.reported_us - city.begins_us) // (60 * MINUTE_US)
        gc.freeze()  # the city stays as it is: nothing in it is looked through for garbage again and again
        month = month_of(place, city.frauds, newest.reported_us)
        shown = _play(month, place, city.begins_us, newest.reported_us, lambda at_us: told(
            "the month", (at_us - city.begins_us) // (60 * MINUTE_US), hours
        ))  # fmt: skip
        gc.unfreeze()
        copy_ledger(facts, bootstrap.fact_store(home))
        document = summary_of(place, city.begins_us)
        bootstrap.set_clock(home, newest.reported_us)
        return document | {"shown": shown, "waiting_for": _leave_to_the_visitor(month, newest)}


def _play(month: Month, place: Place, begins_us: int, ends_us: int, told: Callable[[int], None]) -> dict[str, str]:
    """The month with a strike in its last days; gives the records that show what came of both."""
    people = {member.login: member.actor for member in members(place.counties)}
    duty = tuple(people[f"duty-{number}"] for number in range(1, place.counties + 1))
    staff = StrikeStaff(people["commander"], people["city-chief"], duty)
    strikes_us = max(ends_us - BEFORE_END_US, begins_us)
    month.play(strikes_us, told)
    operation = begin_strike(place.desk, staff, begins_us, ends_us)
    month.play(min(strikes_us + LASTS_US, ends_us), told)
    finish_strike(place.desk, staff, operation)
    month.play(ends_us, told)
    return tell_month(place.desk, staff, operation, bootstrap.bulletin_reader())


def for_the_visitor(city: City, reports: int | None = None) -> Fraud:
    """The fraud at whose report the desk is left to the visitor: of the last ones, much was lost by it and not long ago."""
    reported = sorted((one for one in city.frauds if one.reported_us < city.ends_us), key=lambda one: one.reported_us)
    reported = reported[:reports]
    late = reported[-max(len(reported) // VISITORS_PART, 1) :]
    return max(late, key=lambda one: (_urgency(city, one), -one.number))


def _urgency(city: City, fraud: Fraud) -> float:
    """What was lost, by the hours since it was paid."""
    paid = [city.moves[place] for place in fraud.payments]
    hours = (fraud.reported_us - max(move.at_us for move in paid)) / (60 * MINUTE_US)
    return sum(move.amount_minor for move in paid) / (1 + hours)


def _leave_to_the_visitor(month: Month, fraud: Fraud) -> str:
    """Takes in the fraud's report with its slips and leaves it in the queue; gives the login of the duty officer."""
    place = month.place
    script = place.scripts.case_of(fraud, month.next_number)
    if script is None:
        return ""
    people = people_of(script.county, place.counties)
    officers, press = Officers(place.desk, place.books, people, script), bootstrap.paper_press()
    officers.take_in_reports()
    for told, report in zip(script.reports, officers.everything(Report), strict=True):
        for slip in slips(press, script, told.payments):
            attach_file(place.desk, place.books.evidence, people.duty, report.id, slip)
    return people.duty.id
