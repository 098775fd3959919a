"""What went wrong, as a reader of the page is told it: a line in his language, and the rule's own sentence beside it."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.core.errors import BadInput, FanzhaError, NotAllowed, NotFound, Refused, StaleVersion
from fanzha.web.words import N_


@dataclass(frozen=True, slots=True)
class Trouble:
    """A headline to be translated, the exact sentence, the rule that says so, and the status of the answer."""

    headline: str
    sentence: str
    rule: str = ""
    status: int = 400


def trouble_of(error: FanzhaError) -> Trouble:
    """What an error is for whoever asked."""
    match error:
        case NotFound():
            return Trouble(N_("没有这条记录，或您无权查看"), str(error), status=404)
        case StaleVersion():
            return Trouble(N_("他人刚刚改过这条记录：请重新查看后再决定"), str(error), "stale_version", 409)
        case NotAllowed():
            return Trouble(headline_of(error.rule), str(error), error.rule, 403)
        case Refused():
            return Trouble(N_("依规则不能这样办理"), str(error), status=409)
        case BadInput():
            return Trouble(N_("填写有误"), str(error), status=422)
        case _:
            return Trouble(N_("未能办理"), str(error))


def headline_of(rule: str) -> str:
    """The rule in a few words; those without words of their own by the room that they belong to."""
    if rule in HEADLINES:
        return HEADLINES[rule]
    return N_("您的角色或所在机构不能办理此事") if rule.startswith("access.") else N_("依规则不能这样办理")


HEADLINES = {
    "four_eyes": N_("申请人不能审批自己的申请：须由另一人审批"),
    "role": N_("您的角色不能办理此事"),
    "level": N_("审批级别不够：须由更高一级审批"),
    "organisation": N_("此措施属于其他机构"),
    "organisation.other": N_("此记录属于其他机构，须由该机构办理"),
    "transition": N_("当前状态下不能办理这一步"),
    "void": N_("此措施已到期失效"),
    "reason": N_("须写明理由（至少四个字）"),
    "emergency": N_("此类措施没有“先行办理”通道，须先经审批"),
    "order_prepared": N_("指令可能已经发出：请改用解除"),
    "fact.four_fields": N_("四要素（户名、账号、金额、时间）未经民警核对，不能作为事实"),
    "form.foreign": N_("页面已过期，请重新打开后再提交"),
    "sign_in.wrong": N_("账号或口令不对，或该账号暂时锁定"),
    "credential.unknown": N_("登录已失效，请重新登录"),
    "credential.expired": N_("口令或登录已过期"),
    "legal_basis": N_("没有现行有效的法律依据"),
    "institutions_basis": N_("此依据只供机构自行办理"),
    "target": N_("此类措施不能针对这种对象"),
    "mode": N_("方式不适用"),
    "mode_reason": N_("方式超过最低必要，须说明理由"),
    "case": N_("须有案件"),
    "filed_case": N_("须已立案"),
    "document": N_("须有文号"),
    "fact": N_("须以核对过的四要素事实为据"),
    "fact.case": N_("事实属于另一案件"),
    "traced": N_("须写明其中涉案资金"),
    "amount": N_("金额不符合规则"),
    "plan": N_("须出自已决定的返还方案"),
    "question": N_("查询事项不完整"),
    "term": N_("期别不适用"),
    "period": N_("期限超过规定"),
    "together": N_("合计期限超过规定"),
    "stops_on_account": N_("同一账户止付次数超过规定"),
    "double_freeze": N_("同一账户已有冻结：应轮候"),
    "held_again": N_("同一付款已延迟过"),
    "conversion": N_("不能这样转换"),
    "more_than_carried": N_("金额超过事实和流向所及"),
    "little_traced": N_("涉案资金很少：先查询为宜"),
    "more_than_least": N_("超过最低必要"),
    "traced_unknown": N_("涉案资金数额不明"),
    "merchant": N_("可能是商户账户"),
    "wages": N_("账户内有工资类收入"),
    "good_faith": N_("可能是善意取得"),
    "far": N_("距被害人转账已远"),
    "balance_unknown": N_("余额不明"),
    "evidence_open": N_("反证尚未审看"),
    "renewal": N_("不能续期"),
    "countersign": N_("没有等待补签"),
    "unrelated": N_("已认定与案件无关：应解除"),
    "kind": N_("此类措施不这样办理"),
    "approval": N_("尚未审批"),
    "order": N_("没有这条指令"),
    "told": N_("不须告知，或尚未执行"),
    "time": N_("时间不可能"),
    "evidence": N_("没有这份待审看的反证"),
    "answer": N_("须书面说明"),
    "appeal": N_("申诉已答复或撤回"),
    "number": N_("回执编号不符"),
    "public_notice": N_("须先公告并期满"),
    "objection": N_("还有异议未答复，或不能这样答复"),
    "stale_plan": N_("情况已变：须重新拟定方案"),
    "earlier_return": N_("先前的返还尚未了结"),
    "not_frozen": N_("没有生效的冻结"),
    "payment": N_("此笔支付不能这样办理"),
    "pay_to": N_("收款账户不能这样定"),
    "booked": N_("已经记账"),
    "return_decided": N_("返还已决定：不能再解除"),
    "statement": N_("须有银行流水"),
    "merged": N_("案件已并入他案"),
    "page.role": N_("您的角色没有这个页面"),
}
