"""What the audit says, in words: who did what to which record; its own codes stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.audit import AuditEvent
from fanzha.web.words import N_, InBoth

# What something was done to, by the first part of an action.
SUBJECTS: Final[Mapping[str, str]] = {
    "account": N_("账户"), "appeal": N_("申诉"), "audit": N_("审计记录"), "bulletin": N_("通报"),
    "case": N_("案件"), "casemove": N_("并案拆案"), "clock": N_("计时"),
    "clue": N_("线索"), "credential": N_("登录凭据"), "errand": N_("交办与协作"), "export": N_("导出"),
    "fact": InBoth("事实", "Fact"),
    "hand_over": N_("移交"), "incident": N_("异常"), "indicator": N_("涉诈名单条目"),
    "report_sheet": N_("举报草稿"), "ledger": N_("账本"), "link": N_("协作连接"),
    "measure": N_("措施"), "money": N_("资金流向"), "office": N_("机构设置"), "order": N_("指令"),
    "organisation": N_("机构"), "passkey": N_("通行密钥"), "person": N_("人员"), "query": N_("查询"),
    "receipt": N_("回执"), "record": N_("记录"), "report": N_("警情"), "return": N_("资金返还"),
    "rules": N_("规则表"), "series": N_("串并"),
    "session": N_("会话"), "task": N_("待办"), "token": N_("接口令牌"),
    "publicity": N_("宣传"), "opening": N_("开户登记"), "meeting": N_("会商"), "control": N_("管控账户"),
    "webhook": N_("通知地址"), "campaign": N_("专项行动"), "operation": N_("行动"), "result": N_("战果"),
}  # fmt: skip
# What was done, by the second part.
DEEDS_DONE: Final[Mapping[str, str]] = {
    "acknowledge": N_("签收了"), "act": N_("处置了"), "act_first": N_("先行办理了"),
    "attach": N_("附上材料到了"), "begin": N_("开始填写了"), "create": N_("新建了"),
    "change_figure": N_("手改数字于"), "edit_block": N_("编辑段落于"), "insert_figure": N_("插入数字于"),
    "edit": N_("改写了"), "issue": N_("签发了"), "revise": N_("另起一期于"),
    "drop": N_("放弃了"), "expire": N_("到期撤下了"), "hold_back": N_("暂缓公布了"),
    "mark": N_("登记状态了"), "probe": N_("核验了"), "prosecute": N_("移送起诉了"), "refer": N_("移送管辖了"),
    "ring": N_("按时提醒了"), "show": N_("公布了"), "solve": N_("登记破案了"), "write": N_("填写了"),
    "add": N_("新增了"), "add_body": N_("加入单位了"), "add_case": N_("并入案件了"), "add_point": N_("加抓捕点了"),
    "add_team": N_("建小组了"), "advance_suspect": N_("登记诉讼进展了"), "enter": N_("录入战果了"),
    "move_evidence": N_("登记保管移交了"), "remark": N_("记动态了"),
    "add_file": N_("添加材料了"), "add_report": N_("并入警情了"), "add_to": N_("补充了"), "allot": N_("分派了"),
    "amend": N_("修改拟稿了"), "amounts": N_("查看金额了"), "answer": N_("答复了"), "approve": N_("审批同意了"),
    "ask_renewal": N_("申请续期了"), "assess": N_("研判了"), "assign": N_("接办了"), "breach": N_("超时了"),
    "call_back": N_("回访了"), "change_officer": N_("更换主办了"), "change_password": N_("更改口令了"),
    "choose": N_("选择了"),
    "change_roles": N_("更改角色了"), "classify": N_("分类了"), "close": N_("办结了"), "comment": N_("备注了"),
    "compare": N_("比对了"), "complete": N_("完成了"), "confirm": N_("到场确认了"), "convert": N_("转换了"),
    "correct": N_("更正了"), "count": N_("统计了"), "countersign": N_("补签了"), "deactivate": N_("停用了"),
    "decide_objection": N_("决定异议了"), "decline": N_("退回了"), "dismiss": N_("排除了"), "draft": N_("拟稿了"),
    "empty": N_("查无余额了"), "end": N_("办结待办了"), "execute": N_("执行了"), "execute_part": N_("部分执行了"),
    "export": N_("带出了"), "extend_review": N_("延长审查期了"), "fail": N_("登记导出未成了"), "file": N_("立案了"),
    "find_related": N_("认定有关了"), "find_unfounded": N_("认定不实了"), "find_unrelated": N_("认定无关了"),
    "flow": N_("查看流向了"), "follow": N_("跟踪了"), "forget": N_("移除文件了"), "found": N_("开设了"),
    "give_evidence": N_("提交反证了"), "give_up": N_("停止发送了"), "history": N_("查看经过了"), "ingest": N_("导入流水了"),
    "join": N_("加入了"), "join_series": N_("加入串并了"), "lapse": N_("到期失效了"), "leave": N_("退出了"),
    "leave_series": N_("退出串并了"), "lift": N_("解除了"), "list": N_("查看列表了"), "look_at_evidence": N_("查阅材料了"),
    "make": N_("生成了"), "measure": N_("查看措施了"), "merge": N_("合并了"), "move": N_("变更了"),
    "not_needed": N_("撤回查询了"), "object": N_("提出异议了"), "offer": N_("提出了"), "open": N_("建立了"),
    "pause": N_("暂停计时了"), "pay": N_("支付了"), "pay_again": N_("重新支付了"), "plan": N_("测算了"),
    "prepare": N_("准备了"), "preview": N_("预览了"), "print": N_("打印了"), "propose": N_("报批了"), "publish": N_("公告了"),
    "put_in_case": N_("并入案件了"), "reactivate": N_("恢复启用了"), "read": N_("查阅了"), "read_on": N_("接收了"),
    "recall": N_("撤回了"), "sign_for": N_("签收了"), "send_back": N_("退回补充了"),
    "receive": N_("受理了"), "record": N_("登记了"), "reestimate": N_("重估了"),
    "refuse": N_("银行拒绝了"), "register": N_("登记绑定了"), "reject": N_("审批不同意了"), "rejoin": N_("重新并账了"),
    "release_part": N_("部分解除了"), "remove": N_("移除了"), "renew": N_("续期了"), "reopen": N_("恢复了"),
    "replan": N_("重新测算了"), "reset_password": N_("重置口令了"), "resume": N_("恢复计时了"),
    "reveal": N_("查看全部信息了"), "revoke": N_("吊销了"), "route": N_("转交了"), "search": N_("检索了"), "see": N_("查看了"),
    "set": N_("设置了"), "take_effect": N_("启用了"),
    "send": N_("发出了"), "serve_notice": N_("送达了"), "set_method": N_("确定口径了"), "sign_in": N_("登录了"),
    "sign_out": N_("退出登录了"), "split": N_("拆分了"), "step": N_("推进了"), "strike_out_comment": N_("划去备注了"),
    "sums": N_("查看合计了"), "take_in": N_("收入答复了"), "tally": N_("统计先行办理了"), "tell_holder": N_("告知持有人了"),
    "trace": N_("追踪了"), "undo_conversion": N_("取消转换了"), "undo_split": N_("取消拆分了"), "unjoin": N_("拆账了"),
    "unmerge": N_("取消合并了"), "unverify": N_("撤销核实了"), "use": N_("使用了"), "verify": N_("核实了"),
    "try": N_("试发了"),
    "special": N_("查看重大案件了"), "advise": N_("查看建议了"), "effect": N_("估计效果了"),
    "import": N_("导入了"), "call": N_("召集了"), "hold": N_("记纪要了"),
    "cancel": N_("取消了"), "resolve": N_("议定了"),
    "send_resolution": N_("发出议定事项了"), "strike_off": N_("移出清单了"), "wall": N_("打开大屏了"),
    "warn": N_("预警了"), "withdraw": N_("撤回了"),
}  # fmt: skip

# Where a record of a kind is opened, as an auditor may open it.
PLACES: Final[Mapping[str, str]] = {
    "case": "/cases/",
    "measure": "/measures/",
    "report": "/reports/",
    "clue": "/clues/",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Somebody did something to something; each part to be put into the reader's language."""

    verb: str
    subject: str
    known: bool = True  # False: the code stands there as it is


def sentence_of(event: AuditEvent) -> Sentence:
    """What an event says."""
    kind, _, verb = event.action.partition(".")
    known = kind in SUBJECTS and verb in DEEDS_DONE
    return Sentence(DEEDS_DONE[verb], SUBJECTS[kind]) if known else Sentence(event.action, "", known=False)


def place_of(event: AuditEvent) -> str:
    """Where the record is opened that the event is about; empty where it has no page."""
    place = PLACES.get(event.subject_kind, "")
    return f"{place}{event.subject_id}" if place and event.subject_id else ""
