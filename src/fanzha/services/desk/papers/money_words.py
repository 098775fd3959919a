"""Sums as papers write them: 27000.00元, and 大写 beside them where money is held or moved by the paper."""

from __future__ import annotations

from fanzha.core.capital_amount import capital_yuan
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor


def money_text(minor: int, currency: str) -> str:
    """27000.00元; of another currency than 人民币 its code behind the figures."""
    figures = format_minor(minor, exponent_of(currency))
    return f"{figures}元" if currency == DEFAULT_CURRENCY else f"{figures} {currency}"


def yuan_text(minor: int, currency: str) -> str:
    """¥27,000.00, as a column of sums has it; of another currency than 人民币 its code behind the figures."""
    exponent = exponent_of(currency)
    whole, part = divmod(abs(minor), 10**exponent)
    figures = f"{whole:,}" + (f".{part:0{exponent}d}" if exponent else "")
    sign = "-" if minor < 0 else ""
    return f"{sign}¥{figures}" if currency == DEFAULT_CURRENCY else f"{sign}{figures} {currency}"


def capitals_text(minor: int, currency: str) -> str:
    """人民币贰万柒仟元整; empty for another currency, which has no capital numerals of its own."""
    return capital_yuan(minor) if currency == DEFAULT_CURRENCY else ""


def money_with_capitals(minor: int, currency: str) -> str:
    """27000.00元（大写：人民币贰万柒仟元整）."""
    capitals = capitals_text(minor, currency)
    return f"{money_text(minor, currency)}（大写：{capitals}）" if capitals else money_text(minor, currency)
