"""Receipts by their form: what a partner writes is read back, and what is wrong is named by its field."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.exchange import JsonReceipts, receipt_document
from fanzha.measures.orders import Answered, OnwardTransfer, Outcome, Receipt
from fanzha.ports.dispatcher import StatementPart

AT_US = parse_instant("2026-11-20T12:00:00+08:00")
CONTENT = "模拟".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()
letters = st.characters(min_codepoint=33, max_codepoint=0x9FFF, exclude_categories=("Cs", "Cc", "Z"))
words = st.text(letters, min_size=1, max_size=20)
instants = st.integers(parse_instant("1991-01-01"), parse_instant("2199-01-01"))
amounts = st.none() | st.integers(0, 10**15)
onward = st.builds(OnwardTransfer, words, words, words, st.integers(0, 10**15), instants, words)
answered = st.builds(lambda account, at, span: Answered(account, at, at + span), words, instants, st.integers(0, 10**9))
receipts = st.builds(
    Receipt, words, words, st.sampled_from(Outcome), instants, st.just(0), amount_minor=amounts, code=words, note=words,
    onward=st.lists(onward, max_size=3).map(tuple), answered=st.lists(answered, max_size=3).map(tuple),
)  # fmt: skip
values = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
documents = values.map(lambda value: json.dumps(value).encode())


def told(**changes) -> bytes:
    document = {
        "format": "fanzha-receipt/1", "id": "R1", "request_id": "M1.begin", "outcome": "executed",
        "answered_at": "2026-11-20T12:00:00+08:00",
    }  # fmt: skip
    return json.dumps(document | changes).encode()


@given(receipts, st.integers(0, 10**12))
def test_what_is_written_is_read_back(receipt, balance_minor):
    for each in (receipt, replace(receipt, balance_minor=balance_minor, balance_us=AT_US)):
        read = JsonReceipts().read(json.dumps(receipt_document(each)).encode())
        assert (read.receipt, read.statements, read.unknown) == (each, (), ())


def test_statements_are_in_it_or_named_by_it():
    covered = Answered("模拟一", AT_US, AT_US + 1, SHA256)
    receipt = Receipt("R1", "Q1.begin", Outcome.EXECUTED, AT_US, 0, answered=(covered, replace(covered, statement="")))
    for part in (StatementPart("a.csv", SHA256, CONTENT), StatementPart("a.csv", SHA256, None, "file-1")):
        read = JsonReceipts().read(json.dumps(receipt_document(receipt, {SHA256: part})).encode())
        assert (read.receipt, read.statements) == (receipt, (part,))


def test_what_nobody_knows_is_named():
    read = JsonReceipts().read(
        told(colour="red", balance={"amount": "1.00", "at": "2026-11-20T12:00:00Z", "mood": 1}, answered=[
            {"account": "1", "from": "2026-11-20T12:00:00Z", "until": "2026-11-20T12:00:00Z", "statement":
                {"name": "a", "sha256": SHA256, "content": base64.b64encode(CONTENT).decode(), "pages": 3}}
        ])
    )  # fmt: skip
    assert read.unknown == ("answered[0].statement.pages", "balance.mood", "colour")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "other/2"}, "field format must be"),
        ({"id": None}, "field id is missing"),
        ({"id": 5}, "field id is a text, not a number"),
        ({"id": "two words"}, "field id is one word"),
        ({"id": "x" * 201}, "field id is one word"),
        ({"note": "x" * 2001}, "field note has more than"),
        ({"note": "\x00"}, "field note has letters"),
        ({"note": "\ud800"}, "field note has letters"),
        ({"outcome": "done"}, "field outcome is one of"),
        ({"answered_at": "2026-11-20T12:00:00"}, "field answered_at is a time with its offset"),
        ({"answered_at": "yesterday"}, "field answered_at is a time such as"),
        ({"answered_at": "0001-01-01T00:00:00+08:00"}, "field answered_at is in the year 1"),
        ({"amount": 30000}, "field amount is a text, not a number"),
        ({"amount": 1.5}, "field amount is a text, not a number"),
        ({"amount": "-1.00"}, "field amount is an amount such as"),
        ({"amount": "1,000.00"}, "field amount is an amount such as"),
        ({"amount": "1.005"}, "field amount is wrong: .* more than 2 decimals"),
        ({"currency": "XXX"}, "field currency"),
        ({"balance": 5}, "balance is not an object"),
        ({"onward": {}}, "field onward is a list"),
        ({"onward": [{"account": "1", "at": "2026-11-20T12:00:00Z"}]}, r"field onward\[0\].amount is missing"),
        ({"onward": [{}] * 1001}, "field onward is a list of at most"),
        ({"answered": [{"account": "1", "from": "2026-11-21T12:00:00Z", "until": "2026-11-20T12:00:00Z"}]}, "until lies before"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_field(changes, says):
    with pytest.raises(BadInput, match=says):
        JsonReceipts().read(told(**changes))


@pytest.mark.parametrize("statement", [{"content": "!!"}, {}, {"content": "QUJD", "reference": "x"}, {"content": ""}])
def test_a_statement_has_its_bytes_or_its_place(statement):
    part = {"account": "1", "from": "2026-11-20T12:00:00Z", "until": "2026-11-20T12:00:00Z",
            "statement": {"name": "a", "sha256": SHA256} | statement}  # fmt: skip
    with pytest.raises(BadInput, match=r"answered\[0\].statement.content"):
        JsonReceipts().read(told(answered=[part]))


@given(st.binary(max_size=200) | documents)
def test_anything_else_is_bad_input(content):
    with pytest.raises(BadInput):
        JsonReceipts().read(content)


def test_a_field_twice_is_no_receipt():
    with pytest.raises(BadInput, match="twice"):
        JsonReceipts().read(told().replace(b'{"format"', b'{"outcome": "refused", "format"'))
