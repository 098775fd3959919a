"""Rows that tell only the day or the minute stand where the running balance and the file put them."""

import pytest
from made_facts import batch, entry, instant

from fanzha.ledger import kernels
from fanzha.ledger.assembly import assemble
from fanzha.ledger.assembly.quality import file_quality, pocket_sums
from fanzha.ledger.index import build_index
from fanzha.ledger.layout import SYN_STEP

M, V, D = "6299990000000000101", "6299990000000000011", "6299990000000000303"


def row(way: str, at: str, amount: str, balance: str | None, precision: int = 0, **more) -> dict:
    return entry(M, way, at, amount, balance, to=V if way == "in" else D, at_precision=precision, **more)


def told(*files: list[dict]) -> tuple[int, int, int]:
    """Gaps, rows put elsewhere, rows of uncertain order."""
    found = assemble([batch(f"file {number}", entries=rows) for number, rows in enumerate(files)])
    index = build_index(found.columns)
    assert not pocket_sums(found.columns, index).difference.any()
    qualities = file_quality(found, index)
    assert sum(q.gaps for q in qualities) == int((index.syn[:, SYN_STEP] != kernels.CREDIT).sum())
    return tuple(sum(getattr(q, name) for q in qualities) for name in ("gaps", "order_repaired", "order_uncertain"))


IN = row("in", "10:00:00", "5000", "5000")
DAY = row("out", "2026-03-01", "100", "4900", 2)
LATER = row("out", "12:00:00", "100", "4800")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([[IN, DAY, LATER]], (0, 1, 0)),
        ([[LATER, DAY, IN]], (0, 1, 0)),  # the newest row first
        ([[IN, DAY]], (0, 1, 0)),
        ([[DAY | {"balance_minor": 510000, "amount_minor": 10000}, IN | {"balance_minor": 1010000}]], (0, 0, 0)),
        # Not where the file has it, but where the balance does.
        ([[DAY, IN, LATER]], (0, 1, 0)),
        ([[IN, LATER, DAY]], (0, 1, 0)),
        # Two of one day around a row, and a minute among seconds.
        ([[IN, DAY, LATER, row("out", "2026-03-01", "50", "4750", 2)]], (0, 2, 0)),
        ([[IN | {"at_us": instant("10:00:30")}, row("out", "10:00:00", "100", "4900", 1), LATER]], (0, 1, 0)),
        # A true gap stays one, and only one.
        ([[IN, DAY, row("out", "12:00:00", "100", "4700")]], (1, 1, 0)),
        # Another file tells the day.
        ([[IN, LATER], [DAY]], (0, 1, 0)),
        # No balance: the file's order.
        ([[IN | {"balance_minor": None}, DAY | {"balance_minor": None}, LATER | {"balance_minor": None}]], (0, 1, 0)),
    ],
)
def test_a_coarse_row_stands_where_the_balance_says(files, expected):
    assert told(*files) == expected


def test_the_transfer_keeps_its_stated_time():
    found = assemble([batch("one", entries=[IN, DAY, LATER])])
    t = found.columns.transfers
    assert t.at_us.tolist() == [instant("00:00:00"), instant("10:00:00"), instant("12:00:00")]
    assert t.payer_at_us[0] == instant("10:00:00") + 1
