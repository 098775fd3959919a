"""A bank's file of answers: what is read, and what is put aside with its row, field and reason."""

from __future__ import annotations

import json

import pytest

from fanzha.bootstrap import rule_table
from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.measures.orders import OnwardTransfer, Outcome
from fanzha.services.desk.receipt_files import ReceiptWords, read_receipts

WORDS = ReceiptWords.from_table(rule_table("receipts.toml"))
NOW_US = parse_instant("2026-11-21T12:00")
AT_US = parse_instant("2026-11-21T10:00")
ROW = {"id": "R1", "order": "MEAS-1.begin", "outcome": "executed", "answered_at": "2026-11-21 10:00"}


def read(content, name="回执.csv"):
    raw = content if isinstance(content, bytes) else content.encode()
    return read_receipts(raw, name, WORDS, "HASH", NOW_US)


def test_a_table_of_a_bank_in_its_own_words():
    heading = "回执编号,请求编号,执行结果,执行时间,实际冻结金额,账户余额,余额时间,"
    heading += "去向账号,去向银行,去向户名,去向金额,去向时间,柜员"
    row = (
        'R1,MEAS-1.begin,部分执行,2026-11-21 10:00,"30,000.00",30000,2026-11-21 10:01,'
        "6299990000000000025,模拟二行,模拟·周五,20000,2026-11-21 09:00,模拟甲"
    )
    file = read(f"{heading}\n{row}\n,,,,,,,,,,,,\n".encode("gb18030"))
    ((number, receipt),) = file.receipts
    assert (number, file.aside, file.unknown_columns) == (2, (), ("柜员",))
    assert (receipt.id, receipt.order, receipt.outcome) == ("R1", "MEAS-1.begin", Outcome.PARTIAL)
    assert (receipt.answered_us, receipt.arrived_us, receipt.evidence) == (AT_US, NOW_US, "HASH")
    assert (receipt.amount_minor, receipt.balance_minor) == (3_000_000, 3_000_000)
    onward = OnwardTransfer(
        "6299990000000000025", "模拟二行", "模拟·周五", 2_000_000, parse_instant("2026-11-21T09:00")
    )
    assert receipt.onward == (onward,)


def test_the_time_of_the_answer_is_when_it_was_done_where_nothing_else_says_so():
    heading, row = "回执编号,请求编号,执行结果,反馈时间", "R1,MEAS-1.begin,成功,2026-11-21 10:00"
    ((_, receipt),) = read(f"{heading}\n{row}\n").receipts
    assert (receipt.answered_us, receipt.arrived_us) == (AT_US, AT_US)
    ((_, told),) = read(f"{heading},执行时间,收到时间\n{row},2026-11-21 09:00,2026-11-21 11:00\n").receipts
    assert told.answered_us == parse_instant("2026-11-21T09:00")
    assert told.arrived_us == parse_instant("2026-11-21T11:00")
    assert [(row.field, row.row) for row in read(f"{heading}\nR1,MEAS-1.begin,成功,\n").aside] == [("answered_at", 2)]


def test_a_document_with_several_onward_transfers():
    went = {"account": "6299990000000000025", "institution": "模拟二行", "amount": "1.50", "at": "2026-11-21 09:00"}
    file = read(json.dumps({"receipts": [{**ROW, "amount": 100, "onward": [went, went]}]}), "a.json")
    ((_, receipt),) = file.receipts
    assert receipt.amount_minor == 10_000
    assert [(one.account, one.amount_minor) for one in receipt.onward] == [("6299990000000000025", 150)] * 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"order": None}, "order"),
        ({"outcome": "也许"}, "outcome"),
        ({"answered_at": "昨天"}, "answered_at"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"balance": "x"}, "balance"),
        ({"onward": "x"}, "onward"),
        ({"onward": [{"account": "1"}]}, "onward_amount"),
        ({"onward_account": "6299990000000000025", "onward_amount": "1"}, "onward_at"),
    ],
)
def test_a_row_that_is_no_answer_is_put_aside(change, field):
    file = read(json.dumps([ROW, {**ROW, **change}]))
    assert [number for number, _ in file.receipts] == [1]
    assert [(each.row, each.field) for each in file.aside] == [(2, field)]
    assert file.aside[0].reason


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x81", b"", b"one\n1\n", b"[1]", b'{"receipts": 3}', b"[{"])
def test_a_file_that_is_no_table_of_answers_is_refused_whole(content):
    with pytest.raises(BadInput, match="回执"):
        read(content)
