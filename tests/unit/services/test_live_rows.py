"""Ids that came before are found, however far back; accounts get the same numbers wherever blocks begin."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.ledger.assembly import HubRule, HubRules
from fanzha.ledger.columns import POCKET_HUB, POCKET_MASKED
from fanzha.records import TRANSFER
from fanzha.services.live_rows import AccountNumbers, SeenIds, account_key

HASHES = st.integers(0, 30)


@settings(max_examples=40)
@given(st.lists(st.lists(HASHES, max_size=12), max_size=12), st.lists(HASHES, max_size=12))
def test_every_earlier_row_of_a_hash_is_found(blocks, asked):
    seen, rows = SeenIds(), []
    for block in blocks:
        seen.add(np.array(block, np.uint64), np.arange(len(rows), len(rows) + len(block)))
        rows += block
    place, earlier = seen.find(np.array(asked, np.uint64))
    wanted = {(i, row) for i, one in enumerate(asked) for row, other in enumerate(rows) if one == other}
    assert len(place) == len(wanted)
    assert set(zip(place.tolist(), earlier.tolist(), strict=True)) == wanted


def facts(rows) -> pl.DataFrame:
    names = ("payer", "payee", "currency", "payer_name", "payee_name", "payee_institution")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=TRANSFER)


ROWS = [
    ("A", "B", "CNY", None, None, None),
    ("B", None, "CNY", None, "客户备付金 模拟", None),
    ("C", "A", "USDT", "客户备付金 模拟", None, "网联 模拟"),
    (None, "62*9", "CNY", None, None, "网联 模拟"),
    ("9588", "B", "CNY", None, "客户备付金 模拟", None),
]
HUBS = HubRules(
    (
        HubRule("name", "备付金", "reserve", "made up"),
        HubRule("institution", "网联 模拟", "clearing", "made up"),
        HubRule("prefix", "9588", "clearing", "made up"),
    )
)


def test_accounts_are_numbered_by_their_first_row():
    whole, parts = AccountNumbers(HUBS), AccountNumbers(HUBS)
    payer, payee, names, flags = whole.number_rows(facts(ROWS))
    assert names == ("A", "B", "C\tUSDT", "A\tUSDT", "62*9", "9588")
    assert (payer.tolist(), payee.tolist()) == ([1, 2, 3, 0, 6], [2, 0, 4, 5, 2])
    hub, masked = POCKET_HUB, POCKET_MASKED
    assert flags.tolist() == [0, 0, hub, hub, hub | masked, hub]
    found = [parts.number_rows(facts([row])) for row in ROWS]
    assert [name for one in found for name in one[2]] == list(names)
    assert [flag for one in found for flag in one[3].tolist()] == flags.tolist()
    assert parts.shown(4) == "A"
    assert account_key("６2 29", "CNY") == "6229"
