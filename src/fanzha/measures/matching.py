"""户名、账号、汇款金额、交易时间: all four must agree with what the bank has, or it must not stop."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.core.money import format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import FourFields
from fanzha.measures.rules import FieldRules

_BETWEEN = re.compile(r"[\s\-·•.]+")


@unique
class Field(StrEnum):
    """One of the four."""

    HOLDER = "户名"
    ACCOUNT = "账号"
    AMOUNT = "汇款金额"
    TIME = "交易时间"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A field that does not agree, as asked and as found."""

    field: Field
    asked: str
    found: str


def match_fields(asked: FourFields, found: FourFields, rules: FieldRules) -> tuple[Mismatch, ...]:
    """The fields that do not agree; empty when the stop may be carried out.

    Names and numbers are compared without spaces, dashes and dots and in narrow form; a masked name (张*) never agrees.
    The amount must be the same to the 分; the time may differ by the tolerance of the rule.
    """
    tolerance_us = rules.time_tolerance.end_of(0)
    pairs = [
        (Field.HOLDER, asked.holder, found.holder, _bare(asked.holder) == _bare(found.holder) and _named(asked.holder)),
        (Field.ACCOUNT, asked.account, found.account, _bare(asked.account) == _bare(found.account)),
        (
            Field.AMOUNT,
            format_minor(asked.amount_minor),
            format_minor(found.amount_minor),
            asked.amount_minor == found.amount_minor,
        ),
        (
            Field.TIME,
            format_instant(asked.time_us),
            format_instant(found.time_us),
            abs(asked.time_us - found.time_us) <= tolerance_us,
        ),
    ]
    return tuple(Mismatch(field, a, b) for field, a, b, agrees in pairs if not agrees)


def _bare(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _named(name: str) -> bool:
    bare = _bare(name)
    return bool(bare) and "*" not in bare
