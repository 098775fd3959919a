"""Every kind of dirt that real statements carry, as one small file each."""

import json

import pytest

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.records import TransferKind

HEADER = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号,交易是否成功\n"
OWN, OTHER = "6299990000000000001", "6299990000000000002"


def line(**cells):
    row = {"card": OWN, "at": "2026-01-02 03:04:05", "amount": "100.00", "balance": "900.00", "direction": "出",
           "other": OTHER, "name": "模拟乙", "summary": "转账", "serial": "S1", "ok": "成功"} | cells  # fmt: skip
    return ",".join(row.values()) + "\n"


def reasons(batch):
    return [(row.row, row.field, row.reason) for row in batch.quarantine]


def test_a_clean_row(read):
    batch = read(HEADER + line(), "模拟银行交易明细信息.csv")
    [row] = batch.facts["entries"].to_dicts()
    assert {name: value for name, value in row.items() if value is not None} == {
        "sheet": "", "row": 2, "card": OWN, "institution": "模拟银行", "direction": -1,
        "at_us": parse_instant("2026-01-02 03:04:05"), "at_precision": 0, "amount_minor": 10000, "currency": "CNY",
        "balance_minor": 90000, "counterparty": OTHER, "counterparty_name": "模拟乙", "kind": 0, "serial": "S1",
        "summary": "转账",
    }  # fmt: skip
    assert batch.table == "entries"
    assert batch.notes == ()


@pytest.mark.parametrize(
    ("word", "direction"),
    [(word, 1) for word in ("进", "入", "贷", "收", "收入", "C", "CR", "I", "+", "贷方", "\t进 ", "Ｃ")]
    + [(word, -1) for word in ("出", "借", "付", "支", "支出", "D", "DR", "-", "借方", "d ")],
)
def test_directions(read, word, direction):
    assert read(HEADER + line(direction=word)).facts["entries"]["direction"].to_list() == [direction]


@pytest.mark.parametrize("word", ["O", "", "1", "0", "?", "转"])
def test_unknown_direction_blocks_its_account(read, word):
    batch = read(HEADER + line() + line(direction=word))
    assert reasons(batch) == [(3, "direction", "direction_unknown")]
    assert batch.quarantine[0].account == OWN
    assert json.loads(batch.quarantine[0].raw)[0] == OWN


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"card": "6.22E+18"}, ("card", "id_lost_precision")),
        ({"card": ""}, ("account", "account_missing")),
        ({"at": "00000000"}, ("at", "date_missing")),
        ({"at": "1900-01-00"}, ("at", "date_missing")),
        ({"at": ""}, ("at", "date_missing")),
        ({"at": "2026-02-30"}, ("at", "date_unreadable")),
        ({"amount": ""}, ("amount", "amount_missing")),
        ({"amount": "abc"}, ("amount", "amount_unreadable")),
        ({"amount": "0.00"}, ("amount", "amount_zero")),
        ({"amount": "1.005"}, ("amount", "amount_decimals")),
        ({"amount": "1E+05"}, ("amount", "amount_precision")),
        ({"amount": "99999999999999999"}, ("amount", "amount_too_large")),
        ({"ok": "失败"}, ("succeeded", "failed")),
        ({"ok": "0"}, ("succeeded", "failed")),
        ({"ok": "交易失败"}, ("succeeded", "failed")),
    ],
)
def test_quarantine_reasons(read, cells, reason):
    batch = read(HEADER + line() + line(**cells) + line())
    assert reasons(batch) == [(3, *reason)]
    assert batch.facts["entries"]["row"].to_list() == [2, 4]
    assert batch.quarantine[0].account is None


def test_a_cut_counterparty_number_keeps_the_movement(read):
    batch = read(HEADER + line(other="6.29E+18"))
    assert batch.facts["entries"]["counterparty"].to_list() == [None]
    assert batch.quarantine == ()
    assert any("counterparty_lost_precision: 1 rows" in note for note in batch.notes)
    assert [(row.row, row.field, row.reason) for row in batch.kept] == [
        (2, "counterparty", "counterparty_lost_precision")
    ]
    assert json.loads(batch.kept[0].raw)[5] == "6.29E+18"


def test_negative_amount_against_a_direction_is_a_reversal(read):
    batch = read(HEADER + line() + line(amount="-40.00") + line(direction="进", amount="-7"))
    entries = batch.facts["entries"]
    assert entries.select("direction", "amount_minor", "kind").rows() == [
        (-1, 10000, TransferKind.TRANSFER), (1, 4000, TransferKind.REVERSAL), (-1, 700, TransferKind.REVERSAL),
    ]  # fmt: skip


def test_a_bank_that_writes_all_outflows_negative(read):
    rows = line(amount="-100") + line(amount="-50") + line(direction="进", amount="30") + line(amount="20")
    entries = read(HEADER + rows).facts["entries"]
    assert entries.select("direction", "amount_minor", "kind").rows() == [
        (-1, 10000, 0), (-1, 5000, 0), (1, 3000, 0), (1, 2000, TransferKind.REVERSAL),
    ]  # fmt: skip


V, M, D = (f"62999900000000{n}" for n in ("00011", "00101", "00303"))


def signed(*rows):
    """A statement of rows 'own time amount balance direction other', all of one day."""
    cells = [row.split() for row in rows]
    return "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明\n" + "".join(
        f"{own},2026-03-01 {at},{amount},{balance.strip('-')},{way},{other},,\n"
        for own, at, amount, balance, way, other in cells
    )


@pytest.mark.parametrize(
    ("rows", "directions"),
    [
        # One outflow, written with a minus: the balance falls.
        ([f"{M} 10:00:00 5000 5000 进 {V}", f"{M} 10:05:00 -5000 0 出 {D}"], [1, -1]),
        # The newest row first.
        ([f"{M} 10:05:00 -5000 0 出 {D}", f"{M} 10:00:00 5000 5000 进 {V}"], [-1, 1]),
        # The same where the balance rises: taken back.
        ([f"{M} 10:00:00 5000 5000 进 {V}", f"{M} 10:05:00 1000 4000 出 {D}", f"{M} 10:06:00 -1000 5000 出 {D}"],
         [1, -1, 1]),
        # Only one of several outflows is signed.
        ([f"{M} 10:00:00 5000 5000 进 {V}", f"{M} 10:05:00 100 4900 出 {D}", f"{M} 10:06:00 -200 4700 出 {D}",
          f"{M} 10:07:00 300 4400 出 {D}"], [1, -1, -1, -1]),
        # Two are signed, the third is not, and the balance falls at each.
        ([f"{M} 10:05:00 -100 4900 出 {D}", f"{M} 10:06:00 -200 4700 出 {D}", f"{M} 10:07:00 300 4400 出 {D}"],
         [-1, -1, -1]),
        # A negative inflow that the balance shows to have come in.
        ([f"{M} 10:00:00 5000 5000 进 {V}", f"{M} 10:05:00 -100 5100 进 {V}"], [1, 1]),
        # No balance before the account's first row: as its other rows turned out, whatever the other account does.
        ([f"{M} 10:00:00 -100 900 出 {D}", f"{M} 10:01:00 -100 800 出 {D}", f"{D} 10:00:00 100 100 出 {V}",
          f"{D} 10:01:00 -50 150 出 {V}", f"{D} 10:02:00 -50 200 出 {V}"], [-1, -1, -1, 1, 1]),
        # No balance at all: the counterparty's own row tells.
        ([f"{M} 10:00:00 -100 - 出 {D}", f"{D} 10:00:00 100 - 进 {M}"], [-1, 1]),
        # Nothing at all.
        ([f"{M} 10:00:00 -100 - 出 {D}"], [1]),
    ],
)  # fmt: skip
def test_a_sign_means_what_the_running_balance_says(read, rows, directions):
    assert read(signed(*rows)).facts["entries"]["direction"].to_list() == directions


def test_without_direction_column_the_sign_says_it(read):
    batch = read("账号,交易时间,交易金额,余额\n1,2026-01-02,5,5\n1,2026-01-03,-2,3\n")
    assert batch.facts["entries"].select("direction", "amount_minor", "at_precision").rows() == [
        (1, 500, 2),
        (-1, 200, 2),
    ]


def test_two_amount_columns(read):
    batch = read(
        "账号,交易日期,收入金额,支出金额,余额\n1,20260102,5.00,,5\n1,20260103,0.00,2,3\n1,20260103,1,2,3\n1,20260103,,,3\n"
    )
    assert batch.facts["entries"].select("direction", "amount_minor").rows() == [(1, 500), (-1, 200)]
    assert [row.reason for row in batch.quarantine] == ["direction_unknown", "amount_missing"]


@pytest.mark.parametrize(
    ("day", "clock", "instant"),
    [("20260102", "030405", "2026-01-02 03:04:05"), ("2026-01-02", "3:04:05", "2026-01-02 03:04:05"),
     ("2026/1/2", "30405", "2026-01-02 03:04:05"), ("2026-01-02 00:00:00", "03:04", "2026-01-02 03:04"),
     ("20260102", "0", "2026-01-02 00:00:00"), ("20260102", "5", "2026-01-02 00:00:05"),
     ("2026年1月2日", "3时04分05秒", "2026-01-02 03:04:05"), ("20260102", "", "2026-01-02")],
)  # fmt: skip
def test_date_and_time_in_two_columns(read, day, clock, instant):
    batch = read(f"账号,交易日期,交易时间,交易金额,收付标志\n1,{day},{clock},5,进\n")
    assert batch.facts["entries"]["at_us"].to_list() == [parse_instant(instant)]


def test_a_column_of_four_digits_is_hours_and_minutes(read):
    header = "账号,交易日期,交易时间,交易金额,收付标志\n"
    batch = read(header + "1,20260102,0930,5,进\n1,20260102,1405,5,进\n1,20260102,30,5,进\n")
    assert batch.facts["entries"].select("at_us", "at_precision").rows() == [
        (parse_instant(f"2026-01-02 {clock}"), 1) for clock in ("09:30", "14:05", "00:30")
    ]
    batch = read(header + "1,20260102,0930,5,进\n1,20260102,140509,5,进\n")
    assert batch.facts["entries"]["at_us"].to_list() == [
        parse_instant(f"2026-01-02 {clock}") for clock in ("00:09:30", "14:05:09")
    ]


def test_titles_repeated_headers_footers_and_blank_rows(read):
    text = (
        "模拟银行客户交易流水,,,,,,,,,\n户名：模拟甲,,,,,,,,,\n查询时间段：2026-01-01 至 2026-01-31,,,,,,,,,\n"
        + HEADER + line() + "\n,,,,,,,,,\n" + HEADER + line(serial="S2") + "合计,,200.00,,,,,,,\n打印时间：2026-02-01,,,,,,,,,\n"
    )  # fmt: skip
    batch = read(text)
    assert (batch.rows, batch.facts["entries"]["row"].to_list()) == (2, [5, 9])
    assert batch.facts["entries"]["holder_name"].to_list() == ["模拟甲"] * 2
    [window] = batch.windows
    assert (window.from_us, window.to_us) == (parse_instant("2026-01-01"), parse_instant("2026-02-01") - 1)
    assert "1 repeated header row" in batch.notes
    assert any("合计" in note and "打印时间" in note for note in batch.notes)


def test_single_account_statement_takes_the_account_from_its_title(read):
    text = (
        f"账号：{OWN} 户名：模拟甲 币种：人民币\n起始日期：20260101 截止日期：20260131\n"
        "交易时间,交易金额,余额,借贷标志,对方户名\n2026-01-02,5,5,贷,模拟乙\n"
    )
    batch = read(text)
    assert batch.facts["entries"].select("account", "holder_name", "direction").rows() == [(OWN, "模拟甲", 1)]
    assert batch.windows[0].account == OWN


def test_statements_one_below_the_other(read):
    header = "交易时间,交易金额,余额,借贷标志,对方户名\n"
    text = (
        f"账号：{OWN} 户名：模拟甲\n查询期间：2026-01-01 至 2026-01-31\n{header}2026-01-02,5,5,贷,模拟丙\n"
        f"账号：{OTHER} 户名：模拟乙,,,,\n查询期间：2026-02-01 至 2026-02-28,,,,\n{header}2026-02-02,7,7,贷,模拟丙\n"
    )
    batch = read(text)
    assert batch.facts["entries"].select("row", "account", "holder_name", "amount_minor").rows() == [
        (4, OWN, "模拟甲", 500), (8, OTHER, "模拟乙", 700),
    ]  # fmt: skip
    assert [(window.account, window.from_us) for window in batch.windows] == [
        (OWN, parse_instant("2026-01-01")), (OTHER, parse_instant("2026-02-01")),
    ]  # fmt: skip
    assert any("2 title rows" in note for note in batch.notes)


def test_answers_among_the_rows_become_queries(read):
    header = "交易卡号,交易时间,交易金额,收付标志,查询反馈结果原因\n"
    batch = read(
        header + f"{OWN},2026-01-02,5,进,成功\n{OTHER},,,,无交易明细\n{OTHER},,,,查询失败：系统异常\n{OTHER},,,,\n"
    )
    assert batch.facts["entries"].height == 1
    assert batch.facts["queries"].select("row", "subject", "succeeded", "found_nothing", "answer").rows() == [
        (3, OTHER, True, True, "无交易明细"), (4, OTHER, False, False, "查询失败：系统异常"),
    ]  # fmt: skip
    assert reasons(batch) == [(5, "at", "date_missing")]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"summary": "ATM取款"}, "cash"),
        ({"summary": "手机银行转账"}, "transfer"),
        ({"summary": "ATM转账"}, "transfer"),
        ({"summary": "POS消费"}, "pos"),
        ({"summary": "短信费"}, "fee"),
        ({"summary": "转账手续费"}, "fee"),
        ({"summary": "结息", "direction": "进"}, "interest"),
        ({"summary": "利息"}, "transfer"),
        ({"summary": "冲正", "direction": "进"}, "reversal"),
        ({"summary": "退款", "direction": "进"}, "reversal"),
        ({"summary": "退款"}, "transfer"),
        ({"summary": "活期转定期"}, "internal"),
        ({"summary": "购汇"}, "fx"),
        ({"summary": "境外汇款"}, "abroad"),
        ({"summary": "财付通-快捷支付"}, "third_party"),
        ({"summary": "工资", "direction": "进"}, "transfer"),
    ],
)
def test_kinds(read, cells, kind):
    assert read(HEADER + line(**cells)).facts["entries"]["kind"].to_list() == [TransferKind[kind.upper()]]


def test_kinds_of_texts_that_never_repeat_follow_the_same_rules(read):
    words = ["ATM取款", "转账", "短信费", "ATM转账"]
    rows = "".join(line(summary=f"{words[number % 4]}{number}") for number in range(2000))
    kinds = read(HEADER + rows).facts["entries"]["kind"].to_list()
    assert kinds[:4] == [TransferKind.CASH, TransferKind.TRANSFER, TransferKind.FEE, TransferKind.TRANSFER]
    assert kinds == kinds[:4] * 500


def test_cash_flag(read):
    batch = read(
        "账号,交易时间,交易金额,收付标志,现金标志\n1,2026-01-02,5,进,现金\n1,2026-01-02,5,进,转账\n1,2026-01-02,5,进,1\n"
    )
    assert batch.facts["entries"]["kind"].to_list() == [1, 0, 0]


def test_currencies(read):
    header = "账号,交易时间,交易金额,收付标志,交易币种\n"
    rows = "".join(f"1,2026-01-02,5,进,{word}\n" for word in ("人民币", "CNY", "156", "", "日元", "USD", "xyz"))
    batch = read(header + rows)
    assert batch.facts["entries"].select("currency", "amount_minor").rows() == [
        ("CNY", 500), ("CNY", 500), ("CNY", 500), ("CNY", 500), ("JPY", 5), ("USD", 500),
    ]  # fmt: skip
    assert reasons(batch) == [(8, "currency", "currency_unknown")]


def test_headers_with_units_notes_tabs_and_aliases(read):
    header = "\t查询卡号(查询条件)\t,交易时间 ,交易金额（分）,＊收支类型,对方账号,对方卡号\n"
    batch = read(header + f"{OWN},2026-01-02,500,收入,,{OTHER}\n")
    assert batch.facts["entries"].select("card", "amount_minor", "direction", "counterparty").rows() == [
        (OWN, 500, 1, OTHER)
    ]


def test_a_file_of_another_name_is_read_by_its_header(read):
    batch = read(HEADER + line(), "账户信息.csv")
    assert batch.table == "entries"
    assert any("header was followed" in note for note in batch.notes)


@pytest.mark.parametrize("text", ["", "  \n\n", "hello world\n", "a,b,c\n1,2,3\n", "姓名,年龄\n模拟甲,3\n"])
def test_files_without_a_table_say_so(read, text):
    with pytest.raises(BadInput, match="x\\.csv: "):
        read(text, "x.csv")
