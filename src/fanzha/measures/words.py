"""What states, steps, kinds and answers of measures and returns are called where a person is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.measures.lifecycle import TRANSITIONS, Answer, Event, Status
from fanzha.measures.model import EvidenceKind, FactSource, MeasureKind, TargetKind, TellingWay
from fanzha.measures.orders import Outcome, Verb
from fanzha.measures.purposes import Purpose
from fanzha.measures.return_lifecycle import PROCEDURE_TRANSITIONS, ProcedureEvent, ProcedureStatus

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
KIND_WORDS: Final[Mapping[MeasureKind, str]] = {
    MeasureKind.QUERY: "query (协助查询)",
    MeasureKind.STOP_PAYMENT: "stop of payments (紧急止付)",
    MeasureKind.FREEZE: "freeze (冻结)",
    MeasureKind.QUEUED_FREEZE: "queued freeze (轮候冻结)",
    MeasureKind.PAYER_HOLD: "hold at the payer's bank (付款方延迟支付)",
    MeasureKind.RESTRICTION: "restriction of an account (账户限制)",
    MeasureKind.LINE_SUSPENSION: "suspension of a line (暂停电话卡功能)",
    MeasureKind.SITE_BLOCK: "block of a site (网址封堵)",
    MeasureKind.DISCIPLINE: "joint discipline (联合惩戒)",
    MeasureKind.RETURN: "payment of a return (冻结资金返还)",
}
TARGET_WORDS: Final[Mapping[TargetKind, str]] = {
    TargetKind.ACCOUNT: "an account (账户)",
    TargetKind.INSTITUTION: "an institution (机构)",
    TargetKind.LINE: "a telephone line (号码)",
    TargetKind.SITE: "a site (网址)",
    TargetKind.PERSON: "a person or a unit (人员、单位)",
}
FACT_SOURCE_WORDS: Final[Mapping[FactSource, str]] = {
    FactSource.TRANSFER_SLIP: "a transfer slip (转账凭证)",
    FactSource.STATEMENT: "a statement (银行流水)",
    FactSource.VICTIM_SCREEN: "the victim's screen (被害人手机屏幕)",
    FactSource.BANK_RECEIPT: "a bank's receipt (银行回执)",
    FactSource.BANK_STATEMENT: "a bank's own statement (调取的银行流水)",
}
EVIDENCE_WORDS: Final[Mapping[EvidenceKind, str]] = {
    EvidenceKind.TRADE: "goods for the money (真实交易)",
    EvidenceKind.WAGES: "wages (工资)",
    EvidenceKind.LIVING_COSTS: "living costs (生活费用)",
    EvidenceKind.GOOD_FAITH: "good faith (善意取得)",
    EvidenceKind.OTHER: "something else (其他)",
}
OUTCOME_WORDS: Final[Mapping[Outcome, str]] = {
    Outcome.RECEIVED: "received (已签收)",
    Outcome.EXECUTED: "executed (已执行)",
    Outcome.PARTIAL: "executed in part (部分执行)",
    Outcome.REFUSED: "refused (拒绝执行)",
    Outcome.NOTHING_FOUND: "answered, with nothing found (查无结果)",
}
ORDER_WORDS: Final[Mapping[Verb, str]] = {
    Verb.BEGIN: "the measure itself",
    Verb.EXTEND: "its extension (续期)",
    Verb.RELEASE: "its release (解除)",
    Verb.RELEASE_PART: "the release of a part (部分解除)",
}
TELLING_WORDS: Final[Mapping[TellingWay, str]] = {
    TellingWay.IN_PERSON: "in person (当面送达)",
    TellingWay.LETTER: "by letter (书面送达)",
    TellingWay.CALL: "by telephone (电话)",
    TellingWay.MESSAGE: "by a message (短信)",
    TellingWay.BY_INSTITUTION: "by his bank or operator (机构告知)",
    TellingWay.PUBLIC_NOTICE: "by a public notice (公告)",
}
PURPOSE_WORDS: Final[Mapping[Purpose, str]] = {
    Purpose.STOP: "a stop (止付)",
    Purpose.FREEZE: "a freeze (冻结)",
    Purpose.RETURN: "a return (返还)",
}
PROCEDURE_WORDS: Final[Mapping[ProcedureStatus, str]] = {
    ProcedureStatus.DRAFT: "a draft (拟稿)",
    ProcedureStatus.NOTICED: "in its public notice (公告期)",
    ProcedureStatus.PROPOSED: "waiting for the decision (待决定)",
    ProcedureStatus.APPROVED: "decided and being paid (已决定)",
    ProcedureStatus.DONE: "paid in full (返还完毕)",
    ProcedureStatus.REJECTED: "turned down (不予返还)",
    ProcedureStatus.WITHDRAWN: "taken back (撤回)",
}
PROCEDURE_EVENT_WORDS: Final[Mapping[ProcedureEvent, str]] = {
    ProcedureEvent.PUBLISH: "the public notice (公告)",
    ProcedureEvent.REPLAN: "planning anew (重新拟定方案)",
    ProcedureEvent.CORRECT: "a corrected plan (更正方案)",
    ProcedureEvent.OBJECT: "an objection (异议)",
    ProcedureEvent.PROPOSE: "proposing (呈请返还)",
    ProcedureEvent.APPROVE: "the decision (返还决定)",
    ProcedureEvent.REJECT: "turning it down (不予返还)",
    ProcedureEvent.WITHDRAW: "taking it back (撤回)",
    ProcedureEvent.COMPLETE: "its end by the last payment",
}
# Told by the banks, or what planning anew is called once an objection was upheld.
_NO_DEED: Final = frozenset({ProcedureEvent.COMPLETE, ProcedureEvent.CORRECT})


def cannot_follow(status: Status, event: Event) -> str:
    """Why an event cannot follow a state, and what a person can do instead."""
    able = [EVENT_WORDS[deed] for deed in DEEDS if TRANSITIONS[status, deed].answer is not Answer.REFUSED]
    instead = f"what can follow is {', '.join(able)}" if able else "nothing can follow; draft a new one"
    return f"{EVENT_WORDS[event]} cannot follow; {instead}"


def return_cannot_follow(status: ProcedureStatus, event: ProcedureEvent) -> str:
    """What a return is, why an event cannot follow, and what a person can do instead."""
    able = [
        PROCEDURE_EVENT_WORDS[deed]
        for deed in ProcedureEvent
        if deed not in _NO_DEED and PROCEDURE_TRANSITIONS[status, deed] is not None
    ]
    instead = f"what can follow is {', '.join(able)}" if able else "nothing can follow"
    return f"{PROCEDURE_WORDS[status]}: {PROCEDURE_EVENT_WORDS[event]} cannot follow; {instead}"


def chinese_of(words: str) -> str:
    """The Chinese of a word that brings both, "freeze (冻结)": a Chinese paper has it alone."""
    english, _, rest = words.partition(" (")
    return rest.removesuffix(")") if rest else english
