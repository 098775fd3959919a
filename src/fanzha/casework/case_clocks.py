"""The times that run in a case: the review before filing, and the notices of what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fanzha.casework.case_model import Case, CaseStatus
from fanzha.casework.clock import DueMark
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.rules import CaseworkRules, Certainty, PeriodRule
from fanzha.core.actor import MACHINE
from fanzha.core.ids import Ids

_UNDER_REVIEW = {CaseStatus.ACCEPTED: "review", CaseStatus.VERIFYING: "review_verifying"}


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One time that runs now, with what it rests on."""

    name: str
    started_us: int
    warn_us: int
    due_us: int
    text: str
    article: str
    certainty: Certainty


def case_clocks(case: Case, rules: CaseworkRules) -> tuple[CaseClock, ...]:
    """Every time that runs in the case; what was decided or served runs no more."""
    running = []
    if case.status in _UNDER_REVIEW and not case.merged_into:
        name = _UNDER_REVIEW[case.status] if case.review_extended_at_us is None else "review_extended"
        running.append(_clock(rules.periods[name], case.opened_at_us))
    for decision in case.decisions:
        if decision.served_at_us is None:
            running += [
                _clock(period, decision.at_us)
                for period in rules.periods.values()
                if period.starts_with is decision.step
            ]
    return tuple(sorted(running, key=lambda clock: clock.due_us))


def _clock(period: PeriodRule, started_us: int) -> CaseClock:
    due_us = started_us + period.length_us
    return CaseClock(
        period.name, started_us, due_us - period.warn_us, due_us, period.text, period.article, period.certainty
    )


def case_marks(case: Case, rules: CaseworkRules) -> tuple[DueMark, ...]:
    """When each running time warns and runs out: `warn:review:<start>`, `due:review:<start>`; in order of time."""
    marks = []
    for clock in case_clocks(case, rules):
        marks.append(DueMark(f"warn:{clock.name}:{clock.started_us}", clock.warn_us))
        marks.append(DueMark(f"due:{clock.name}:{clock.started_us}", clock.due_us))
    return tuple(sorted(marks, key=lambda mark: mark.at_us))


def strike_case_clocks(case: Case, rules: CaseworkRules, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """Tell what is due and was not told yet, once, at the instant at which it was due."""
    due = [mark for mark in case_marks(case, rules) if mark.at_us <= now_us and mark.name not in case.struck]
    events = tuple(
        work_event(
            EventKind.CLOCK_WARNED if mark.name.startswith("warn:") else EventKind.CLOCK_BREACHED,
            case.id, MACHINE, mark.at_us, ids, mark=mark.name, told_at_us=now_us, officer=case.officer,
        )
        for mark in due
    )  # fmt: skip
    return replace(case, struck=case.struck + tuple(mark.name for mark in due)), events
