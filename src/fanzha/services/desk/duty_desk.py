"""The duty desk at one moment: the clues to be worked off, each with what decides the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework import OPEN_STAGES, Case, Clue, Report, rank
from fanzha.casework.clock import ClockState, clock_state, due_marks
from fanzha.casework.errand_model import OPEN_ERRANDS, Errand
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import Refused
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import HOLDING_KINDS, Measure, effective_status, holds
from fanzha.measures.orders import UNANSWERED, Verb
from fanzha.measures.purposes import Purpose
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look
from fanzha.services.desk.amounts import amount_on, amounts_in
from fanzha.services.desk.lists import ListWanted, Reading
from fanzha.services.desk.model import Desk
from fanzha.services.desk.unsent_orders import unsent_among
from fanzha.tracing.runs import RunAccount, TraceRun

HOUR_US: Final = 60 * MINUTE_US
ENDING_US: Final = DAY_US // 2  # what ends within half a day is on the board of endings
COUNTED: Final = 50  # more than these are "50+": a count of everything is paid for by every look


@dataclass(frozen=True, slots=True)
class Answers:
    """Orders to institutions: how many, and how many of them were answered."""

    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One clue with its clock, its money, and what was done."""

    clue: Clue
    report: Report | None  # the first that told of it
    case: Case | None
    clock: ClockState
    breach_us: int  # when its time is over, or was
    paid_us: int | None  # the last payment that a victim told of
    claimed_minor: int | None
    recoverable_minor: int  # in 分
    stoppable_minor: int | None  # what a stop may still take on its own account; None: unknown
    traced: bool  # whether that trace reached its account
    answers: Answers
    measure: Measure | None  # the stop or freeze of its case that came last on its account
    measure_status: Status | None
    held_elsewhere: Measure | None  # of another case of the body, that binds the account
    unsent: bool = False  # that stop or freeze is approved, and its order has not left

    @property
    def is_held(self) -> bool:
        """Whether its stop is carried out and leaves nothing more to stop: the clue waits only to be closed."""
        return self.measure_status is Status.EXECUTED and not self.stoppable_minor


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, up to `COUNTED` of each; beyond that it is that many and more."""

    queued: int
    mine: int
    unanswered: int
    unsent: int
    ending: int
    to_sign: int
    asked: int  # what other bodies ask of one's own, and nobody or oneself has in hand


@dataclass(frozen=True, slots=True)
class HourTally:
    """What came within the last hour, up to `COUNTED` of each."""

    reports: int
    clues: int
    checked: int  # of these clues


@dataclass(frozen=True, slots=True)
class DutyDesk:
    """A page of clues, and the figures of the whole."""

    rows: tuple[DeskRow, ...]
    next_cursor: str | None
    counts: Counts
    now_us: int
    hour: HourTally | None = None  # where nothing is on the page
    pinned: frozenset[str] = frozenset()  # clues that stand first because the officer wants them there
    opened: DeskRow | None = None  # the row that stands open at the side
    case_stoppable_minor: int | None = None  # what stops may still take on all accounts of its case; None: unknown
    unsent: tuple[Measure, ...] = ()  # approved, and their orders have not left


def duty_desk(desk: Desk, actor: Actor, wanted: ListWanted, pinned: Sequence[str] = (), opened: str = "") -> DutyDesk:
    """The clues that the actor may see, in the order in which they are worked off. Raises BadInput as `list_clues`.

    What he `pinned` stands before them, on the first page of every list, until it is worked off. On each page, what waits
    for an order that does not leave stands before the others, and what is held already behind them. opened: the clue
    whose row stands open; the first where it is not on the page.
    """
    with desk.store.reading() as view:
        reading = Reading(desk, view, actor)
        page = reading.clues(wanted)
        look = Look(desk, view, actor)
        first = () if wanted.cursor else _pinned(reading, pinned)
        pins = frozenset(clue.id for clue in first)
        rows = desk_rows(look, (*first, *(clue for clue in page.rows if clue.id not in pins)))
        rows = tuple(sorted(rows, key=lambda row: 0 if row.clue.id in pins else 1 if row.unsent else 2 + row.is_held))
        hour = None if rows else _hour(reading)
        open_row = next((row for row in rows if row.clue.id == opened), rows[0] if rows else None)
        left = None if open_row is None else _left_in(look, open_row)
        unsent = unsent_orders(reading)
        counts = _counts(reading, len(unsent))
        return DutyDesk(rows, page.next_cursor, counts, reading.now_us, hour, pins, open_row, left, unsent)


def unsent_orders(reading: Reading, most: int = COUNTED + 1) -> tuple[Measure, ...]:
    """The approved measures whose orders do not leave, of those that the actor may see."""
    approved = reading.measures(ListWanted(status=(Status.APPROVED.value,), limit=most)).rows
    stuck = unsent_among(reading.view, approved, reading.now_us)
    return tuple(one for one in approved if one.id in stuck)


def _pinned(reading: Reading, ids: Sequence[str]) -> tuple[Clue, ...]:
    """Those that are still to be worked off and that the actor may see, in his order."""
    found = {clue.id: clue for clue in reading.view.records(Clue).get_many(ids)} if ids else {}
    kept = (found[one] for one in ids if one in found)
    return tuple(one for one in kept if one.stage in OPEN_STAGES and not one.merged_into and reading.sight.sees(one))


def _hour(reading: Reading) -> HourTally:
    since_us, newest = reading.now_us - HOUR_US, ListWanted(limit=COUNTED)
    reports = [one for one in reading.reports(newest).rows if one.received_at_us >= since_us]
    clues = [one for one in reading.clues(newest).rows if one.received_at_us >= since_us]
    return HourTally(len(reports), len(clues), sum(one.stage not in OPEN_STAGES for one in clues))


def _counts(reading: Reading, unsent: int) -> Counts:
    few = COUNTED + 1

    def clues(**narrowed: object) -> int:
        return len(reading.clues(ListWanted(limit=few, **narrowed)).rows)  # type: ignore[arg-type]

    now_us = reading.now_us
    out = ListWanted(status=(Status.SENT.value, Status.ACKNOWLEDGED.value), limit=few)
    held = (Status.EXECUTED.value, Status.PARTIAL.value)
    ending = ListWanted(status=held, due_before_us=now_us + ENDING_US, limit=few)
    signs = reading.actor.roles & {Role.APPROVER, Role.COMMANDER}
    open_errands = ListWanted(status=tuple(sorted(OPEN_ERRANDS)), limit=few)
    return Counts(
        queued=clues(status=("queued",)),
        mine=clues(status=tuple(sorted(OPEN_STAGES)), officer=reading.actor.id),
        unanswered=len(reading.measures(out).rows),
        unsent=unsent,
        ending=len(reading.measures(ending).rows),
        to_sign=len(reading.waiting(ListWanted(limit=few)).rows) if signs else 0,
        asked=sum(waits_for(reading.actor, errand) for errand in reading.errands(open_errands).rows),
    )


def waits_for(actor: Actor, errand: Errand) -> bool:
    """Whether an errand waits for the actor: his body is asked, and nobody else there has it in hand."""
    asked = errand.to_organisation == actor.organisation and errand.is_open
    return asked and errand.officer in ("", actor.id)


def desk_rows(look: Look, clues: Sequence[Clue]) -> tuple[DeskRow, ...]:
    """Each clue with what decides its next step, as the store stands at the moment of the look."""
    reports = _by_id(look.unit.records(Report).get_many(clue.reports[0] for clue in clues if clue.reports))
    cases = _by_id(look.unit.records(Case).get_many({clue.case for clue in clues if clue.case}))
    runs = {case: run for case in cases if (run := _run_of(look, case)) is not None}
    traced = {clue.id: _traced(clue, runs.get(clue.case)) for clue in clues}
    measures = _measures_on(look, clues, traced.values())
    rows = tuple(
        _row(look, clue, reports.get(clue.reports[0]) if clue.reports else None, cases.get(clue.case),
             runs.get(clue.case), traced[clue.id], measures)
        for clue in clues
    )  # fmt: skip
    unsent = unsent_among(look.unit, (row.measure for row in rows if row.measure is not None), look.now_us)
    return tuple(
        replace(row, unsent=True) if row.measure is not None and row.measure.id in unsent else row for row in rows
    )


def _traced(clue: Clue, run: TraceRun | None) -> RunAccount | None:
    """The clue's account, where the last trace of its case came to it."""
    return None if run is None else next((one for one in run.accounts if one.is_called(clue.subject)), None)


def _by_id(records: Iterable[Kept]) -> dict[str, Kept]:
    return {record.id: record for record in records}


def _run_of(look: Look, case: str) -> TraceRun | None:
    found = look.unit.records(TraceRun).find(
        Query(equals={"case_id": case}, order_by="at_us", descending=True, limit=1)
    )
    return found.rows[0] if found.rows else None


def _measures_on(look: Look, clues: Sequence[Clue], traced: Iterable[RunAccount | None]) -> dict[str, list[Measure]]:
    """The measures on these clues' accounts, under each number by which a trace calls them; oldest first."""
    numbers = {clue.subject for clue in clues if clue.subject}
    numbers.update(number for one in traced if one is not None for number in (one.account, *one.also))
    if not numbers:
        return {}
    query = Query(within={"account": numbers}, order_by="drafted_us", descending=True, limit=LIMIT_MAX)
    found: dict[str, list[Measure]] = {}
    for measure in reversed(look.unit.records(Measure).find(query).rows):
        found.setdefault(measure.target.reference, []).append(measure)
    return found


def _row(
    look: Look, clue: Clue, report: Report | None, case: Case | None, run: TraceRun | None, account: RunAccount | None,
    measures: Mapping[str, Sequence[Measure]],
) -> DeskRow:  # fmt: skip
    rules, now_us = look.rules.casework, look.now_us
    claimed = [claim.amount_minor for claim in clue.claims]
    paid = [claim.at_us for claim in clue.claims if claim.at_us is not None]
    ranked = rank(clue, rules.priority, now_us)
    here = [one for one in measures.get(clue.subject, ()) if one.organisation == clue.organisation]
    own = [one for one in here if clue.case and one.request.case == clue.case]
    last = next((one for one in reversed(own) if one.kind in HOLDING_KINDS), None)
    others = [one for one in here if one not in own and one.kind in HOLDING_KINDS and holds(one, now_us)]
    orders = [order for one in own for order in one.orders if order.verb is Verb.BEGIN]
    return DeskRow(
        clue=clue, report=report, case=case, clock=clock_state(clue, rules.clock, now_us),
        breach_us=max(mark.at_us for mark in due_marks(clue, rules.clock)) if clue.done_at_us is None else clue.done_at_us,
        paid_us=max(paid, default=None),
        claimed_minor=None if not claimed or None in claimed else sum(minor for minor in claimed if minor is not None),
        recoverable_minor=ranked.recoverable,
        stoppable_minor=None if case is None or run is None or account is None
        else _left_on(look, case, run, account, measures),
        traced=account is not None, answers=Answers(len(orders), sum(order.status not in UNANSWERED for order in orders)),
        measure=last, measure_status=None if last is None else effective_status(last, now_us),
        held_elsewhere=others[-1] if others else None,
    )  # fmt: skip


def _left_on(
    look: Look, case: Case, run: TraceRun, account: RunAccount, measures: Mapping[str, Sequence[Measure]]
) -> int | None:
    """What a stop may still take on an account, in 分; None where that is unknown."""
    numbers = dict.fromkeys((account.account, *account.also))
    own = [one for number in numbers for one in measures.get(number, ()) if one.request.case == case.id]
    try:
        found = amount_on(look, case, run, account, Purpose.STOP, own)
    except Refused:  # the method that decides was not run
        return None
    return 0 if found is None else found.stoppable_minor


def _left_in(look: Look, row: DeskRow) -> int | None:
    """What stops may still take on all accounts of a row's case, in 分 of yuan; None where any of it is unknown."""
    run = None if row.case is None else _run_of(look, row.case.id)
    if row.case is None or run is None:
        return None
    try:
        amounts = amounts_in(look, row.case, run, Purpose.STOP)
    except Refused:
        return None
    found = [each.stoppable_minor for each in amounts if each.account.currency == DEFAULT_CURRENCY]
    return None if None in found else sum(minor for minor in found if minor is not None)
