# ruff: noqa: DTZ001  cells of workbooks and columns of tables have no zone
"""The same statement in every form that files come in gives the same facts."""

import datetime as dt
import io

import polars as pl
import pytest

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant

OWN, OTHER = "6299990000000000001", "6299990000000000002"
HEADER = ["交易卡号", "交易时间", "交易金额", "交易余额", "收付标志", "交易对手账卡号", "对手户名", "摘要说明"]
ROWS = [
    [OWN, "2026-01-02 03:04:05", "100.00", "900.00", "出", OTHER, "模拟乙", "转账"],
    [OWN, "2026-01-02 03:05:00", "1234.56", "2134.56", "进", "", "模拟·龘", "工资"],
]
FACTS = [(OWN, parse_instant("2026-01-02 03:04:05"), 10000, 90000, -1, OTHER, "模拟乙"),
         (OWN, parse_instant("2026-01-02 03:05:00"), 123456, 213456, 1, None, "模拟·龘")]  # fmt: skip


def facts(batch):
    columns = ("card", "at_us", "amount_minor", "balance_minor", "direction", "counterparty", "counterparty_name")
    return batch.facts["entries"].select(columns).rows()


def as_csv(separator=",", end="\n", quote=""):
    return "".join(separator.join(f"{quote}{cell}{quote}" for cell in row) + end for row in [HEADER, *ROWS])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
def test_encodings_and_separators(read, encoding, separator):
    assert facts(read(as_csv(separator).encode(encoding), "交易明细信息.txt")) == FACTS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\t\n", ",\n", ",,\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_line_ends_and_quotes(read, end, quote):
    assert facts(read(as_csv(end=end, quote=quote))) == FACTS


def test_gb18030_that_begins_like_utf8(read):
    text = ",".join(HEADER[:5]) + "\n" + f"{OWN},2026-01-02,1,1,C\n" * 2
    header = b"card,at,amount,balance,direction\n"
    assert header.isascii()
    long = as_csv().replace("转账", "转账" + "x" * 300_000)
    assert facts(read(long.encode("gb18030"))) == FACTS
    assert read(text).rows == 2


@pytest.mark.parametrize(
    ("dirt", "rows"),
    [
        ('转"账', 2),  # a quote inside a cell
        ('"转账', 2),  # a quote that is never closed
        ('"转,账"', 2),
        ('"转\n账"', 2),
        ("转,账", 2),  # an unquoted separator makes the row longer than the header
    ],
)
def test_quotes_out_of_order_lose_no_row(read, dirt, rows):
    batch = read(as_csv().replace("转账", dirt))
    assert batch.rows == rows
    assert [fact[:5] for fact in facts(batch)] == [fact[:5] for fact in FACTS]


def test_bytes_that_mean_nothing_are_told(read):
    batch = read(as_csv().encode("gb18030").replace("乙".encode("gb18030"), b"\xff\xff"))
    assert [fact[0] for fact in facts(batch)] == [OWN, OWN]
    assert any("replaced by U+FFFD" in note for note in batch.notes)


def test_xlsx_with_real_dates_numbers_titles_and_several_sheets(read, xlsx):
    typed = [
        [OWN, dt.datetime(2026, 1, 2, 3, 4, 5), 100, 900.0, "出", OTHER, "模拟乙", "转账"],
        [OWN, dt.datetime(2026, 1, 2, 3, 5), 1234.56, 2134.56, "进", None, "模拟·龘", "工资"],
    ]  # fmt: skip
    data = xlsx(
        {"说明": [["模拟"]], "交易明细信息": [["模拟银行流水"], [], HEADER, *typed], "二": [HEADER, *typed]},
        first_row=2,
    )
    batch = read(data, "模拟银行.xlsx")
    assert facts(batch) == FACTS * 2
    assert batch.facts["entries"].select("sheet", "row").rows() == [
        ("交易明细信息", 6), ("交易明细信息", 7), ("二", 4), ("二", 5),
    ]  # fmt: skip
    assert any("'说明'" in note for note in batch.notes)


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_numbers_that_a_spreadsheet_cut(request, read, kind):
    write = request.getfixturevalue(kind)
    rows = [
        [6299990000000000001, "2026-01-02 03:04:05", 1, 1, "进", "", "", ""],
        [629999000000001, "2026-01-02 03:04:05", 1, 1, "进", 6299990000000000001, "", ""],
        ["6299990000000000000", "2026-01-02 03:04:05", 1, 1, "进", "", "", ""],
        ["6.29999E+18", "2026-01-02 03:04:05", 1, 1, "进", "", "", ""],
    ]
    batch = read(write({"交易明细信息": [HEADER, *rows]}), f"a.{kind}")
    assert [(row.row, row.reason) for row in batch.quarantine] == [(2, "id_lost_precision"), (5, "id_lost_precision")]
    assert batch.facts["entries"].select("card", "counterparty").rows() == [
        ("629999000000001", None), ("6299990000000000000", None),
    ]  # fmt: skip
    assert any("counterparty_lost_precision: 1 rows" in note for note in batch.notes)


def test_xls(read, xls):
    typed = [
        [OWN, dt.datetime(2026, 1, 2, 3, 4, 5), 100, 900.0, "出", OTHER, "模拟乙", "转账"],
        [OWN, "20260102030500", "1,234.56", 2134.56, "进", None, "模拟·龘", "工资"],
    ]  # fmt: skip
    assert facts(read(xls({"交易明细信息": [HEADER, *typed]}), "a.xls")) == FACTS


def test_canonical_csv(read):
    text = (
        "transfer_id,at,payer,payee,amount,kind,payer_balance_after,currency,channel\n"
        "T1,2026-01-02T03:04:05+08:00,A-1,A-2,100.00,,900,,手机\n"
        "T2,2026-01-02 03:04,A-2,,5.5,cash,,USD,\n"
        "T3,2026-01-02,,A-2,1,abroad,,JPY,\n"
        "T4,2026-01-02,A-1,A-2,-1,,,,\nT5,2026-01-02,A-1,A-2,1,gift,,,\nT6,2026-01-02,,,1,,,,\nT7,,A-1,A-2,1,,,,\n"
    )
    batch = read(text, "ledger.csv")
    columns = (
        "transfer_id",
        "payer",
        "payee",
        "amount_minor",
        "currency",
        "kind",
        "payer_balance_minor",
        "at_precision",
    )
    assert batch.facts["transfers"].select(columns).rows() == [
        ("T1", "A-1", "A-2", 10000, "CNY", 0, 90000, 0), ("T2", "A-2", None, 550, "USD", 1, None, 1),
        ("T3", None, "A-2", 1, "JPY", 8, None, 2),
    ]  # fmt: skip
    assert [(row.row, row.reason) for row in batch.quarantine] == [
        (5, "amount_negative"), (6, "kind_unknown"), (7, "account_missing"), (8, "date_missing"),
    ]  # fmt: skip
    assert not batch.complete_ledger
    assert read("at,payer,payee,amount\n2026-01-02,a,b,1\n", "l.csv").complete_ledger


@pytest.mark.parametrize(
    ("at", "amount"),
    [
        (pl.Series(["2026-01-02 03:04:05"]), pl.Series(["12.34"])),
        (pl.Series([dt.datetime(2026, 1, 2, 3, 4, 5)]), pl.Series(["12.34"]).cast(pl.Decimal(18, 2))),
        (pl.Series([dt.datetime(2026, 1, 2, 3, 4, 5)]).cast(pl.Datetime("ns")), pl.Series([12.34])),
        (
            pl.Series([dt.datetime(2026, 1, 1, 19, 4, 5)])
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone("Asia/Tokyo"),
            pl.Series(["12.34"]).cast(pl.Categorical),
        ),
    ],
)
def test_canonical_parquet(read, at, amount):
    stream = io.BytesIO()
    pl.DataFrame({"at": at, "payer": [1], "payee": ["b"], "amount": amount}).write_parquet(stream)
    [row] = read(stream.getvalue(), "ledger.parquet").facts["transfers"].to_dicts()
    assert (row["at_us"], row["payer"], row["payee"], row["amount_minor"]) == (
        parse_instant("2026-01-02 03:04:05"), "1", "b", 1234,
    )  # fmt: skip


def test_float_amounts_in_parquet_that_mean_no_single_amount(read):
    stream = io.BytesIO()
    pl.DataFrame({"at": ["2026-01-02"] * 4, "payer": ["a"] * 4, "payee": ["b"] * 4, "amount": [0.1, 0.125, 1e17, None]}).write_parquet(stream)  # fmt: skip  # noqa: E501
    batch = read(stream.getvalue(), "ledger.parquet")
    assert batch.facts["transfers"]["amount_minor"].to_list() == [10]
    assert [(row.row, row.reason) for row in batch.quarantine] == [
        (3, "amount_precision"), (4, "amount_precision"), (5, "amount_missing"),
    ]  # fmt: skip


def test_a_web_page_is_called_one(read):
    with pytest.raises(BadInput, match="web page"):
        read("<html><table><tr><td>交易卡号</td></tr></table></html>", "a.xls")
