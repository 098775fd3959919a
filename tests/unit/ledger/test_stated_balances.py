"""A balance that an institution states of a part of an account is not the account's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from made_facts import batch, entry

from fanzha.ledger.assembly import Assembly, assemble
from fanzha.ledger.columns import MISSING

CARD, MAIN, FIXED, DOLLARS = "6299990000000000101", "88880001", "88880002", "88880003"


def bank_balance(found: Assembly, currency: str = "CNY") -> int | None:
    """What the bank states of the card's account, in minor units."""
    pockets = found.columns.pockets
    own = next(
        p
        for p, name in enumerate(pockets.account)
        if name == CARD and pockets.currencies[pockets.currency[p]] == currency
    )
    stated = int(pockets.bank_balance_minor[own])
    return None if stated == MISSING else stated


def row(account: str, direction: str, at: str, amount: str, balance: str, **more: Any) -> dict[str, Any]:
    return entry(CARD, direction, at, amount, balance, account=account, **more)


def sub(account: str, balance_minor: int | None, **more: Any) -> dict[str, Any]:
    return {"account": MAIN, "sub_account": account, "balance_minor": balance_minor, **more}


CURRENT = [row(MAIN, "in", "10:00:00", "5000", "5000", to="V")]
BOTH = [
    *CURRENT,
    row(MAIN, "out", "11:00:00", "3000", "2000", to=FIXED, kind="internal"),
    row(FIXED, "in", "11:00:00", "3000", "3000", to=MAIN, kind="internal"),
]


@pytest.mark.parametrize(
    ("rows", "tables", "balance"),
    [
        (CURRENT, {"sub_accounts": [sub(FIXED, 0)]}, None),
        (BOTH, {"sub_accounts": [sub(FIXED, 300_000)]}, None),
        (BOTH, {"sub_accounts": [sub(FIXED, None)], "accounts": [{"card": CARD, "balance_minor": 200_000}]}, None),
        (BOTH, {"accounts": [{"card": CARD, "account": MAIN, "balance_minor": 200_000}]}, None),
        (CURRENT, {"sub_accounts": [sub(FIXED, 0), sub(MAIN, 500_000)]}, 500_000),
        (CURRENT, {"sub_accounts": [sub(FIXED, 0)], "accounts": [{"card": CARD, "balance_minor": 500_000}]}, 500_000),
        (BOTH, {"sub_accounts": [sub(FIXED, 300_000)],
                "accounts": [{"card": CARD, "account": MAIN, "balance_minor": 200_000}]}, 500_000),
        (CURRENT, {"accounts": [{"card": CARD, "account": MAIN, "balance_minor": 500_000}]}, 500_000),
    ],
    ids=["only a deposit without rows", "only a deposit with rows", "a listed deposit states none",
         "a deposit with rows is not listed", "both in one table", "card and deposit", "account and deposit",
         "no sub-account"],
)  # fmt: skip
def test_the_whole_is_known_when_every_part_is(
    rows: list[dict[str, Any]], tables: Mapping[str, Any], balance: int | None
) -> None:
    assert bank_balance(assemble([batch("made", entries=rows, **tables)])) == balance


def test_a_part_in_another_currency_stands_alone() -> None:
    tables = {
        "accounts": [{"card": CARD, "account": MAIN, "balance_minor": 500_000}],
        "sub_accounts": [sub(DOLLARS, 700, currency="USD")],
    }
    found = assemble([batch("made", entries=CURRENT, **tables)])
    assert (bank_balance(found), bank_balance(found, "USD")) == (500_000, 700)
