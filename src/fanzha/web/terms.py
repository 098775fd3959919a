"""What states, kinds and roles are called on a page: Chinese terms of the glossary, in English by the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from fanzha.access import AlarmAction
from fanzha.access.webhooks import HookState, HookTopic
from fanzha.casework import CaseStatus, CaseStep, Channel, ReporterKind, ReportStatus, TaskStatus
from fanzha.casework.case_model import HandOverStatus, MoveKind
from fanzha.casework.clock import ClockState
from fanzha.casework.errand_model import ErrandKind, ErrandOutcome, ErrandStatus
from fanzha.casework.events import EventKind
from fanzha.casework.governance import ControlState, MeetingStatus
from fanzha.casework.indicators import IndicatorStatus
from fanzha.casework.model import CheckedField, ClueKind, ClueStage, DocumentKind
from fanzha.casework.objections import ObjectionStatus
from fanzha.casework.openings import OpeningKind
from fanzha.casework.operations import (
    CampaignStatus,
    CampaignStep,
    Category,
    Chain,
    CustodyStatus,
    CustodyStep,
    Force,
    IdentifierKind,
    OperationKind,
    OperationStatus,
    OperationStep,
    ResultKind,
    SuspectStatus,
    SuspectStep,
)
from fanzha.casework.publicity import PublicityKind, PublicityStatus
from fanzha.casework.rules import Sign
from fanzha.core.actor import Level, Role
from fanzha.measures.appeals import AppealStatus
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import (
    CallBackOutcome,
    EvidenceKind,
    FactSource,
    MeasureKind,
    OriginKind,
    Signature,
    TargetKind,
    TellingWay,
)
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import IncidentKind, OrderStatus, Outcome, Verb
from fanzha.measures.receipts import Taken
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import Base, Branch
from fanzha.measures.terms import Certainty, Unit
from fanzha.services.desk.account_state import AccountState
from fanzha.statistics.drafting import BlockKind, DraftStatus
from fanzha.statistics.surveillance import Untold
from fanzha.web.words import N_, Say

# The ways of tracing, by name.
METHOD_WORDS: Final[Mapping[str, str]] = {
    "fifo": N_("先进先出"), "lifo": N_("后进先出"), "prorata": N_("按比例"), "own_first": N_("自有资金先出"),
    "libr": N_("最低余额"), "poison": N_("污染（仅线索）"),
}  # fmt: skip

TERMS: Final[Mapping[type[Enum], Mapping[str, str]]] = {
    Role: {
        "duty_officer": N_("值班民警"), "analyst": N_("研判员"), "approver": N_("审批人"), "commander": N_("指挥长"),
        "partner_desk": N_("协作单位经办"), "auditor": N_("审计员"), "administrator": N_("管理员"),
        "api_client": N_("接口程序"), "machine": N_("系统"), "public": N_("公众"),
    },
    HookTopic: {"measure_status_changed": N_("措施状态变化"), "case_changed": N_("案件变化")},
    HookState: {"active": N_("通知中"), "dead": N_("已停止：对方无应答"), "removed": N_("已移除")},
    Level: {
        "0": N_("协作单位"), "1": N_("派出所"), "2": N_("县级"), "3": N_("市级"), "4": N_("省级"), "5": N_("部级"),
    },
    Channel: {"call": N_("报警"), "tip": N_("举报"), "notice": N_("机构通报"), "system": N_("系统发现")},
    ReporterKind: {
        "victim": N_("被害人"), "relative": N_("亲属"), "witness": N_("知情人"), "institution": N_("机构"),
        "system": N_("系统"),
    },
    ReportStatus: {
        "received": N_("已受理"), "in_case": N_("已并入案件"), "unfounded": N_("不实"), "withdrawn": N_("已撤回"),
    },
    ClueKind: {"account": N_("账户"), "line": N_("号码"), "site": N_("网址"), "other": N_("其他")},
    ClueStage: {
        "queued": N_("待接"), "assigned": N_("在办"), "assessed": N_("已研判"), "verified": N_("已核实"),
        "acted": N_("已处置"), "dismissed": N_("已排除"),
    },
    IndicatorStatus: {
        "proposed": N_("待审批"), "approved": N_("待公示"), "published": N_("公示中"), "rejected": N_("不同意公示"),
        "withdrawn": N_("已撤下"), "expired": N_("公示到期"),
    },
    BlockKind: {
        "heading": N_("小标题"), "text": N_("正文段落"), "table": N_("数字表"), "chart": N_("数字图"), "note": N_("附注"),
    },
    DraftStatus: {"draft": N_("草稿"), "issued": N_("已签发"), "withdrawn": N_("已撤回")},
    ObjectionStatus: {"received": N_("待答复"), "upheld": N_("成立"), "denied": N_("不成立")},
    ClockState: {
        "running": N_("计时中"), "warning": N_("将超时"), "breached": N_("已超时"), "paused": N_("已暂停"),
        "met": N_("按时办结"), "late": N_("超时办结"),
    },
    CheckedField: {
        "holder_name": N_("户名"), "account": N_("账号"), "amount": N_("汇款金额"), "time": N_("交易时间"),
    },
    Sign: {
        "payment": N_("同一笔付款"), "serial": N_("流水号相同"), "source_reference": N_("来源编号相同"),
        "payer": N_("付款账户相同"), "id_number": N_("证件相同"), "phone": N_("电话相同"), "narrative": N_("案情相同"),
        "payee": N_("收款账户相同"), "amount": N_("金额相同"),
    },
    MoveKind: {"merge": N_("并案"), "split": N_("分案")},
    DocumentKind: {
        "transfer_slip": N_("转账凭证"), "statement": N_("银行流水"), "victim_screen": N_("被害人手机屏幕"),
        "bank_receipt": N_("银行回执"), "other": N_("其他材料"),
    },
    CaseStatus: {
        "accepted": N_("受案"), "verifying": N_("调查核实"), "filed": N_("立案侦查"), "not_filed": N_("不予立案"),
        "solved": N_("破案"), "prosecuted": N_("移送审查起诉"), "withdrawn": N_("撤销案件"), "referred": N_("移送管辖"),
        "closed": N_("结案"),
    },
    CaseStep: {
        "verify": N_("调查核实"), "file": N_("立案"), "decline": N_("不予立案"), "solve": N_("破案"),
        "prosecute": N_("移送审查起诉"), "return": N_("退回"), "withdraw": N_("撤销案件"), "refer": N_("移送管辖"),
        "close": N_("结案"), "reopen": N_("恢复办理"),
    },
    TaskStatus: {"open": N_("待办"), "done": N_("完成"), "cancelled": N_("取消")},
    HandOverStatus: {
        "offered": N_("待接收"), "accepted": N_("已接收"), "declined": N_("已退回"), "recalled": N_("已撤回"),
    },
    ErrandKind: {"order": N_("交办"), "help_request": N_("协作请求"), "notice": N_("通报")},
    ErrandStatus: {
        "sent": N_("待签收"), "signed_for": N_("已签收"), "answered": N_("已反馈"), "recalled": N_("已撤回"),
        "confirmed": N_("回头看已确认"),
    },
    MeetingStatus: {"called": N_("已召集"), "held": N_("已召开"), "cancelled": N_("已取消")},
    PublicityKind: {
        "event": N_("宣传活动"), "material": N_("宣传资料"), "message": N_("宣传信息"), "volunteers": N_("志愿者队伍"),
        "community": N_("无诈社区"),
    },
    PublicityStatus: {"proposed": N_("待认定"), "counted": N_("已计入"), "withdrawn": N_("已撤回")},
    Untold: {
        "not_over": N_("时间未到"), "few_cases": N_("案件太少"), "few_areas": N_("可比地区太少"),
        "apart_before": N_("此前走势已不同"),
    },
    OpeningKind: {"account": N_("账户"), "line": N_("电话卡"), "corporate": N_("对公账户")},
    ControlState: {"listed": N_("在册"), "struck_off": N_("已移出清单")},
    ErrandOutcome: {
        "done": N_("已办结"), "partly_done": N_("部分办结"), "nothing_found": N_("查无"), "not_done": N_("未能办理"),
    },
    MeasureKind: {
        "query": N_("协助查询"), "stop_payment": N_("紧急止付"), "freeze": N_("冻结"), "queued_freeze": N_("轮候冻结"),
        "payer_hold": N_("付款方延迟支付"), "restriction": N_("账户限制"), "line_suspension": N_("停机"),
        "site_block": N_("网址封堵"), "discipline": N_("联合惩戒"), "return": N_("资金返还"),
    },
    TargetKind: {
        "account": N_("账户"), "institution": N_("机构"), "line": N_("号码"), "site": N_("网址"), "person": N_("人员"),
    },
    Status: {
        "draft": N_("拟稿"), "proposed": N_("待审批"), "approved": N_("已审批"), "sent": N_("已发出"),
        "acknowledged": N_("银行已收"), "executed": N_("已执行"), "partial": N_("部分执行"), "refused": N_("银行拒绝"),
        "rejected": N_("审批不同意"), "withdrawn": N_("已撤回"), "lifted": N_("已解除"), "lapsed": N_("到期失效"),
        "converted": N_("已转换"),
    },
    FactSource: {
        "transfer_slip": N_("转账凭证"), "statement": N_("银行流水"), "victim_screen": N_("被害人手机屏幕"),
        "bank_receipt": N_("银行回执"), "bank_statement": N_("调取的银行流水"),
    },
    EvidenceKind: {
        "trade": N_("真实交易"), "wages": N_("工资"), "living_costs": N_("生活费用"), "good_faith": N_("善意取得"),
        "other": N_("其他"),
    },
    Signature: {
        "proposed": N_("已报批"), "approved": N_("已同意"), "rejected": N_("不同意"), "acted_first": N_("先行办理"),
        "countersigned": N_("补签"), "withdrawn": N_("撤回"), "lifted": N_("解除"), "released_part": N_("部分解除"),
        "found_unrelated": N_("认定与案件无关"), "found_related": N_("认定与案件有关"),
    },
    CallBackOutcome: {"not_reached": N_("未联系上"), "gives_up": N_("放弃付款"), "goes_on": N_("坚持付款")},
    TellingWay: {
        "in_person": N_("当面送达"), "letter": N_("书面送达"), "call": N_("电话"), "message": N_("短信"),
        "by_institution": N_("由机构告知"), "public_notice": N_("公告"),
    },
    AccountState: {
        "frozen": N_("已冻结"), "stopped": N_("已止付"), "part_held": N_("部分止付或冻结"), "restricted": N_("已限制"),
        "held_elsewhere": N_("其他机构已采取措施"), "ordered": N_("指令已发，待银行回执"),
        "proposed": N_("措施拟稿或待审批"), "free": N_("没有措施"),
    },
    Verb: {"begin": N_("办理"), "extend": N_("续期"), "release": N_("解除"), "release_part": N_("部分解除")},
    OrderChannel: {"http": N_("在线直连"), "signed_file": N_("签名文件"), "issued_elsewhere": N_("其他平台签发")},
    OrderStatus: {
        "prepared": N_("待发"), "sent": N_("已发"), "acknowledged": N_("已收"), "done": N_("已办"), "partial": N_("部分办"),
        "refused": N_("拒绝"),
    },
    Outcome: {
        "received": N_("已签收"), "executed": N_("已执行"), "partial": N_("部分执行"), "refused": N_("拒绝执行"),
        "nothing_found": N_("查无结果"),
    },
    AppealStatus: {
        "received": N_("已受理"), "withdrawn": N_("已撤回"), "upheld": N_("成立"), "upheld_in_part": N_("部分成立"),
        "denied": N_("不成立"),
    },
    IncidentKind: {
        "unknown_order": N_("无对应指令的回执"), "contradiction": N_("回执相互矛盾"),
        "answer_after_end": N_("措施已结束仍执行"), "impossible_time": N_("时间不可能"), "more_than_asked": N_("超额执行"),
        "release_failed": N_("解除未执行"), "extension_failed": N_("续期未执行"), "not_countersigned": N_("未按时补签"),
        "not_sent": N_("指令未按时发出"), "not_lifted": N_("无关账户未按时解除"), "freeze_ended": N_("冻结到期而返还未付"),
        "freeze_empty": N_("冻结未冻到款项，止付保留"),
        "not_delivered": N_("指令送达失败"), "unreadable": N_("回执无法读取"), "not_genuine": N_("回执来源不实"),
        "probed": N_("公众核验被频繁探测"),
        "webhook_dead": N_("程序通知地址无应答"), "much_exported": N_("导出人数超过预警线"),
    },
    AlarmAction: {"log": N_("记录"), "notify": N_("通知"), "second_person": N_("须第二人同意")},
    ProcedureStatus: {
        "draft": N_("拟稿"), "noticed": N_("公告期"), "proposed": N_("待决定"), "approved": N_("已决定、支付中"),
        "done": N_("返还完毕"), "rejected": N_("不予返还"), "withdrawn": N_("已撤回"),
    },
    OriginKind: {
        "extension": N_("延伸止付"), "conversion": N_("由原措施转来"), "repeat": N_("再次办理"), "return_plan": N_("返还方案"),
        "redraft": N_("改正后重拟"),
    },
    Taken: {
        "applied": N_("已采用"), "already": N_("重复，未再办理"), "kept": N_("已存，不改变现状"), "incident": N_("转为异常"),
    },
    Certainty: {"primary": N_("原文"), "secondary": N_("转引"), "unsure": N_("待法制核定")},
    Unit: {
        "minutes": N_("分钟"), "hours": N_("小时"), "days": N_("日"), "whole_days": N_("日"), "workdays": N_("个工作日"),
        "months": N_("个月"), "years": N_("年"),
    },
    Branch: {"direct": N_("直接返还"), "by_time": N_("按时间戳溯源返还"), "prorata": N_("按比例返还")},
    Base: {
        "loss_into_account": N_("汇入本账户的损失"), "traced_into_account": N_("追踪到本账户的损失"),
        "total_case_loss": N_("全案损失"),
    },
    EventKind: {
        "report.received": N_("受理警情"), "report.added_to": N_("补充警情"), "report.put_in_case": N_("警情并入案件"),
        "report.unfounded": N_("认定警情不实"), "report.withdrawn": N_("报案人撤回"), "report.reopened": N_("恢复警情"),
        "clue.received": N_("产生线索"), "clue.assigned": N_("分派线索"), "clue.routed": N_("转交线索"),
        "clue.assessed": N_("研判"), "clue.verified": N_("核实"), "clue.unverified": N_("事实撤销，线索待核"),
        "clue.acted": N_("处置"), "clue.dismissed": N_("排除"), "clue.reopened": N_("恢复线索"),
        "clue.paused": N_("暂停计时"), "clue.resumed": N_("恢复计时"), "clue.reestimated": N_("重估可挽回金额"),
        "clue.put_in_case": N_("线索并入案件"), "clock.warned": N_("时限预警"), "clock.breached": N_("超时"),
        "fact.made": N_("形成事实"), "fact.withdrawn": N_("撤销事实"), "record.merged": N_("合并"),
        "record.unmerged": N_("取消合并"), "case.opened": N_("建立案件"), "case.stepped": N_("案件进展"),
        "case.notice_served": N_("送达"), "case.review_extended": N_("延长审查期"), "case.classified": N_("案件分类"),
        "case.officer_changed": N_("更换主办"), "case.officer_joined": N_("民警加入"), "case.officer_left": N_("民警退出"),
        "case.method_set": N_("确定计算方法"), "case.report_added": N_("并入警情"), "case.commented": N_("备注"),
        "case.comment_struck_out": N_("划去备注"), "case.file_added": N_("添加材料"), "case.series_joined": N_("加入串并"),
        "case.series_left": N_("退出串并"), "case.split": N_("拆分案件"), "case.split_undone": N_("取消拆分"),
        "hand_over.offered": N_("提出移交"), "hand_over.accepted": N_("接收移交"), "hand_over.declined": N_("退回移交"),
        "hand_over.recalled": N_("撤回移交"), "task.created": N_("新建待办"), "task.ended": N_("办结待办"),
        "task.reopened": N_("恢复待办"), "errand.sent": N_("发出交办或协作"), "errand.signed_for": N_("签收"),
        "errand.answered": N_("反馈"), "errand.sent_back": N_("退回补充"), "errand.recalled": N_("撤回请求"),
        "errand.confirmed": N_("回头看"), "meeting.called": N_("召集会商"), "meeting.held": N_("记会商纪要"),
        "meeting.cancelled": N_("取消会商"), "meeting.resolved": N_("议定事项"),
        "meeting.resolution_sent": N_("发出议定事项"), "control.listed": N_("列入管控清单"),
        "control.drafted": N_("拟定账户限制"), "control.struck_off": N_("移出管控清单"),
        "publicity.entered": N_("登记宣传"), "publicity.recognised": N_("认定无诈社区"),
        "publicity.withdrawn": N_("撤回宣传登记"),
        "campaign.opened": N_("建立专项行动"), "campaign.stepped": N_("专项行动进展"),
        "campaign.body_added": N_("加入参战单位"), "operation.planned": N_("拟定行动"),
        "operation.amended": N_("修改方案"), "operation.stepped": N_("行动进展"),
        "operation.body_added": N_("加入参战单位"), "operation.point_added": N_("加抓捕点"),
        "operation.team_added": N_("建小组"), "operation.case_added": N_("案件并入行动"),
        "operation.remarked": N_("记动态"), "operation.result_entered": N_("录入战果"),
        "operation.numbers_matched": N_("后到开户登记与缴获号码一致"),
        "operation.result_corrected": N_("更正战果"), "operation.suspect_stepped": N_("诉讼进展"),
        "operation.evidence_moved": N_("保管移交"),
    },
    CampaignStatus: {"open": N_("进行中"), "ended": N_("已结束"), "cancelled": N_("已取消")},
    CampaignStep: {"end": N_("结束"), "cancel": N_("取消"), "reopen": N_("恢复")},
    OperationKind: {"strike": N_("收网行动"), "case_team": N_("专班")},
    Category: {"ordinary": N_("一般行动"), "cluster": N_("集群战役"), "cross_border": N_("跨境行动")},
    OperationStatus: {
        "planned": N_("拟定"), "approved": N_("已批准"), "running": N_("进行中"), "ended": N_("已收网"),
        "closed": N_("已结项"), "cancelled": N_("已取消"),
    },
    OperationStep: {
        "approve": N_("批准方案"), "begin": N_("开始行动"), "end": N_("收网结束"), "close": N_("结项"),
        "reopen": N_("重新开启"), "cancel": N_("取消"),
    },
    ResultKind: {
        "take_down": N_("窝点团伙"), "suspect": N_("嫌疑人"), "seizure": N_("缴获物品"), "deployment": N_("出动力量"),
    },
    Force: {"officers": N_("警力"), "other_bodies": N_("联动部门人员")},
    IdentifierKind: {
        "account": N_("账号"), "phone": N_("手机号"), "iccid": "ICCID", "imsi": "IMSI", "imei": "IMEI",
        "licence": N_("统一社会信用代码"), "serial": N_("序列号"), "mac": "MAC", "merchant": N_("商户号"), "plate": N_("车牌"),
    },
    SuspectStatus: {
        "brought_in": N_("到案"), "summoned": N_("已传唤"), "detained": N_("刑事拘留"), "bailed": N_("取保候审"),
        "confined": N_("监视居住"), "arrest_asked": N_("提请批准逮捕"), "arrest_denied": N_("不批准逮捕"),
        "arrested": N_("逮捕"), "transferred": N_("移送审查起诉"), "returned": N_("退回补充侦查"),
        "indicted": N_("提起公诉"), "not_indicted": N_("不起诉"), "sentenced": N_("判决"), "punished": N_("行政处罚"),
        "released": N_("释放"), "withdrawn": N_("撤销案件"), "handed_over": N_("移交其他机关"),
    },
    SuspectStep: {
        "summon": N_("传唤"), "detain": N_("刑事拘留"), "bail": N_("取保候审"), "confine": N_("监视居住"),
        "ask_arrest": N_("提请批准逮捕"), "arrest": N_("批准逮捕"), "deny_arrest": N_("不批准逮捕"),
        "transfer": N_("移送审查起诉"), "return": N_("退回补充侦查"), "indict": N_("提起公诉"), "not_indict": N_("不起诉"),
        "sentence": N_("判决"), "punish": N_("行政处罚"), "release": N_("释放"), "withdraw": N_("撤销案件"),
        "hand_over": N_("移交其他机关"),
    },
    CustodyStatus: {
        "held": N_("办案人员保管"), "stored": N_("已入库"), "examined": N_("送检中"), "forwarded": N_("随案移送"),
        "returned": N_("已发还"), "destroyed": N_("已销毁"),
    },
    Chain: {
        "scam": N_("诈骗链"), "technical": N_("技术链"), "luring": N_("引流链"), "money": N_("资金链"), "cards": N_("两卡链"),
        "border": N_("偷渡链"),
    },
    CustodyStep: {
        "hand_over": N_("移交"), "store": N_("入库"), "take_out": N_("领出"), "examine": N_("送检"),
        "forward": N_("随案移送"), "return": N_("发还"), "destroy": N_("销毁"),
    },
}  # fmt: skip


def term(say: Say, value: Any) -> str:
    """A value as it is called on a page; a text stands as it is."""
    if not isinstance(value, Enum):
        return str(value)
    return say(TERMS[type(value)][str(value.value)])


def choices_of(kind: type[Enum], *, without: tuple[Enum, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Every value of a kind with its term, as choices of a field."""
    return tuple((str(value.value), TERMS[kind][str(value.value)]) for value in kind if value not in without)
