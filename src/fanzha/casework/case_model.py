"""A case and what hangs on it: decisions, comments, files, tasks, series, hand-overs, merges and splits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.casework.model import Attachment


@unique
class CaseStatus(StrEnum):
    """Where a case stands in its procedure."""

    ACCEPTED = "accepted"  # 受案
    VERIFYING = "verifying"  # 调查核实: nothing may be frozen yet (程序规定 Art. 174)
    FILED = "filed"  # 立案侦查
    NOT_FILED = "not_filed"  # 不予立案
    SOLVED = "solved"  # 破案
    PROSECUTED = "prosecuted"  # 移送审查起诉
    WITHDRAWN = "withdrawn"  # 撤销案件
    REFERRED = "referred"  # 移送有管辖权的机关
    CLOSED = "closed"  # 结案


@unique
class CaseStep(StrEnum):
    """What can happen to the status of a case."""

    VERIFY = "verify"
    FILE = "file"
    DECLINE = "decline"
    SOLVE = "solve"
    PROSECUTE = "prosecute"
    RETURN = "return"  # 退回补充侦查, or a referral that came back
    WITHDRAW = "withdraw"
    REFER = "refer"
    CLOSE = "close"
    REOPEN = "reopen"


@unique
class TaskStatus(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@unique
class HandOverStatus(StrEnum):
    """Where a hand-over stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RECALLED = "recalled"


@unique
class MoveKind(StrEnum):
    """Two cases became one, or one became two."""

    MERGE = "merge"
    SPLIT = "split"


@unique
class MergedKind(StrEnum):
    """What was merged."""

    REPORT = "report"
    CLUE = "clue"


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of a case in one version of the taxonomy; an older version stays readable."""

    version: str
    class_slug: str
    subtype_slug: str  # empty: the class alone
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A step of the procedure with its paper: who decided, by which document number, and why."""

    step: CaseStep
    document: str  # 立案决定书, 不予立案通知书, …
    number: str  # 文号
    reason: str
    by: str
    organisation: str
    at_us: int
    served_at_us: int | None = None  # when those who must be told were told
    served_by: str = ""


@dataclass(frozen=True, slots=True)
class WorkingMethod:
    """The tracing method that this case works with, and why."""

    method: str
    reason: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A word by an officer; struck out, it stays readable as struck out."""

    id: str
    by: str
    at_us: int
    text: str
    struck_out_by: str = ""
    struck_out_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """案件: the reports that are one matter, the officers who work on it, and where its procedure stands."""

    id: str
    version: int
    organisation: str
    jurisdiction: str
    title: str
    officer: str  # 主办民警
    opened_by: str
    opened_at_us: int
    status: CaseStatus = CaseStatus.ACCEPTED
    officers: tuple[str, ...] = ()  # others who work on it
    reports: tuple[str, ...] = ()
    classification: Classification | None = None
    decisions: tuple[Decision, ...] = ()
    review_extended_at_us: int | None = None  # 重大疑难复杂: the review may take longer, by a head of the body
    working_method: WorkingMethod | None = None
    series: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    files: tuple[Attachment, ...] = ()
    struck: tuple[str, ...] = ()  # marks of its clocks that have been told
    merged_into: str = ""

    @property
    def workers(self) -> tuple[str, ...]:
        """Everybody whose own case it is."""
        return (self.officer, *self.officers)

    @property
    def filing(self) -> Decision | None:
        """The decision by which the case stands filed (立案); None before filing and after 撤案."""
        if self.status not in FILED_STATUSES:
            return None
        return next((decision for decision in reversed(self.decisions) if decision.step is CaseStep.FILE), None)

    @property
    def is_open(self) -> bool:
        """Whether work goes on under this case's own name."""
        return self.status in OPEN_STATUSES and not self.merged_into


FILED_STATUSES = frozenset({CaseStatus.FILED, CaseStatus.SOLVED, CaseStatus.PROSECUTED, CaseStatus.CLOSED})
OPEN_STATUSES = frozenset(
    {CaseStatus.ACCEPTED, CaseStatus.VERIFYING, CaseStatus.FILED, CaseStatus.SOLVED, CaseStatus.PROSECUTED}
)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done for a case, or for an operation, by a day."""

    id: str
    version: int
    organisation: str
    case: str
    title: str
    officer: str
    due_us: int | None
    created_by: str
    created_at_us: int
    status: TaskStatus = TaskStatus.OPEN
    ended_by: str = ""
    ended_at_us: int | None = None
    result: str = ""
    operation: str = ""  # what it is for, where it is for no case
    struck: tuple[str, ...] = ()  # the marks that were told: warn:<due>, due:<due>


@dataclass(frozen=True, slots=True)
class SeriesMember:
    """A case in a series, with the reason that put it there."""

    case: str
    reason: str
    evidence: tuple[str, ...]
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Series:
    """串并案: cases that belong together and stay cases of their own."""

    id: str
    version: int
    organisation: str
    title: str
    members: tuple[SeriesMember, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """A case offered by one body to another, which must answer by a due time."""

    id: str
    version: int
    organisation: str  # who offers
    case: str
    to_organisation: str
    document_number: str  # 移送案件通知书
    reason: str
    approved_by: str
    offered_at_us: int
    due_us: int
    status: HandOverStatus = HandOverStatus.OFFERED
    answered_by: str = ""
    answered_at_us: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """One report or clue found to be the same as another; it moves nothing but claims and facts, and can be undone."""

    id: str
    version: int
    organisation: str
    kind: MergedKind
    kept: str
    absorbed: str
    reason: str
    by: str
    at_us: int
    moved_reports: tuple[str, ...] = ()  # of a clue: what the kept one did not have already
    moved_claims: tuple[str, ...] = ()
    moved_facts: tuple[str, ...] = ()
    kept_stage: str = ""  # how far the kept clue had come, where the other's facts brought it further
    kept_officer: str = ""
    undone_by: str = ""
    undone_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class CaseMove:
    """What went from one case to another by a merge or a split: reports, tasks, officers, measures, finished returns.

    What is undone goes back.
    """

    id: str
    version: int
    organisation: str
    kind: MoveKind
    source: str
    target: str
    reason: str
    by: str
    at_us: int
    reports: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    undone_by: str = ""
    undone_at_us: int | None = None
    measures: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
