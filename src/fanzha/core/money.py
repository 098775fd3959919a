"""Exact money: integer minor units and a currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.core.errors import BadInput

DEFAULT_CURRENCY: Final = "CNY"
# ISO 4217 minor units of the currencies met in practice; tokens by their contract, cut to what 64 bits can sum.
EXPONENTS: Final[Mapping[str, int]] = {
    "CNY": 2, "USD": 2, "HKD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "CAD": 2, "SGD": 2, "CHF": 2, "MOP": 2,
    "THB": 2, "MYR": 2, "PHP": 2, "TWD": 2, "NZD": 2, "SEK": 2, "RUB": 2, "JPY": 0, "KRW": 0, "VND": 0,
    "USDT": 6, "USDC": 6, "ETH": 8, "WETH": 8, "BTC": 8, "TRX": 6, "DAI": 8,
}  # fmt: skip
DEFAULT_EXPONENT: Final = 2
DIGITS_MAX: Final = 30
AMOUNT_MAX: Final = 10**17  # minor units; leaves room to sum in 64 bits
_DECIMAL = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: minor units (分 for CNY) and the currency they count."""

    amount_minor: int
    currency: str = DEFAULT_CURRENCY

    def __str__(self) -> str:
        return format_minor(self.amount_minor, exponent_of(self.currency))


def exponent_of(currency: str) -> int:
    """How many decimals one unit of the currency has."""
    return EXPONENTS.get(currency, DEFAULT_EXPONENT)


def format_minor(amount_minor: int, exponent: int = 2) -> str:
    """A decimal string of an amount, as the JSON documents carry it: 3000000 → '30000.00'."""
    if exponent == 0:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 10**exponent)
    return f"{sign}{whole}.{part:0{exponent}d}"


def parse_minor(text: str, exponent: int = 2) -> int:
    """Minor units of a decimal text; separators and a currency sign may be there, lost precision may not.

    Raises BadInput when the text is no decimal or has more decimals than the currency.
    """
    bare = text.strip().replace(",", "").replace("，", "").lstrip("¥￥")
    match = _DECIMAL.fullmatch(bare)
    if match is None:
        raise BadInput(f"amount {text!r} is not a decimal number")
    sign, whole, part = match[1], match[2], (match[3] or "").rstrip("0")
    if len(part) > exponent:
        raise BadInput(f"amount {text!r} has more than {exponent} decimals")
    digits = (whole + part.ljust(exponent, "0")).lstrip("0")
    minor = int(digits or "0") if len(digits) <= DIGITS_MAX else AMOUNT_MAX + 1  # digits without end are not read
    if minor > AMOUNT_MAX:
        raise BadInput(f"amount {text!r} is beyond {AMOUNT_MAX} minor units")
    return -minor if sign == "-" else minor
