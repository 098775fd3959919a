"""战果: what an operation, a campaign or a year achieved; each number with the entries behind it, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fanzha.casework.operations.catalogue import FORCE_MEASURES, SUSPECTS, OperationRules
from fanzha.casework.operations.lifecycle import SUSPECT_TABLE
from fanzha.casework.operations.model import Category, Operation
from fanzha.casework.operations.results import OperationResult, ResultKind, SuspectStatus
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.core.time import SHANGHAI, year_of


@dataclass(frozen=True, slots=True)
class Counted:
    """One entry behind a number, and how much of the number it is: -2 of a correction."""

    id: str
    value: int


@dataclass(frozen=True, slots=True)
class TallyLine:
    """A number: its measure in the catalogue of figures, what it counts to, and the list behind it."""

    measure: str
    value: int
    counted: tuple[Counted, ...]
    as_of_us: int

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids behind the number."""
        return tuple(one.id for one in self.counted)


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Of a case that an operation is about, what its figures need."""

    id: str
    opened_us: int
    solved_us: int | None
    loss_minor: int  # what its victims lost, CNY


@dataclass(frozen=True, slots=True)
class YearTotal:
    """A year: the whole, and how much of it each campaign is; operations outside any under the empty name."""

    year: int
    total: tuple[TallyLine, ...]
    parts: Mapping[str, tuple[TallyLine, ...]]


def tally(results: Iterable[OperationResult], rules: OperationRules, as_of_us: int) -> tuple[TallyLine, ...]:
    """Every measure that the entries count as, in the order of their ids; what was entered later is not in it.

    A measure that was corrected to nothing stays, with zero and its entries.
    """
    known = {result.id: result for result in results if result.entered_us <= as_of_us}
    behind: dict[str, list[Counted]] = {}
    for result in sorted(known.values(), key=lambda one: (one.entered_us, one.id)):
        for measure in measures_of(result, known, rules, as_of_us):
            behind.setdefault(measure, []).append(Counted(result.id, result.quantity))
    return _lines(behind, as_of_us)


def _lines(behind: Mapping[str, Sequence[Counted]], as_of_us: int) -> tuple[TallyLine, ...]:
    return tuple(
        TallyLine(measure, sum(one.value for one in behind[measure]), tuple(behind[measure]), as_of_us)
        for measure in sorted(behind)
    )


def measures_of(
    result: OperationResult, known: Mapping[str, OperationResult], rules: OperationRules, as_of_us: int
) -> tuple[str, ...]:
    """What an entry counts as, at an instant; a correction counts as what it corrects, where that is known."""
    if result.corrects:
        corrected = known.get(result.corrects)
        return () if corrected is None else measures_of(corrected, known, rules, as_of_us)
    draft = result.draft
    if draft.take_down is not None:
        return rules.targets[draft.take_down.target].measures
    if draft.goods is not None:
        measure, currency = rules.items[draft.goods.item].measure, draft.goods.currency
        return (measure if currency == DEFAULT_CURRENCY else f"proposed:{measure}_{currency.lower()}",)
    if draft.force is not None:
        return (FORCE_MEASURES[draft.force],)
    return _suspect_measures(result, rules, as_of_us)


def _suspect_measures(result: OperationResult, rules: OperationRules, as_of_us: int) -> tuple[str, ...]:
    suspect = result.draft.suspect
    assert suspect is not None, "an entry says one thing"
    found = [SUSPECTS, *rules.arrivals[suspect.arrival].measures]
    if suspect.capacity:
        found += rules.capacities[suspect.capacity].measures
    for decision in result.decisions:
        if decision.entered_us <= as_of_us:
            found += rules.papers[decision.step].measures
    return tuple(dict.fromkeys(found))


def suspects_by_status(
    results: Iterable[OperationResult], as_of_us: int | None = None
) -> dict[SuspectStatus, tuple[str, ...]]:
    """The ids of the suspects in each status at an instant, now where none is given; without those corrected away."""
    suspects = [
        one for one in results if one.kind is ResultKind.SUSPECT and (as_of_us is None or one.entered_us <= as_of_us)
    ]
    left: dict[str, int] = {}
    for one in suspects:
        counted = one.corrects or one.id
        left[counted] = left.get(counted, 0) + one.quantity
    standing = [one for one in suspects if not one.corrects and left[one.id]]
    by_status = {
        status: tuple(one.id for one in standing if _status_at(one, as_of_us) is status) for status in SuspectStatus
    }
    return {status: ids for status, ids in by_status.items() if ids}


def _status_at(result: OperationResult, as_of_us: int | None) -> SuspectStatus:
    if as_of_us is None:
        return result.status
    status = SuspectStatus.BROUGHT_IN
    for decision in result.decisions:
        if decision.entered_us <= as_of_us:
            status = SUSPECT_TABLE[status][decision.step] or status
    return status


def case_tally(cases: Iterable[CaseStanding], rules: OperationRules, as_of_us: int) -> tuple[TallyLine, ...]:
    """The cases of an operation as figures: involved, solved, major ones solved, and what they cost their victims."""
    known = {case.id: case for case in cases if case.opened_us <= as_of_us}
    behind: dict[str, list[Counted]] = {}
    for case in sorted(known.values(), key=lambda one: one.id):
        behind.setdefault("cases_involved", []).append(Counted(case.id, 1))
        behind.setdefault("amount_involved", []).append(Counted(case.id, case.loss_minor))
        if case.solved_us is not None and case.solved_us <= as_of_us:
            behind.setdefault("cases_solved", []).append(Counted(case.id, 1))
            if is_major(case, rules):
                behind.setdefault("major_cases_solved", []).append(Counted(case.id, 1))
    return _lines(behind, as_of_us)


def is_major(case: CaseStanding, rules: OperationRules) -> bool:
    """百万元以上: whether its victims lost as much as makes a case a major one."""
    return case.loss_minor >= rules.major_loss_minor


def strike_tally(operations: Iterable[Operation], as_of_us: int) -> tuple[TallyLine, ...]:
    """Operations that began as figures: cluster strikes, and the points that were gone to."""
    behind: dict[str, list[Counted]] = {}
    for operation in sorted({one.id: one for one in operations}.values(), key=lambda one: one.id):
        if operation.begun_us(as_of_us) is None:
            continue
        if operation.plan.category is Category.CLUSTER:
            behind.setdefault("cluster_strikes", []).append(Counted(operation.id, 1))
        for point in operation.points:
            behind.setdefault("capture_points", []).append(Counted(point.id, 1))
    return _lines(behind, as_of_us)


def day_of(at_us: int) -> str:
    """The day of an instant in Shanghai, as 2021-05-26."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI).date().isoformat()


def daily(
    results: Iterable[OperationResult], rules: OperationRules, days: Sequence[str], as_of_us: int
) -> dict[str, tuple[TallyLine, ...]]:
    """日日有战果: each of these days by what happened on it; a day without a result is there, with nothing.

    A correction counts on the day of what it corrects.
    """
    by_day: dict[str, list[OperationResult]] = {day: [] for day in days}
    for result in results:
        day = day_of(result.draft.at_us)
        if day in by_day:
            by_day[day].append(result)
    return {day: tally(found, rules, as_of_us) for day, found in by_day.items()}


def year_total(
    results: Iterable[OperationResult],
    operations: Iterable[Operation],
    rules: OperationRules,
    year: int,
    as_of_us: int,
) -> YearTotal:
    """What was achieved in a year of Shanghai: each entry once, whichever campaign its operation is part of."""
    campaign_of = {operation.id: operation.campaign for operation in operations}
    mine = {one.id: one for one in results if one.operation in campaign_of and year_of(one.draft.at_us) == year}
    parts: dict[str, list[OperationResult]] = {}
    for result in mine.values():
        parts.setdefault(campaign_of[result.operation], []).append(result)
    return YearTotal(
        year,
        tally(mine.values(), rules, as_of_us),
        {campaign: tally(found, rules, as_of_us) for campaign, found in sorted(parts.items())},
    )


def days_between(first_day: str, last_day: str) -> Iterator[str]:
    """Every day of a campaign, first and last included."""
    day, last = (datetime.fromisoformat(text).date() for text in (first_day, last_day))
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)
