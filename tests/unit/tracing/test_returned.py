"""Money that a decision gave back ends as returned, wherever the payment arrives; nothing else changes."""

from __future__ import annotations

import pytest

from fanzha.ledger.index import build_index
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.model import EXIT_ENDS, End, Method, Question
from fanzha.tracing.returned import as_returned
from tests.ledgers import Row, book

BACK = 2  # the bank carries the decision out


@pytest.mark.parametrize("payee", ["V", "V2"])  # the account it came from, or the victim's other one
def test_a_payment_of_a_decision_is_an_exit_of_its_own(payee):
    rows = (
        Row(1, "V", "M", 1_000, None, 1_000),
        Row(2, "M", "N", 300, 700),
        Row(3, "M", payee, 600, 100),
    )
    made = book(rows)
    question = Question((made.origin("V", 0),))
    plain = allocate(Ledger(made.columns, build_index(made.columns)), question, Method.FIFO)
    money = as_returned(plain, {BACK})
    assert {end: minor for (end, *_), minor in money.ends.items()} == {End.FRONTIER: 300, End.RETURNED: 600}
    assert sum(money.ends.values()) == sum(plain.ends.values())
    assert (money.held, money.flows) == (plain.held, plain.flows)
    assert End.RETURNED in EXIT_ENDS
    assert as_returned(plain, ()) is plain
