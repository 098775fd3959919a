"""Each record of a desk in every state that its kind knows, as copies of what stands there (模拟)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from enum import Enum
from typing import Any, get_type_hints

from console_walk import KINDS
from return_day import BOTH, CHIEF, ReturnDay

from fanzha.casework.errand_model import Errand, ErrandAnswer, ErrandOutcome, ErrandStatus
from fanzha.casework.governance import MeetingDraft
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import NotFound
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.daily_analysis import draft_daily_analysis
from fanzha.services.desk.run_meeting import (
    ResolutionDraft,
    call_meeting,
    hold_meeting,
    resolve_at_meeting,
    send_resolution,
)
from fanzha.statistics.drafting import OwnBulletin, issue, revise, withdraw

STATES = ("status", "stage", "state")
KINDS_OF = {"clues", "errands"}  # of these, a copy of each kind too
ONE_EACH = ("acknowledgement",)  # no two records have it
SHOWN_ELSEWHERE = {"queries": "measures", "tasks": "", "facts": "", "hand-overs": "", "merges": "", "objections": ""}
COMMANDER = Actor("commander", "CITY", Level.CITY, frozenset({Role.COMMANDER, Role.DUTY_OFFICER}))
ANSWERED = {ErrandStatus.ANSWERED, ErrandStatus.CONFIRMED}


def in_every_state(day: ReturnDay, ids: Mapping[str, str]) -> tuple[str, ...]:
    """Keeps a copy of each record in each state that it is not in; the addresses of their pages."""
    pages = []
    with day.desk.store.begin() as unit:
        for place, name in KINDS.items():
            record = _record(unit, ids[name])
            shown = SHOWN_ELSEWHERE.get(place, place)
            for copy in _copies(record, (*STATES, "kind") if place in KINDS_OF else STATES):
                unit.records(type(copy)).add(copy)
                pages += [f"/{shown}/{copy.id}"] if shown else []
        unit.commit()
    return (*pages, *_bulletins(day, ids), *_governance(day))


def _record(unit: Any, record_id: str) -> Any:
    for table in TABLES:
        try:
            return unit.records(table.record).get(record_id)
        except NotFound:
            continue
    raise AssertionError(f"no table has {record_id}")


def _copies(record: Any, names: tuple[str, ...]) -> Iterator[Any]:
    kinds = get_type_hints(type(record))
    for field in fields(record):
        kind = kinds[field.name]
        if field.name not in names or not isinstance(kind, type) or not issubclass(kind, Enum):
            continue
        for state in kind:
            if state is not getattr(record, field.name) and not isinstance(record, OwnBulletin):
                copy = replace(record, id=f"{record.id}-{state.value}", version=0, **{field.name: state})
                if isinstance(copy, Errand) and state in ANSWERED:
                    copy = replace(
                        copy, answers=(ErrandAnswer(ErrandOutcome.DONE, "模拟：已办", (), "模拟", 0, late=True),)
                    )
                yield replace(copy, **{name: copy.id for name in ONE_EACH if hasattr(copy, name)})


def _bulletins(day: ReturnDay, ids: Mapping[str, str]) -> tuple[str, ...]:
    """One issued, one taken back, the next edition of one, and the analysis of a day."""
    now_us = day.desk.clock.now_us()
    with day.desk.store.begin() as unit:
        draft = unit.records(OwnBulletin).get(ids["bulletin"])
        issued = issue(replace(draft, id="BULLETIN-issued", version=0), CHIEF, "模拟通〔2026〕1号", now_us)
        gone = withdraw(replace(issued, id="BULLETIN-withdrawn"), CHIEF, "模拟：数字有误", now_us)
        later = revise(issued, "BULLETIN-later", BOTH, now_us)
        later = replace(later, blocks=later.blocks[1:], figures=later.figures[1:])
        for one in (issued, gone, later):
            unit.records(OwnBulletin).add(one)
        unit.commit()
    daily = draft_daily_analysis(day.desk, BOTH)
    shown = (f"/bulletins/{one}" for one in (issued.id, gone.id, later.id, daily.id))
    return (*shown, f"/bulletins/{later.id}/diff", f"/bulletins/{daily.id}/edit")


def _governance(day: ReturnDay) -> tuple[str, ...]:
    """What a meeting of the body above resolved, and sent as an order to who does it."""
    desk, told = day.desk, "模拟：整改营业网点"
    meeting = call_meeting(desk, COMMANDER, MeetingDraft(told, day.clock.at_us, told, told, ("COUNTY",)))
    hold_meeting(desk, COMMANDER, meeting.id, told)
    held = resolve_at_meeting(desk, COMMANDER, meeting.id, ResolutionDraft(told, "outlet_rectified", "COUNTY", told))
    resolved = held.resolutions[0].id
    sent = send_resolution(desk, day.books.evidence, COMMANDER, meeting.id, resolved, "模拟交办〔2026〕1号")
    return (f"/errands/{sent.id}", f"/meetings/{meeting.id}")
