"""Accounts whose statements contradict each other must not show gaps that are not there."""

from __future__ import annotations

from fanzha.ledger.index import build_index
from tests.ledgers import Row, book


def test_mutual_payments_in_one_second_leave_no_gap() -> None:
    rows = (
        Row(1, "X", "A", 1000, payee_balance=1000),
        Row(1, "X", "B", 1000, payee_balance=1000),
        Row(10, "A", "B", 300),
        Row(10, "B", "A", 200, payer_balance=1100, payee_balance=900),
        Row(20, "A", "Y", 100, payer_balance=800),
        Row(20, "B", "Y", 100, payer_balance=1000),
    )
    made = book(rows)
    index = build_index(made.columns)
    assert len(index.syn) == 0
    assert [int(index.closing_minor[made.pocket_of[name]]) for name in "AB"] == [800, 1000]
