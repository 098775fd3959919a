"""What camt.053 and MT940 have in common: booked entries between an opening and a closing balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import polars as pl

from fanzha.core.money import AMOUNT_MAX, DEFAULT_CURRENCY, exponent_of, format_minor
from fanzha.core.time import DAY_US, SHANGHAI
from fanzha.intake.findings import Findings, raw_json
from fanzha.records import ENTRY, QuarantinedRow, StatedClosing, StatedWindow, TransferKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One line of a statement, before it is judged."""

    row: int
    direction: int  # +1, -1, 0 unknown
    amount: Decimal | None
    currency: str | None
    at: date | datetime | None
    raw: tuple[str | None, ...]
    booked: bool = True
    kind: TransferKind = TransferKind.TRANSFER
    texts: dict[str, str | None] = field(default_factory=dict)  # counterparty, counterparty_name, serial, summary …


@dataclass(frozen=True, slots=True)
class BookedStatement:
    """One account's statement."""

    sheet: str
    account: str | None
    currency: str | None
    lines: tuple[BookedLine, ...]
    holder_name: str | None = None
    institution: str | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    period: tuple[int, int] | None = None
    lines_lost: bool = False  # the message has lines besides that could not be read


def instant_of(moment: date | datetime) -> tuple[int, int]:
    """Microseconds since 1970 UTC and precision; a plain date is midnight in Shanghai with precision 2."""
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=SHANGHAI)
        return (aware - _EPOCH) // _MICROSECOND, 0
    midnight = datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI)
    return (midnight - _EPOCH) // _MICROSECOND, 2


def findings_of_statement(statement: BookedStatement) -> Findings:
    """Entries with running balances, where opening, lines and closing agree."""
    accepted: list[tuple[BookedLine, int]] = []
    quarantine: list[QuarantinedRow] = []
    for line in statement.lines:
        name, reason, minor = _judge(statement, line)
        if reason is None:
            accepted.append((line, minor))
            continue
        blocked = statement.account if reason == "direction_unknown" else None
        quarantine.append(QuarantinedRow(statement.sheet, line.row, name, reason, raw_json(line.raw), blocked))
    lost = statement.lines_lost or _loses_booked(quarantine)
    balances, closing, note = _running_balances(statement, accepted, complete=not lost)
    facts = [_fact(statement, line, minor, balance) for (line, minor), balance in zip(accepted, balances, strict=True)]
    window = (StatedWindow(statement.account, *statement.period),) if statement.period is not None else ()
    return Findings(
        table="entries",
        rows=len(statement.lines),
        facts={"entries": pl.DataFrame(facts, schema=dict(ENTRY))} if facts else {},
        quarantine=tuple(quarantine),
        windows=window,
        notes=(note,) if note else (),
        closings=(closing,) if closing is not None else (),
    )


def _judge(statement: BookedStatement, line: BookedLine) -> tuple[str, str | None, int]:
    if not line.booked:
        return "status", "not_booked", 0
    if statement.account is None:
        return "account", "account_missing", 0
    if line.at is None:
        return "at", "date_missing", 0
    if line.direction == 0:
        return "direction", "direction_unknown", 0
    if line.amount is None or not line.amount.is_finite():
        return "amount", "amount_unreadable", 0
    minor = to_minor(line.amount, line.currency or statement.currency or DEFAULT_CURRENCY)
    if minor is None:
        return "amount", "amount_decimals", 0
    if minor == 0:
        return "amount", "amount_zero", 0
    return ("amount", "amount_too_large", 0) if abs(minor) > AMOUNT_MAX else ("", None, minor)


def to_minor(amount: Decimal, currency: str) -> int | None:
    """Minor units of a decimal amount, None where it has more decimals than the currency."""
    if not amount.is_finite() or amount.adjusted() > len(str(AMOUNT_MAX)):
        return AMOUNT_MAX + 1
    scaled = amount.scaleb(exponent_of(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _loses_booked(quarantine: Sequence[QuarantinedRow]) -> bool:
    return any(row.reason not in {"not_booked", "amount_zero"} for row in quarantine)


def _running_balances(
    statement: BookedStatement, accepted: Sequence[tuple[BookedLine, int]], *, complete: bool
) -> tuple[list[int | None], StatedClosing | None, str | None]:
    """The balance after each line, what the statement says is there at its end, and a note where they do not agree.

    With lines missing (not `complete`), only a closing balance that confirms the sum gives running balances.
    """
    none: list[int | None] = [None] * len(accepted)
    currency = statement.currency or DEFAULT_CURRENCY
    one_currency = all((line.currency or currency) == currency for line, _ in accepted)
    opening, stated = (
        None if balance is None else to_minor(balance, currency) for balance in (statement.opening, statement.closing)
    )
    stated = stated if stated is not None and abs(stated) <= AMOUNT_MAX else None
    closing = _closing(statement, accepted, stated, currency)
    if opening is None or abs(opening) > AMOUNT_MAX or not one_currency:
        return none, closing, None if statement.opening is None else _NOT_ALL_READ
    balances = list(accumulate((line.direction * minor for line, minor in accepted), initial=opening))
    unexplained = 0 if stated is None else stated - balances[-1]
    if unexplained and closing is not None:
        amount = format_minor(unexplained, exponent_of(currency))
        closing = replace(closing, unexplained_minor=unexplained)
        told = f"opening balance and lines do not add up to the closing balance, which is {amount} {currency} off"
        note = told if complete else f"{told}; {_NOT_ALL_READ}"
        return list(balances[1:]) if complete else none, closing, note
    if not complete and stated is None:
        return none, closing, _NOT_ALL_READ
    return list(balances[1:]), closing, None


_NOT_ALL_READ = "some lines could not be read, so no running balance was worked out"


def _closing(
    statement: BookedStatement, accepted: Sequence[tuple[BookedLine, int]], stated: int | None, currency: str
) -> StatedClosing | None:
    """The stated closing balance, as of the end of the period, else of the last line."""
    if stated is None or statement.account is None:
        return None
    ends = [
        at_us + (DAY_US - 1 if day else 0) for at_us, day in (instant_of(line.at) for line, _ in accepted if line.at)
    ]
    if statement.period is not None:
        ends.append(statement.period[1])
    return StatedClosing(statement.account, currency, stated, max(ends)) if ends else None


def _fact(statement: BookedStatement, line: BookedLine, minor: int, balance: int | None) -> dict[str, Any]:
    assert line.at is not None
    at_us, precision = instant_of(line.at)
    direction = line.direction if minor > 0 else -line.direction
    return {
        "sheet": statement.sheet,
        "row": line.row,
        "account": statement.account,
        "holder_name": statement.holder_name,
        "institution": statement.institution,
        "direction": direction,
        "at_us": at_us,
        "at_precision": precision,
        "amount_minor": abs(minor),
        "currency": line.currency or statement.currency or DEFAULT_CURRENCY,
        "balance_minor": balance,
        "kind": int(line.kind if minor > 0 else TransferKind.REVERSAL),
        **line.texts,
    }
