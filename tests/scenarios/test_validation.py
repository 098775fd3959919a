"""Data that others made: money is conserved in every account and run, and the measured figures do not fall."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
# The proofs are scripts beside the package, not part of it.
sys.path.insert(0, str(ROOT))

from validation import amlgentex, eth_heist, ledger_matching  # noqa: E402
from validation.amlgentex_rows import DECIMALS, read_rows, to_canonical  # noqa: E402
from validation.conservation import accounts_not_conserved  # noqa: E402
from validation.eth_amounts import Precision, RawAmount, read_amount, same_amount  # noqa: E402
from validation.eth_rows import read_case  # noqa: E402


def folder(name: str) -> Path:
    found = DATA / name
    if not found.is_dir():
        pytest.skip(f"{name} is not here: the data sets lie beside the checkout, in ../shared/data")
    return found


@pytest.mark.parametrize(
    ("text", "units", "slack", "precision"),
    [
        ("966628802", 966_628_802, 0, Precision.EXACT),
        ("1.17413E+11", 117_413_000_000, 500_000, Precision.ROUNDED),
        ("1.17E+11", 117_000_000_000, 500_000_000, Precision.ROUNDED),
        ("5E+11", 500_000_000_000, 500_000, Precision.ROUNDED),
        ("4.22676E+15", 4_226_760_000_000_000, 5_000_000_000, Precision.CUT),
        ("1.00E+16", 10_000_000_000_000_000, 50_000_000_000_000, Precision.CUT),
    ],
)
def test_an_amount_is_what_its_digits_say(text, units, slack, precision):
    assert read_amount(text) == RawAmount(units, slack, precision)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("8.69E+15", "8.68744E+15", True), ("1.10E+15", "1.01E+15", False), ("849", "850", False)],
)
def test_copies_may_show_other_digits(one, other, same):
    assert same_amount(read_amount(one), read_amount(other)) is same


def test_balances_follow_from_rounded_rows():
    rows = read_rows(folder("transfers_amlgentex"), accounts_max=400)
    built = amlgentex.build(rows, "stated")
    assert len(built.ledger.columns.transfers) == len(rows)
    assert accounts_not_conserved(built.ledger.columns, built.ledger.index) == 0
    assert np.abs(to_canonical(rows, "settled").residue["residue"].to_numpy()).max() < 100 / 10**DECIMALS


@pytest.mark.slow
def test_amlgentex_whole():
    report = amlgentex.measure(folder("transfers_amlgentex"))
    assert [row["accounts not conserved"] for row in report.table("ledgers")] == [0, 0, 0]
    assert report.table("ledgers")[0]["transfers"] == 678_984
    everything = report.table("reach")[-1]
    assert (everything["patterns"], everything["patterns complete"]) == (70, 70)
    assert everything["paid members"] == everything["reached"] == 343
    assert report.table("queues")[1]["value"] == 0
    for balances in ("stated", "settled"):
        carried = report.table(f"carried_{balances}")[-1]
        assert carried["follow-on payments"] == carried["payer reached before"] == 183
        assert carried["poison (leads only)"] == 183
        assert int(str(carried["prorata"]).split()[0]) >= 150
        # The log alone says that none of them can carry planted money by first in, first out.
        assert str(carried["fifo"]).startswith("0 ")
        assert {row["sum of |difference|"] for row in report.table(f"conserved_{balances}")} == {"0.0000000"}


def test_what_is_a_transfer_in_the_ethereum_case():
    case = read_case(folder("transfers_eth_heist"))
    assert len(case.heist) == 12
    assert len(case.transfers) + sum(case.put_aside.values()) == 8_960
    assert case.put_aside["failed call"] == 328


@pytest.mark.slow
def test_ethereum_heist_whole():
    report = eth_heist.measure(folder("transfers_eth_heist"))
    totals = {row["figure"]: row["value"] for row in report.table("totals")}
    assert totals["runs with a difference"] == 0
    assert totals["of them sound"] == 4
    ledger = {row["figure"]: row["value"] for row in report.table("ledger")}
    assert ledger["accounts not conserved"] == 0
    for row in report.table("traces"):
        assert row["addresses reached"] <= row["addresses under poison"]
        assert row["difference"] == "0"


def test_two_sides_without_a_reference_number():
    report = ledger_matching.measure(folder("ledger_matching"))
    found = {(row["rows"], row["assignment"]): row for row in report.table("matching")}
    assert float(str(found["test half", "auction"]["F1"])) > 0.995
    assert float(str(found["both halves together", "auction"]["F1"])) > 0.99
    assert report.table("product")[0]["proposed"] == 0  # the product never pairs on a resemblance
