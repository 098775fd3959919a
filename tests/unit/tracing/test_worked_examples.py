"""The worked examples: one mule account S1 and its second hop, every method to the 分 (golden numbers)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from fanzha.core.errors import Refused
from fanzha.ledger.columns import NONE, OUTSIDE
from fanzha.ledger.index import build_index
from fanzha.records import TransferKind
from fanzha.tracing import reference
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.model import End, Limits, Method, Money, Question
from tests.ledgers import Book, Row, book

CASH, CRYPTO, REVERSAL = TransferKind.CASH, TransferKind.CRYPTO, TransferKind.REVERSAL


def yuan(amount: float) -> int:
    """Minor units of an amount in yuan."""
    return round(amount * 100)


S1 = (
    Row(1, "V1", "M", yuan(30_000), None, yuan(32_000)),
    Row(2, "V2", "M", yuan(50_000), None, yuan(82_000)),
    Row(3, "M", "M2", yuan(40_000), yuan(42_000), yuan(40_000)),
    Row(4, "C", "M", yuan(20_000), None, yuan(62_000)),
    Row(5, "X", "M2", yuan(10_000), None, yuan(50_000)),
    Row(6, "M", "D", yuan(45_000), yuan(17_000)),
    Row(7, "V3", "M", yuan(10_000), None, yuan(27_000)),
    Row(8, "M2", "", yuan(20_000), yuan(30_000), None, CASH),
    Row(9, "M2", "OTC", yuan(25_000), yuan(5_000), None, CRYPTO),
)
T3, T5, ATM, OTC = 2, 5, 7, 8


def traced(made: Book, origins: Mapping[str, int], method: Method, **more: object) -> Money:
    """The money by the fast path, after making sure that the reference says the same."""
    nested = frozenset(more.get("nested", ()))  # type: ignore[call-overload]
    limits = more.get("limits", Limits())
    question = Question(tuple(made.origin(label, eid) for label, eid in origins.items()), nested, limits)  # type: ignore[arg-type]
    money = allocate(Ledger(made.columns, build_index(made.columns)), question, method)
    assert money == reference.allocate(made.columns, question, method)
    if method is not Method.POISON:
        total = sum(origin.amount_minor for origin in question.origins)
        assert sum(money.held.values()) + sum(money.ends.values()) == total
    return money


def held(made: Book, money: Money) -> dict[str, dict[int, int]]:
    """What is held, by account name and label."""
    out: dict[str, dict[int, int]] = defaultdict(dict)
    for (pocket, label), amount in money.held.items():
        out[made.name(pocket)][label] = amount
    return dict(out)


def carried(money: Money, eid: int) -> dict[int, int]:
    """What one transfer carried, by label."""
    return {label: amount for (transfer, label), amount in money.flows.items() if transfer == eid}


def by_end(money: Money) -> dict[End, int]:
    """What stopped being followed, by how."""
    out: dict[End, int] = defaultdict(int)
    for (end, _, _, _), amount in money.ends.items():
        out[end] += amount
    return dict(out)


S1_ORIGINS = {"V1": 0, "V2": 1, "V3": 6}
S1_FLOWS = {
    Method.FIFO: ({0: 30_000, 1: 8_000}, {1: 42_000}, {0: 18_000}, {0: 12_000, 1: 8_000}),
    Method.LIFO: ({1: 40_000}, {0: 15_000, 1: 10_000}, {1: 10_000}, {1: 25_000}),
    Method.PRORATA: (
        {0: 14_634.15, 1: 24_390.24},
        {0: 11_152.63, 1: 18_587.73},
        {0: 5_853.66, 1: 9_756.10},
        {0: 7_317.07, 1: 12_195.12},
    ),
    Method.OWN_FIRST: ({0: 30_000, 1: 8_000}, {1: 42_000}, {0: 18_000}, {0: 12_000, 1: 8_000}),
    Method.LIBR: ({0: 30_000, 1: 8_000}, {1: 25_000}, {0: 8_000}, {0: 22_000, 1: 3_000}),
}
S1_HELD = {
    Method.FIFO: {"M": {2: 10_000}},
    Method.LIFO: {"M": {0: 15_000, 2: 10_000}, "M2": {1: 5_000}},
    Method.PRORATA: {"M": {0: 4_213.22, 1: 7_022.03, 2: 10_000}, "M2": {0: 1_463.42, 1: 2_439.02}},
    Method.OWN_FIRST: {"M": {2: 10_000}},
    Method.LIBR: {"M": {1: 17_000, 2: 10_000}, "M2": {1: 5_000}},
}


@pytest.mark.parametrize("method", [m for m in Method if m is not Method.POISON])
def test_the_second_hop_follows_from_the_first(method: Method) -> None:
    made = book(S1)
    money = traced(made, S1_ORIGINS, method)
    for eid, expected in zip((T3, T5, ATM, OTC), S1_FLOWS[method], strict=True):
        assert carried(money, eid) == {label: yuan(amount) for label, amount in expected.items()}
    assert held(made, money) == {
        account: {label: yuan(amount) for label, amount in shares.items()}
        for account, shares in S1_HELD[method].items()
    }


def test_poison_taints_everything_after_the_first_stolen_money() -> None:
    made = book(S1)
    money = traced(made, S1_ORIGINS, Method.POISON)
    assert carried(money, T3)[0] == yuan(40_000)
    assert carried(money, T5)[0] == yuan(45_000)
    assert held(made, money)["M"][0] == yuan(27_000)


def test_under_lifo_the_last_label_taken_leaves_first() -> None:
    """One transfer brings C, V2 and V1 in the order taken; V1 lies on top."""
    rows = (
        *S1[:4],
        Row(6, "M", "D", yuan(45_000), yuan(17_000), yuan(45_000)),
        Row(7, "D", "E", yuan(20_000), yuan(25_000)),
    )
    money = traced(book(rows), {"V1": 0, "V2": 1}, Method.LIFO)
    assert carried(money, 4) == {0: yuan(15_000), 1: yuan(10_000)}
    assert carried(money, 5) == {0: yuan(15_000), 1: yuan(5_000)}


def test_a_rebate_ends_at_the_victim() -> None:
    rows = (
        Row(1, "V", "M", 10_000, None, 10_000),
        Row(2, "M", "V", 1_500, 8_500, 1_500),
        Row(3, "M", "N", 8_500, 0),
    )
    money = traced(book(rows), {"V": 0}, Method.FIFO)
    assert by_end(money) == {End.TO_VICTIM: 1_500, End.FRONTIER: 8_500}


NESTED = (
    Row(1, "V1", "R", 10_000, None, 10_000),
    Row(2, "R", "M", 8_000, 2_000, 8_000),
    Row(3, "M", "N", 8_000, 0),
)


def test_money_that_reaches_a_later_victim_ends_there_unless_he_is_a_relay() -> None:
    money = traced(book(NESTED), {"V1": 0, "V2": 1}, Method.FIFO)
    assert by_end(money) == {End.TO_VICTIM: 10_000, End.FRONTIER: 8_000}


@pytest.mark.parametrize("method", [Method.FIFO, Method.LIFO, Method.PRORATA])
def test_a_nested_origin_takes_over_what_the_relay_pays(method: Method) -> None:
    made = book(NESTED)
    money = traced(made, {"V1": 0, "V2": 1}, method, nested={"V2"})
    assert by_end(money) == {End.SUPERSEDED: 8_000, End.FRONTIER: 8_000}
    assert held(made, money) == {"R": {0: 2_000}}


def test_an_upward_gap_is_unknown_money_at_its_place() -> None:
    """The balance rises by 500 between two rows: that money stands behind the victim's in the queue."""
    rows = (
        Row(1, "V", "M", 1_000, None, 1_000),
        Row(2, "M", "A", 200, 1_300),
        Row(3, "M", "B", 1_300, 0),
    )
    money = traced(book(rows), {"V": 0}, Method.FIFO)
    assert carried(money, 1) == {0: 200}
    assert carried(money, 2) == {0: 800}


def test_a_downward_gap_takes_lots_by_the_method() -> None:
    rows = (
        Row(1, "O", "M", 400, None, 400),
        Row(2, "V", "M", 1_000, None, 1_400),
        Row(3, "M", "B", 300, 600),
    )
    made = book(rows)
    fifo, lifo = (traced(made, {"V": 1}, method) for method in (Method.FIFO, Method.LIFO))
    assert by_end(fifo) == {End.GAP: 100, End.FRONTIER: 300}
    assert by_end(lifo) == {End.GAP: 500, End.FRONTIER: 300}
    assert held(made, fifo) == {"M": {0: 600}}


def test_an_uncovered_relay_is_the_frontier_and_its_onward_payments_bring_nobody_s_money() -> None:
    rows = (
        Row(1, "V", "M", 900, None, 900),
        Row(2, "M", "RELAY", 900, 0),
        Row(3, "RELAY", "N", 900, None, 900),
        Row(4, "N", "E", 900, 0),
    )
    money = traced(book(rows), {"V": 0}, Method.FIFO)
    assert by_end(money) == {End.FRONTIER: 900}
    assert carried(money, 3) == {}


def test_an_overdraft_is_the_bank_s_money_and_is_repaid_first() -> None:
    rows = (
        Row(1, "M", "A", 300, -300),
        Row(2, "V", "M", 1_000, None, 700),
        Row(3, "M", "B", 700, 0),
    )
    money = traced(book(rows), {"V": 1}, Method.LIFO)
    assert by_end(money) == {End.CREDIT_REPAID: 300, End.FRONTIER: 700}


@pytest.mark.parametrize("method", [Method.FIFO, Method.LIFO, Method.PRORATA, Method.LIBR])
def test_a_reversal_brings_back_the_lots_of_its_payment(method: Method) -> None:
    """M pays 400 of the victim's money to N, which has 600 of its own; the payment comes back whole."""
    rows = (
        Row(1, "S", "N", 600, None, 600),
        Row(2, "V", "M", 400, None, 400),
        Row(3, "M", "N", 400, 0, 1_000),
        Row(4, "N", "M", 400, 600, 400, REVERSAL, reverses=2),
    )
    made = book(rows)
    assert held(made, traced(made, {"V": 1}, method)) == {"M": {0: 400}}


def test_a_payment_in_more_pieces_than_fit_into_the_chase_at_once() -> None:
    """M pays 1,200 on to N in one go and in 1,000 small sums to others; N gives the 1,200 back in 300 parts."""
    small, parts = 1_000, 300
    rows = [
        Row(1, "V", "M", small + 4 * parts, None, small + 4 * parts),
        Row(2, "M", "N", 4 * parts, small, 4 * parts),
        *(Row(3 + i, "M", f"P{i}", 1, small - 1 - i) for i in range(small)),
        *(Row(2_000 + i, "N", "M", 4, 4 * (parts - 1 - i), 4 * (i + 1), REVERSAL, reverses=1) for i in range(parts)),
        *(Row(3_000 + i, "M", "Q", 1, 4 * parts - 1 - i) for i in range(2 * parts)),
    ]
    made = book(rows)
    money = traced(made, {"V": 0}, Method.FIFO)
    assert by_end(money) == {End.FRONTIER: small + 2 * parts}
    assert held(made, money) == {"M": {0: 2 * parts}}


def test_a_reversal_from_an_account_without_a_statement_shrinks_the_frontier() -> None:
    rows = (
        Row(1, "V", "M", 400, None, 400),
        Row(2, "M", "N", 400, 0),
        Row(3, "N", "M", 150, None, 150, REVERSAL, reverses=1),
    )
    made = book(rows)
    money = traced(made, {"V": 0}, Method.FIFO)
    assert by_end(money) == {End.FRONTIER: 250}
    assert held(made, money) == {"M": {0: 150}}


def test_a_bank_wallet_bank_chain_is_followed() -> None:
    rows = (
        Row(1, "V", "BANK1", 500, None, 500),
        Row(2, "BANK1", "WALLET", 500, 0, 500),
        Row(3, "WALLET", "BANK2", 450, 50, 450),
    )
    made = book(rows)
    money = traced(made, {"V": 0}, Method.FIFO)
    assert held(made, money) == {"WALLET": {0: 50}, "BANK2": {0: 450}}


def test_own_money_keeps_its_label_between_a_holder_s_accounts() -> None:
    """OWN from the holder's other account leaves first under own_first; a stranger's money does not."""
    rows = (
        Row(1, "SAVINGS", "M", 300, 700, 300),
        Row(2, "V", "M", 500, None, 800),
        Row(3, "M", "A", 300, 500),
    )
    same = traced(book(rows, holders={"SAVINGS": 7, "M": 7}), {"V": 1}, Method.OWN_FIRST)
    assert carried(same, 2) == {}
    stranger = (*rows[:1], Row(2, "V", "M", 500, None, 800), Row(3, "M", "A", 600, 200))
    made = book(stranger, holders={"SAVINGS": 7, "M": 8})
    assert carried(traced(made, {"V": 1}, Method.OWN_FIRST), 2) == {0: 300}


def test_a_loop_comes_round_without_being_counted_twice() -> None:
    rows = (
        Row(1, "V", "A", 100, None, 100),
        Row(2, "A", "B", 100, 0, 100),
        Row(3, "B", "A", 60, 40, 60),
    )
    made = book(rows)
    assert held(made, traced(made, {"V": 0}, Method.FIFO)) == {"A": {0: 60}, "B": {0: 40}}


def test_a_same_second_ring_terminates_and_is_conserved() -> None:
    rows = (Row(1, "V", "A", 100), Row(5, "A", "B", 100), Row(5, "B", "C", 100), Row(5, "C", "A", 100))
    for method in Method:
        traced(book(rows), {"V": 0}, method)


def test_amounts_of_ten_trillion_share_exactly() -> None:
    huge = 10**13
    rows = (
        Row(1, "O", "M", huge - 7, None, huge - 7),
        Row(2, "V", "M", huge, None, 2 * huge - 7),
        Row(3, "M", "A", huge + 3, huge - 10, huge + 3),
    )
    money = traced(book(rows), {"V": 1}, Method.PRORATA)
    assert carried(money, 2) == {0: reference.shares_of({0: huge, 1: huge - 7}, huge + 3)[0]}
    exact = Fraction((huge + 3) * huge, 2 * huge - 7)
    assert abs(carried(money, 2)[0] - exact) < 1


def test_limits_count_what_they_cut_off() -> None:
    made = book(S1)
    hops = traced(made, {"V1": 0}, Method.FIFO, limits=Limits(hops_max=1))
    assert by_end(hops) == {End.HOP_LIMIT: yuan(30_000)}
    dust = traced(made, {"V1": 0}, Method.PRORATA, limits=Limits(dust_minor=yuan(20_000)))
    assert by_end(dust)[End.DUST] == yuan(14_634.15)
    early = traced(made, {"V1": 0}, Method.FIFO, limits=Limits(until_us=2_000_000))
    assert held(made, early) == {"M": {0: yuan(30_000)}}


def test_an_origin_that_no_row_shows_is_the_first_question() -> None:
    made = book(S1)
    origin = made.origin("V9", 0)
    unseen = Question((type(origin)("V9", 500, NONE, 0, made.pocket_of["D"], 0),))
    money = allocate(Ledger(made.columns, build_index(made.columns)), unseen, Method.FIFO)
    assert by_end(money) == {End.FRONTIER: 500}


def test_a_payment_whose_payer_no_row_names_cannot_be_nested() -> None:
    made = book([Row(1, "", "M", 500, None, 500), Row(2, "M", "D", 300, 200)])
    with pytest.raises(Refused, match="V1 cannot be nested"):
        Question((made.origin("V1", 0),), frozenset({"V1"}))


def test_an_origin_must_name_its_covered_payer() -> None:
    made = book([Row(1, "V", "M", 500, 0, 500), Row(2, "M", "V", 300, 200, 300)])
    question = Question((replace(made.origin("V1", 0), payer=OUTSIDE),))
    with pytest.raises(AssertionError, match="leaves out its covered payer"):
        allocate(Ledger(made.columns, build_index(made.columns)), question, Method.FIFO)


def test_money_that_reaches_another_account_of_the_victim_is_back() -> None:
    made = book([Row(1, "V", "M", 500, None, 500), Row(2, "M", "W", 300, 200, 300), Row(3, "W", "D", 300, 0)])
    question = Question((made.origin("V1", 0),), homes=frozenset({made.pocket_of["W"]}))
    ledger = Ledger(made.columns, build_index(made.columns))
    for method in (Method.FIFO, Method.LIFO, Method.PRORATA):
        money = allocate(ledger, question, method)
        assert money == reference.allocate(made.columns, question, method)
        assert money.ends == {(End.TO_VICTIM, 1, made.pocket_of["W"], 0): 300}
