"""重大、集群、跨境案件: which cases are such, where each stands, what was achieved in them; never a list of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.audit import Subject
from fanzha.casework import Case, CaseStatus
from fanzha.casework.operations import Category, Operation, TallyLine
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_tables import CASES
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.counting.count_cases import status_at
from fanzha.services.desk.counting.entries import class_of
from fanzha.services.desk.list_pages import Walk
from fanzha.services.desk.model import Desk
from fanzha.services.desk.operation_tally import case_standings, lines_of, seen_operations
from fanzha.services.desk.sight import Sight
from fanzha.statistics import Period, instants_of


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """A case that is counted as such, and where it stood then."""

    id: str
    organisation: str
    status: CaseStatus
    class_slug: str  # empty where it has none yet
    opened_us: int
    loss_minor: int  # CNY, as its reports say


@dataclass(frozen=True, slots=True)
class SpecialGroup:
    """Cases of one category: by their operations where these make the category; `class_slug` of a cluster."""

    cases: tuple[SpecialCase, ...]
    operations: tuple[str, ...] = ()
    class_slug: str = ""
    lines: tuple[TallyLine, ...] = ()  # what the operations achieved

    @property
    def by_status(self) -> dict[CaseStatus, tuple[str, ...]]:
        """The ids of the cases in each status; the numbers that are told are the lengths of these lists."""
        found = {status: tuple(one.id for one in self.cases if one.status is status) for status in CaseStatus}
        return {status: ids for status, ids in found.items() if ids}

    @property
    def loss_minor(self) -> int:
        """What all of them cost their victims."""
        return sum(one.loss_minor for one in self.cases)


@dataclass(frozen=True, slots=True)
class SpecialCases:
    """What a period has of them, as of an instant."""

    period: Period
    as_of_us: int
    major_minor: int  # from which loss on a case is a major one
    major: SpecialGroup  # opened in the period
    clusters: tuple[SpecialGroup, ...]  # by type, of strikes that began in the period
    cross_border: SpecialGroup  # of operations of the category that began in the period


def special_cases(desk: Desk, actor: Actor, period: Period, *, as_of_us: int | None = None) -> SpecialCases:
    """Major cases that were opened in a period, and the cluster and cross-border operations that began in it.

    As they stood at an instant, now where none is given; what was lost is as it is told by now.

    Only cases and operations that the actor may see. The limit of a major case is the dated rule of `operations.toml`.
    """
    with looking(desk, actor, "case.special", Subject("organisation", actor.organisation)) as look:
        rules, as_of = look.rules.operations, look.now_us if as_of_us is None else as_of_us
        begun = tuple(_begun_in(look, period, as_of))
        clusters: dict[str, list[Operation]] = {}
        for operation in begun:
            if operation.plan.category is Category.CLUSTER:
                clusters.setdefault(operation.plan.class_slug, []).append(operation)
        abroad = [one for one in begun if one.plan.category is Category.CROSS_BORDER]
        return SpecialCases(
            period, as_of, rules.major_loss_minor, SpecialGroup(tuple(_major(look, period, as_of))),
            tuple(_group(look, found, as_of, slug) for slug, found in sorted(clusters.items())),
            _group(look, abroad, as_of),
        )  # fmt: skip


def _begun_in(look: Look, period: Period, as_of_us: int) -> Iterable[Operation]:
    from_us, until_us = instants_of(period)
    for operation in seen_operations(look):
        begun_us = operation.begun_us(as_of_us)
        if begun_us is not None and from_us <= begun_us < until_us:
            yield operation


def _major(look: Look, period: Period, as_of_us: int) -> Iterable[SpecialCase]:
    """Every case of the period whose victims lost so much, newest first; one that was merged away is in the other."""
    from_us, until_us = instants_of(period)
    opened = Range(from_us, min(until_us, as_of_us + 1))
    base = Query(ranges={"opened_at_us": opened}, order_by="opened_at_us", descending=True)
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    walk = Walk(look.unit, CASES, base, sight.parts(CASES, base))
    for case in _special(look, [case for _, case in walk.from_position(None)], as_of_us):
        if case.loss_minor >= look.rules.operations.major_loss_minor:
            yield case


def _group(look: Look, operations: Sequence[Operation], as_of_us: int, class_slug: str = "") -> SpecialGroup:
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    named = dict.fromkeys(case for operation in operations for case in operation.cases)
    seen = [
        case for case in look.unit.records(Case).get_many(named) if sight.sees(case) and case.opened_at_us <= as_of_us
    ]
    lines = lines_of(look, operations, as_of_us) if operations else ()
    return SpecialGroup(tuple(_special(look, seen, as_of_us)), tuple(one.id for one in operations), class_slug, lines)


def _special(look: Look, cases: Sequence[Case], as_of_us: int) -> Iterable[SpecialCase]:
    standings = {one.id: one for one in case_standings(look, (case.id for case in cases))}
    for case in cases:
        standing = standings.get(case.id)
        if standing is not None:
            slug, status = class_of(case, as_of_us), CaseStatus(status_at(case, as_of_us) or CaseStatus.ACCEPTED)
            yield SpecialCase(case.id, case.organisation, status, slug, case.opened_at_us, standing.loss_minor)
