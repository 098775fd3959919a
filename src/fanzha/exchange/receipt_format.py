"""The form of a receipt: one JSON document, read strictly; what nobody knows is named and kept with the whole."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn, TypeVar

from fanzha.core.errors import BadInput
from fanzha.core.money import DEFAULT_CURRENCY, EXPONENTS, exponent_of, format_minor, parse_minor
from fanzha.core.time import format_instant
from fanzha.measures.orders import Answered, OnwardTransfer, Outcome, Receipt
from fanzha.ports.dispatcher import ReadReceipt, StatementPart

RECEIPT_FORMAT: Final = "fanzha-receipt/1"
ID_MAX: Final = 200
TEXT_MAX: Final = 2_000
LIST_MAX: Final = 1_000
YEARS: Final = (1990, 2200)
_AMOUNT: Final = re.compile(r"\d{1,15}(\.\d{1,8})?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER_EVER: Final = re.compile(r"[^\s\x00-\x1f]{1,200}")
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(
        {"format", "id", "request_id", "outcome", "answered_at", "currency", "amount", "code", "note", "balance",
         "onward", "answered"}
    ),
    "balance": frozenset({"amount", "at"}),
    "onward": frozenset({"account", "institution", "holder", "amount", "at", "serial"}),
    "answered": frozenset({"account", "from", "until", "statement"}),
    "statement": frozenset({"name", "sha256", "content", "reference"}),
}  # fmt: skip
Read = TypeVar("Read")


class JsonReceipts:
    """Reads receipts."""

    def read(self, content: bytes) -> ReadReceipt:
        """The receipt. Raises BadInput that names the field."""
        document = _parsed(content)
        part = _Part(document, "", "")
        if part.text("format") != RECEIPT_FORMAT:
            part.wrong("format", f"must be {RECEIPT_FORMAT}")
        currency = part.text("currency", DEFAULT_CURRENCY)
        if currency not in EXPONENTS:
            part.wrong("currency", f"{currency!r} is not known")
        exponent, balance = exponent_of(currency), part.part("balance")
        answered = [_answered(each) for each in part.parts("answered")]
        onward = part.parts("onward")
        receipt = Receipt(
            id=part.name("id"),
            order=part.name("request_id"),
            outcome=_outcome(part),
            answered_us=part.instant("answered_at"),
            arrived_us=0,
            amount_minor=part.amount("amount", exponent),
            code=part.text("code", ""),
            note=part.text("note", ""),
            balance_minor=None if balance is None else balance.amount("amount", exponent),
            balance_us=None if balance is None else balance.instant("at"),
            onward=tuple(_onward(each, exponent) for each in onward),
            answered=tuple(covered for covered, _ in answered),
        )
        unknown = {field for each in (part, balance, *onward) if each is not None for field in each.unknown()}
        files = tuple(statement for _, statement in answered if statement is not None)
        unknown |= {field for each in part.parts("answered") for field in each.unknown_below()}
        return ReadReceipt(receipt, files, tuple(sorted(unknown)), currency)


class _Part:
    """An object of the document; knows where it stands, so that an error can say so."""

    def __init__(self, value: Any, kind: str, where: str) -> None:
        self.where, self._kind = where, kind
        if not isinstance(value, dict):
            raise BadInput(f"receipt: {where or 'the document'} is not an object")
        self._value: dict[str, Any] = value

    def wrong(self, field: str, why: str) -> NoReturn:
        """Raises BadInput that names the field."""
        raise BadInput(f"receipt: field {self._at(field)} {why}")

    def unknown(self) -> set[str]:
        """Fields that the form does not have."""
        return {self._at(field)[:ID_MAX] for field in self._value if field not in _KNOWN[self._kind]}

    def unknown_below(self) -> set[str]:
        """Those of an answered part and of its statement."""
        statement = self.part("statement")
        return self.unknown() | (set() if statement is None else statement.unknown())

    def text(self, field: str, default: str | None = None) -> str:
        """A text; where it may be missing, `default`."""
        value = self._value.get(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.wrong(field, "is missing" if value is None else f"is a text, not {_type(value)}")
        if len(value) > TEXT_MAX:
            self.wrong(field, f"has more than {TEXT_MAX} letters")
        if any("\ud800" <= letter <= "\udfff" or (letter < " " and letter not in "\t\n\r") for letter in value):
            self.wrong(field, "has letters that are none")
        return value

    def name(self, field: str) -> str:
        """An id: one word."""
        value = self.text(field)
        if not _ORDER_EVER.fullmatch(value):
            self.wrong(field, f"is one word of at most {ID_MAX} letters")
        return value

    def amount(self, field: str, exponent: int) -> int | None:
        """Minor units of a decimal text; None where there is none."""
        if self._value.get(field) is None:
            return None
        text = self.text(field)
        if not _AMOUNT.fullmatch(text):
            self.wrong(field, f"is an amount such as 30000.00, as a text, not {text[:40]!r}")
        return self._read(field, lambda: parse_minor(text, exponent))

    def instant(self, field: str) -> int:
        """Microseconds since 1970 UTC of an ISO 8601 text with its offset."""
        text = self.text(field)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.wrong(field, f"is a time such as 2026-03-01T13:52:10+08:00, not {text[:40]!r}")
        if moment.utcoffset() is None:
            self.wrong(field, "is a time with its offset, such as +08:00")
        if not YEARS[0] <= moment.year <= YEARS[1]:
            self.wrong(field, f"is in the year {moment.year}")
        return (moment - _EPOCH) // timedelta(microseconds=1)

    def part(self, field: str) -> _Part | None:
        """An object; None where there is none."""
        value = self._value.get(field)
        return None if value is None else _Part(value, field, self._at(field))

    def parts(self, field: str) -> list[_Part]:
        """A list of objects; empty where there is none."""
        value = self._value.get(field)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > LIST_MAX:
            self.wrong(field, f"is a list of at most {LIST_MAX} objects")
        return [_Part(each, field, f"{self._at(field)}[{place}]") for place, each in enumerate(value)]

    def content(self) -> bytes | None:
        """Bytes in base64; None where the file lies elsewhere."""
        value = self._value.get("content")
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong("content", "is base64")
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            self.wrong("content", "is not base64")

    def _read(self, field: str, read: Callable[[], Read]) -> Read:
        try:
            return read()
        except BadInput as error:
            self.wrong(field, f"is wrong: {error}")

    def _at(self, field: str) -> str:
        return f"{self.where}.{field}" if self.where else field


def _type(value: object) -> str:
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}[type(value)]


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"receipt: it is no JSON document in UTF-8: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _outcome(part: _Part) -> Outcome:
    said = part.text("outcome")
    if said not in set(Outcome):
        part.wrong("outcome", f"is one of {', '.join(Outcome)}, not {said[:40]!r}")
    return Outcome(said)


def _onward(part: _Part, exponent: int) -> OnwardTransfer:
    amount_minor = part.amount("amount", exponent)
    if amount_minor is None:
        part.wrong("amount", "is missing")
    return OnwardTransfer(
        part.name("account"), part.text("institution", ""), part.text("holder", ""), amount_minor,
        part.instant("at"), part.text("serial", ""),
    )  # fmt: skip


def _answered(part: _Part) -> tuple[Answered, StatementPart | None]:
    account, from_us, until_us = part.name("account"), part.instant("from"), part.instant("until")
    if until_us < from_us:
        part.wrong("until", "lies before from")
    file = part.part("statement")
    if file is None:
        return Answered(account, from_us, until_us), None
    sha256, content, reference = file.text("sha256"), file.content(), file.text("reference", "")
    if not _SHA256.fullmatch(sha256):
        file.wrong("sha256", "is 64 small hexadecimal digits")
    if (content is None) != bool(reference):
        file.wrong("content", "or reference: exactly one of the two")
    if content == b"":
        file.wrong("content", "is empty; an account without rows has no statement")
    return Answered(account, from_us, until_us, sha256), StatementPart(file.text("name"), sha256, content, reference)


def receipt_document(
    receipt: Receipt, statements: Mapping[str, StatementPart] | None = None, currency: str = DEFAULT_CURRENCY
) -> dict[str, Any]:
    """The document of a receipt, as a partner writes it; statements by their SHA-256."""
    exponent, files = exponent_of(currency), statements or {}

    def amount(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, exponent)

    balance = None
    if receipt.balance_us is not None:
        balance = {"amount": amount(receipt.balance_minor), "at": format_instant(receipt.balance_us)}
    return {
        "format": RECEIPT_FORMAT,
        "id": receipt.id,
        "request_id": receipt.order,
        "outcome": receipt.outcome.value,
        "answered_at": format_instant(receipt.answered_us),
        "currency": currency,
        "amount": amount(receipt.amount_minor),
        "code": receipt.code,
        "note": receipt.note,
        "balance": balance,
        "onward": [
            {
                "account": each.account, "institution": each.institution, "holder": each.holder,
                "amount": amount(each.amount_minor), "at": format_instant(each.time_us), "serial": each.serial,
            }
            for each in receipt.onward
        ],
        "answered": [
            {
                "account": each.account, "from": format_instant(each.from_us), "until": format_instant(each.until_us),
                "statement": _statement_document(files.get(each.statement)),
            }
            for each in receipt.answered
        ],
    }  # fmt: skip


def _statement_document(part: StatementPart | None) -> dict[str, Any] | None:
    if part is None:
        return None
    if part.content is None:
        return {"name": part.name, "sha256": part.sha256, "reference": part.reference}
    return {"name": part.name, "sha256": part.sha256, "content": base64.b64encode(part.content).decode()}
