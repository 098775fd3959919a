"""What the modes, terms and guard's warnings of rules/measures.toml are called on a page; a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.measures.guard import Hazard
from fanzha.web.words import N_

BASIS_ABOVE: Final = N_("不选按该种类的第一条。")
MODE_WORDS: Final[Mapping[str, str]] = {
    "account_information": N_("账户信息"), "transactions": N_("交易明细"), "dynamic": N_("动态查询"),
    "credit_only": N_("只收不付"), "amount_limited": N_("限额冻结"), "whole": N_("全额冻结"),
    "delayed_payment": N_("延迟支付"),
    "verified_payment": N_("核实交易"), "no_credit_no_debit": N_("不收不付"),
    "non_counter_suspended": N_("暂停非柜面业务"), "non_counter_stopped": N_("停止非柜面业务"),
    "counter_stopped": N_("停止柜面业务"), "outgoing_stopped": N_("停止呼出和发送短信"), "line_stopped": N_("停机"),
    "name_blocked": N_("停止解析"), "site_closed": N_("关闭网站"), "financial": N_("金融惩戒"),
    "telecom": N_("电信网络惩戒"), "credit": N_("信用惩戒"), "direct": N_("直接返还"), "by_time": N_("按时间戳溯源返还"),
    "prorata": N_("按比例返还"),
}  # fmt: skip
TERM_WORDS: Final[Mapping[str, str]] = {
    "once": N_("一次性"), "dynamic": N_("动态"), "ordinary": N_("一般"), "major": N_("重大复杂"),
    "securities": N_("证券"), "equity": N_("股权"), "listed": N_("名单内"),
    "found": N_("经认定"), "criminally_liable": N_("受过刑事处罚"),
}  # fmt: skip
# A warning to be read, where no reason is asked for it; where one is, the rule's own headline says so.
HAZARD_WORDS: Final[Mapping[Hazard, str]] = {
    Hazard.LITTLE_TRACED: N_("涉案资金占比很小"), Hazard.MORE_THAN_LEAST: N_("金额超过账上涉案资金"),
    Hazard.TRACED_UNKNOWN: N_("涉案金额不明"), Hazard.MERCHANT: N_("商户账户，有顾客付款"),
    Hazard.WAGES: N_("有工资类收入"), Hazard.GOOD_FAITH: N_("可能是善意收款人"),
    Hazard.PAID_FOR_GOODS: N_("有人为货物或服务付款，可能是善意收款人"), Hazard.FAR: N_("账户离被害人较远"),
    Hazard.BALANCE_UNKNOWN: N_("余额不明"), Hazard.EVIDENCE_OPEN: N_("有反证尚未审看"),
}  # fmt: skip
