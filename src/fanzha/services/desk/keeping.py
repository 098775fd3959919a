"""Saves a record with what belongs to it in one commit: history, audit, incidents, clocks and messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import (
    Case,
    CaseworkRules,
    Clue,
    ClueStage,
    EventKind,
    Events,
    Task,
    WorkEvent,
    case_marks,
    next_due,
    to_be_taken_by,
)
from fanzha.casework.task_clock import next_task_mark
from fanzha.measures.changes import Change, MeasureEvent
from fanzha.measures.clocks import ClockRow, due_clocks
from fanzha.measures.lifecycle import ENDED
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Incident
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work
from fanzha.services.desk.actions import MEASURE_ACTIONS, action_of
from fanzha.services.desk.orders_out import put_new_orders_down, put_orders_down
from fanzha.services.desk.tell_webhooks import status_before, tell_case, tell_measures
from fanzha.services.desk.wake_queue import wake_queue

CLUE_CLOCK: Final = "clue.mark"
OVERNIGHT_CLOCK: Final = "clue.overnight"
CASE_CLOCK: Final = "case.mark"
TASK_CLOCK: Final = "task.mark"
ERRAND_CLOCK: Final = "errand.due"
_INTO_THE_QUEUE: Final = frozenset(
    {EventKind.CLUE_RECEIVED, EventKind.CLUE_ROUTED, EventKind.CLUE_REOPENED, EventKind.UNMERGED}
)
WARNING: Final = ".warn"  # behind the kind of a clock that only warns


def tell(work: Work, events: Events, owner: str) -> None:
    """Writes what happened into the history, and into the audit; what is no kind of record is about its owner: clue, case."""
    for event in events:
        work.unit.records(WorkEvent).add(event)
        said: dict[str, DetailValue] = {each.name: each.value for each in event.details if each.name != "reason"}
        said |= {name: value for name, value in (("before", event.before), ("after", event.after)) if value}
        if event.at_us != work.now_us:
            said["at_us"] = event.at_us  # what fell due earlier, or what a reporter's clock began with
        about = event.kind.partition(".")[0]
        subject = Subject(owner if about in {"clock", "record", "hand_over"} else about, event.record)
        work.unit.audit.append(
            done(
                work.actor, work.now_us, action_of(event), subject,
                case=work.case, reason=event.detail("reason"), details=said,
            )
        )  # fmt: skip


def keep_clue(work: Work, clue: Clue, events: Events, *, new: bool = False) -> Clue:
    """Saves a clue; its clock waits for the next mark that was not told."""
    records = work.unit.records(Clue)
    kept = records.add(clue) if new else records.save(clue)
    tell(work, events, "clue")
    _set_clock(work, f"{kept.id}:{CLUE_CLOCK}", clue_clock(kept, work.rules.casework))
    if any(event.kind in _INTO_THE_QUEUE for event in events) or kept.stage is not ClueStage.QUEUED or kept.merged_into:
        _set_overnight(work, kept)
    return kept


def _set_overnight(work: Work, clue: Clue) -> None:
    """线索不过夜: what waits in the queue at night is given to somebody by the machine; what is with somebody, no more."""
    _set_clock(work, f"{clue.id}:{OVERNIGHT_CLOCK}", overnight_clock(clue, work.rules.casework, work.now_us))


def keep_case(work: Work, case: Case, events: Events, *, new: bool = False) -> Case:
    """Saves a case; its clock waits for the next mark that was not told."""
    records = work.unit.records(Case)
    kept = records.add(case) if new else records.save(case)
    work.case = kept.id
    tell_case(work, kept)
    tell(work, events, "case")
    _set_clock(work, f"{kept.id}:{CASE_CLOCK}", case_clock(kept, work.rules.casework))
    return kept


def keep_task(work: Work, task: Task, events: Events, *, new: bool = False) -> Task:
    """Saves a task; its clock waits for the next mark that was not told."""
    records = work.unit.records(Task)
    kept = records.add(task) if new else records.save(task)
    tell(work, events, "task")
    _set_clock(work, f"{kept.id}:{TASK_CLOCK}", task_clock(kept, work.rules.casework))
    return kept


def _set_clock(work: Work, clock_id: str, clock: DueClock | None) -> None:
    if clock is None:
        work.unit.clocks.cancel(clock_id)
    else:
        work.unit.clocks.set(clock)


def clue_clock(clue: Clue, rules: CaseworkRules) -> DueClock | None:
    """The clock of a clue's quick check as it stands: the next mark that was not told; None where there is none."""
    mark = next_due(clue, rules.clock)
    return None if mark is None else _marked(CLUE_CLOCK, Subject("clue", clue.id), mark.at_us, clue.case)


def overnight_clock(clue: Clue, rules: CaseworkRules, now_us: int) -> DueClock | None:
    """The clock at which a clue is given to somebody, set at an instant; None where it is with somebody."""
    if clue.stage is not ClueStage.QUEUED or clue.merged_into:
        return None
    return _marked(OVERNIGHT_CLOCK, Subject("clue", clue.id), to_be_taken_by(rules.night, now_us), clue.case)


def case_clock(case: Case, rules: CaseworkRules) -> DueClock | None:
    """The clock of a case as it stands: the next mark that was not told; None where there is none."""
    mark = next((mark for mark in case_marks(case, rules) if mark.name not in case.struck), None)
    return None if mark is None else _marked(CASE_CLOCK, Subject("case", case.id), mark.at_us, case.id)


def task_clock(task: Task, rules: CaseworkRules) -> DueClock | None:
    """The clock of a task as it stands: the next mark that was not told; None where there is none."""
    mark = next_task_mark(task, rules.task_warn_us)
    return None if mark is None else _marked(TASK_CLOCK, Subject("task", task.id), mark.at_us, task.case)


def _marked(kind: str, subject: Subject, due_us: int, case: str) -> DueClock:
    return DueClock(
        id=f"{subject.id}:{kind}", kind=kind, subject_kind=subject.kind, subject_id=subject.id, due_us=due_us, case=case
    )


def keep_measure(work: Work, change: Change, *, new: bool = False) -> Measure:
    """Saves a measure with its incidents; prepared orders go into the outbox, its clocks are set and stopped."""
    records = work.unit.records(Measure)
    before = None if new else status_before(work, change.measure.id)
    kept = records.add(change.measure) if new else records.save(change.measure)
    if new or before not in (None, kept.status):
        tell_measures(work, (kept,))
    work.case = work.case or kept.request.case
    for event in change.events:
        _tell_measure(work, event)
    keep_incidents(work, change.incidents)
    put_orders_down(work, kept)
    if kept.kind is MeasureKind.FREEZE and kept.status in ENDED:
        wake_queue(work, kept)
    set_clocks(work, Subject("measure", kept.id), due_clocks(kept, work.rules.measures), kept.request.case)
    return kept


def keep_new_measures(work: Work, changes: Sequence[Change]) -> None:
    """Adds many measures that never were before, as `keep_measure` would one by one, in less time."""
    work.unit.records(Measure).add_many([change.measure for change in changes])
    tell_measures(work, [change.measure for change in changes])
    for change in changes:
        for event in change.events:
            _tell_measure(work, event)
    put_new_orders_down(work, [change.measure for change in changes])
    clocks: list[DueClock] = []
    for change in changes:
        measure, rows = change.measure, due_clocks(change.measure, work.rules.measures)
        clocks += clocks_of(Subject("measure", measure.id), rows, measure.request.case)
    work.unit.clocks.set_many(clocks)


def set_clocks(work: Work, subject: Subject, rows: Iterable[ClockRow], case: str) -> None:
    """Sets the clocks of a record, each with its warning, and stops those that it has no more."""
    wanted = {clock.id: clock for clock in clocks_of(subject, rows, case)}
    runs = {clock.id: clock for clock in work.unit.clocks.running(subject.id)}
    for gone in runs.keys() - wanted.keys():
        work.unit.clocks.cancel(gone)
    work.unit.clocks.set_many([clock for clock in wanted.values() if runs.get(clock.id) != clock])


def keep_incidents(work: Work, incidents: Iterable[Incident]) -> None:
    """Adds what does not fit, each once."""
    for incident in incidents:
        work.unit.records(Incident).add(incident)


def clock_id(row: ClockRow) -> str:
    """The clock of a row: the same however often it is set."""
    return f"{row.subject}:{row.kind}"


def clocks_of(subject: Subject, rows: Iterable[ClockRow], case: str) -> Iterable[DueClock]:
    """The clocks of these rows, each with its warning."""
    for row in rows:
        instants = [("", row.due_us)]
        if row.warn_us is not None and row.warn_us < row.due_us:
            instants.append((WARNING, row.warn_us))
        for suffix, due_us in instants:
            yield DueClock(
                id=clock_id(row) + suffix, kind=f"{subject.kind}.{row.kind}{suffix}", subject_kind=subject.kind,
                subject_id=subject.id, due_us=due_us, case=case,
            )  # fmt: skip


def _tell_measure(work: Work, event: MeasureEvent) -> None:
    said: dict[str, DetailValue] = {name: value for name, value in event.detail if name != "reason"}
    reason = next((value for name, value in event.detail if name == "reason"), "")
    action, subject = MEASURE_ACTIONS[event.happening], Subject("measure", event.measure)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, case=work.case, reason=reason, details=said))
