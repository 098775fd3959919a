"""What the states and steps of measures are called where a person is told what cannot follow, and what can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.measures.lifecycle import TRANSITIONS, Answer, Event, Status

STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.DRAFT: "a draft (拟稿)",
    Status.PROPOSED: "waiting for approval (待审批)",
    Status.APPROVED: "approved (已审批)",
    Status.SENT: "sent (已发出)",
    Status.ACKNOWLEDGED: "acknowledged by the institution (已签收)",
    Status.EXECUTED: "executed (已执行)",
    Status.PARTIAL: "executed in part (部分执行)",
    Status.REFUSED: "refused by the institution (拒绝执行)",
    Status.REJECTED: "rejected by the approver (审批不同意)",
    Status.WITHDRAWN: "taken back (撤回)",
    Status.LIFTED: "lifted (已解除)",
    Status.LAPSED: "over (到期失效)",
    Status.CONVERTED: "turned into another measure (已转换)",
}
EVENT_WORDS: Final[Mapping[Event, str]] = {
    Event.PROPOSE: "proposing (报批)",
    Event.APPROVE: "approving (审批)",
    Event.REJECT: "rejecting (不同意)",
    Event.WITHDRAW: "taking back (撤回)",
    Event.ACT_FIRST: "acting first (先行办理)",
    Event.COUNTERSIGN: "countersigning (补办审批)",
    Event.SEND: "sending (发出)",
    Event.ACKNOWLEDGE: "an acknowledgement",
    Event.EXECUTE: "execution",
    Event.EXECUTE_PART: "execution in part",
    Event.REFUSE: "a refusal",
    Event.RENEW: "renewing (续期)",
    Event.RELEASE_PART: "releasing a part (部分解除)",
    Event.LIFT: "lifting (解除)",
    Event.EMPTY: "its end by payment",
    Event.LAPSE: "lapsing",
    Event.CONVERT: "conversion (转换)",
}
# What a person can do; the other events are told by institutions and clocks.
DEEDS: Final = (
    Event.PROPOSE,
    Event.APPROVE,
    Event.REJECT,
    Event.WITHDRAW,
    Event.ACT_FIRST,
    Event.COUNTERSIGN,
    Event.SEND,
    Event.RENEW,
    Event.RELEASE_PART,
    Event.LIFT,
    Event.CONVERT,
)


def cannot_follow(status: Status, event: Event) -> str:
    """Why an event cannot follow a state, and what a person can do instead."""
    able = [EVENT_WORDS[deed] for deed in DEEDS if TRANSITIONS[status, deed].answer is not Answer.REFUSED]
    instead = f"what can follow is {', '.join(able)}" if able else "nothing can follow; draft a new one"
    return f"{EVENT_WORDS[event]} cannot follow; {instead}"
