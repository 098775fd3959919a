"""What looks mistyped in a report while its caller is still on the line: said at the fields, and never in the way twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.core.identifiers import NumberDoubt, doubts_about_account, doubts_about_phone, plain_identifier
from fanzha.services.desk.match_institution import Institutions
from fanzha.web.asking import Form
from fanzha.web.report_form import PAYMENTS, Rows
from fanzha.web.words import InBoth

_WORDS: Final[Mapping[NumberDoubt, tuple[str, str]]] = {
    NumberDoubt.CARD_LENGTH: ("{}位，银行卡一般16–19位", "{} digits; a bank card usually has 16–19"),
    NumberDoubt.LETTERS: ("含字母：O 还是 0，l 还是 1？", "There are letters in it: O or 0, l or 1?"),
    NumberDoubt.MASKED: ("号码不全，有星号", "Not the whole number: there are asterisks in it"),
    NumberDoubt.PHONE: ("{}位，不像能回拨的号码", "{} characters; it does not look like a number to call back"),
}


def doubts_of(form: Form, rows: Rows, institutions: Institutions) -> dict[str, str]:
    """Field → what is doubtful in it; a bank is, where orders reach others and none of this name."""
    doubts = _said("phone", form.text("phone"), doubts_about_phone(form.text("phone")))
    for row in range(1, rows.payments + 1):
        for name in ("payee", "payer"):
            field = f"{PAYMENTS}-{row}-{name}"
            number = plain_identifier(form.text(field))
            doubts |= _said(field, number, doubts_about_account(number))
        field = f"{PAYMENTS}-{row}-bank"
        doubts |= _bank(field, form.text(field), institutions)
    return doubts


def seen_mark(form: Form, doubts: Iterable[str]) -> str:
    """A mark of what stood in the doubtful fields when they were shown; empty where nothing is doubtful."""
    written = "\n".join(f"{name}={form.text(name)}" for name in sorted(doubts))
    return hashlib.sha256(written.encode()).hexdigest()[:16] if written else ""


def _said(field: str, number: str, doubts: Iterable[NumberDoubt]) -> dict[str, str]:
    words = [_WORDS[doubt] for doubt in doubts]
    if not words:
        return {}
    chinese, english = ("；".join(one[0] for one in words), "; ".join(one[1] for one in words))
    return {field: InBoth(chinese.format(len(number)), english.format(len(number)))}


def _bank(field: str, name: str, institutions: Institutions) -> dict[str, str]:
    if not name or not institutions.connected or institutions.answers(name):
        return {}
    nearest = institutions.nearest(name)
    return {
        field: InBoth(
            "没有已连接的机构叫这个名字，指令不能自动发出" + (f"；是不是 {nearest}？" if nearest else ""),
            "No connected institution has this name: an order to it cannot leave by itself"
            + (f"; do you mean {nearest}?" if nearest else ""),
        )
    }
