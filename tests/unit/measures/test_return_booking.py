"""What carried-out payments take out of a freeze, and out of whose money."""

from __future__ import annotations

from dataclasses import replace

from made_measures import CITY_CHIEF, DUTY, FILED, LINEAGE, RULES, T0, answer, executed, freeze_request

from fanzha.core.ids import CountedIds
from fanzha.measures.model import held_minor
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Outcome
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.return_booking import THIRD_PARTIES, all_is_paid, book_out, book_payment, labels_of, unbooked_minor
from fanzha.measures.return_payments import payment_measures
from fanzha.measures.return_plan import Base, Branch, FrozenAccount, Inflow, VictimClaim, plan_return
from fanzha.measures.return_procedure import approve_return, draft_return, propose_return


def decided():
    """V1 is paid the 27,000.00 that are frozen, of which 20,000.00 are his by the tracing."""
    claim = VictimClaim("V1", dict.fromkeys(Base, 3_000_000), pay_to="acct-V1")
    labels = labels_of(2_700_000, {"V1": 2_000_000})
    account = FrozenAccount(
        "M", "模拟银行", "MEAS-000001", 2_700_000, (Inflow("a", 1, 3_000_000, "V1"),), held_by_label=labels
    )
    plan = plan_return(account, [claim], (Branch.DIRECT,))
    drafted = draft_return([plan], DUTY, RULES, T0, CountedIds(), case="CASE-1", filing=FILED.filing, method="fifo")
    frozen = {"MEAS-000001": executed(freeze_request(), Standing(FILED))}
    ready = propose_return(drafted, DUTY, T0)
    return approve_return(ready, CITY_CHIEF, LINEAGE, RULES, frozen, "模拟返字1号", T0), frozen["MEAS-000001"]


def told(payment, outcome, amount_minor):
    receipt = replace(answer(payment, outcome, T0), amount_minor=amount_minor, id=f"R-{outcome}-{amount_minor}")
    return decide_receipt(payment, receipt, RULES, T0, CountedIds()).change.measure


def booked(procedure, freeze, payment):
    more = unbooked_minor(freeze, payment)
    return book_payment(procedure, payment, more), book_out(freeze, payment, T0).measure


def test_a_payment_in_parts_is_booked_part_by_part_and_never_twice():
    procedure, freeze = decided()
    (payment,) = payment_measures(procedure, RULES, T0)
    part = told(payment, Outcome.PARTIAL, 1_000_000)
    procedure, freeze = booked(procedure, freeze, part)
    assert (held_minor([freeze], T0), unbooked_minor(freeze, part)) == (1_700_000, 0)
    assert not all_is_paid(procedure)
    (rows,) = (each.rows for each in procedure.booked)
    assert [row.reattributed_minor for row in rows] == [0, 0], "it was his own"
    whole = told(part, Outcome.EXECUTED, 2_700_000)
    procedure, freeze = booked(procedure, freeze, whole)
    assert held_minor([freeze, whole], T0) == 0, "what was paid is held by nobody"
    assert book_out(freeze, whole, T0).measure == freeze
    assert all_is_paid(procedure)
    (rows,) = (each.rows for each in procedure.booked)
    assert {row.label: row.reattributed_minor for row in rows} == {"V1": 700_000, THIRD_PARTIES: -700_000}


def test_a_bank_that_pays_too_much_is_booked_all_the_same():
    procedure, freeze = decided()
    (payment,) = payment_measures(procedure, RULES, T0)
    more = told(payment, Outcome.EXECUTED, 2_800_000)
    procedure, freeze = booked(procedure, freeze, more)
    assert held_minor([freeze], T0) == 0
    (rows,) = (each.rows for each in procedure.booked)
    assert sum(row.paid_minor for row in rows) == 2_800_000
    assert sum(row.reattributed_minor for row in rows) == 0


def test_whose_money_is_left_when_more_is_traced_than_frozen():
    assert labels_of(10, {"A": 8, "B": 4, "C": 0}) == {"A": 8, "B": 4, THIRD_PARTIES: 0}
    assert labels_of(10, {"A": 8}) == {"A": 8, THIRD_PARTIES: 2}
