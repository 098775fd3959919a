"""Campaigns of months, and the operations in them: strike days and case teams, with their plan, teams and points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.casework.case_model import Comment


@unique
class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


@unique
class CampaignStep(StrEnum):
    """What can happen to a campaign."""

    END = "end"
    CANCEL = "cancel"
    REOPEN = "reopen"


@unique
class OperationKind(StrEnum):
    """How bodies work together."""

    STRIKE = "strike"  # 收网行动: a day or a few
    CASE_TEAM = "case_team"  # 专班、专案: as long as its case


@unique
class Category(StrEnum):
    """As what an operation is counted besides."""

    ORDINARY = "ordinary"
    CLUSTER = "cluster"  # 集群战役: against one type of fraud, at several places
    CROSS_BORDER = "cross_border"  # 跨境


@unique
class OperationStatus(StrEnum):
    """Where an operation stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    ENDED = "ended"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@unique
class OperationStep(StrEnum):
    """What can happen to an operation."""

    APPROVE = "approve"
    BEGIN = "begin"
    END = "end"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Campaign:
    """专项行动: months of work under one name; days are Shanghai's, first and last included."""

    id: str
    version: int
    organisation: str
    title: str
    aims: str
    first_day: str  # 2021-01-01
    last_day: str
    opened_by: str
    opened_at_us: int
    bodies: tuple[str, ...] = ()  # others that take part
    document: str = ""  # 文号 of the plan
    status: CampaignStatus = CampaignStatus.OPEN


@dataclass(frozen=True, slots=True)
class CapturePoint:
    """抓捕点: a place that the strike goes to, from the evidence of its cases."""

    id: str
    place: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """A group of one body's officers with a task."""

    id: str
    title: str
    organisation: str
    leader: str
    members: tuple[str, ...] = ()
    point: str = ""  # the capture point that it goes to


@dataclass(frozen=True, slots=True)
class OperationDecision:
    """A step of an operation: who decided, by which document, and why."""

    step: OperationStep
    number: str  # 文号; empty where the step needs none
    reason: str
    by: str
    organisation: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation is for, on what it rests, and how it is done."""

    title: str
    aims: str
    basis: str  # the law and the filing that it rests on
    text: str = ""  # 方案
    kind: OperationKind = OperationKind.STRIKE
    category: Category = Category.ORDINARY
    class_slug: str = ""  # the type of fraud that a cluster strike is against, of the taxonomy
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """行动: a strike or a case team of several bodies, of one of which it is."""

    id: str
    version: int
    organisation: str
    plan: Plan
    drafted_by: str
    drafted_at_us: int
    status: OperationStatus = OperationStatus.PLANNED
    bodies: tuple[str, ...] = ()  # others that take part
    cases: tuple[str, ...] = ()
    points: tuple[CapturePoint, ...] = ()
    teams: tuple[Team, ...] = ()
    decisions: tuple[OperationDecision, ...] = ()
    remarks: tuple[Comment, ...] = ()

    @property
    def campaign(self) -> str:
        """The campaign that it belongs to; empty where it stands by itself."""
        return self.plan.campaign

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody who is in one of its teams, each once."""
        named = (name for team in self.teams for name in (team.leader, *team.members))
        return tuple(dict.fromkeys(named))

    @property
    def all_bodies(self) -> tuple[str, ...]:
        """Every body that takes part, its own first."""
        return (self.organisation, *self.bodies)

    def begun_us(self, as_of_us: int) -> int | None:
        """When it first began, as far as it was known at an instant; None before."""
        starts = (one.at_us for one in self.decisions if one.step is OperationStep.BEGIN and one.at_us <= as_of_us)
        return min(starts, default=None)

    def was_open(self, from_us: int, until_us: int, as_of_us: int) -> bool:
        """Whether results of the time could be entered: it began before its end, and was not closed before it."""
        begun_us = self.begun_us(as_of_us)
        if begun_us is None or begun_us >= until_us:
            return False
        closed_us = None
        for decision in self.decisions:
            if decision.at_us <= as_of_us:
                closed_us = decision.at_us if decision.step is OperationStep.CLOSE else None
        return closed_us is None or closed_us >= from_us
