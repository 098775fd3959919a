"""Token amounts of the Ethereum case as a spreadsheet left them: which digits are there, and what each text can mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CUT_DIGITS: Final = 16  # no value has more digits than this; longer ones were cut to their first sixteen
SHOWN_DIGITS: Final = 6  # of the general number format, trailing zeros dropped; the fixed one has two decimals
_TEXT = re.compile(r"(\d)(?:\.(\d+))?E\+(\d+)")


class Precision(StrEnum):
    """What is known of an amount."""

    EXACT = "exact"  # every digit is written
    ROUNDED = "rounded"  # leading digits and magnitude are known
    CUT = "cut"  # leading digits are known, how many followed is not


@dataclass(frozen=True, slots=True)
class RawAmount:
    """An amount in a token's smallest unit as recorded, and how far the true one can be from it (for CUT: at least that)."""

    units: int
    slack: int
    precision: Precision


def read_amount(text: str) -> RawAmount:
    """The digits that are there; nothing is guessed."""
    match = _TEXT.fullmatch(text)
    if match is None:
        units = int(text)
        return RawAmount(units, 0, Precision.EXACT if len(text) < CUT_DIGITS else Precision.CUT)
    lead, decimals, exponent = match[1], match[2] or "", int(match[3])
    units = int(lead + decimals) * 10 ** (exponent - len(decimals))
    # Two decimals are the fixed format or a general one that ends in zeros: the wider reading holds for both.
    last_digit = exponent - (2 if len(decimals) == 2 else SHOWN_DIGITS - 1)
    slack = 10**last_digit // 2 if last_digit > 0 else 0
    return RawAmount(units, slack, Precision.CUT if exponent >= CUT_DIGITS - 1 else Precision.ROUNDED)


def same_amount(one: RawAmount, other: RawAmount) -> bool:
    """Whether two texts can be one amount written with different numbers of digits."""
    return abs(one.units - other.units) <= one.slack + other.slack
