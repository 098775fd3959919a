"""What the law says happens at an instant happens: once, whoever comes to it, however late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case, Clue, strike_case_clocks, strike_clock
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, FanzhaError, NotFound, Refused, StaleVersion
from fanzha.measures.appeals import Appeal, appeal_clocks
from fanzha.measures.clocks import ClockKind, ClockRow, Consequence, Stage, breach_incident, due_clocks
from fanzha.measures.ending import lapse
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure, return_clocks
from fanzha.ports.work_queues import DueClock, LeasedClock
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.after_answer import CHASE
from fanzha.services.desk.allot_queue import ring_overnight
from fanzha.services.desk.answer_objection import ring_objection
from fanzha.services.desk.case_tasks import ring_task
from fanzha.services.desk.daily_analysis import ring_daily_analysis
from fanzha.services.desk.errands import ring_errand
from fanzha.services.desk.hand_over_case import ring_hand_over
from fanzha.services.desk.keeping import (
    OVERNIGHT_CLOCK,
    WARNING,
    clock_id,
    keep_case,
    keep_clue,
    keep_incidents,
    keep_measure,
)
from fanzha.services.desk.model import Desk
from fanzha.services.desk.publish_indicator import ring_indicator
from fanzha.services.desk.report_by_sheet import ring_sheet
from fanzha.services.desk.task_by_machine import put_task
from fanzha.services.desk.unpaid_freezes import ended_incidents, unpaid_freezes, warn_of_ends

CHASED: Final = frozenset({ClockKind.RECEIPT, ClockKind.PAY_OUT})  # the institution lets its time pass


@dataclass(frozen=True, slots=True)
class ClocksRun:
    """What one worker did in one round."""

    rang: tuple[DueClock, ...]
    postponed: tuple[DueClock, ...]  # their effect failed; they ring again


def run_clocks(desk: Desk, worker: str, *, limit: int = 100) -> ClocksRun:
    """Leases the clocks that are due and lets each ring, with its effect in one commit; call it again until none rang."""
    with desk.store.begin() as unit:
        leased = unit.clocks.lease_due(worker, desk.clock.now_us(), limit)
        unit.commit()
    rang, postponed = [], []
    for each in leased:
        try:
            _ring(desk, each)
        except StaleVersion:
            continue  # stopped, set anew or taken by another meanwhile; if it still runs, it rings after its lease
        except (Refused, BadInput) as failure:
            _postpone(desk, each, failure)
            postponed.append(each.clock)
        else:
            rang.append(each.clock)
    return ClocksRun(tuple(rang), tuple(postponed))


def _ring(desk: Desk, leased: LeasedClock) -> None:
    clock = leased.clock
    with acting(desk, MACHINE, "clock.ring", Subject(clock.subject_kind, clock.subject_id)) as work:
        work.unit.clocks.done(leased, work.now_us)
        ring = _ringing().get(clock.subject_kind)
        if ring is None:
            raise BadInput(f"clock {clock.id} is of a {clock.subject_kind}, for which nothing rings")
        ring(work, clock)


def _ringing() -> Mapping[str, Callable[[Work, DueClock], None]]:
    """What rings for each kind of subject."""
    by_record: dict[str, Callable[[Work, str], None]] = {
        "hand_over": ring_hand_over,
        "errand": ring_errand,
        "task": ring_task,
        "indicator": ring_indicator,
        "report_sheet": ring_sheet,
        "listing_objection": ring_objection,
    }
    by_clock: dict[str, Callable[[Work, DueClock], None]] = {
        "measure": _ring_measure,
        "clue": _ring_clue,
        "case": _ring_case,
        "appeal": _ring_appeal,
        "return": _ring_return,
        "organisation": ring_daily_analysis,
    }
    return by_clock | {kind: _of_record(ring) for kind, ring in by_record.items()}


def _of_record(ring: Callable[[Work, str], None]) -> Callable[[Work, DueClock], None]:
    return lambda work, clock: ring(work, clock.subject_id)


def _postpone(desk: Desk, leased: LeasedClock, failure: FanzhaError) -> None:
    try:
        with desk.store.begin() as unit:
            unit.clocks.postpone(leased, desk.clock.now_us(), str(failure))
            unit.commit()
    except StaleVersion:
        return  # another worker has it now


def _ring_clue(work: Work, clock: DueClock) -> None:
    if clock.kind == OVERNIGHT_CLOCK:
        ring_overnight(work, clock.subject_id)
        return
    clue = work.load(Clue, clock.subject_id, Action.CLOCK_STRIKE)
    keep_clue(work, *strike_clock(clue, work.rules.casework.clock, work.now_us, work.ids))


def _ring_case(work: Work, clock: DueClock) -> None:
    case = work.load(Case, clock.subject_id, Action.CLOCK_STRIKE)
    keep_case(work, *strike_case_clocks(case, work.rules.casework, work.now_us, work.ids))


def _ring_measure(work: Work, clock: DueClock) -> None:
    measure = work.load(Measure, clock.subject_id, Action.CLOCK_STRIKE)
    row = _row_of(clock, due_clocks(measure, work.rules.measures))
    if row is not None and _has_to_say(row, work.now_us, warns=_warns(clock)):
        _tell_clock(work, clock, row)
        _open_incident(work, measure, row, warns=_warns(clock))
        if row.kind in CHASED and not _warns(clock):
            put_task(work, measure, CHASE, f"指令 {row.subject} 逾期未回，请向机构催办", work.now_us, again=True)
    lapsed = lapse(measure, work.now_us)
    if lapsed is not None:
        keep_measure(work, lapsed)


def _ring_appeal(work: Work, clock: DueClock) -> None:
    appeal = work.load(Appeal, clock.subject_id, Action.CLOCK_STRIKE)
    row = _row_of(clock, appeal_clocks(appeal))
    if row is not None and _has_to_say(row, work.now_us, warns=_warns(clock)):
        _tell_clock(work, clock, row)


def _ring_return(work: Work, clock: DueClock) -> None:
    procedure = work.load(ReturnProcedure, clock.subject_id, Action.CLOCK_STRIKE)
    rows = return_clocks(procedure, work.rules.measures, unpaid_freezes(work.unit, procedure))
    row = _row_of(clock, rows)
    if row is None or not _has_to_say(row, work.now_us, warns=_warns(clock)):
        return
    _tell_clock(work, clock, row)
    if row.kind is ClockKind.FREEZE_ENDS:
        warn_of_ends(work, procedure)
        incidents = () if _warns(clock) else ended_incidents(work, procedure)
        keep_incidents(work, (each for each in incidents if not _is_known(work, each)))


def _warns(clock: DueClock) -> bool:
    return clock.id.endswith(WARNING)


def _row_of(clock: DueClock, rows: Iterable[ClockRow]) -> ClockRow | None:
    return next((each for each in rows if clock_id(each) == clock.id.removesuffix(WARNING)), None)


def _has_to_say(row: ClockRow, now_us: int, *, warns: bool) -> bool:
    """Whether the instant is reached and is more than the end of the measure, which is told as its lapse."""
    stage = row.stage(now_us)
    if warns:
        return stage is not Stage.RUNNING
    return stage is Stage.DUE and row.consequence is not Consequence.LAPSES


def _tell_clock(work: Work, clock: DueClock, row: ClockRow) -> None:
    said: dict[str, DetailValue] = {"clock": row.kind, "about": row.subject, "due_us": row.due_us}
    told = "breach" if row.consequence is Consequence.BREACH else "open"
    action = "clock.warn" if _warns(clock) else f"clock.{told}"
    subject = Subject(clock.subject_kind, clock.subject_id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, case=work.case, details=said))


def _open_incident(work: Work, measure: Measure, row: ClockRow, *, warns: bool) -> None:
    incident = None if warns else breach_incident(row, measure, work.now_us)
    if incident is not None and not _is_known(work, incident):
        keep_incidents(work, (incident,))


def _is_known(work: Work, incident: Incident) -> bool:
    try:
        work.unit.records(Incident).get(incident.id)
    except NotFound:
        return False
    return True
