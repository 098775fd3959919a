"""2.4 What came into an account, explained: asked for when it is opened, since it looks at every inflow."""

from __future__ import annotations

from typing import Final

from fanzha.services.desk.account_inflows import SHOWN, account_inflows
from fanzha.tracing.inflows import EXPLAINED, InflowClass
from fanzha.web.account_reference import account_address, account_of
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

CLASS_WORDS: Final = {
    InflowClass.KNOWN_VICTIM: N_("已知被害人"), InflowClass.PROBABLE_VICTIM: N_("可能的未报案被害人"),
    InflowClass.CAME_ROUND: N_("本账户转出后回流"), InflowClass.OWN_MONEY: N_("本人资金"), InflowClass.WAGES: N_("工资"),
    InflowClass.REFUND: N_("退款"), InflowClass.PUBLIC_MONEY: N_("社保等公共款项"), InflowClass.INTEREST: N_("利息"),
    InflowClass.UNEXPLAINED: N_("来源不明"),
}  # fmt: skip
REASON_WORDS: Final = {
    "first_payment_between_them": N_("双方首次往来"), "passed_on_within_minutes": N_("到账后很快转走"),
    "payer_is_a_person": N_("付款方是个人"), "near_another_victim": N_("与其他被害人付款时间相近"),
    "round_amount": N_("整数金额"), "reversal": N_("冲正"), "interest_row": N_("结息"), "same_holder": N_("同一户主"),
    "remark": N_("摘要"),
}  # fmt: skip


def inflows(ask: Ask) -> Answer:
    """The inflows as a part of the dossier, or as a page of their own where there is no script."""
    console, case = ask.console, ask.query.get("case", "")
    number = account_of(console, ask.officer, ask.path["reference"])
    found = account_inflows(console.desk, console.books, ask.officer, number, case)

    def account_at(other: str) -> str:
        return account_address(console, ask.officer, other, case)

    return Page("parts/account_inflows.html" if ask.fragment else "account_inflows.html", {
        "found": found, "account_at": account_at, "back": account_at(number), "shown_max": SHOWN,
        "class_words": CLASS_WORDS, "reason_words": REASON_WORDS, "classes": InflowClass, "explained": EXPLAINED,
    })  # fmt: skip


ROUTES: Final[tuple[Route, ...]] = (Route("GET", "/accounts/{reference:str}/inflows", inflows, SEERS),)
