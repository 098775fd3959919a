"""Amounts: exact in, exact out, and a clear word where that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.core.money import AMOUNT_MAX, Money, exponent_of, format_minor, parse_minor


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [
        ("30000.00", 2, 3_000_000),
        ("30,000", 2, 3_000_000),
        ("¥ 1", 2, None),  # a blank inside is no number
        ("￥1.5", 2, 150),
        ("-0.01", 2, -1),
        ("1.500", 2, 150),  # zeros lose nothing
        ("1.005", 2, None),
        ("12.", 2, 1200),
        ("", 2, None),
        ("1e3", 2, None),
        ("100", 0, 100),
        ("100.5", 0, None),
        ("0.000001", 6, 1),
        (str(AMOUNT_MAX // 100), 2, AMOUNT_MAX),
        (str(AMOUNT_MAX), 2, None),
        ("9" * 5000, 2, None),  # more digits than Python reads as a number
        ("0" * 5000 + "1", 2, 100),
    ],
)
def test_a_text_is_an_exact_amount_or_refused(text: str, exponent: int, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(BadInput, match="amount"):
            parse_minor(text, exponent)
    else:
        assert parse_minor(text, exponent) == minor


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX), st.sampled_from([0, 2, 6, 8]))
def test_what_is_written_is_read_again(minor: int, exponent: int) -> None:
    assert parse_minor(format_minor(minor, exponent), exponent) == minor


def test_money_is_written_in_the_decimals_of_its_currency() -> None:
    assert [str(Money(12345, currency)) for currency in ("CNY", "JPY", "USDT")] == ["123.45", "12345", "0.012345"]
    assert exponent_of("XXX") == exponent_of("CNY")  # an unknown currency is taken to have hundredths
