"""Holds the clocks that run against those that every record as it stands must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fanzha.audit import Subject, without_numbers
from fanzha.casework import Case, CaseworkRules, Clue, HandOver, HandOverStatus, Task
from fanzha.casework.errand_model import Errand
from fanzha.casework.indicators import Indicator
from fanzha.casework.objections import ListingObjection, ObjectionStatus
from fanzha.casework.sheets import ReportSheet
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.measures.appeals import Appeal, appeal_clocks
from fanzha.measures.clocks import ClockRow, Consequence, due_clocks
from fanzha.measures.model import Measure
from fanzha.measures.return_procedure import ReturnProcedure, return_clocks
from fanzha.measures.rules import MeasureRules
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.work_queues import DueClock
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.answer_objection import objection_clock
from fanzha.services.desk.errands import errand_clock
from fanzha.services.desk.hand_over_case import hand_over_clock
from fanzha.services.desk.keeping import (
    OVERNIGHT_CLOCK,
    WARNING,
    case_clock,
    clock_id,
    clocks_of,
    clue_clock,
    overnight_clock,
    task_clock,
)
from fanzha.services.desk.publish_indicator import indicator_clock
from fanzha.services.desk.report_by_sheet import sheet_clock
from fanzha.services.desk.unpaid_freezes import unpaid_freezes
from fanzha.services.proof.findings import Findings, Part

MENDS: Final = "fanzha clocks --mend REASON"
BATCH: Final = 500  # records whose clocks are asked for at once
# How the audit says that a clock rang.
RANG: Final = {Consequence.BREACH: "clock.breach", Consequence.OPENS: "clock.open"}


@dataclass(frozen=True, slots=True)
class Expected:
    """A clock as it must run.

    rung: the deed by which the audit says that it rang; None: it runs until it has changed its record, however late.
    """

    clock: DueClock
    rung: str | None = None
    told: bool = True  # whether that it rang must stand in the audit


class ClockProof:
    """Takes one record after another; their clocks are looked up many at once."""

    def __init__(
        self,
        view: WorkView,
        index: ProofIndex,
        found: Findings,
        rules: tuple[CaseworkRules, MeasureRules],
        now_us: int,
    ) -> None:
        self._view, self._index, self._found, self._now_us = view, index, found, now_us
        self._casework, self._measures = rules
        self._waiting: dict[str, tuple[Expected, ...]] = {}
        self.missing: list[DueClock] = []

    def look(self, record: Any) -> None:
        """Names each clock of the record that is missing, or set to another instant."""
        try:
            expected = tuple(self._expected(record))
        except BadInput:
            return  # of a day of which no table knows, which is named as unlawful
        if expected:
            self._waiting[record.id] = expected
        if len(self._waiting) >= BATCH:
            self.finish()

    def finish(self) -> None:
        """Looks at the records that are still waiting."""
        running = {clock.id: clock for clock in self._view.clocks.running_among(tuple(self._waiting))}
        for expected in self._waiting.values():
            for each in expected:
                self._compare(each, running.get(each.clock.id))
        self._waiting.clear()

    def _compare(self, expected: Expected, runs: DueClock | None) -> None:
        wanted, due = expected.clock, format_instant(expected.clock.due_us)
        where = f"clocks/{wanted.id}"
        if runs is None:
            if not self._has_rung(expected):
                self.missing.append(wanted)
                sentence = (
                    f"it does not run; by its record it is due at {due}; where a later version or table brought it: "
                )
                self._found.add(Part.CLOCK, "missing", where, sentence + MENDS)
        elif wanted.kind == OVERNIGHT_CLOCK and runs.due_us <= wanted.due_us:
            return  # set at an earlier instant, for that night
        elif (runs.kind, runs.subject_kind, runs.subject_id, runs.due_us) != (
            wanted.kind, wanted.subject_kind, wanted.subject_id, wanted.due_us,
        ):  # fmt: skip
            sentence = f"it is {runs.kind}, due at {format_instant(runs.due_us)}; by its record {wanted.kind}, at {due}"
            self._found.add(Part.CLOCK, "changed", where, sentence)

    def _has_rung(self, expected: Expected) -> bool:
        if expected.clock.due_us > self._now_us or expected.rung is None:
            return False
        return not expected.told or expected.rung in self._index.deeds(expected.clock.subject_id)

    def _expected(self, record: Any) -> Iterator[Expected]:
        match record:
            case Measure():
                yield from self._by_rows("measure", record.id, due_clocks(record, self._measures))
            case ReturnProcedure():
                rows = return_clocks(record, self._measures, unpaid_freezes(self._view, record))
                yield from self._by_rows("return", record.id, rows)
            case Appeal():
                yield from self._by_rows("appeal", record.id, appeal_clocks(record), told=False)
            case Clue():
                overnight = overnight_clock(record, self._casework, self._now_us)
                yield from (Expected(each) for each in (clue_clock(record, self._casework), overnight) if each)
            case _:
                yield from self._of_others(record)

    def _of_others(self, record: Any) -> Iterator[Expected]:
        match record:
            case Case():
                clock = case_clock(record, self._casework)
            case Errand():
                clock = errand_clock(record)
            case Task():
                clock = task_clock(record, self._casework)
            case ReportSheet():
                clock = None if record.emptied else sheet_clock(record)
            case Indicator():
                clock = indicator_clock(record)
            case HandOver():  # it rings once, and the offer stays open
                if record.status is HandOverStatus.OFFERED:
                    yield Expected(hand_over_clock(record), "", told=False)
                return
            case ListingObjection():  # likewise
                if record.status is ObjectionStatus.RECEIVED:
                    yield Expected(objection_clock(record), "", told=False)
                return
            case _:
                return
        if clock is not None:
            yield Expected(clock)

    def _by_rows(
        self, kind: str, record_id: str, rows: tuple[ClockRow, ...], *, told: bool = True
    ) -> Iterator[Expected]:
        by_id = {clock_id(row): row for row in rows}
        for clock in clocks_of(Subject(kind, record_id), rows, ""):
            row = by_id[clock.id.removesuffix(WARNING)]
            if clock.id.endswith(WARNING):
                yield Expected(clock, "", told=False)
            elif row.consequence is Consequence.LAPSES:
                yield Expected(clock)  # ringing it ends the record's term, and with it the clock
            else:
                yield Expected(clock, f"{RANG[row.consequence]} about {without_numbers(row.subject)}", told=told)


CLOCKED: Final[tuple[type[Any], ...]] = (
    Measure, ReturnProcedure, Appeal, Clue, Case, Task, Errand, ReportSheet, Indicator, HandOver, ListingObjection,
)  # fmt: skip
