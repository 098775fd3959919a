"""What the states and steps of casework are called where a person is told what cannot follow, and what can."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fanzha.casework.case_model import CaseStatus, CaseStep, HandOverStatus, MergedKind, TaskStatus
from fanzha.casework.errand_model import ErrandKind, ErrandOutcome, ErrandStatus
from fanzha.casework.model import CheckedField, ClueKind, ClueStage, DocumentKind, ReportStatus

# Of those that are no plain English by themselves, or that the law has a word for; by type, for two may spell alike.
_WORDS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    ReportStatus: {"in_case": "in a case", "unfounded": "found unfounded", "withdrawn": "taken back by the reporter"},
    ClueStage: {
        "queued": "in the queue, with no officer yet", "assigned": "assigned (已分派)", "assessed": "assessed (已研判)",
        "verified": "verified (已核实)", "acted": "acted on (已处置)", "dismissed": "dismissed (已排除)",
    },
    CaseStatus: {
        "accepted": "accepted (受案)", "verifying": "under verification (调查核实)", "filed": "filed (立案)",
        "not_filed": "not filed (不予立案)", "solved": "solved (破案)", "prosecuted": "with the procurator (移送审查起诉)",
        "withdrawn": "withdrawn (撤销案件)", "referred": "referred (移送)", "closed": "closed (结案)",
    },
    CaseStep: {
        "verify": "verification (调查核实)", "file": "filing (立案)", "decline": "the decision not to file (不予立案)",
        "solve": "solving (破案)", "prosecute": "prosecution (移送审查起诉)", "return": "a return to the body (退回补充侦查)",
        "withdraw": "withdrawal (撤销案件)", "refer": "referral (移送)", "close": "closing (结案)", "reopen": "reopening",
    },
    TaskStatus: {"done": "finished", "cancelled": "cancelled", "open": "open"},
    HandOverStatus: {"offered": "offered and not answered", "accepted": "accepted", "recalled": "taken back"},
    ErrandKind: {
        "order": "an order (交办)", "help_request": "a request for help (协作请求)", "notice": "a notice (通报)",
    },
    ErrandStatus: {
        "sent": "sent and not signed for", "signed_for": "signed for (已签收)", "answered": "answered (已反馈)",
        "confirmed": "confirmed when it was looked at again (回头看)", "recalled": "taken back",
    },
    ErrandOutcome: {"not_done": "not done, with the reason", "nothing_found": "nothing found"},
    ClueKind: {"line": "telephone line", "other": "matter that is no account, line or site"},
    MergedKind: {},
    CheckedField: {
        "holder_name": "户名 (holder)", "account": "账号 (account)", "amount": "汇款金额 (amount)", "time": "交易时间 (time)",
    },
    DocumentKind: {
        "transfer_slip": "transfer slip (转账凭证)", "statement": "bank statement (银行流水)",
        "victim_screen": "victim's screen (被害人手机屏幕)", "bank_receipt": "bank's receipt (银行回执)",
        "other": "document of another kind",
    },
}  # fmt: skip
# What happens to reports, clues, tasks, errands and hand-overs; the spelling says which, whatever it happens to.
_STEPS: Final[Mapping[str, str]] = {
    "put_in_case": "putting it in a case", "find_unfounded": "finding it unfounded", "withdraw": "taking it back",
    "reopen": "reopening", "assign": "assignment (分派)", "route": "routing to another body", "assess": "assessment (研判)",
    "verify": "verification (核实)", "act": "acting on it (处置)", "dismiss": "dismissal (排除)",
    "drop": "dropping it with its report", "pause": "a pause (中止计时)", "resume": "resuming", "finish": "finishing",
    "unverify": "the loss of its last fact", "cancel": "cancelling", "back_to_queued": "taking the dismissal back",
    "back_to_assigned": "taking the dismissal back", "back_to_assessed": "taking the dismissal back",
    "back_to_verified": "taking the dismissal back", "accept": "acceptance", "decline": "declining", "recall": "taking it back",
    "sign_for": "signing for it (签收)", "answer": "an answer (反馈)", "send_back": "sending it back (退回补充)",
}  # fmt: skip


def in_words(value: StrEnum) -> str:
    """The value as it is said to a person."""
    own = _WORDS.get(type(value))
    said = _STEPS.get(value.value) if own is None else own.get(value.value)
    return said or value.value.replace("_", " ")
