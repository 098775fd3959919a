"""Numbers that no real person, card, company or telephone has, for any count of them at once.

Card numbers fail the Luhn check, identity numbers fail theirs (GB 11643) and name a region that does not exist,
telephone numbers begin with 120, which no mobile operator was given, device numbers fail their check as cards do. Each number
is made from its place by a permutation of the seed, so that neighbours in a list are not neighbours by number.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
CARD_DIGITS: Final = 19
DEVICE_DIGITS: Final = 15
CARD_PREFIX: Final = 6299  # with two digits of the bank behind it
IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS: Final = "10X98765432"
NO_REGION: Final = 990_000
COMPANY_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def shuffled(places: npt.ArrayLike, count: int, seed: int, name: str) -> Numbers:
    """Another number below `count` for each place, no two the same: what comes first says nothing about what it is."""
    numbers = np.asarray(places, np.int64)
    half = max((max(count - 1, 1).bit_length() + 1) // 2, 1)
    mask = (1 << half) - 1
    keys = [
        int.from_bytes(hashlib.blake2b(f"{seed} {name} {turn}".encode(), digest_size=4).digest(), "big")
        for turn in range(4)
    ]
    # A Feistel network permutes the next square above; who lands outside walks on until he is inside.
    out, outside = numbers.copy(), np.ones(numbers.shape, np.bool_)
    while outside.any():
        left, right = out[outside] >> half, out[outside] & mask
        for key in keys:
            left, right = right, left ^ (((right * 0x9E3779B1 + key) >> 7) & mask)
        out[outside] = (left << half) | right
        outside = out >= count
    return out


def card_numbers(places: npt.ArrayLike, count: int, seed: int, bank: npt.ArrayLike) -> list[str]:
    """Card numbers of nineteen digits whose check digit is wrong; `bank` is the number of the issuer, below 100."""
    bodies = (CARD_PREFIX * 100 + np.asarray(bank, np.int64)) * 10**12 + shuffled(places, count, seed, "card")
    total = np.zeros(bodies.shape, np.int64)
    rest = bodies.copy()
    for place in range(CARD_DIGITS - 1):  # the digit before the check digit counts twice
        total += _luhn_part(rest % 10, doubled=place % 2 == 0)
        rest //= 10
    right = (10 - total % 10) % 10
    wrong = (right + 1 + bodies % 9) % 10
    return [f"{body}{digit}" for body, digit in zip(bodies.tolist(), wrong.tolist(), strict=True)]


def passes_luhn(number: str) -> bool:
    """Whether a card number's check digit is right."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(d if at % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for at, d in enumerate(digits)) % 10 == 0


def identity_numbers(places: npt.ArrayLike, birth_years: npt.ArrayLike) -> list[str]:
    """Identity numbers of a region that does not exist, each with a wrong check character."""
    place, year = np.asarray(places, np.int64), np.asarray(birth_years, np.int64)
    region, month, day = NO_REGION + place // 336 % 100, place % 12 + 1, place // 12 % 28 + 1
    bodies = ((region * 10**4 + year) * 10**4 + month * 100 + day) * 1000 + place // 33_600 % 1000
    total, rest = np.zeros(bodies.shape, np.int64), bodies.copy()
    for weight in reversed(IDENTITY_WEIGHTS):
        total += rest % 10 * weight
        rest //= 10
    wrong = (total % 11 + 1 + place % 9) % 11
    return [f"{body}{IDENTITY_CHECKS[check]}" for body, check in zip(bodies.tolist(), wrong.tolist(), strict=True)]


def identity_number(place: int, birth_year: int) -> str:
    """One identity number."""
    return identity_numbers([place], [birth_year])[0]


def phone_numbers(places: npt.ArrayLike, count: int, seed: int) -> list[str]:
    """Telephone numbers of eleven digits that begin with 120."""
    return [f"120{number:08d}" for number in shuffled(places, min(max(count, 1), 10**8), seed, "phone").tolist()]


def device_numbers(places: npt.ArrayLike, count: int, seed: int) -> list[str]:
    """Device numbers of fifteen digits that begin with zeros and whose check digit is wrong."""
    bodies = shuffled(places, count, seed, "device")
    total, rest = np.zeros(bodies.shape, np.int64), bodies.copy()
    for place in range(DEVICE_DIGITS - 1):
        total += _luhn_part(rest % 10, doubled=place % 2 == 0)
        rest //= 10
    wrong = ((10 - total % 10) % 10 + 1 + bodies % 9) % 10
    return [f"{body:0{DEVICE_DIGITS - 1}d}{digit}" for body, digit in zip(bodies.tolist(), wrong.tolist(), strict=True)]


def _luhn_part(digit: Numbers, *, doubled: bool) -> Numbers:
    if not doubled:
        return digit
    part: Numbers = np.where(digit > 4, 2 * digit - 9, 2 * digit)
    return part


def company_code(place: int) -> str:
    """A unified social credit code of a registry that does not exist (its first two characters are not given out)."""
    body, rest = "", place * 7_919 + 11
    for _ in range(9):
        body, rest = body + COMPANY_ALPHABET[rest % 31], rest // 31
    return f"Z9{NO_REGION:06d}{body}0"
