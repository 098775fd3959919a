"""Answers in a bank's file: a CSV or JSON table becomes receipts; a row that cannot be one is put aside with its reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.orders import OnwardTransfer, Outcome, Receipt

ENCODINGS: Final = ("utf-8-sig", "gb18030")
ONWARD: Final = "onward"
TOLD: Final = "told_at"  # when the institution told: both its own time and that of the arrival, unless these are there
NEEDED: Final = ("id", "order", "outcome", "answered_at")


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """What columns and outcomes are called, in small letters."""

    columns: Mapping[str, str]  # as it is written: what it is
    outcomes: Mapping[str, Outcome]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> ReceiptWords:
        """Reads rules/receipts.toml."""
        return cls(
            {word.lower(): name for name, words in table["columns"].items() for word in words},
            {word.lower(): Outcome(name) for name, words in table["outcomes"].items() for word in words},
        )


@dataclass(frozen=True, slots=True)
class RowAside:
    """A row that is no receipt: its number, the field and the reason."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What a file says; rows are numbered as in the file, the heading of a table being row 1."""

    receipts: tuple[tuple[int, Receipt], ...]
    aside: tuple[RowAside, ...]
    unknown_columns: tuple[str, ...]


def read_receipts(content: bytes, name: str, words: ReceiptWords, evidence: str, now_us: int) -> ReceiptFile:
    """The receipts of a file.

    evidence: SHA-256 of the file, which every receipt names. Raises BadInput when it is neither CSV nor JSON, or has no
    column for what a receipt needs.
    """
    text = _decoded(content, name)
    numbered = list(_json_rows(text, name) if text.lstrip()[:1] in {"[", "{"} else _csv_rows(text, name))
    unknown: dict[str, None] = {}
    receipts: list[tuple[int, Receipt]] = []
    aside: list[RowAside] = []
    for number, raw in numbered:
        row = _named(raw, words, unknown)
        try:
            receipts.append((number, _receipt(row, words, evidence, now_us)))
        except _FieldError as wrong:
            aside.append(RowAside(number, wrong.field, wrong.reason))
    return ReceiptFile(tuple(receipts), tuple(aside), tuple(unknown))


class _FieldError(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def _decoded(content: bytes, name: str) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{name}: neither UTF-8 nor GB 18030; save it as CSV or JSON")


def _json_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BadInput(f"{name}: no JSON: {error}") from None
    rows = document.get("receipts") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f'{name}: wants a list of receipts, or {{"receipts": […]}}')
    yield from enumerate(rows, 1)


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    table = csv.reader(io.StringIO(text))
    heading = next(table, None)
    if not heading or len(heading) < len(NEEDED):
        raise BadInput(f"{name}: the first row must name the columns: {', '.join(NEEDED)}, …")
    for number, cells in enumerate(table, 2):
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(heading, cells, strict=False))


def _named(raw: Mapping[str, Any], words: ReceiptWords, unknown: dict[str, None]) -> dict[str, Any]:
    """The row by what its columns are; columns that nobody knows are noted."""
    row: dict[str, Any] = {}
    for heading, value in raw.items():
        name = ONWARD if heading == ONWARD else words.columns.get(heading.strip().lower())
        if name is None:
            unknown[heading] = None
        elif value not in (None, ""):
            row[name] = value if name == ONWARD else str(value).strip()
    return row


def _receipt(row: dict[str, Any], words: ReceiptWords, evidence: str, now_us: int) -> Receipt:
    if TOLD in row:
        row = {"answered_at": row[TOLD], "arrived_at": row[TOLD]} | row
    for needed in NEEDED:
        if not row.get(needed):
            raise _FieldError(needed, "is missing")
    outcome = words.outcomes.get(row["outcome"].lower())
    if outcome is None:
        raise _FieldError("outcome", f"{row['outcome']!r} is no word for an outcome")
    arrived_us = _instant(row, "arrived_at")
    return Receipt(
        id=row["id"],
        order=row["order"],
        outcome=outcome,
        answered_us=_instant(row, "answered_at") or 0,
        arrived_us=now_us if arrived_us is None else arrived_us,
        amount_minor=_amount(row, "amount"),
        code=row.get("code", ""),
        note=row.get("note", ""),
        balance_minor=_amount(row, "balance"),
        balance_us=_instant(row, "balance_at"),
        onward=tuple(_onward_of(row, words)),
        evidence=evidence,
    )


def _onward_of(row: Mapping[str, Any], words: ReceiptWords) -> Iterator[OnwardTransfer]:
    listed = row.get(ONWARD, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _FieldError(ONWARD, "wants a list of onward transfers")
    for one in listed:
        bare = {words.columns.get(key.lower(), key).removeprefix("onward_"): value for key, value in one.items()}
        yield _onward({f"onward_{'at' if key == 'answered_at' else key}": str(value) for key, value in bare.items()})
    if row.get("onward_account"):
        yield _onward(row)


def _onward(row: Mapping[str, Any]) -> OnwardTransfer:
    for needed in ("onward_account", "onward_amount", "onward_at"):
        if not row.get(needed):
            raise _FieldError(needed, "is missing of the onward transfer")
    return OnwardTransfer(
        row["onward_account"],
        row.get("onward_institution", ""),
        row.get("onward_holder", ""),
        _amount(row, "onward_amount") or 0,
        _instant(row, "onward_at") or 0,
        row.get("onward_serial", ""),
    )


def _amount(row: Mapping[str, Any], field: str) -> int | None:
    if field not in row:
        return None
    try:
        minor = parse_minor(row[field])
    except BadInput as wrong:
        raise _FieldError(field, str(wrong)) from None
    if minor < 0:
        raise _FieldError(field, "is below zero")
    return minor


def _instant(row: Mapping[str, Any], field: str) -> int | None:
    if field not in row:
        return None
    try:
        return parse_instant(row[field])
    except BadInput as wrong:
        raise _FieldError(field, str(wrong)) from None
