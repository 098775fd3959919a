"""What may follow what: one total table for every status; None says that it may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum, unique
from typing import Final, TypeVar

from fanzha.casework.case_model import CaseStatus, CaseStep, HandOverStatus, TaskStatus
from fanzha.casework.errand_model import ErrandStatus
from fanzha.casework.model import ClueStage, ReportStatus
from fanzha.casework.words import in_words
from fanzha.core.errors import NotAllowed


@unique
class ReportStep(StrEnum):
    """What can happen to a report."""

    PUT_IN_CASE = "put_in_case"
    FIND_UNFOUNDED = "find_unfounded"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


@unique
class ClueStep(StrEnum):
    """What can happen to a clue."""

    ASSIGN = "assign"
    ROUTE = "route"
    ASSESS = "assess"
    VERIFY = "verify"
    ACT = "act"
    DISMISS = "dismiss"
    DROP = "drop"  # the only report that it rests on has nothing behind it
    PAUSE = "pause"
    RESUME = "resume"
    REOPEN = "reopen"
    UNVERIFY = "unverify"  # its last fact was withdrawn
    # A dismissal taken back with the closing of the report that brought it: the clue stands again where it stood.
    BACK_TO_QUEUED = "back_to_queued"
    BACK_TO_ASSIGNED = "back_to_assigned"
    BACK_TO_ASSESSED = "back_to_assessed"
    BACK_TO_VERIFIED = "back_to_verified"


@unique
class TaskStep(StrEnum):
    """What can happen to a task."""

    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"


@unique
class ErrandStep(StrEnum):
    """What can happen to an errand."""

    SIGN_FOR = "sign_for"
    ANSWER = "answer"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    RECALL = "recall"


@unique
class HandOverStep(StrEnum):
    """What can happen to a hand-over."""

    ACCEPT = "accept"
    DECLINE = "decline"
    RECALL = "recall"


Status = TypeVar("Status", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)
Table = Mapping[Status, Mapping[Step, Status | None]]


def total(
    statuses: type[Status], steps: type[Step], allowed: Mapping[Status, Mapping[Step, Status]]
) -> Table[Status, Step]:
    """Every pair answered: what is not allowed is None."""
    return {status: {step: allowed.get(status, {}).get(step) for step in steps} for status in statuses}


REPORT_TABLE: Final[Table[ReportStatus, ReportStep]] = total(
    ReportStatus,
    ReportStep,
    {
        ReportStatus.RECEIVED: {
            ReportStep.PUT_IN_CASE: ReportStatus.IN_CASE,
            ReportStep.FIND_UNFOUNDED: ReportStatus.UNFOUNDED,
            ReportStep.WITHDRAW: ReportStatus.WITHDRAWN,
        },
        # Into another case by a merge or a split; out of all cases only with a reason.
        ReportStatus.IN_CASE: {
            ReportStep.PUT_IN_CASE: ReportStatus.IN_CASE,
            ReportStep.FIND_UNFOUNDED: ReportStatus.UNFOUNDED,
        },
        # New facts or evidence open a matter again (程序规定 Art. 175).
        ReportStatus.UNFOUNDED: {ReportStep.REOPEN: ReportStatus.RECEIVED},
        ReportStatus.WITHDRAWN: {ReportStep.REOPEN: ReportStatus.RECEIVED},
    },
)

_UNDER_CHECK: Final = {ClueStep.ROUTE: ClueStage.QUEUED, ClueStep.DROP: ClueStage.DISMISSED}
CLUE_TABLE: Final[Table[ClueStage, ClueStep]] = total(
    ClueStage,
    ClueStep,
    {
        # Nobody dismisses or pauses what nobody has looked at.
        ClueStage.QUEUED: {**_UNDER_CHECK, ClueStep.ASSIGN: ClueStage.ASSIGNED},
        ClueStage.ASSIGNED: {
            **_UNDER_CHECK,
            ClueStep.ASSIGN: ClueStage.ASSIGNED,
            ClueStep.ASSESS: ClueStage.ASSESSED,
            ClueStep.PAUSE: ClueStage.ASSIGNED,
            ClueStep.RESUME: ClueStage.ASSIGNED,
        },
        ClueStage.ASSESSED: {
            **_UNDER_CHECK,
            ClueStep.ASSIGN: ClueStage.ASSESSED,
            ClueStep.ASSESS: ClueStage.ASSESSED,
            ClueStep.VERIFY: ClueStage.VERIFIED,
            ClueStep.DISMISS: ClueStage.DISMISSED,
            ClueStep.PAUSE: ClueStage.ASSESSED,
            ClueStep.RESUME: ClueStage.ASSESSED,
        },
        ClueStage.VERIFIED: {
            ClueStep.ASSIGN: ClueStage.VERIFIED,
            ClueStep.VERIFY: ClueStage.VERIFIED,
            ClueStep.ACT: ClueStage.ACTED,
            ClueStep.UNVERIFY: ClueStage.ASSESSED,
            ClueStep.DISMISS: ClueStage.DISMISSED,
            ClueStep.DROP: ClueStage.DISMISSED,
            ClueStep.PAUSE: ClueStage.VERIFIED,
            ClueStep.RESUME: ClueStage.VERIFIED,
        },
        # A later payment of the same account may still be verified after the first stop left.
        ClueStage.ACTED: {
            ClueStep.VERIFY: ClueStage.ACTED,
            ClueStep.ACT: ClueStage.ACTED,
            ClueStep.REOPEN: ClueStage.ASSIGNED,
        },
        ClueStage.DISMISSED: {
            ClueStep.REOPEN: ClueStage.ASSIGNED,
            ClueStep.BACK_TO_QUEUED: ClueStage.QUEUED,
            ClueStep.BACK_TO_ASSIGNED: ClueStage.ASSIGNED,
            ClueStep.BACK_TO_ASSESSED: ClueStage.ASSESSED,
            ClueStep.BACK_TO_VERIFIED: ClueStage.VERIFIED,
        },
    },
)

CASE_TABLE: Final[Table[CaseStatus, CaseStep]] = total(
    CaseStatus,
    CaseStep,
    {
        CaseStatus.ACCEPTED: {
            CaseStep.VERIFY: CaseStatus.VERIFYING,
            CaseStep.FILE: CaseStatus.FILED,
            CaseStep.DECLINE: CaseStatus.NOT_FILED,
            CaseStep.REFER: CaseStatus.REFERRED,
        },
        CaseStatus.VERIFYING: {
            CaseStep.FILE: CaseStatus.FILED,
            CaseStep.DECLINE: CaseStatus.NOT_FILED,
            CaseStep.REFER: CaseStatus.REFERRED,
        },
        CaseStatus.FILED: {
            CaseStep.SOLVE: CaseStatus.SOLVED,
            CaseStep.PROSECUTE: CaseStatus.PROSECUTED,
            CaseStep.WITHDRAW: CaseStatus.WITHDRAWN,
            CaseStep.REFER: CaseStatus.REFERRED,
        },
        CaseStatus.NOT_FILED: {CaseStep.FILE: CaseStatus.FILED},  # Art. 178(3), 182
        CaseStatus.SOLVED: {
            CaseStep.PROSECUTE: CaseStatus.PROSECUTED,
            CaseStep.WITHDRAW: CaseStatus.WITHDRAWN,
            CaseStep.REOPEN: CaseStatus.FILED,
        },
        CaseStatus.PROSECUTED: {CaseStep.RETURN: CaseStatus.FILED, CaseStep.CLOSE: CaseStatus.CLOSED},
        CaseStatus.WITHDRAWN: {CaseStep.FILE: CaseStatus.FILED},  # Art. 190
        CaseStatus.REFERRED: {CaseStep.RETURN: CaseStatus.VERIFYING},  # to be filed anew by who has it now
        CaseStatus.CLOSED: {CaseStep.REOPEN: CaseStatus.FILED},
    },
)

TASK_TABLE: Final[Table[TaskStatus, TaskStep]] = total(
    TaskStatus,
    TaskStep,
    {
        TaskStatus.OPEN: {TaskStep.FINISH: TaskStatus.DONE, TaskStep.CANCEL: TaskStatus.CANCELLED},
        TaskStatus.DONE: {TaskStep.REOPEN: TaskStatus.OPEN},
        TaskStatus.CANCELLED: {TaskStep.REOPEN: TaskStatus.OPEN},
    },
)

HAND_OVER_TABLE: Final[Table[HandOverStatus, HandOverStep]] = total(
    HandOverStatus,
    HandOverStep,
    {
        HandOverStatus.OFFERED: {
            HandOverStep.ACCEPT: HandOverStatus.ACCEPTED,
            HandOverStep.DECLINE: HandOverStatus.DECLINED,
            HandOverStep.RECALL: HandOverStatus.RECALLED,
        },
    },
)

ERRAND_TABLE: Final[Table[ErrandStatus, ErrandStep]] = total(
    ErrandStatus,
    ErrandStep,
    {
        ErrandStatus.SENT: {
            ErrandStep.SIGN_FOR: ErrandStatus.SIGNED_FOR,
            ErrandStep.RECALL: ErrandStatus.RECALLED,
        },
        ErrandStatus.SIGNED_FOR: {
            ErrandStep.SIGN_FOR: ErrandStatus.SIGNED_FOR,  # somebody else of the body takes it over
            ErrandStep.ANSWER: ErrandStatus.ANSWERED,
            ErrandStep.RECALL: ErrandStatus.RECALLED,
        },
        ErrandStatus.ANSWERED: {
            ErrandStep.SEND_BACK: ErrandStatus.SIGNED_FOR,
            ErrandStep.CONFIRM: ErrandStatus.CONFIRMED,
        },
    },
)

BACK_TO: Final[Mapping[ClueStage, ClueStep]] = {
    ClueStage.QUEUED: ClueStep.BACK_TO_QUEUED, ClueStage.ASSIGNED: ClueStep.BACK_TO_ASSIGNED,
    ClueStage.ASSESSED: ClueStep.BACK_TO_ASSESSED, ClueStage.VERIFIED: ClueStep.BACK_TO_VERIFIED,
}  # fmt: skip

_BY_ITSELF: Final = frozenset({ClueStep.DROP, ClueStep.UNVERIFY, *BACK_TO.values()})  # follows something else; no verb


def next_status(
    table: Table[Status, Step], held: Status, step: Step, record: str, said: Callable[[StrEnum], str] = in_words
) -> Status:
    """The status after the step; `said` words states and steps for a person.

    Raises NotAllowed(`step.<step>`) that names the record and what may follow instead.
    """
    after = table[held][step]
    if after is None:
        possible = ", ".join(
            said(other) for other, status in table[held].items() if status is not None and other not in _BY_ITSELF
        )
        only = f"what can follow is: {possible}" if possible else "nothing can follow any more"
        raise NotAllowed(f"step.{step}", f"{record} is {said(held)}; {said(step)} cannot follow. Instead, {only}")
    return after


def can_step(table: Table[Status, Step], held: Status, step: Step) -> bool:
    """Whether the step may follow."""
    return table[held][step] is not None
