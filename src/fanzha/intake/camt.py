"""ISO 20022 camt.053 by the pyiso20022 models, one set per version of the message."""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from xsdata.exceptions import ConverterError, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler
from xsdata.models.datatype import XmlDate, XmlDateTime

from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US, SECOND_US
from fanzha.intake.findings import Findings
from fanzha.intake.rulebook import rulebook
from fanzha.intake.statements import BookedLine, BookedStatement, findings_of_statement, instant_of
from fanzha.records import TransferKind

_NAMESPACE: Final = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)")
_VERSION_MAX: Final = 12  # newest version that the library has models for
_OPENING: Final = ("OPBD", "PRCD", "OPAV")
_CLOSING: Final = ("CLBD",)
_PARSE_ERRORS: Final = (
    ParserError, ConverterError, ParseError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    AssertionError, RecursionError,
)  # fmt: skip


def read_camt053(data: bytes) -> Iterator[Findings]:
    """The findings of every statement in the message; a row is an entry's place in its statement.

    Raises BadInput when the message is broken, is another message, or declares a document type or entities.
    """
    data = _as_utf8(data)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadInput("the XML declares a document type or entities, which no bank statement needs; it was not read")
    version = _NAMESPACE.search(data[:8192])
    if version is None:
        raise BadInput("the XML is no camt.053 statement; give camt.053, MT940, CSV or XLSX")
    known = f"{min(int(version[1]), _VERSION_MAX):02d}"
    data = data.replace(version[0], version[0][:-2] + known.encode())
    try:
        module = importlib.import_module(f"pyiso20022.camt.camt_053_001_{known}")
    except ImportError:
        raise BadInput(f"camt.053.001.{version[1].decode()} is not known; versions 01 to 12 are") from None
    lenient = ParserConfig(
        fail_on_unknown_properties=False,
        fail_on_unknown_attributes=False,
        fail_on_converter_warnings=False,
        class_factory=_element,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a text that fits no type stays a text and is judged with its entry
            document = XmlParser(config=lenient, handler=XmlEventHandler).from_bytes(data, module.Document)
    except _PARSE_ERRORS as error:
        raise BadInput(f"the camt.053 message is broken ({str(error)[:200]}); get it again from the bank") from None
    message = _dig(document, "bk_to_cstmr_stmt") or _dig(document, "bk_to_cstmr_stmt_v01")
    for number, statement in enumerate(_dig(message, "stmt") or (), start=1):
        yield findings_of_statement(_statement(statement, number))


def _element(model: type[Any], values: dict[str, Any]) -> Any:
    """An element with what is there; banks leave required parts out, and only those that matter are judged later."""
    wanted = (part for part in fields(model) if part.init and part.default is part.default_factory is MISSING)
    return model(**{part.name: None for part in wanted} | values)


def _as_utf8(data: bytes) -> bytes:
    """UTF-16 is turned into UTF-8, so that nothing hides from the checks on bytes."""
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    text = data.decode("utf-16", errors="replace")
    return re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8", errors="replace")


def _dig(value: Any, *names: str) -> Any:
    """Follow attributes as far as they go; versions differ in how deep a party or a status lies."""
    for name in names:
        if isinstance(value, list):
            value = value[0] if value else None
        value = getattr(value, name, None)
        if value is None:
            return None
    return value


def _text(value: Any, *names: str) -> str | None:
    """A text at the end of a path; codes give their value."""
    found = _dig(value, *names)
    found = getattr(found, "value", found)
    return str(found).strip() or None if found is not None and not isinstance(found, list) else None


def _statement(statement: Any, number: int) -> BookedStatement:
    account, balances = _dig(statement, "acct"), _dig(statement, "bal") or ()
    currency = _text(account, "ccy") or next((_text(balance, "amt", "ccy") for balance in balances), None)
    lines = [
        line for place, entry in enumerate(_dig(statement, "ntry") or (), start=1) for line in _lines(entry, place)
    ]
    return BookedStatement(
        sheet=_text(statement, "id") or str(number),
        account=_account_number(account),
        currency=currency,
        lines=tuple(lines),
        holder_name=_text(account, "ownr", "nm"),
        institution=_institution(_dig(account, "svcr")),
        opening=_balance(balances, _OPENING),
        closing=_balance(balances, _CLOSING),
        period=_period(_dig(statement, "fr_to_dt")),
    )


def _account_number(account: Any) -> str | None:
    for path in (("id", "iban"), ("id", "othr", "id"), ("id", "prtry_acct", "id"), ("id", "bban"), ("prxy", "id")):
        number = _text(account, *path)
        if number is not None:
            return re.sub(r"\s", "", number)
    return None


def _institution(agent: Any) -> str | None:
    for path in (("nm",), ("bicfi",), ("bic",), ("cmbnd_id", "nm")):
        name = _text(agent, "fin_instn_id", *path)
        if name is not None:
            return name
    return None


def _balance(balances: Any, codes: tuple[str, ...]) -> Decimal | None:
    for code in codes:
        for balance in balances:
            if _text(balance, "tp", "cd_or_prtry", "cd") == code or _text(balance, "tp", "cd") == code:
                amount = _decimal(_dig(balance, "amt", "value"))
                negative = _text(balance, "cdt_dbt_ind") == "DBIT"
                return -amount if amount is not None and negative else amount
    return None


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _moment(value: Any) -> date | datetime | None:
    """A date or instant in either of the forms that the message allows."""
    try:
        for name in ("dt_tm", "dt"):
            found = _dig(value, name)
            if isinstance(found, XmlDateTime):
                return found.to_datetime()
            if isinstance(found, XmlDate):
                return found.to_date()
    except (ValueError, OverflowError):
        return None
    return None


def _period(span: Any) -> tuple[int, int] | None:
    first, last = _dig(span, "fr_dt_tm"), _dig(span, "to_dt_tm")
    if not isinstance(first, XmlDateTime) or not isinstance(last, XmlDateTime):
        return None
    try:
        start, end = instant_of(first.to_datetime())[0], instant_of(last.to_datetime())[0] + SECOND_US - 1
    except (ValueError, OverflowError):
        return None
    if last.hour == last.minute == last.second == 0 and (last.year, last.month, last.day) != (
        first.year,
        first.month,
        first.day,
    ):
        end = end - SECOND_US  # midnight at the end belongs to the next statement
    if end - start < 0:
        end = start + DAY_US - 1
    return start, end


def _lines(entry: Any, place: int) -> Iterator[BookedLine]:
    """One line per entry; a batch whose payments state their own amounts and add up gives one line each."""
    whole = _line(entry, place, None)
    payments = [payment for details in _dig(entry, "ntry_dtls") or () for payment in _dig(details, "tx_dtls") or ()]
    parts = [_line(entry, place, payment) for payment in payments]
    amounts = [part.amount for part in parts]
    adds_up = None not in amounts and sum((amount for amount in amounts if amount), Decimal(0)) == whole.amount
    same_side = all(part.direction == whole.direction and part.currency == whole.currency for part in parts)
    if len(parts) > 1 and adds_up and same_side:
        yield from parts
    elif len(parts) == 1:
        yield _line(entry, place, payments[0], whole_amount=True)
    else:
        yield whole


def _line(entry: Any, place: int, payment: Any, *, whole_amount: bool = False) -> BookedLine:
    amount = _dig(entry, "amt") if payment is None or whole_amount else _payment_amount(payment)
    side = _text(entry if payment is None or whole_amount else payment, "cdt_dbt_ind") or _text(entry, "cdt_dbt_ind")
    direction = {"CRDT": 1, "DBIT": -1}.get(side or "", 0)
    status = _text(entry, "sts", "cd") or _text(entry, "sts")
    parties, agents = _dig(payment, "rltd_pties"), _dig(payment, "rltd_agts")
    other = "dbtr" if direction > 0 else "cdtr"
    summary = (
        _text_list(payment, "rmt_inf", "ustrd") or _text(payment, "addtl_tx_inf") or _text(entry, "addtl_ntry_inf")
    )
    currency = _text(amount, "ccy")
    moment = _moment(_dig(entry, "bookg_dt")) or _moment(_dig(entry, "val_dt"))
    value = _decimal(_dig(amount, "value"))
    return BookedLine(
        row=place,
        direction=direction,
        amount=value,
        currency=currency,
        at=moment,
        raw=(_text(entry, "ntry_ref"), str(value), currency, side, status, str(moment), summary),
        booked=status in {None, "BOOK"},
        kind=TransferKind.REVERSAL if _dig(entry, "rvsl_ind") is True else _kind(entry, payment),
        texts={
            "counterparty": _account_number(_dig(parties, f"{other}_acct")),
            "counterparty_name": _text(parties, other, "pty", "nm") or _text(parties, other, "nm"),
            "counterparty_institution": _institution(_dig(agents, f"{other}_agt")),
            "serial": _text(payment, "refs", "acct_svcr_ref") or _text(entry, "acct_svcr_ref"),
            "order_number": _text(payment, "refs", "clr_sys_ref"),
            "summary": summary,
            "channel": _text(entry, "bk_tx_cd", "domn", "fmly", "sub_fmly_cd"),
        },
    )


def _payment_amount(payment: Any) -> Any:
    return _dig(payment, "amt") or _dig(payment, "amt_dtls", "tx_amt", "amt")


def _text_list(value: Any, *names: str) -> str | None:
    found = _dig(value, *names)
    return " ".join(str(text) for text in found).strip() or None if isinstance(found, list) else None


def _kind(entry: Any, payment: Any) -> TransferKind:
    kinds = rulebook().iso_kinds
    for source in (payment, entry):
        code = _text(source, "bk_tx_cd", "domn", "fmly", "sub_fmly_cd")
        if code is not None and code in kinds:
            return kinds[code]
    return TransferKind.TRANSFER
