"""Laws of a return: shares are the frozen amount and depend on no order; what payments book never makes or loses money."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.money import format_minor, parse_minor
from fanzha.measures.return_booking import THIRD_PARTIES, found_later, labels_of
from fanzha.measures.return_plan import reattribute
from fanzha.services.compute_return import compute_return

pytestmark = pytest.mark.property

minor = st.integers(0, 10**9)
frozen_amounts = st.integers(0, 10**10)
victims = st.dictionaries(st.sampled_from("ABCDEFGH"), st.tuples(minor, minor), max_size=8)


def shared(frozen, rows):
    """What the file gives: minor units by victim, and what stays frozen."""
    entries = [
        {"id": name, "loss": format_minor(loss), "returned": format_minor(back)} for name, (loss, back) in rows.items()
    ]
    found = compute_return(json.dumps({"frozen": format_minor(frozen), "victims": entries}).encode())
    returns = {name: parse_minor(yuan) for name, yuan in found["returns"].items()}
    return returns, parse_minor(found["remainder"])


@given(frozen_amounts, victims, st.randoms())
def test_shares_are_the_frozen_amount_and_nobody_gets_more_than_he_lacks(frozen, rows, chance):
    returns, remainder = shared(frozen, rows)
    lacking = {name: max(loss - back, 0) for name, (loss, back) in rows.items()}
    total = sum(lacking.values())
    assert sum(returns.values()) == min(frozen, total)
    assert sum(returns.values()) + remainder == frozen
    assert all(0 <= returns[name] <= lacking[name] for name in rows)
    for name, most in lacking.items():
        exact = Fraction(min(frozen, total) * most, total) if total else Fraction(0)
        assert abs(returns[name] - exact) < 1
    mixed = list(rows.items())
    chance.shuffle(mixed)
    assert shared(frozen, dict(mixed)) == (returns, remainder)


@given(frozen_amounts, st.integers(1, 10**6), victims)
def test_more_frozen_money_never_returns_less(frozen, more, rows):
    less, _ = shared(frozen, rows)
    then, _ = shared(frozen + more, rows)
    assert sum(then.values()) >= sum(less.values())


@given(st.integers(0, 10**7), st.dictionaries(st.sampled_from("ABC"), st.integers(0, 10**7)), st.data())
def test_two_returns_of_one_account_book_whose_money_it_was_to_the_fen(frozen, traced, data):
    first = labels_of(frozen, traced)
    held = sum(first.values())
    assert held >= frozen
    paid = {"A": data.draw(st.integers(0, frozen)), "D": 0}
    paid["D"] = data.draw(st.integers(0, frozen - paid["A"]))
    before = reattribute(first, paid)
    # E was found later: his part comes out of what was third parties'.
    late = data.draw(st.integers(0, first[THIRD_PARTIES]))
    second = labels_of(frozen - sum(paid.values()), {**traced, "E": late}, before)
    assert second["E"] == late - found_later(before, {"E": late})["E"]
    assert sum(second.values()) == sum(row.held_after_minor for row in before) == held - sum(paid.values())
    assert second[THIRD_PARTIES] >= 0
    again = reattribute(second, {"E": data.draw(st.integers(0, sum(second.values())))})
    for rows in (before, again):
        assert sum(row.reattributed_minor for row in rows) == 0
        assert all(row.held_minor + row.reattributed_minor == row.held_after_minor + row.paid_minor for row in rows)
