"""Each form in which simulated institutions answer says the same: read back, the facts are equal, to the 分."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fanzha.core.time import SECOND_US, parse_instant
from fanzha.intake import SourceFile, read_file
from fanzha.simulation.banks.book import Movement
from fanzha.simulation.banks.config import STATEMENTS
from fanzha.simulation.banks.statements import FORMS, TOP_UP, Statement

NOON_US = parse_instant("2027-03-03T12:00:00")
OWN, HOLDER, INSTITUTION = "6299120000000000009", "模拟丙", "模拟支付"
ROWS = tuple(
    Movement(number, NOON_US + seconds * SECOND_US, amount, balance, other, name, institution, words)
    for number, (seconds, amount, balance, other, name, institution, words) in enumerate(
        (
            (0, 123_456_789, 123_456_789, "6299070000000000001", "模拟甲", "模拟通汇银行", "转账"),
            (1, -100_000, 123_356_789, "6299130000000000002", "模拟乙", "模拟钱包", "消费"),
            (1, 50_000, 123_406_789, "6299010000000000003", HOLDER, "模拟江城银行", TOP_UP),
            (61, -1, 123_406_788, "6299010000000000004", "模拟丁", "模拟江城银行", "POS消费"),
            (62, -5_000, 123_401_788, "6299120000000000005", "模拟戊", INSTITUTION, "红包"),
            (70, -20_000, 123_381_788, "", "", "", "ATM取款"),
        ),
        start=7,
    )
)
FACTS = (
    "account", "holder_name", "direction", "at_us", "amount_minor", "balance_minor", "counterparty", "counterparty_name",
    "counterparty_institution", "kind", "serial", "summary", "currency",
)  # fmt: skip


def facts_of(form: str, told: Sequence[Movement] = ROWS) -> list[dict[str, Any]]:
    name, content = FORMS[form](Statement(INSTITUTION, OWN, HOLDER, told, NOON_US))
    batch = read_file(SourceFile(name, content))
    assert batch.quarantine == ()
    assert set(batch.facts["entries"]["institution"].to_list()) <= {INSTITUTION, None}
    rows: list[dict[str, Any]] = batch.facts["entries"].select(FACTS).sort("serial").to_dicts()
    return rows


@pytest.mark.parametrize("form", [form for form in STATEMENTS if form != "csv"])
def test_every_form_says_the_same(form: str) -> None:
    told = ROWS if form in {"xlsx", "split"} else ROWS[:-1]  # no machine gives cash for a wallet
    wanted = facts_of("csv", told)
    assert [row["amount_minor"] * row["direction"] for row in wanted] == [row.amount_minor for row in told]
    assert [row["balance_minor"] for row in wanted] == [row.balance_minor for row in told]
    for row in wanted:
        if form == "alipay":  # a form without balances
            row["balance_minor"] = None
        if form == "tenpay" and row["summary"] == TOP_UP:  # a bound card's bank does not stand there
            row["counterparty_institution"] = None
    assert facts_of(form, told) == wanted


def test_there_is_a_writer_of_every_form_and_each_file_is_the_same_again() -> None:
    assert tuple(FORMS) == STATEMENTS
    told = Statement(INSTITUTION, OWN, HOLDER, ROWS, NOON_US)
    assert all(write(told) == write(told) for write in FORMS.values())


def test_wallets_that_answer_as_tenpay_does_keep_their_own_name() -> None:
    """What stands above the table wins over the name of the form, which a file of that name has."""
    name, content = FORMS["tenpay"](Statement(INSTITUTION, OWN, HOLDER, ROWS, NOON_US))
    assert "TenpayTrades" in name
    entries = read_file(SourceFile(name, content)).facts["entries"]
    assert set(entries["institution"].to_list()) == {INSTITUTION}
    bare = content.split(b"\r\n", 1)[1]
    assert set(read_file(SourceFile(name, bare)).facts["entries"]["institution"].to_list()) == {"财付通"}
