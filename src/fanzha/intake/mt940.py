"""MT940 statements by the mt-940 library; lines that it cannot read are put aside before it stumbles over them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import mt940

from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US
from fanzha.intake.cells import BLANK_PATTERN
from fanzha.intake.findings import Findings, raw_json
from fanzha.intake.statements import BookedLine, BookedStatement, findings_of_statement, instant_of
from fanzha.intake.text_tables import decode_text
from fanzha.intake.words import kind_of_text
from fanzha.records import QuarantinedRow, TransferKind

_TAG: Final = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_LINE: Final = "61"
_BOOKED_SIGN: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1}
_LIBRARY_ERRORS: Final = (
    ValueError,
    RuntimeError,
    AssertionError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
)

# The library logs the text that it cannot match; account numbers do not belong into logs.
logging.getLogger("mt940").addHandler(logging.NullHandler())
logging.getLogger("mt940").propagate = False


def looks_like_mt940(beginning: bytes) -> bool:
    """Whether the first bytes are those of an MT940 message."""
    return re.search(rb"(?:^|[\r\n]|\})\s*:20:", beginning) is not None and b":25" in beginning


def read_mt940(data: bytes) -> Iterator[Findings]:
    """The findings of every statement in the file.

    Raises BadInput when the file is no MT940.
    """
    text = decode_text(data)[0].decode("utf-8", errors="replace").replace("\r\n", "\n")
    readable, rows, unreadable = _without_unreadable_lines(text)
    try:
        statements = list(mt940.parse_statements(readable))
        taken = 0
        for number, statement in enumerate(statements, start=1):
            lines = list(statement)
            booked = _statement(statement.data, lines, rows[taken : taken + len(lines)], number)
            taken += len(lines)
            yield findings_of_statement(replace(booked, lines_lost=bool(unreadable)))
    except _LIBRARY_ERRORS as error:
        raise BadInput(f"the MT940 message cannot be read ({str(error)[:200]}); get it again from the bank") from None
    if unreadable:
        aside = tuple(QuarantinedRow("", row, "line", "line_unreadable", raw_json([raw])) for row, raw in unreadable)
        yield Findings(table="entries", rows=len(aside), facts={}, quarantine=aside)


def _without_unreadable_lines(text: str) -> tuple[str, list[int], list[tuple[int, str]]]:
    """The text without statement lines that break the format, the text row of each kept line, and those left out."""
    pattern = mt940.tags.Statement().re
    marks = list(_TAG.finditer(text))
    kept, rows, unreadable = [text[: marks[0].start()] if marks else text], [], []
    skip_details = False
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        part = text[mark.start() : following.start() if following is not None else len(text)]
        row = text.count("\n", 0, mark.start()) + 1
        if mark[1] == _LINE:
            value = part[mark.end() - mark.start() :].strip()
            skip_details = pattern.match(value) is None or not _has_real_date(value)
            if skip_details:
                unreadable.append((row, part.strip()))
                continue
            rows.append(row)
        elif mark[1] == "86" and skip_details:
            continue
        kept.append(part)
    return "".join(kept), rows, unreadable


def _has_real_date(value: str) -> bool:
    try:
        date(2000 + int(value[:2]), int(value[2:4]), int(value[4:6]))
        if value[6:10].isdigit():
            date(2000 + int(value[:2]), int(value[6:8]), int(value[8:10]))
    except ValueError:
        return False
    return True


def _statement(data: dict[str, Any], lines: list[Any], rows: list[int], number: int) -> BookedStatement:
    opening = data.get("final_opening_balance") or data.get("intermediate_opening_balance")
    closing = data.get("final_closing_balance") or data.get("intermediate_closing_balance")
    currency = next((balance.amount.currency for balance in (opening, closing) if balance is not None), None)
    account = re.sub(BLANK_PATTERN, "", str(data.get("account_identification") or ""))
    booked = tuple(_line(line.data, row) for line, row in zip(lines, rows, strict=True))
    return BookedStatement(
        sheet=str(data.get("transaction_reference") or number),
        account=account.split("/")[-1] or None,
        currency=currency,
        lines=booked,
        institution=account.split("/")[0] if "/" in account else None,
        opening=opening.amount.amount if opening is not None else None,
        closing=closing.amount.amount if closing is not None else None,
        period=_period(opening, closing, booked),
    )


def _period(opening: Any, closing: Any, lines: tuple[BookedLine, ...]) -> tuple[int, int] | None:
    """From the opening to the closing balance; the opening date is the day before unless a line is booked on it."""
    if opening is None or closing is None or opening.date is None or closing.date is None:
        return None
    first = opening.date
    booked = [line.at for line in lines if line.at is not None]
    if first != closing.date and (not booked or min(booked) > first):
        first += timedelta(days=1)
    start, end = instant_of(first)[0], instant_of(closing.date)[0] + DAY_US - 1
    return (start, end) if start <= end else None


def _line(data: dict[str, Any], row: int) -> BookedLine:
    mark = str(data.get("status") or "").upper()
    amount = data.get("amount")
    details = [data.get(name) for name in ("purpose", "transaction_details", "additional_purpose", "extra_details")]
    summary = " ".join(str(text).strip() for text in details if text) or None
    posting = data.get("posting_text")
    reversal = mark in {"RC", "RD"}
    direction = _BOOKED_SIGN.get(mark, 0)
    kind = TransferKind.REVERSAL if reversal else kind_of_text(f"{posting or ''} {summary or ''}", direction)
    return BookedLine(
        row=row,
        direction=direction,
        amount=abs(Decimal(amount.amount)) if amount is not None else None,
        currency=(amount.currency if amount is not None else None) or data.get("currency"),
        at=data.get("entry_date") or data.get("date"),
        raw=tuple(f"{name}={value}" for name, value in data.items() if value is not None),
        kind=kind,
        texts={
            "counterparty": _compact(data.get("applicant_iban")),
            "counterparty_name": data.get("applicant_name"),
            "counterparty_institution": data.get("applicant_bin"),
            "serial": _compact(data.get("bank_reference")),
            "summary": summary,
            "channel": posting or data.get("id"),
        },
    )


def _compact(text: object) -> str | None:
    return re.sub(BLANK_PATTERN, "", str(text)) or None if text else None
