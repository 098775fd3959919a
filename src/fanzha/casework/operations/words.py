"""What the states and steps of operations are called where a person is told what cannot follow, and what can."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fanzha.casework.operations.catalogue import Chain
from fanzha.casework.operations.model import CampaignStatus, CampaignStep, OperationStatus, OperationStep
from fanzha.casework.operations.results import (
    CustodyStatus,
    CustodyStep,
    IdentifierKind,
    ResultKind,
    SuspectStatus,
    SuspectStep,
)

_WORDS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    ResultKind: {
        "take_down": "a den or gang (窝点、团伙)", "suspect": "a suspect (嫌疑人)", "seizure": "seized things (缴获)",
        "deployment": "forces sent (出动力量)",
    },
    IdentifierKind: {
        "account": "account number (账号)", "phone": "telephone number (手机号)", "iccid": "ICCID", "imsi": "IMSI",
        "imei": "IMEI", "licence": "licence code (统一社会信用代码)", "serial": "serial number (序列号)", "mac": "MAC address",
        "merchant": "merchant number (商户号)", "plate": "number plate (车牌)",
    },
    CampaignStatus: {"open": "open (进行中)", "ended": "ended (已结束)", "cancelled": "cancelled (已取消)"},
    CampaignStep: {"end": "its end (结束)", "cancel": "cancelling (取消)", "reopen": "reopening (重新开始)"},
    OperationStatus: {
        "planned": "planned (拟定)", "approved": "approved (已批准)", "running": "running (进行中)",
        "ended": "ended (已收网)", "closed": "closed (已结项)", "cancelled": "cancelled (已取消)",
    },
    OperationStep: {
        "approve": "approval (批准)", "begin": "its begin (开始)", "end": "its end (收网结束)", "close": "closing (结项)",
        "reopen": "reopening (重新开启)", "cancel": "cancelling (取消)",
    },
    SuspectStatus: {
        "brought_in": "brought in (到案)", "summoned": "summoned (传唤)", "detained": "detained (刑事拘留)",
        "bailed": "on bail (取保候审)", "confined": "under residential surveillance (监视居住)",
        "arrest_asked": "awaiting the decision about arrest (提请批准逮捕)", "arrest_denied": "not to be arrested (不批准逮捕)",
        "arrested": "arrested (逮捕)", "transferred": "with the procurator (移送审查起诉)",
        "returned": "back for supplementary investigation (退回补充侦查)", "indicted": "indicted (提起公诉)",
        "not_indicted": "not indicted (不起诉)", "sentenced": "sentenced (判决)", "punished": "punished (行政处罚)",
        "released": "released (释放)", "withdrawn": "no suspect any more (撤销案件)",
        "handed_over": "with another authority (移交其他机关)",
    },
    SuspectStep: {
        "summon": "a summons (传唤)", "detain": "detention (刑事拘留)", "bail": "bail (取保候审)",
        "confine": "residential surveillance (监视居住)", "ask_arrest": "asking for arrest (提请批准逮捕)",
        "arrest": "arrest (批准逮捕)", "deny_arrest": "refusal of arrest (不批准逮捕)", "transfer": "prosecution (移送审查起诉)",
        "return": "a return (退回补充侦查)", "indict": "indictment (提起公诉)", "not_indict": "no indictment (不起诉)",
        "sentence": "sentence (判决)", "punish": "administrative punishment (行政处罚)", "release": "release (释放)",
        "withdraw": "withdrawal (撤销案件)", "hand_over": "hand-over (移交)",
    },
    Chain: {
        "scam": "the fraud itself (诈骗)", "technical": "technical (技术)", "luring": "luring (引流)", "money": "money (资金)",
        "cards": "cards and SIMs (两卡)", "border": "over the border (偷渡)",
    },
    CustodyStatus: {
        "held": "with an officer (办案人员保管)", "stored": "in store (已入库)", "examined": "at examination (送检中)",
        "forwarded": "forwarded with the case (随案移送)", "returned": "given back (发还)", "destroyed": "destroyed (销毁)",
    },
    CustodyStep: {
        "hand_over": "a hand-over (移交)", "store": "storing (入库)", "take_out": "taking it back (领出)",
        "examine": "examination (送检)", "forward": "forwarding (随案移送)", "return": "giving it back (发还)",
        "destroy": "destruction (销毁)",
    },
}  # fmt: skip


def words_of(value: StrEnum) -> str:
    """The value as it is said to a person."""
    return _WORDS[type(value)][value.value]
