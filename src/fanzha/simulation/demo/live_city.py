"""A made city (模拟) goes on living beside the console: its institutions answer in seconds, and somebody approves.

Its time stands still while nobody serves it, so that a visitor finds tomorrow what he left today.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fanzha import bootstrap
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.time import SECOND_US
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, Signature
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.countersign_measure import countersign_measure
from fanzha.services.desk.link_partner import list_links
from fanzha.services.desk.lists import ListWanted, list_measures
from fanzha.services.desk.model import Desk
from fanzha.services.desk.renew_measure import approve_renewal
from fanzha.simulation.demo.demo import ASSUMPTIONS, WORLD
from fanzha.simulation.demo.demo_home import MAKE_ANEW, summary_there
from fanzha.simulation.demo.institutions import Institutions, Staff, running_institutions
from fanzha.simulation.demo.office import link_institutions, members
from fanzha.simulation.demo.play import MovingClock

STANDS_FILE: Final = "stands-at.json"
NOTED_EVERY_US: Final = 5 * SECOND_US
LOOKED_AT: Final = 20  # measures that wait for one approver, of which he signs the ripe ones


def resume_time(home: Path) -> None:
    """Lets the time of a demo's home go on where it stood when it was served last. Raises BadInput for a broken file."""
    file = home / STANDS_FILE
    if not file.exists():
        return
    try:
        bootstrap.set_clock(home, int(json.loads(file.read_text(encoding="utf-8"))["at_us"]))
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{file}: this is no time; {MAKE_ANEW}") from None


@dataclass(slots=True)
class LiveCity:
    """The city while it is served; `live` is one round of everything in it."""

    home: Path
    desk: Desk
    institutions: Institutions
    banks_clock: MovingClock
    approvers: tuple[Actor, ...]
    approves_after_us: int
    noted_us: int = 0
    refused: set[tuple[str, str]] = field(
        default_factory=set[tuple[str, str]]
    )  # (approver, measure) that a rule forbade

    def live(self) -> None:
        """Lets everybody pay and each institution answer what is due, in the order of time; then somebody approves."""
        now_us = self.desk.clock.now_us()
        self.institutions.live_until(now_us, self.banks_clock.turn_to)
        for approver in self.approvers:
            self._approve(approver, now_us)
        if now_us - self.noted_us >= NOTED_EVERY_US:
            self.note_time(now_us)

    def note_time(self, now_us: int) -> None:
        """Writes down how late it is in the city."""
        self.noted_us = now_us
        file = self.home / STANDS_FILE
        begun = file.with_suffix(".begun")
        begun.write_text(json.dumps({"mark": "模拟", "at_us": now_us}, ensure_ascii=False) + "\n", encoding="utf-8")
        begun.replace(file)

    def _approve(self, approver: Actor, now_us: int) -> None:
        waiting = list_measures(self.desk, approver, ListWanted(limit=LOOKED_AT), waiting_for_me=True)
        for measure in waiting.rows:
            if (approver.id, measure.id) in self.refused or now_us - _asked_us(measure) < self.approves_after_us:
                continue
            try:
                _signing(measure)(self.desk, approver, measure.id, version=measure.version)
            except FanzhaError:  # it stays with those who can tell; a rule that forbids it is in the audit
                self.refused.add((approver.id, measure.id))


def _asked_us(measure: Measure) -> int:
    """When somebody last asked for a signature."""
    asked = [one.at_us for one in measure.signed(Signature.PROPOSED, Signature.ACTED_FIRST)]
    asked += [renewal.proposed_us for renewal in measure.renewals if renewal.approved_us is None]
    return max(asked, default=measure.drafted_us)


def _signing(measure: Measure) -> Callable[..., Measure]:
    if measure.status is Status.PROPOSED:
        return approve_measure
    unrenewed = any(renewal.approved_us is None for renewal in measure.renewals)
    return approve_renewal if unrenewed else countersign_measure


@contextmanager
def living_city(home: Path, desk: Desk) -> Iterator[LiveCity]:
    """The city of a demo's home, its institutions listening until the end."""
    told: dict[str, Any] = tomllib.loads(ASSUMPTIONS.read_text(encoding="utf-8"))
    made = summary_there(home)
    serving = told["institutions"] | told["serving"]
    counties = int(told["desk"]["counties"])
    banks_clock = MovingClock(desk.clock.now_us())
    with running_institutions(
        home / WORLD, home, Staff.read(home / WORLD), MappingProxyType(serving), banks_clock, int(made["seed"])
    ) as institutions:
        people = members(counties)
        admin = next(member.actor for member in people if Role.ADMINISTRATOR in member.roles)
        reached = {link.organisation: link.address for link in list_links(desk, admin)}
        if any(reached.get(name) != url for name, url, *_ in institutions.addresses):
            link_institutions(desk, institutions.addresses, counties)
        chiefs = tuple(member.actor for member in people if Role.APPROVER in member.roles)
        after_us = int(float(serving["approves_after_s"]) * SECOND_US)
        city = LiveCity(home, desk, institutions, banks_clock, chiefs, after_us)
        try:
            yield city
        finally:
            city.note_time(desk.clock.now_us())
