"""Ids that are given once: told apart at a glance, sorted by when they were given."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Final, Protocol

from fanzha.core.time import Clock

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: an id is read aloud on the telephone
TIME_DIGITS: Final = 9  # of milliseconds since 1970: enough until the year 3084
RANDOM_DIGITS: Final = 8
DIGIT_BITS: Final = 5
TELEPHONE_DIGITS: Final = 10


class Ids(Protocol):
    """Gives ids; given as an argument so that a test knows what comes."""

    def new(self, prefix: str) -> str:
        """An id that nobody else has, beginning with the prefix."""

    def telephone_number(self, prefix: str) -> str:
        """A number to be read over the telephone; by chance two may be alike, so that who gives it looks first."""


class TimeSortedIds:
    """The moment and then chance, in letters that are not mistaken for one another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self, prefix: str) -> str:
        """An id such as CASE-1K7Q2M0XA-7G3N9TQB."""
        moment = _digits(self._clock.now_us() // 1000, TIME_DIGITS)
        chance = _digits(secrets.randbits(RANDOM_DIGITS * DIGIT_BITS), RANDOM_DIGITS)
        return f"{prefix}-{moment}-{chance}"

    def telephone_number(self, prefix: str) -> str:
        """Such as ACK-382-746-1059: ten digits by chance, so that a misheard one is nobody else's number."""
        return in_groups(prefix, f"{secrets.randbelow(10**TELEPHONE_DIGITS):0{TELEPHONE_DIGITS}d}")


class CountedIds:
    """One, two, three, for each prefix; for simulations and tests, which must repeat to the byte."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def new(self, prefix: str) -> str:
        """The next number of the prefix."""
        self._given[prefix] += 1
        return f"{prefix}-{self._given[prefix]:06d}"

    def telephone_number(self, prefix: str) -> str:
        """The next number of the prefix."""
        return self.new(prefix)


def in_groups(prefix: str, digits: str) -> str:
    """Ten digits as a telephone number is read: ACK-382-746-1059."""
    return f"{prefix}-{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _digits(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> DIGIT_BITS * place & 31] for place in reversed(range(count)))
