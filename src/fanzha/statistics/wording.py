"""Own figures in words: 止付资金8.45亿元，同比上升60.4%; so that who reads the bulletin finds the same figure again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from fanzha.statistics.against import Base, OwnComparison, Unsaid, Wording, plain_rounded
from fanzha.statistics.periods import Grain, days_of, grain_of, period_en, period_zh

MONEY: Final = "元"
PERCENT: Final = "%"
YI, WAN = Decimal(10**8), Decimal(10**4)
UNKNOWN: Final = "—"
UNRECORDED_ZH: Final = "未记录"  # no record here tells it, which is not nothing
UNSAID_ZH: Final[Mapping[Unsaid, str]] = {
    Unsaid.VALUE_UNKNOWN: "本期数未记录", Unsaid.BASE_UNKNOWN: "基期数未记录", Unsaid.BASE_ZERO: "基期为零",
    Unsaid.BASE_SMALL: "基期数过小，不作比较", Unsaid.FELL: "本期少于基期，不称增长",
}  # fmt: skip
UNSAID_EN: Final[Mapping[Unsaid, str]] = {
    Unsaid.VALUE_UNKNOWN: "this period is not recorded", Unsaid.BASE_UNKNOWN: "the base period is not recorded",
    Unsaid.BASE_ZERO: "the base is zero", Unsaid.BASE_SMALL: "the base is too small to compare with",
    Unsaid.FELL: "it fell, and no increase is said",
}  # fmt: skip


def said_value(value: Decimal, unit: str) -> Decimal:
    """The value as a bulletin says it: money to 0.01 万 or 0.01 亿, shares to 0.1; whatever else is counted, whole."""
    if unit == MONEY:
        size = abs(value)
        step = YI / 100 if size >= YI else WAN / 100 if size >= WAN else Decimal("0.01")
        return plain_rounded(value, step)
    return plain_rounded(value, Decimal("0.1") if unit == PERCENT else Decimal(1))


def number_zh(value: Decimal | None, unit: str) -> str:
    """The number with its unit: 8.45亿元, 173.2万元, 112起; — where it is not known."""
    if value is None:
        return UNKNOWN
    said = said_value(value, unit)
    if unit == MONEY:
        for scale, word in ((YI, "亿"), (WAN, "万")):
            if abs(said) >= scale:
                return f"{_plain(said / scale)}{word}{unit}"
    return f"{_plain(said)}{unit}"


def number_en(value: Decimal | None, unit: str) -> str:
    """The number as English has it; money in yuan, a million or a billion of it; units of things are left out."""
    if value is None:
        return UNKNOWN
    said = said_value(value, unit)
    if unit != MONEY:
        return f"{_plain(said, commas=True)}{unit if unit == PERCENT else ''}"
    for scale, word in ((Decimal(10**9), " billion"), (Decimal(10**6), " million")):
        if abs(said) >= scale:
            return f"CNY {_plain(said / scale, commas=True)}{word}"
    return f"CNY {_plain(said, commas=True)}"


def comparison_zh(said: OwnComparison, unit: str) -> str:
    """A comparison as a Chinese bulletin says it; empty where it is not said."""
    value = said.value
    if value is None:
        return ""
    base = _base_zh(said)
    if said.against.wording is Wording.MULTIPLE:
        return f"为{base}的{_plain(value)}倍"
    if value == 0:
        return f"{base}持平"
    way = "上升" if value > 0 else "下降"
    match said.against.wording:
        case Wording.INCREASE:
            return f"{base}增长{_plain(value / 100)}倍"
        case Wording.DIFFERENCE:
            return f"{base}{'增加' if value > 0 else '减少'}{number_zh(abs(value), unit)}"
        case Wording.POINTS:
            return f"{base}{way}{_plain(abs(value))}个百分点"
        case _:
            return f"{base}{way}{_plain(abs(value))}%"


def comparison_en(said: OwnComparison, unit: str) -> str:
    """A comparison as an English bulletin says it; empty where it is not said."""
    value = said.value
    if value is None:
        return ""
    base = period_en(said.base_period)
    if said.against.wording is Wording.MULTIPLE:
        return f"{_plain(value)} times the figure of {base}"
    if value == 0:
        return f"unchanged from {base}"
    way = "up" if value > 0 else "down"
    match said.against.wording:
        case Wording.INCREASE:
            return f"up {_plain(value / 100)}-fold on {base} (+{_plain(value)}%)"
        case Wording.DIFFERENCE:
            return f"{way} {number_en(abs(value), unit)} on {base}"
        case Wording.POINTS:
            return f"{way} {_plain(abs(value))} percentage points on {base}"
        case _:
            return f"{way} {_plain(abs(value))}% on {base}"


def _base_zh(said: OwnComparison) -> str:
    """The base in the words that the wording takes; a whole year is named, since less than one may stand against it."""
    multiple = said.against.wording is Wording.MULTIPLE
    match said.against.base:
        case Base.YEAR_BEFORE:
            return "去年同期" if multiple else "同比"
        case Base.PERIOD_BEFORE if multiple:
            return {Grain.MONTH: "上月", Grain.WEEK: "上周"}.get(
                grain_of(said.base_period), period_zh(said.base_period)
            )
        case Base.PERIOD_BEFORE:
            return "环比"
    year = days_of(said.base_period)[0].year
    return f"{year}年全年" if multiple else f"较{year}年全年"


def _plain(value: Decimal, *, commas: bool = False) -> str:
    """Digits without an exponent and without zeros behind the point."""
    text = f"{value:,f}" if commas else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
