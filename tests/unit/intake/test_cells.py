"""Cells into values: ids, amounts, times, each kind of dirt as a row of a table."""

import polars as pl
import pytest

from fanzha.core.time import format_instant
from fanzha.intake.cells import as_text, read_amounts, read_ids, read_text, read_times
from fanzha.intake.rulebook import rulebook


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("6299990000000000001", "6299990000000000001", None),
        ("\t6299990000000000001\t", "6299990000000000001", None),
        (" 6299 9900 0000 0000 001\u3000", "6299990000000000001", None),
        ("６２９９９９", "629999", None),
        ("629999.0", "629999", None),
        ("629999.00", "629999", None),
        ('="6299990000000000001"', "6299990000000000001", None),
        ("'6299990000000000001", "6299990000000000001", None),
        ("6299-9900-0000-0000-001", "6299990000000000001", None),
        ("6299****0001", "6299****0001", None),
        ("ACC-001", "ACC-001", None),
        ("wx_demo@wx.tenpay.com", "wx_demo@wx.tenpay.com", None),
        ("0x00ffee", "0x00ffee", None),
        ("11000019000101000X", "11000019000101000X", None),
        ("6.22E+18", None, "id_lost_precision"),
        ("6.22202123456789e18", None, "id_lost_precision"),
        ("6E+18", None, "id_lost_precision"),
        ("6e18", None, "id_lost_precision"),
        ("629\ufffd99", None, "id_unreadable"),
        ("", None, None),
        ("\t", None, None),
        ("-", None, None),
        ("NULL", None, None),
        ("无", None, None),
        (None, None, None),
    ],
)
def test_ids(cell, value, problem):
    for cells in ([cell], ["6299990000000000009", cell, None, "X-1"]):
        reading = read_ids(pl.Series(cells, dtype=pl.String))
        place = cells.index(cell)
        assert reading.values[place] == value
        assert (reading.problem[place] if reading.problem is not None else None) == problem


@pytest.mark.parametrize(
    ("cell", "exponent", "value", "problem"),
    [
        ("1234.56", 2, 123456, None),
        ("1,234.56", 2, 123456, None),
        ("￥1，234.56", 2, 123456, None),
        ("¥-5", 2, -500, None),
        ("-¥5.00", 2, -500, None),
        ("(5.00)", 2, -500, None),
        ("１２．３４", 2, 1234, None),
        ("\t12.30\xa0", 2, 1230, None),
        ("12.300000", 2, 1230, None),
        ("12元", 2, 1200, None),
        (".5", 2, 50, None),
        ("+.5", 2, 50, None),
        ("100", 0, 100, None),
        ("0.00000001", 8, 1, None),
        ("999999999999999.99", 2, 99999999999999999, None),
        ("1000000000000000.00", 2, 10**17, None),
        ("1000000000000000.01", 2, None, "amount_too_large"),
        ("99999999999999999999999999999999999999999", 2, None, "amount_too_large"),
        ("12,345,678.9", 2, 1234567890, None),
        ("12,3456.78", 2, 12345678, None),
        ("(1,234.50)", 2, -123450, None),
        ("1000,50", 2, None, "amount_comma"),
        ("1.000,50", 2, None, "amount_comma"),
        ("1,5", 2, None, "amount_comma"),
        ("12.345", 2, None, "amount_decimals"),
        ("100.5", 0, None, "amount_decimals"),
        ("0.000000000000000000000000001", 2, None, "amount_decimals"),
        ("1.2E+08", 2, None, "amount_precision"),
        ("1e5", 2, None, "amount_precision"),
        ("abc", 2, None, "amount_unreadable"),
        ("--5", 2, None, "amount_unreadable"),
        ("1.2.3", 2, None, "amount_unreadable"),
        ("inf", 2, None, "amount_unreadable"),
        ("", 2, None, None),
        ("-", 2, None, None),
        ("--", 2, None, None),
        (None, 2, None, None),
    ],
)
def test_amounts(cell, exponent, value, problem):
    for cells in ([cell], ["1", cell, None, "7"]):
        reading = read_amounts(pl.Series(cells, dtype=pl.String), exponent)
        place = cells.index(cell)
        assert reading.values[place] == value
        assert (reading.problem[place] if reading.problem is not None else None) == problem


@pytest.mark.parametrize(
    ("cells", "values", "problems"),
    [
        (pl.Series([1, -2, 10**16]), [100, -200, None], [None, None, "amount_too_large"]),
        (pl.Series([0.1 + 0.2, 36.36, None]), [30, 3636, None], None),
        (pl.Series([0.125, float("nan"), 1e18]), [None] * 3, ["amount_precision"] * 3),
        (pl.Series(["1.25", "3"]).cast(pl.Decimal(20, 4)), [125, 300], None),
        (pl.Series(["1.255"]).cast(pl.Decimal(20, 4)), [None], ["amount_decimals"]),
    ],
)
def test_stored_amounts(cells, values, problems):
    reading = read_amounts(cells, 2)
    assert reading.values.to_list() == values
    assert (reading.problem.to_list() if reading.problem is not None else None) == problems


@pytest.mark.parametrize(
    ("cell", "instant", "precision"),
    [
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05+08:00", 0),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05+08:00", 0),
        ("2026-01-02T03:04:05+09:00", "2026-01-02T02:04:05+08:00", 0),
        ("2026-01-01T19:04:05Z", "2026-01-02T03:04:05+08:00", 0),
        ("2026-01-02T03:04:05.250+08:00", "2026-01-02T03:04:05.250000+08:00", 0),
        ("2026-01-02 03:04:05.123456", "2026-01-02T03:04:05.123456+08:00", 0),
        ("20260102030405", "2026-01-02T03:04:05+08:00", 0),
        ("20260102030405.0", "2026-01-02T03:04:05+08:00", 0),
        ("2026/1/2 3:04:05", "2026-01-02T03:04:05+08:00", 0),
        ("2026年1月2日 03:04:05", "2026-01-02T03:04:05+08:00", 0),
        ("２０２６-01-02　03:04:05", "2026-01-02T03:04:05+08:00", 0),
        ("\t2026-01-02 03:04:05\t", "2026-01-02T03:04:05+08:00", 0),
        ("2026-01-02-03.04.05.123456", "2026-01-02T03:04:05.123456+08:00", 0),
        ("2026年1月2日 3时4分5秒", "2026-01-02T03:04:05+08:00", 0),
        ("2026年01月02日03点04分", "2026-01-02T03:04:00+08:00", 1),
        ("2026年1月2日 3时", "2026-01-02T03:00:00+08:00", 1),
        ("20260102030405250", "2026-01-02T03:04:05.250000+08:00", 0),
        ("2026-01-02 03:04", "2026-01-02T03:04:00+08:00", 1),
        ("202601020304", "2026-01-02T03:04:00+08:00", 1),
        ("2026/1/2 3:04", "2026-01-02T03:04:00+08:00", 1),
        ("2026-01-02", "2026-01-02T00:00:00+08:00", 2),
        ("20260102", "2026-01-02T00:00:00+08:00", 2),
        ("2026.1.2", "2026-01-02T00:00:00+08:00", 2),
        ("46024", "2026-01-02T00:00:00+08:00", 2),
        ("46024.5", "2026-01-02T12:00:00+08:00", 0),
    ],
)
def test_times(cell, instant, precision):
    for cells in ([cell], ["2026-01-02 03:04:05", cell, None]):
        moments = read_times(pl.Series(cells, dtype=pl.String), rulebook().times)
        place = cells.index(cell)
        assert format_instant(moments.at_us[place]) == instant
        assert moments.precision[place] == precision
        assert moments.problem is None or moments.problem[place] is None


@pytest.mark.parametrize(
    "cell", ["", "\t", "00000000", "00000000000000", "0", "1900-01-00", "0000-00-00", "9999-12-31", None]
)
def test_no_time(cell):
    moments = read_times(pl.Series([cell, "2026-01-02 03:04:05"], dtype=pl.String), rulebook().times)
    assert moments.at_us[0] is None
    assert moments.problem is None or moments.problem[0] is None


@pytest.mark.parametrize(
    "cell",
    ["abc", "2026-02-30", "2026-13-01 00:00:00", "2026-01-02 25:00:00", "2026-01-02 03:04:60", "2026011", "12:00:00"],
)
def test_unreadable_times(cell):
    moments = read_times(pl.Series(["2026-01-02 03:04:05", cell]), rulebook().times)
    assert moments.at_us[1] is None
    assert moments.problem[1] == "date_unreadable"


def test_floats_as_text_keep_what_they_can_vouch_for():
    assert as_text(pl.Series([6.222021234567890123e18, 622202123456789.0, 1.5, None])).to_list() == [
        "6.22202123456789E+18", "622202123456789", "1.5", None,
    ]  # fmt: skip
    assert read_text(pl.Series(["\u3000模拟 甲\t", "", "\xa0"])).to_list() == ["模拟 甲", None, None]
