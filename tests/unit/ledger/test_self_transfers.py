"""A payment from an account to itself moves nothing, so that no order of its two sides is uncertain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fanzha.ledger.index import build_index
from fanzha.ledger.reference import lines_of
from tests.ledgers import Row, book

FIRST = Row(1, "V", "A", 1000, payee_balance=1000)
ITSELF = Row(2, "A", "A", 400, payer_balance=1000, payee_balance=1000)


@pytest.mark.parametrize(
    "others",
    [(), (Row(2, "A", "B", 100, payer_balance=900),), (Row(2, "C", "A", 100), Row(2, "D", "A", 50))],
    ids=["alone", "beside a payment", "beside two inflows"],
)
def test_it_is_no_uncertain_pair(others: tuple[Row, ...]) -> None:
    made = book((FIRST, ITSELF, *others, Row(9, "A", "E", 10)))
    index = build_index(made.columns)
    assert (len(index.group_members), len(index.syn), len(index.repaired)) == (0, 0, 0)
    line = lines_of(made.columns)[made.pocket_of["A"]]
    assert (line.uncertain, line.repaired) == ((), ())


def test_payments_both_ways_beside_it_are() -> None:
    both = (Row(2, "C", "A", 100), Row(2, "A", "B", 70))
    made = book((FIRST, replace(ITSELF, payer_balance=None), *both, Row(9, "A", "E", 10, payer_balance=1020)))
    index = build_index(made.columns)
    assert len(index.group_end) == 1
    assert len(lines_of(made.columns)[made.pocket_of["A"]].uncertain) == 1
