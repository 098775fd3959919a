"""战果统计: the live tally of an operation, a campaign or a year; each number with the ids behind it, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseStatus, CaseStep, Report
from fanzha.casework.lifecycle import CASE_TABLE
from fanzha.casework.operations import (
    Campaign,
    CaseStanding,
    Operation,
    TallyLine,
    YearTotal,
    case_tally,
    daily,
    day_of,
    days_between,
    strike_tally,
    tally,
    year_total,
)
from fanzha.core.actor import Actor
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import OPERATIONS
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.keeping_operations import results_of
from fanzha.services.desk.list_pages import Walk
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class CampaignTally:
    """A campaign's figures, by the operations that the actor may see, and how many he may not."""

    campaign: Campaign
    operations: tuple[Operation, ...]
    unseen: int
    lines: tuple[TallyLine, ...]
    days: Mapping[str, tuple[TallyLine, ...]]  # every day until now, those without a result too


def operation_tally(
    desk: Desk, actor: Actor, operation_id: str, *, as_of_us: int | None = None
) -> tuple[TallyLine, ...]:
    """Every figure of an operation as (measure id of the catalogue, value, ids, as of); as of now where no time is given.

    Raises NotFound where the operation may not be seen.
    """
    with looking(desk, actor, "operation.tally", Subject("operation", operation_id)) as look:
        operation = look.load(Operation, operation_id, Action.SEE)
        return lines_of(look, (operation,), look.now_us if as_of_us is None else as_of_us)


def campaign_tally(desk: Desk, actor: Actor, campaign_id: str, *, as_of_us: int | None = None) -> CampaignTally:
    """Every figure of a campaign, and its days. Raises NotFound where the campaign may not be seen."""
    with looking(desk, actor, "campaign.tally", Subject("campaign", campaign_id)) as look:
        campaign = look.load(Campaign, campaign_id, Action.SEE)
        as_of = look.now_us if as_of_us is None else as_of_us
        sight = Sight(look.unit, actor, look.rules.access.permissions)
        every_one = tuple(every(look.unit.records(Operation), Query(equals={"campaign": campaign.id})))
        seen = tuple(one for one in every_one if sight.sees(one))
        last = min(campaign.last_day, day_of(as_of))
        days = tuple(days_between(campaign.first_day, last))
        results = results_of(look, [one.id for one in seen])
        return CampaignTally(
            campaign, seen, len(every_one) - len(seen), lines_of(look, seen, as_of),
            daily(results, look.rules.operations, days, as_of),
        )  # fmt: skip


def year_tally(desk: Desk, actor: Actor, year: int, *, as_of_us: int | None = None) -> YearTotal:
    """What the operations that the actor may see achieved in a year, and how much of it each campaign is."""
    with looking(desk, actor, "operation.tally", Subject("organisation", actor.organisation)) as look:
        seen = tuple(seen_operations(look))
        results = results_of(look, [one.id for one in seen])
        return year_total(results, seen, look.rules.operations, year, look.now_us if as_of_us is None else as_of_us)


def seen_operations(look: Look, **within: tuple[str, ...]) -> Iterator[Operation]:
    """Every operation that the actor may see, once; only those whose keys have one of these values."""
    base = Query(within=within, order_by="drafted_at_us")
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    return (one for _, one in Walk(look.unit, OPERATIONS, base, sight.parts(OPERATIONS, base)).from_position(None))


def lines_of(look: Look, operations: Sequence[Operation], as_of_us: int) -> tuple[TallyLine, ...]:
    """What the operations achieved, which cases they are about, and themselves, as figures in the order of their ids."""
    rules = look.rules.operations
    entered = tally(results_of(look, [one.id for one in operations]), rules, as_of_us)
    cases = case_tally(case_standings(look, (case for one in operations for case in one.cases)), rules, as_of_us)
    return tuple(sorted((*entered, *cases, *strike_tally(operations, as_of_us)), key=lambda line: line.measure))


def case_standings(look: Look, cases: Iterable[str]) -> Iterator[CaseStanding]:
    """Of each case, once, when it was opened and solved, and what its victims lost; one that was merged away is in the other."""
    for case in look.unit.records(Case).get_many(dict.fromkeys(cases)):
        if not case.merged_into:
            yield CaseStanding(case.id, case.opened_at_us, _solved_us(case), _loss_minor(look, case))


def _solved_us(case: Case) -> int | None:
    """When the case was solved, unless that was taken back."""
    status, solved_us = CaseStatus.ACCEPTED, None
    for decision in case.decisions:
        status = CASE_TABLE[status][decision.step] or status
        if decision.step in {CaseStep.SOLVE, CaseStep.PROSECUTE}:
            solved_us = decision.at_us if solved_us is None else solved_us
        elif status in {CaseStatus.FILED, CaseStatus.WITHDRAWN}:
            solved_us = None
    return solved_us


def _loss_minor(look: Look, case: Case) -> int:
    """What the reports of the case say was lost; a duplicate's counts in the report that it was merged into."""
    reports = look.unit.records(Report).get_many(case.reports)
    return sum(report.lost_minor.get(DEFAULT_CURRENCY, 0) for report in reports if not report.merged_into)
