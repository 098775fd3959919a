"""The words of a rendered trace, Chinese first with the English beside it, and how numbers are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor


class Words(NamedTuple):
    """One label in both languages."""

    zh: str
    en: str


METHODS: Final[Mapping[str, Words]] = {
    "fifo": Words("先进先出", "first in, first out"),
    "lifo": Words("后进先出", "last in, first out"),
    "prorata": Words("按比例", "pro rata"),
    "own_first": Words("自有资金先出", "own money first"),
    "libr": Words("最低中间余额", "lowest intermediate balance"),
    "poison": Words("全额污染（仅线索）", "poison, leads only"),
}
EXITS: Final[Mapping[str, Words]] = {
    "cash": Words("取现", "cash"),
    "pos": Words("刷卡消费", "card payment"),
    "crypto": Words("虚拟币", "crypto"),
    "third_party": Words("第三方支付", "payment institution"),
    "abroad": Words("转往境外", "abroad"),
    "fee": Words("手续费", "fee"),
    "interest": Words("利息", "interest"),
    "fx": Words("结售汇", "currency exchange"),
    "hub": Words("清算账户", "clearing account"),
    "to_victim": Words("付给被害人", "paid to a victim"),
    "returned": Words("已返还", "given back"),
    "superseded": Words("改记其他被害人", "superseded"),
}
REASONS: Final[Mapping[str, Words]] = {
    "frontier": Words("无流水，待查", "statement missing"),
    "not_in_payee_statement": Words("对方流水无此笔", "not in the payee's statement"),
    "counterparty_missing": Words("对方不明", "counterparty not named"),
    "direction_unknown": Words("收付方向不明", "direction unknown"),
    "gap": Words("余额缺口", "gap in the balance"),
    "coverage_hole": Words("流水中断", "hole in coverage"),
    "balance_shortfall": Words("银行余额不足", "bank balance short"),
    "dust": Words("小额截止", "below the dust limit"),
    "beyond_hop_limit": Words("超出层级", "beyond the hop limit"),
    "taken_back": Words("其后退回", "taken back later"),
}
STATES: Final[Mapping[str, Words]] = {
    "victim": Words("被害人", "victim"),
    "stoppable": Words("可止付", "stoppable"),
    "part": Words("少量混入，先查询", "small part of the account: query first"),
    "held": Words("留存", "held"),
    "stopped_part": Words("部分止付", "partly stopped"),
    "stopped": Words("已止付", "stopped"),
    "frozen": Words("已冻结", "frozen"),
    "gone": Words("已转出", "moved on"),
    "cashed": Words("已取现", "cashed out"),
    "spent": Words("已流出", "left"),
    "unknown": Words("未知", "unknown"),
    "returned": Words("已返还", "given back"),
    "taken_back": Words("已全额退回", "all taken back"),
    "order_uncertain": Words("顺序不定", "order uncertain"),
    "assumed_opening": Words("期初为推定", "assumed opening"),
    "held_part": Words("部分留存", "partly held"),
    "passed_on": Words("已转出", "moved on"),
    "frontier": Words("待查", "to be asked"),
    "gap": Words("余额缺口", "gap in the balance"),
    "coverage_hole": Words("流水中断", "hole in coverage"),
    "not_in_statement": Words("流水无此笔", "not in the statement"),
    "direction_unknown": Words("收付方向不明", "direction unknown"),
    "dust": Words("小额截止", "below the dust limit"),
    "beyond_hop_limit": Words("超出层级", "beyond the hop limit"),
    "balance_shortfall": Words("银行余额不足", "bank balance short"),
}
# Shape first, colour last: every state can be told apart in black and white.
ICONS: Final[Mapping[str, str]] = {
    "stoppable": "◐",
    "part": "◔",
    "held": "●",
    "stopped_part": "◧",
    "stopped": "▮",
    "frozen": "❄",
    "gone": "○",
    "cashed": "▤",
    "spent": "▷",
    "unknown": "?",
    "returned": "◁",
    "taken_back": "↩",
    "victim": "◆",
}


def said(table: Mapping[str, Words], code: str) -> Words:
    """The words for a code; a code that has none speaks for itself."""
    return table.get(code) or Words(code, code)


def money_text(minor: int, exponent: int = 2) -> str:
    """An exact amount with thousands separators: 38000000 → 380,000.00."""
    text = format_minor(abs(minor), exponent)
    whole, dot, part = text.partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{dot}{part}"


def priced(minor: int, currency: str) -> str:
    """An exact amount with its currency: ¥380,000.00, 1,200.00 USD."""
    text = money_text(abs(minor), exponent_of(currency))
    sign = "-" if minor < 0 else ""
    return f"{sign}¥{text}" if currency == DEFAULT_CURRENCY else f"{sign}{text} {currency}"


def wan_text(minor: int, exponent: int = 2) -> str:
    """A rounded-down amount for headlines: 38000000 → 38.00万; small ones in full."""
    unit = 10**exponent
    if abs(minor) < 10_000 * unit:
        return money_text(minor, exponent)
    hundredths = abs(minor) // (100 * unit)
    return f"{'-' if minor < 0 else ''}{hundredths // 100:,}.{hundredths % 100:02d}万"


def tail(account: str) -> str:
    """How people name an account among others: its last four digits, or the whole of a short name."""
    if not account:
        return "未具名"
    if account.isdigit() and len(account) > 8:
        return f"尾{account[-4:]}"
    return account if len(account) <= 12 else f"…{account[-10:]}"


def clock(at: str) -> str:
    """A time for a table cell: 2026-03-01T13:52:10+08:00 → 2026-03-01 13:52:10."""
    return at.replace("T", " ").removesuffix("+08:00")
