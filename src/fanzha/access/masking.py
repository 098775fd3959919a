"""Persons are masked wherever nobody has lifted the mask: 张*, 110101********1234, ****1234, 138****1234.

Every function takes any text and gives a text; of what it hides it shows no more than the table allows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from fanzha.access.model import Field
from fanzha.access.rules import Mask, MaskRules

STAR: Final = "*"
_PHONE_DIGITS: Final = 11
_IDENTITY_DIGITS: Final = (15, 18)
# Blanks and hyphens of any width; a dot only before three digits, for two after it are 分.
_GAP: Final = r"(?:[\s\-\u2010-\u2015]{0,3}|[.\u00b7](?=\d{3}))"
_RUN: Final = re.compile(rf"\d(?:{_GAP}\d)*(?:{_GAP}[Xx](?![A-Za-z]))?")
_BETWEEN_DIGITS: Final = re.compile(r"[\s\-\u2010-\u2015.\u00b7]")
# A day, with or without a time of day, is nobody's number, and neither is a sum of money that says so.
_DAY: Final = (
    r"(?<!\d)(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12]\d|3[01])"
    r"(?:[ T](?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?(?![\d\-/*:]|\.\d)"
)
_SUM: Final = r"(?<!\d)(?<!\d[\s\-])\d{1,10}(?:\.\d{1,2})?[ ]?(?:元|块|万|亿|人民币)"
_LEFT_ALONE: Final = re.compile(f"{_DAY}|{_SUM}")


def mask_name(name: str, rules: MaskRules) -> str:
    """张三丰 → 张*: the family name's first sign, and one star however long the rest is; a single sign is hidden whole."""
    return _masked(name.strip(), rules.fields[Field.NAME])


def mask_identity(number: str, rules: MaskRules) -> str:
    """证件: the first six and the last four."""
    return _masked(_bare(number), rules.fields[Field.IDENTITY])


def mask_account(number: str, rules: MaskRules) -> str:
    """卡号: the last four."""
    return _masked(_bare(number), rules.fields[Field.ACCOUNT])


def mask_phone(number: str, rules: MaskRules) -> str:
    """手机: the first three and the last four, without the country's code; other numbers are hidden whole when short."""
    digits = _bare(number)
    for code in ("+86", "0086", "86"):
        if digits.startswith(code) and len(digits) - len(code) == _PHONE_DIGITS:
            digits = digits[len(code) :]
    return _masked(digits, rules.fields[Field.PHONE])


def mask(field: Field, value: str, rules: MaskRules) -> str:
    """The value of a field as everybody may see it."""
    masks = {
        Field.NAME: mask_name,
        Field.IDENTITY: mask_identity,
        Field.ACCOUNT: mask_account,
        Field.PHONE: mask_phone,
    }
    return masks[field](value, rules)


def mask_text(text: str, rules: MaskRules, *, names: Iterable[str] = ()) -> str:
    """A free text with every long number in it masked by its kind, and the given names of persons; the rest as it was.

    Full-width digits count as digits, and digits written apart count as one number. Days, and
    sums that name their unit, are left as they are.
    """
    narrow, starts, ends = _narrowed(text)
    parts, done = [], 0
    for start, end, shown in _hidden(narrow, rules, _named_spans(narrow, names)):
        parts += [text[done : starts[start]], shown]
        done = ends[end - 1]
    return "".join([*parts, text[done:]])


def _narrowed(text: str) -> tuple[str, list[int], list[int]]:
    """The text as NFKC writes it, and for each sign of that where in the text its own begins and ends."""
    narrow, starts, ends = [], list[int](), list[int]()
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        for sign in unicodedata.normalize("NFKC", text[at:end]):
            narrow.append(sign)
            starts.append(at)
            ends.append(end)
        at = end
    return "".join(narrow), starts, ends


def _joins(sign: str) -> bool:
    """Whether it is written as one with the sign before it: accents, and the later parts of a Hangul syllable."""
    return unicodedata.combining(sign) > 0 or "\u1160" <= sign <= "\u11ff"


@lru_cache(maxsize=4096)
def _narrow_name(name: str) -> str:
    """A name as it is looked for; the texts of a page are all searched for the same few names."""
    return _narrowed(name)[0].strip()


def _named_spans(narrow: str, names: Iterable[str]) -> list[tuple[int, int]]:
    """Where persons are named, the longest names first, none within another."""
    found: list[tuple[int, int]] = []
    for name in sorted({_narrow_name(name) for name in names}, key=len, reverse=True):
        if len(name) < 2:
            continue  # of a single sign every other word would be full
        for match in re.finditer(re.escape(name), narrow):
            if all(match.end() <= start or end <= match.start() for start, end in found):
                found.append(match.span())
    return sorted(found)


def _hidden(narrow: str, rules: MaskRules, named: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """What of the narrow text is hidden, in its order: from where to where, and what is shown instead."""
    at = 0
    for start, end in named:
        yield from _hidden_numbers(narrow, at, start, rules)
        yield start, end, mask_name(narrow[start:end], rules)
        at = end
    yield from _hidden_numbers(narrow, at, len(narrow), rules)


def _hidden_numbers(narrow: str, start: int, end: int, rules: MaskRules) -> Iterator[tuple[int, int, str]]:
    part, at = narrow[start:end], 0
    for left_alone in (*_LEFT_ALONE.finditer(part), None):
        until = len(part) if left_alone is None else left_alone.start()
        for found in _RUN.finditer(part[at:until]):
            shown = _mask_number(found.group(), rules)
            if shown != found.group():
                yield start + at + found.start(), start + at + found.end(), shown
        at = until if left_alone is None else left_alone.end()


def _mask_number(written: str, rules: MaskRules) -> str:
    bare = _BETWEEN_DIGITS.sub("", written)
    count = sum(sign.isdigit() for sign in bare)
    if count < rules.digits_min:
        return written
    if len(bare) in _IDENTITY_DIGITS and _may_be_identity(bare):
        return mask_identity(bare, rules)
    local = bare[2:] if bare.startswith("86") and len(bare) == _PHONE_DIGITS + 2 else bare
    if len(local) == _PHONE_DIGITS and local.startswith("1"):
        return mask_phone(local, rules)
    return mask_account(bare, rules)


def _may_be_identity(bare: str) -> bool:
    """Whether month and day of birth can stand where they must; a card number of 18 digits seldom has them."""
    month, day = (bare[10:12], bare[12:14]) if len(bare) == 18 else (bare[8:10], bare[10:12])
    return month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _bare(number: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number))


def _masked(value: str, mask: Mask) -> str:
    if not value:
        return ""
    if len(value) < mask.first + mask.last + mask.hidden_min:
        return STAR * mask.stars
    tail = value[len(value) - mask.last :] if mask.last else ""
    return value[: mask.first] + STAR * mask.stars + tail
