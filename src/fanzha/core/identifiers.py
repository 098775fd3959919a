"""Account numbers as people type them, and what may be wrong with one that nothing is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

_BLANKS: Final = re.compile(r"[\s\u200b\u200c\u200d\ufeff\x00]+")
_SPREADSHEET: Final = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_CARD: Final = re.compile(r"62\d{14,17}")  # 银联卡: 16 to 19 digits, the last of which checks the others
_BRACKETS: Final = str.maketrans("〔［[【（〕］]】）", "((((()))))")
DIGITS_MIN: Final = 8  # of a number that has nothing but digits
STARS: Final = "****"
SHOWN_SIGNS: Final = 4
_GROUPED: Final = re.compile(r"\d{4}(?:-\d{4}){2,4}(?:-\d{1,3})?")


def plain_identifier(text: str) -> str:
    """The number as statements are read: full-width digits narrow, without blanks, quotes and dashes between groups."""
    bare = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip("\"'`=")
    return bare.replace("-", "") if _GROUPED.fullmatch(bare) else bare


def plain_document(text: str) -> str:
    """The number of a paper in one spelling: 〔2026〕 as （2026） and [2026], full-width narrow, without blanks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text.translate(_BRACKETS))).upper()


def doubt_about(number: str) -> str:
    """Why a plain number may be none, or mistyped, in a sentence; empty where nothing speaks against it."""
    if "*" in number or "…" in number:
        return "the number is masked: give the whole of it"
    if _SPREADSHEET.fullmatch(number):
        return "a spreadsheet cut the number: take it from an export as text"
    if not number.isascii() or not any(sign.isalnum() for sign in number):
        return "that is no account number, and by a name nothing is listed"
    if number.isdigit() and len(number) < DIGITS_MIN:
        return f"it has only {len(number)} digits: give the whole of it"
    if _CARD.fullmatch(number) and not _checks(number):
        return "as a card's number it has a wrong digit (its check digit does not fit): it may be mistyped"
    return ""


@unique
class NumberDoubt(StrEnum):
    """What makes a number look mistyped; it may be right all the same."""

    CARD_LENGTH = "card_length"
    LETTERS = "letters"
    MASKED = "masked"
    PHONE = "phone"


DOUBT_WORDS: Final[Mapping[NumberDoubt, str]] = {
    NumberDoubt.CARD_LENGTH: "a bank card has 16 to 19 digits",
    NumberDoubt.LETTERS: "there are letters in it (O for 0, l for 1?)",
    NumberDoubt.MASKED: "a part of it is hidden by *",
    NumberDoubt.PHONE: "nobody can be called back by it",
}
_WALLET: Final = re.compile(r"0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|(?:bc1|[13])[0-9A-Za-z]{25,60}")
_CARD_DIGITS: Final = range(16, 20)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_CALLABLE: Final = re.compile(r"(?:\+?86|0086)?1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8}|400-?\d{3}-?\d{4}")


def doubts_about_account(number: str) -> tuple[NumberDoubt, ...]:
    """What looks mistyped in a plain number that was told on the telephone; wallets, and mobiles that name one, do not."""
    if not number or "@" in number or _WALLET.fullmatch(number) or _MOBILE.fullmatch(number):
        return ()
    found = []
    if "*" in number:
        found.append(NumberDoubt.MASKED)
    if any(sign.isalpha() for sign in number):
        found.append(NumberDoubt.LETTERS)
    if len(number) not in _CARD_DIGITS:
        found.append(NumberDoubt.CARD_LENGTH)
    return tuple(found)


def doubts_about_phone(number: str) -> tuple[NumberDoubt, ...]:
    """Whether a telephone number could be called back: a mobile, a landline with or without its area, a 400 number."""
    bare = re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", number))
    dashless = bare.replace("-", "")
    return () if not bare or _CALLABLE.fullmatch(bare) or _CALLABLE.fullmatch(dashless) else (NumberDoubt.PHONE,)


def number_ending(number: str) -> str:
    """The number as a sentence may tell it to whoever has lifted no mask: its last four signs, of a short one none."""
    return STARS + (number[-SHOWN_SIGNS:] if len(number) >= DIGITS_MIN else "")


def _checks(digits: str) -> bool:
    """Whether the last digit fits the others (ISO/IEC 7812-1, Luhn)."""
    doubled = (int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(digits)))
    return sum(minor // 10 + minor % 10 for minor in doubled) % 10 == 0
