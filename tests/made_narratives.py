"""Narratives by templates (模拟): four known types, a trick that none of them is, and strays that are nothing."""

from __future__ import annotations

import random

from fanzha.statistics.new_tricks import Narrative

TYPES = {
    "brushing": "报警人称在{app}做刷单任务，客服让其先垫付{n}元，前几单返还佣金，后以任务未完成为由要求继续转账{n}元",
    "impersonation": "报警人接到自称{app}客服的电话，称其误开通会员每月扣费{n}元，需共享屏幕关闭，随后卡内{n}元被转走",
    "investment": "报警人经网友介绍下载{app}投资平台，起初提现成功，追加投入{n}元后平台显示账户冻结无法提现共{n}元",
    "loan": "报警人在{app}申请贷款{n}元，对方称银行卡号填写错误需交解冻费和保证金{n}元，转账后对方失联",
}
NEW = (
    "报警人家中收到快递包裹内有{app}刮刮卡，扫码后进入群聊领取{n}元奖品，对方以激活礼品卡为由让其购买{n}元充值卡并拍照"
)
STRAY = (
    "报警人称其宠物走失后有人来电索要寻找酬金{n}元", "报警人在{app}租房时支付定金{n}元后房东拉黑",
    "报警人网购演唱会门票{n}元未收到", "报警人遗失身份证被他人冒用办理{app}手机号欠费{n}元",
)  # fmt: skip
FILLERS = (
    "对方态度热情",
    "期间多次催促",
    "称名额有限",
    "报警人未多想便照做",
    "家属发现后劝阻未果",
    "使用微信联系",
    "其间更换过两次账号",
)


def told(template: str, chance: random.Random) -> str:
    return template.format(app=chance.choice("甲乙丙丁戊己") + "平台", n=chance.randrange(100, 99_999)) + "，".join(
        ["", *chance.sample(FILLERS, 3)]
    )


def earlier(chance: random.Random, count: int = 160) -> list[Narrative]:
    slugs = sorted(TYPES)
    return [
        Narrative(f"R-{at:04d}", told(TYPES[slugs[at % len(slugs)]], chance), slugs[at % len(slugs)])
        for at in range(count)
    ]


def late(chance: random.Random, new: int, count: int = 24) -> list[Narrative]:
    known = [told(chance.choice(sorted(TYPES.values())), chance) for _ in range(count)]
    strays = [told(one, chance) for one in chance.sample(STRAY, 2)]
    return [
        Narrative(f"L-{at:04d}", text)
        for at, text in enumerate([*(told(NEW, chance) for _ in range(new)), *known, *strays])
    ]
