"""What is paid in a city while measures stand: nothing is lost, and what a stop keeps goes no further."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fanzha import bootstrap
from fanzha.measures.orders import Outcome
from fanzha.simulation.banks.book import Hold
from fanzha.simulation.banks.carrying_out import Bank, Rules, carry_out
from fanzha.simulation.city.assumptions import CitySize
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.write import write_city
from fanzha.simulation.demo.city_book import CityBook
from fanzha.simulation.demo.city_payments import NO_ROW, CityPayments, read_city_payments
from fanzha.simulation.demo.city_world import CityWorld, FailedPayments

HAMLET = CitySize("hamlet", accounts=1_500, transfers=9_000, days=6, cases=6)
END_US = 2**61


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> CityPayments:
    folder = tmp_path_factory.mktemp("city") / "hamlet"
    write_city(build_city(HAMLET, 3), folder)
    return read_city_payments(folder)


@pytest.fixture
def world(payments: CityPayments, tmp_path: Path) -> CityWorld:
    return CityWorld(payments, FailedPayments(tmp_path / "failed.db"))


def _book(world: CityWorld, folder: Path, code: int) -> CityBook:
    folder.mkdir(exist_ok=True)
    return CityBook(folder / "bank.db", world, world.payments.institutions[code])


def _carrying_row(payments: CityPayments) -> int:
    """A payment of stolen money that other payments pass on."""
    return min(row for row, onward in payments.children.items() if len(onward) > 0 and payments.parent[row] == NO_ROW)


def _everything(world: CityWorld) -> int:
    kept = [
        code for code, bank in enumerate(world.payments.institutions) if code and code < len(world.payments.numbers) - 1
    ]
    return sum(world.planned_minor(code) for code in kept)


def test_undisturbed_every_payment_comes_about(world: CityWorld) -> None:
    world.advance(END_US)
    assert all(world.happened(row) for row in range(len(world.payments.at_us)))


def test_balances_are_those_that_the_city_wrote_down(world: CityWorld) -> None:
    payments = world.payments
    world.advance(END_US)
    for row in range(0, len(payments.at_us), 499):
        code = int(payments.payer[row])
        if code and payments.payer_before_minor[row] > payments.amount_minor[row]:
            before = world.rows(code)
            standing = int(payments.opening_minor[code])
            for each in before:
                if each.row == row:
                    break
                standing += each.amount_minor
            assert standing == payments.payer_before_minor[row]


def test_a_blocked_account_pays_nothing_and_what_it_would_have_brought_is_not_passed_on(world: CityWorld) -> None:
    payments = world.payments
    first = _carrying_row(payments)
    code = int(payments.payee[first])
    world.advance(int(payments.at_us[first]))
    world.block(code, 1)
    world.advance(END_US)
    later = [row for row in payments.outgoing.of(code).tolist() if row > first]
    assert later
    assert not any(world.happened(row) for row in later)
    beyond = [each for row in later for each in payments.children.get(row, ())]
    assert not any(world.happened(row) for row in beyond)
    assert all(world.planned_minor(c) >= 0 for c in np.unique(payments.payee).tolist() if payments.institutions[c])


def test_money_is_neither_made_nor_lost_by_a_block(payments: CityPayments, tmp_path: Path) -> None:
    calm = CityWorld(payments, FailedPayments(tmp_path / "calm.db"))
    calm.advance(END_US)
    stopped = CityWorld(payments, FailedPayments(tmp_path / "stopped.db"))
    first = _carrying_row(payments)
    stopped.advance(int(payments.at_us[first]))
    stopped.block(int(payments.payee[first]), 1)
    stopped.advance(END_US)
    failed = [row for row in range(len(payments.at_us)) if not stopped.happened(row)]
    abroad = len(payments.numbers) - 1
    out = sum(int(payments.amount_minor[row]) for row in failed if payments.payee[row] in (0, abroad))
    assert failed
    assert _everything(stopped) == _everything(calm) + out


def test_who_begins_again_knows_what_did_not_come_about(payments: CityPayments, tmp_path: Path) -> None:
    first = _carrying_row(payments)
    half_us = int(payments.at_us[len(payments.at_us) // 2])
    once = CityWorld(payments, FailedPayments(tmp_path / "once.db"))
    again = CityWorld(payments, FailedPayments(tmp_path / "again.db"))
    for world in (once, again):
        world.advance(int(payments.at_us[first]))
        world.block(int(payments.payee[first]), 1)
        world.advance(half_us)
    resumed = CityWorld(payments, FailedPayments(tmp_path / "again.db"))
    resumed.resume(half_us)
    resumed.block(int(payments.payee[first]), 1)
    for world in (once, resumed):
        world.advance(END_US)
    rows = range(len(payments.at_us))
    assert [once.happened(row) for row in rows] == [resumed.happened(row) for row in rows]


def test_a_statement_adds_up_and_shows_what_the_desk_moved(world: CityWorld, tmp_path: Path) -> None:
    payments = world.payments
    first = _carrying_row(payments)
    code = int(payments.payee[first])
    number, at_us = payments.numbers[code], int(payments.at_us[first])
    book = _book(world, tmp_path / "bank", code)
    book.turn_to(at_us)
    begun = book.balance(number)
    book.begin_hold(Hold("ORD-1", number, True, begun, at_us, at_us + 3_600_000_000, None))
    assert book.holder(number) == payments.holders[code]
    assert book.holder("6299999999999999999") is None
    book.turn_to(at_us + 1_800_000_000)
    assert book.balance(number) >= begun  # nothing left it
    rows = book.movements(number, 0, END_US)
    assert rows[0].balance_minor - rows[0].amount_minor == payments.opening_minor[code]
    assert all(b.balance_minor - b.amount_minor == a.balance_minor for a, b in pairwise(rows))
    assert rows[-1].balance_minor == book.balance(number)
    assert book.is_blocked(number)
    book.turn_to(at_us + 7_200_000_000)
    assert not book.is_blocked(number)


def test_a_report_that_a_visitor_makes_up_is_carried_out_on_an_account_of_rehearsal(
    world: CityWorld, payments: CityPayments, tmp_path: Path
) -> None:
    book, measures = _book(world, tmp_path / "one", 1), bootstrap.desk_rules().measures
    rules = Rules(measures.four_fields(1_800_000_000_000_000), measures.work)
    bank = Bank("模拟兴民银行", book, rules, "csv", lambda _: False, tells_onward=False)

    def stop(number: str, request_id: str, holder: str = "模拟·吴六") -> tuple[Outcome, int | None, str]:
        fact = {"holder": holder, "account": number, "amount": "36200.00", "time": "2027-03-15T17:05:00+08:00"}
        order = {
            "verb": "begin", "kind": "stop_payment", "request_id": request_id, "fact": fact, "period": None, "continues": "",
            "target": {"reference": number, "holder": holder}, "scope": {"amount": "36200.00"},
        }  # fmt: skip
        (done,) = carry_out(bank, order, 1)
        return done.outcome, done.amount_minor, done.code

    practice = "6299990000000000017"
    assert practice not in payments.code_of
    before = _everything(world)
    assert stop(practice, "one") == (Outcome.EXECUTED, 36_200_00, "")
    assert stop(practice, "two") == (Outcome.EXECUTED, 36_200_00, "")  # the same payment is there once
    assert book.balance(practice) == 36_200_00
    assert stop(practice, "three", holder="模拟·郑七")[2] == "HOLDER_MISMATCH"
    assert stop("6299990000", "four")[2] == "ACCOUNT_UNKNOWN"
    assert stop("6288880000000000011", "five")[2] == "ACCOUNT_UNKNOWN"
    again = _book(world, tmp_path / "one", 1)
    again.bind_anew()
    assert _everything(world) == before
