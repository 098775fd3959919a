"""The three-hour clock of a clue: what of it has run, when it warns and breaches, and telling that exactly once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from itertools import pairwise

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.model import Clue, Pause
from fanzha.casework.policy import is_paused
from fanzha.casework.rules import ClockRules
from fanzha.core.actor import MACHINE
from fanzha.core.ids import Ids
from fanzha.core.time import MINUTE_US

BREACH = "breach"


@unique
class ClockState(StrEnum):
    """How a clue stands with its clock."""

    RUNNING = "running"
    WARNING = "warning"
    BREACHED = "breached"
    PAUSED = "paused"
    MET = "met"  # followed through in time
    LATE = "late"  # followed through, but too late


@dataclass(frozen=True, slots=True)
class DueMark:
    """An instant at which the clock has something to say: warn_120, warn_150, breach."""

    name: str
    at_us: int


def elapsed_us(clue: Clue, at_us: int) -> int:
    """What of the clock has run up to the instant; it stands in pauses and after the clue was followed through."""
    end_us = at_us if clue.done_at_us is None else min(at_us, clue.done_at_us)
    return ran_between(clue.received_at_us, end_us, clue.pauses)


def ran_between(start_us: int, end_us: int, pauses: tuple[Pause, ...]) -> int:
    """Time between two instants less the pauses in it; pauses follow one another."""
    stood_us = sum(max(min(pause.until_us, end_us) - max(pause.from_us, start_us), 0) for pause in pauses)
    return max(end_us - start_us - stood_us, 0)


def clock_state(clue: Clue, rules: ClockRules, now_us: int) -> ClockState:
    """How the clue stands with its clock now; what is late is late even while the clock stands."""
    ran_us = elapsed_us(clue, now_us)
    late = ran_us > rules.limit_us
    if clue.done_at_us is not None and clue.done_at_us <= now_us:
        return ClockState.LATE if late else ClockState.MET
    if late:
        return ClockState.BREACHED
    if is_paused(clue, now_us):
        return ClockState.PAUSED
    warned = any(ran_us >= warn_us for warn_us in rules.warn_us)
    return ClockState.WARNING if warned else ClockState.RUNNING


def due_marks(clue: Clue, rules: ClockRules) -> tuple[DueMark, ...]:
    """When the clock warns and breaches, if the clue stays as it is; an open pause is taken to last its longest.

    The breach is the first microsecond beyond the limit: a clue acted on at the limit itself is in time.
    """
    marks = [DueMark(f"warn_{warn_us // MINUTE_US}", _instant_of(clue, warn_us)) for warn_us in rules.warn_us]
    marks.append(DueMark(BREACH, _instant_of(clue, rules.limit_us + 1)))
    if clue.done_at_us is None:
        return tuple(marks)
    return tuple(mark for mark in marks if mark.at_us <= clue.done_at_us)


def _instant_of(clue: Clue, ran_us: int) -> int:
    """The first instant at which so much of the clock has run."""
    left_us, at_us = ran_us, clue.received_at_us
    for pause in clue.pauses:
        runs_us = max(pause.from_us - at_us, 0)
        if left_us <= runs_us:
            break
        left_us -= runs_us
        at_us = max(pause.until_us, at_us)
    return at_us + left_us


def strike_clock(clue: Clue, rules: ClockRules, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Tell every mark that is due and was not told yet, at the instant at which it was due; twice says nothing more.

    A merged clue strikes no more: the one it was merged into is the older and strikes for both.
    """
    if clue.merged_into:
        return clue, ()
    due = [mark for mark in due_marks(clue, rules) if mark.at_us <= now_us and mark.name not in clue.struck]
    events = tuple(
        work_event(
            EventKind.CLOCK_BREACHED if mark.name == BREACH else EventKind.CLOCK_WARNED,
            clue.id, MACHINE, mark.at_us, ids, mark=mark.name, told_at_us=now_us, officer=clue.officer,
        )
        for mark in due
    )  # fmt: skip
    return replace(clue, struck=clue.struck + tuple(mark.name for mark in due)), events


def next_due(clue: Clue, rules: ClockRules) -> DueMark | None:
    """The next mark that was not told yet: what the clock's row waits for."""
    if clue.merged_into:
        return None
    waiting = [mark for mark in due_marks(clue, rules) if mark.name not in clue.struck]
    return min(waiting, key=lambda mark: mark.at_us, default=None)


def pauses_in_order(pauses: tuple[Pause, ...]) -> bool:
    """Whether no pause begins before the one before it is over: the law that the sums above stand on."""
    return all(before.until_us <= after.from_us for before, after in pairwise(pauses))
