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
    "page.role": N_("您的角色没有这个页面"),
}
