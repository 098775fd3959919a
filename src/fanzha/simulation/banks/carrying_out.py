"""What a simulated bank does with an order, in its book; each order once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.matching import match_fields
from fanzha.measures.model import FourFields
from fanzha.measures.orders import Answered, OnwardTransfer, Outcome
from fanzha.measures.rules import FieldRules
from fanzha.measures.terms import Span, Unit, WorkCalendar
from fanzha.simulation.banks.book import Book, Counterparty, Hold
from fanzha.simulation.banks.statements import FORMS, Statement

ALL_TIME_US: Final = (0, 2**53)
BLOCKING: Final = frozenset({"stop_payment", "restriction", "payer_hold"})
KEEPING: Final = frozenset({"freeze", "queued_freeze"})


class Declined(Exception):
    """The bank refuses, by a code that stands in docs/how-to/order-format.md."""

    def __init__(self, code: str, note: str) -> None:
        super().__init__(note)
        self.code, self.note = code, note


@dataclass(frozen=True, slots=True)
class Done:
    """What the bank did: the substance of one receipt."""

    outcome: Outcome
    amount_minor: int | None = None
    code: str = ""
    note: str = ""
    account: str = ""  # whose balance the receipt states
    onward: tuple[OnwardTransfer, ...] = ()
    answered: tuple[Answered, ...] = ()
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict[str, tuple[str, bytes]])  # SHA-256: name, bytes


@dataclass(frozen=True, slots=True)
class Rules:
    """By what it compares and counts."""

    fields: FieldRules
    work: WorkCalendar


@dataclass(frozen=True, slots=True)
class Bank:
    """What carrying out needs to know of the bank; `in_part` says whether this one goes wrong so."""

    name: str
    book: Book
    rules: Rules
    statement: str
    in_part: Callable[[str], bool]
    tells_onward: bool


def carry_out(bank: Bank, order: Mapping[str, Any], at_us: int) -> tuple[Done, ...]:
    """Does what the order says and gives what to answer; nothing where the answer waits for another bank."""
    try:
        match order["verb"]:
            case "release":
                return (_release(bank, order, at_us),)
            case "release_part":
                return (_release_part(bank, order),)
            case "extend":
                return (_extend(bank, order),)
            case _:
                return _begin(bank, order, at_us)
    except Declined as no:
        return (Done(Outcome.REFUSED, code=no.code, note=no.note),)


def _begin(bank: Bank, order: Mapping[str, Any], at_us: int) -> tuple[Done, ...]:
    kind = order["kind"]
    if kind == "query":
        return _answer_query(bank, order, at_us)
    if kind not in BLOCKING | KEEPING | {"return"}:
        raise Declined("NOT_SUPPORTED", f"本行不办理 {kind}")
    account = order["target"]["reference"]
    _check_account(bank, order)
    if kind == "return":
        return _pay_back(bank, order, at_us)
    asked = _asked(order)
    if kind in BLOCKING:
        available = bank.book.balance(account)
        amount = available if asked is None else min(asked, available)
    elif kind == "queued_freeze":  # it waits behind another; what it will hold is seen when its turn comes
        amount = asked or 0
    else:
        available = max(bank.book.balance(account) - bank.book.held(account), 0)
        amount = available if asked is None else min(asked, available)
        if amount == 0:
            raise Declined("NO_FUNDS", "账户无可冻结余额")
        if bank.in_part(order["request_id"]):
            amount = max(amount // 2, 1)
    bank.book.begin_hold(
        Hold(order["request_id"], account, kind in BLOCKING, amount, at_us, _until(bank, order, at_us), None)
    )
    if order.get("continues"):
        bank.book.end_hold(order["continues"], at_us)
    short = asked is not None and amount < asked
    onward = _onward(bank, order, at_us) if short and bank.tells_onward else ()
    return (Done(Outcome.PARTIAL if short else Outcome.EXECUTED, amount, account=account, onward=onward),)


def _check_account(bank: Bank, order: Mapping[str, Any]) -> None:
    target, fact = order["target"], order["fact"]
    if fact is not None:
        bank.book.admit(
            target["reference"],
            target["holder"] or fact["holder"],
            parse_minor(fact["amount"]),
            parse_instant(fact["time"]),
        )
    holder = bank.book.holder(target["reference"])
    if holder is None:
        raise Declined("ACCOUNT_UNKNOWN", "账号不存在")
    if target["holder"] and target["holder"] != holder:
        raise Declined("HOLDER_MISMATCH", "户名不符")
    if fact is None or order["kind"] == "payer_hold":
        return
    asked = FourFields(fact["holder"], fact["account"], parse_minor(fact["amount"]), parse_instant(fact["time"]))
    inflows = [row for row in bank.book.movements(target["reference"], *ALL_TIME_US) if row.amount_minor > 0]
    compared = [
        match_fields(asked, FourFields(holder, target["reference"], row.amount_minor, row.at_us), bank.rules.fields)
        for row in inflows
    ]
    nearest = min(compared, key=len, default=None)
    if nearest is None or nearest:
        words = "、".join(each.field.value for each in nearest or ())
        raise Declined("PAYMENT_MISMATCH", f"四要素不符：{words or '无此交易'}")


def _asked(order: Mapping[str, Any]) -> int | None:
    amount = order["scope"]["amount"]
    return None if amount is None else parse_minor(amount)


def _until(bank: Bank, order: Mapping[str, Any], at_us: int) -> int | None:
    period = order["period"]
    return None if period is None else Span(period["count"], Unit(period["unit"])).end_of(at_us, bank.rules.work)


def _onward(bank: Bank, order: Mapping[str, Any], at_us: int) -> tuple[OnwardTransfer, ...]:
    """Where the money went since the payment that the order follows."""
    since_us = 0 if order["fact"] is None else parse_instant(order["fact"]["time"])
    rows = bank.book.movements(order["target"]["reference"], since_us, at_us)
    return tuple(
        OnwardTransfer(
            row.other, row.other_institution or bank.name, row.other_holder, -row.amount_minor, row.at_us,
            str(row.serial),
        )
        for row in rows
        if row.amount_minor < 0 and row.other
    )  # fmt: skip


def _answer_query(bank: Bank, order: Mapping[str, Any], at_us: int) -> tuple[Done, ...]:
    questions = [
        (each["account"], parse_instant(each["from"]), parse_instant(each["until"])) for each in order["questions"]
    ]
    if not questions:
        questions = [(order["target"]["reference"], 0, at_us)]
    found = [_statement(bank, *question, at_us) for question in questions]
    if not any(covered.statement for covered, _ in found):
        return (Done(Outcome.NOTHING_FOUND, note="查无", answered=tuple(covered for covered, _ in found)),)
    if len(found) > 1 and bank.in_part(order["request_id"]):
        half = len(found) // 2
        return _answers(found[:half], Outcome.PARTIAL), _answers(found[half:], Outcome.EXECUTED)
    return (_answers(found, Outcome.EXECUTED),)


def _answers(found: list[tuple[Answered, dict[str, tuple[str, bytes]]]], outcome: Outcome) -> Done:
    files = {sha256: file for _, several in found for sha256, file in several.items()}
    return Done(outcome, answered=tuple(covered for covered, _ in found), files=files)


def _statement(
    bank: Bank, account: str, from_us: int, until_us: int, at_us: int
) -> tuple[Answered, dict[str, tuple[str, bytes]]]:
    rows, holder = bank.book.movements(account, from_us, min(until_us, at_us)), bank.book.holder(account)
    nothing = Answered(account, from_us, min(until_us, at_us))  # nobody answers for what is to come
    if holder is None or not rows:
        return nothing, {}
    name, content = FORMS[bank.statement](Statement(bank.name, account, holder, rows, at_us))
    sha256 = hashlib.sha256(content).hexdigest()
    return replace(nothing, statement=sha256), {sha256: (name, content)}


def _pay_back(bank: Bank, order: Mapping[str, Any], at_us: int) -> tuple[Done, ...]:
    """Pays to an account of this bank at once; to another bank it takes the money out, and the answer comes later."""
    account, payee, amount = order["target"]["reference"], order["payee"], _asked(order)
    if not amount or not payee:
        raise Declined("NOT_SUPPORTED", "返还指令缺金额或收款账号")
    if bank.book.balance(account) < amount:
        raise Declined("NO_FUNDS", "余额不足")
    own = bank.book.holder(payee)
    reference, payer = f"return {order['request_id']}", bank.book.holder(account) or ""
    words = f"资金返还 {order['document']}".strip()
    bank.book.move(account, -amount, at_us, Counterparty(payee, own or ""), words, reference)
    if own is not None:
        bank.book.move(payee, amount, at_us, Counterparty(account, payer), words, reference)
        bank.book.use_holds(account, amount)
        return (Done(Outcome.EXECUTED, amount, account=account),)
    bank.book.connection.execute(
        "INSERT INTO payouts VALUES (?, ?, ?, ?, 'pending')", (order["request_id"], account, payee, amount)
    )
    return ()


def _release(bank: Bank, order: Mapping[str, Any], at_us: int) -> Done:
    """Lets go; an order that did not come yet, or waits, will never be carried out."""
    original = order["original"]
    bank.book.connection.execute(
        "INSERT INTO orders (id, body, arrived_us, due_us, state) VALUES (?, '', ?, ?, 'released') "
        "ON CONFLICT (id) DO UPDATE SET state = 'released' WHERE state = 'waiting'", (original, at_us, at_us),
    )  # fmt: skip
    hold = bank.book.hold(original)
    if hold is None or hold.over_us is not None:
        return Done(Outcome.EXECUTED, 0, note="无在控金额", account="" if hold is None else hold.account)
    bank.book.end_hold(original, at_us)
    return Done(Outcome.EXECUTED, hold.amount_minor, account=hold.account)


def _standing(bank: Bank, original: str) -> Hold:
    hold = bank.book.hold(original)
    if hold is None or hold.over_us is not None:
        raise Declined("UNKNOWN_ORIGINAL", "原措施不存在或已失效")
    return hold


def _release_part(bank: Bank, order: Mapping[str, Any]) -> Done:
    hold, amount = _standing(bank, order["original"]), _asked(order) or 0
    bank.book.change_hold(hold.original, amount_minor=max(hold.amount_minor - amount, 0))
    return Done(Outcome.EXECUTED, min(amount, hold.amount_minor), account=hold.account)


def _extend(bank: Bank, order: Mapping[str, Any]) -> Done:
    hold = _standing(bank, order["original"])
    if order["until"] is None:
        raise Declined("NOT_SUPPORTED", "续期指令缺截止时间")
    bank.book.change_hold(hold.original, until_us=parse_instant(order["until"]))
    return Done(Outcome.EXECUTED, hold.amount_minor, account=hold.account)
