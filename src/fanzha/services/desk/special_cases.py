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
from fanzha.services.desk.list_pages import Walk
from fanzha.services.desk.model import Desk
from fanzha.services.desk.operation_tally import case_standings, lines_of, seen_operations
from fanzha.services.desk.sight import Sight
from fanzha.statistics import Period, instants_of


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """A case that is counted as such, and where it stands now."""

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


def special_cases(desk: Desk, actor: Actor, period: Period) -> SpecialCases:
    """Major cases that were opened in a period, and the cluster and cross-border operations that began in it.

    Only cases and operations that the actor may see. The limit of a major case is the dated rule of `operations.toml`.
    """
    with looking(desk, actor, "case.special", Subject("organisation", actor.organisation)) as look:
        rules = look.rules.operations
        begun = tuple(_begun_in(look, period))
        clusters: dict[str, list[Operation]] = {}
        for operation in begun:
            if operation.plan.category is Category.CLUSTER:
                clusters.setdefault(operation.plan.class_slug, []).append(operation)
        abroad = [one for one in begun if one.plan.category is Category.CROSS_BORDER]
        return SpecialCases(
            period, look.now_us, rules.major_loss_minor, SpecialGroup(tuple(_major(look, period))),
            tuple(_group(look, found, slug) for slug, found in sorted(clusters.items())), _group(look, abroad),
        )  # fmt: skip


def _begun_in(look: Look, period: Period) -> Iterable[Operation]:
    from_us, until_us = instants_of(period)
    for operation in seen_operations(look):
        begun_us = operation.begun_us(look.now_us)
        if begun_us is not None and from_us <= begun_us < until_us:
            yield operation


def _major(look: Look, period: Period) -> Iterable[SpecialCase]:
    """Every case of the period whose victims lost so much, newest first; one that was merged away is in the other."""
    from_us, until_us = instants_of(period)
    base = Query(ranges={"opened_at_us": Range(from_us, until_us)}, order_by="opened_at_us", descending=True)
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    walk = Walk(look.unit, CASES, base, sight.parts(CASES, base))
    for case in _special(look, [case for _, case in walk.from_position(None)]):
        if case.loss_minor >= look.rules.operations.major_loss_minor:
            yield case


def _group(look: Look, operations: Sequence[Operation], class_slug: str = "") -> SpecialGroup:
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    named = dict.fromkeys(case for operation in operations for case in operation.cases)
    seen = [case for case in look.unit.records(Case).get_many(named) if sight.sees(case)]
    lines = lines_of(look, operations, look.now_us) if operations else ()
    return SpecialGroup(tuple(_special(look, seen)), tuple(one.id for one in operations), class_slug, lines)


def _special(look: Look, cases: Sequence[Case]) -> Iterable[SpecialCase]:
    standings = {one.id: one for one in case_standings(look, (case.id for case in cases))}
    for case in cases:
        standing = standings.get(case.id)
        if standing is not None:
            slug = "" if case.classification is None else case.classification.class_slug
            yield SpecialCase(case.id, case.organisation, case.status, slug, case.opened_at_us, standing.loss_minor)
