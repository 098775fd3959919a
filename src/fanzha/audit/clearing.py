"""Keeps personal data out of the audit: long numbers are masked, names and search terms become fingerprints."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

DIGITS_MIN: Final = 9  # telephone, identity, card and account numbers are longer; dates and amounts in yuan are not
SHOWN_DIGITS: Final = 4
FINGERPRINT_DIGITS: Final = 32
# Groups of three or more, as numbers are written in blocks; not part of an id such as CASE-1K7Q2M0XA-7G3N9TQB.
_NUMBER = re.compile(r"(?<![A-Za-z0-9_-])\d{3,}(?:[ -]\d{3,})*[Xx]?(?![A-Za-z0-9_-])")


def without_numbers(text: str) -> str:
    """The text with every number that could be a person's masked to its last four digits; the same if done again."""
    return _NUMBER.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    bare = re.sub(r"[ -]", "", match[0])
    return match[0] if len(bare) < DIGITS_MIN else f"***{bare[-SHOWN_DIGITS:]}"


def fingerprint(value: str, key: bytes) -> str:
    """What can be compared but not read: keyed, since a bare hash of a telephone number is found by trying them all."""
    return hmac.new(key, value.strip().encode(), hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]
