"""A made city: the same from the same seed, in balance to the 分, like its assumptions, and silent about its truth."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fanzha.core.errors import Refused
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.assumptions import CitySize, read_assumptions, size_named
from fanzha.simulation.city.balances import Tide, balances_after
from fanzha.simulation.city.build import City, build_city, days
from fanzha.simulation.city.identifiers import (
    IDENTITY_CHECKS,
    IDENTITY_WEIGHTS,
    card_numbers,
    identity_number,
    passes_luhn,
    phone_numbers,
    shuffled,
)
from fanzha.simulation.city.likeness import likeness
from fanzha.simulation.city.narratives import Told, ToldPayment, narrative
from fanzha.simulation.city.ordinary import Payments, joined
from fanzha.simulation.city.write import INSTITUTIONS, write_city

HAMLET = CitySize("hamlet", accounts=1500, transfers=12_000, days=8, cases=12)


@pytest.fixture(scope="module")
def small() -> City:
    return build_city(size_named("small"), 1)


@pytest.fixture(scope="module")
def month(small: City) -> Payments:
    return joined([payments for _, payments, _ in days(small)])


def test_no_number_of_the_city_can_be_anybodys() -> None:
    cards = card_numbers(np.arange(3000), 3000, 7, np.arange(3000) % 14)
    assert len(set(cards)) == 3000
    assert {len(card) for card in cards} == {19}
    assert not any(passes_luhn(card) for card in cards)
    assert passes_luhn("4539148803436467")  # the check itself is right
    for place in range(500):
        number = identity_number(place, 1990)
        total = sum(int(digit) * weight for digit, weight in zip(number, IDENTITY_WEIGHTS, strict=False)) % 11
        assert len(number) == 18
        assert number[:2] == "99"
        assert number[-1] != IDENTITY_CHECKS[total]
    assert all(phone.startswith("120") and len(phone) == 11 for phone in phone_numbers(np.arange(99), 99, 1))


@pytest.mark.parametrize("count", [1, 2, 3, 100, 1023, 1025])
def test_shuffling_keeps_every_place(count: int) -> None:
    assert sorted(shuffled(np.arange(count), count, 5, "x").tolist()) == list(range(count))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed, threads in (("a", 3, 1), ("b", 3, 3), ("c", 4, 2)):
        write_city(build_city(HAMLET, seed), tmp_path / name, threads=threads)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"}  # nothing is left beside them
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 5 * HAMLET.days + 4 + 7 + 1
    same, other = tmp_path / "b", tmp_path / "c"
    assert all((same / file).read_bytes() == (tmp_path / "a" / file).read_bytes() for file in files)
    assert any((other / file).read_bytes() != (tmp_path / "a" / file).read_bytes() for file in files)
    with pytest.raises(Refused, match="not empty"):
        write_city(build_city(HAMLET, 3), same)


def test_a_city_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def interrupt(name: str, done: int, _total: int) -> None:
        if (name, done) == ("transfers", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_city(build_city(HAMLET, 3), tmp_path / "city", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_balances_hold_to_the_fen(small: City, month: Payments) -> None:
    """Nobody is overdrawn, every balance is the one before and the payment, and no 分 is made on the way."""
    tide = Tide.calm(small.abroad + 1)
    for _, payments, _ in days(small):
        tide.pass_over(payments)
    opening = tide.openings(small.people.accounts.savings_minor)
    assert (opening[1:-1] >= small.people.accounts.savings_minor).all()
    standing, at_once = opening.copy(), opening.copy()
    by_day = [balances_after(payments, standing) for _, payments, _ in days(small)]
    whole = balances_after(month, at_once)
    for side, codes in enumerate((month.payer, month.payee)):
        balance = np.concatenate([after[side] for after in by_day])
        assert (balance == whole[side]).all()
        assert (balance[(codes > 0) & (codes < small.abroad)] >= 0).all()
    moved = np.zeros(len(opening), np.int64)
    np.add.at(moved, month.payee, month.amount_minor)
    np.subtract.at(moved, month.payer, month.amount_minor)
    assert (opening + moved == standing).all()
    assert moved.sum() == 0


def test_only_what_a_holder_lives_on_has_his_money_when_a_gang_rents_it(small: City) -> None:
    """Spare accounts that gangs rent are next to empty until stolen money comes, and so are some of honest people."""
    accounts, holders = small.people.accounts, small.people.holders
    tide = Tide.calm(small.abroad + 1)
    for _, payments, _ in days(small):
        tide.pass_over(payments)
    opening = tide.openings(accounts.savings_minor)[1:-1]
    rented = np.zeros(len(opening), np.bool_)
    rented[[place for gang in small.gangs for place in gang.rented]] = True
    lived_on = holders.main[accounts.holder] == np.arange(len(opening))
    at_banks = (accounts.holder < holders.people) & (accounts.bank < small.people.banks)
    assert np.median(opening[rented & at_banks & ~lived_on]) < 3_000
    assert np.median(opening[rented & lived_on]) > 500_000
    assert 0 < (rented & ~at_banks).sum() < (rented & lived_on).sum()
    honest = opening[at_banks & ~rented & ~lived_on]
    assert 0.1 < (honest < 10_000).mean() < 0.3


def test_no_gang_pays_on_more_than_came(small: City) -> None:
    paid_on: dict[int, int] = defaultdict(int)
    for move in small.moves:
        assert move.amount_minor > 0
        if move.parent >= 0:
            came = small.moves[move.parent]
            paid_on[move.parent] += move.amount_minor
            assert came.payee == move.payer
            assert came.at_us < move.at_us
            assert came.case == move.case
    assert all(total <= small.moves[place].amount_minor for place, total in paid_on.items())
    assert sum(paid_on.values()) > 0.8 * sum(m.amount_minor for m in small.moves if m.hop == 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_month_is_like_its_assumptions(seed: int) -> None:
    """Accounts, incomes, number, amounts, hours, the tail of customers, the types of fraud, hops and exits."""
    figures = likeness(build_city(size_named("small"), seed))
    assert {figure.table for figure in figures} >= {"people", "spending", "hours", "companies", "fraud", "laundering"}
    assert [figure for figure in figures if not figure.holds] == []


def test_a_month_that_is_unlike_is_told() -> None:
    poor = build_city(size_named("small"), 1)
    poor.people.holders.income_minor[:] //= 2
    assert {figure.name for figure in likeness(poor) if not figure.holds} == {"median income, yuan"}


def test_honest_people_leave_by_every_door_too(small: City, month: Payments) -> None:
    exits = Counter(move.exit for move in small.moves if move.exit)
    assert set(exits) == {"cash", "pos", "stable_coin", "cross_border"}
    assert set(month.kind[month.payee == small.abroad].tolist()) == {TransferKind.ABROAD}
    for kind in (TransferKind.ABROAD, TransferKind.CRYPTO):  # most of it is honest
        stolen = sum(move.kind == kind for move in small.moves)
        assert (month.kind == kind).sum() > 2 * stolen


def test_serials_of_stolen_money_follow_the_clock_alone(tmp_path: Path) -> None:
    write_city(build_city(HAMLET, 6), tmp_path)
    table = pq.read_table(tmp_path / INSTITUTIONS / "transfers" / "day-003.parquet").to_pylist()
    assert [row["serial"] for row in table] == sorted(row["serial"] for row in table)
    assert [row["at"] for row in table] == sorted(row["at"] for row in table)
    assert json.loads((tmp_path / "city.json").read_text())["frauds"] == HAMLET.cases


@pytest.mark.parametrize("slug", [kind.slug for kind in read_assumptions().fraud_types])
def test_every_type_of_fraud_has_its_story(slug: str) -> None:
    paid = ToldPayment(
        1_788_226_800_000_000, "模拟兴民银行", "模拟·钱二", "6299000000000000001", "模拟通汇银行", 5_000_000
    )
    told = Told(
        "模拟·孙三", 37, paid.at_us - 3_600_000_000, "chat", "12000000001", "moni-1.example", "模拟群1", [paid], 20_000
    )
    text = narrative(slug, told, "1")
    assert text == narrative(slug, told, "1")
    assert text.startswith("【模拟】")
    assert "{" not in text
    assert all(part in text for part in ("6299000000000000001", "50000.00元", "49800.00元"))
