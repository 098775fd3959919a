"""Shares of a frozen balance: the worked numbers, and the laws that any numbers obey."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.core.money import format_minor, parse_minor
from fanzha.measures.return_shares import VictimLoss, share_return


def returns(frozen: str, **losses: str | tuple[str, str]) -> tuple[dict[str, str], str]:
    """Yuan in, yuan out; a pair is the loss and what was returned before."""
    pairs = {name: (loss, "0") if isinstance(loss, str) else loss for name, loss in losses.items()}
    shares = share_return(
        parse_minor(frozen), [VictimLoss(name, parse_minor(a), parse_minor(b)) for name, (a, b) in pairs.items()]
    )
    return {v: format_minor(minor) for v, minor in shares.returned_minor.items()}, format_minor(shares.remainder_minor)


@pytest.mark.parametrize(
    ("frozen", "losses", "expected", "remainder"),
    [
        ("17000", {"V1": "30000", "V2": "50000"}, "6375.00 10625.00", "0.00"),
        ("27000", {"V1": "30000", "V2": "50000", "V3": "10000"}, "9000.00 15000.00 3000.00", "0.00"),
        ("11516.13", {"V1": "30000", "V2": "50000"}, "4318.55 7197.58", "0.00"),
        (
            "40000", {"A": "12345.67", "B": "76543.21", "C": "3333.33", "D": "500"},
            "5325.87 33020.44 1437.99 215.70", "0.00",
        ),
        (
            "40000", {"A": "12345.67", "B": ("76543.21", "20000"), "C": "3333.33", "D": "500"},
            "6790.59 31100.93 1833.46 275.02", "0.00",
        ),
        ("100000", {"V1": "30000", "V2": "50000"}, "30000.00 50000.00", "20000.00"),
        ("10", {"V1": ("5", "7"), "V2": "5"}, "0.00 5.00", "5.00"),
        ("0.01", {"V2": "1", "V1": "1"}, "0.00 0.01", "0.00"),  # nobody has a time: by id
        ("5", {}, "", "5.00"),
    ],
)  # fmt: skip
def test_the_worked_numbers(frozen, losses, expected, remainder):
    assert returns(frozen, **losses) == (dict(zip(losses, expected.split(), strict=True)), remainder)


def test_an_odd_fen_goes_to_the_earlier_inflow():
    late, early, unknown = VictimLoss("A", 100, 0, 20), VictimLoss("B", 100, 0, 10), VictimLoss("0", 100)
    assert share_return(1, [late, unknown, early]).returned_minor == {"A": 0, "0": 0, "B": 1}
    assert share_return(2, [late, unknown, early]).returned_minor == {"A": 1, "0": 0, "B": 1}


@pytest.mark.parametrize(
    ("frozen_minor", "losses", "part"),
    [
        (-1, [], "frozen is below zero"),
        (1, [VictimLoss("V", -1)], "'V'"),
        (1, [VictimLoss("V", 1), VictimLoss("V", 2)], "twice"),
    ],
)
def test_what_cannot_be_is_refused(frozen_minor, losses, part):
    with pytest.raises(BadInput, match=part):
        share_return(frozen_minor, losses)


amounts = st.integers(0, 10**13) | st.integers(0, 20)
cases = st.tuples(amounts, st.lists(st.tuples(amounts, amounts, st.none() | st.integers(0, 3)), max_size=12))


@given(cases, st.randoms())
def test_the_laws(case, rng):
    frozen_minor, rows = case
    losses = [VictimLoss(f"V{i}", *row) for i, row in enumerate(rows)]
    shares = share_return(frozen_minor, losses)
    lacking = sum(loss.open_minor for loss in losses)
    assert sum(shares.returned_minor.values()) == min(frozen_minor, lacking)
    assert sum(shares.returned_minor.values()) + shares.remainder_minor == frozen_minor
    for loss in losses:
        got = shares.returned_minor[loss.victim]
        assert 0 <= got <= loss.open_minor
        if frozen_minor < lacking:
            assert abs(got - Fraction(frozen_minor * loss.open_minor, lacking)) < 1
    rng.shuffle(losses)
    assert share_return(frozen_minor, losses).returned_minor == shares.returned_minor
