"""The report as an officer types it during a call: several payments and losses, every error at its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.casework import AccountName, Channel, Contact, Loss, ReportDraft, ReportedPayment, Reporter, ReporterKind
from fanzha.casework.model import ClueKind
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput
from fanzha.core.money import DEFAULT_CURRENCY, EXPONENTS
from fanzha.services.desk.documents.report_form import account_number, check_says_something
from fanzha.web.asking import Form
from fanzha.web.forms import INSTITUTIONS, Faults, Field, Kind, read_fields, said_amount, said_instant
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

ROWS_MAX: Final = 30
_DAY_ALONE: Final = re.compile(r"(\d{4}[-/年])?\d{1,2}[-/月]\d{1,2}日?|今天|昨天|前天")
PAYMENTS: Final = "payments"
LOSSES: Final = "losses"
CURRENCIES: Final = tuple((code, code) for code in EXPONENTS)


@dataclass(frozen=True, slots=True)
class Rows:
    """How many payments and losses stand on the form."""

    payments: int = 1
    losses: int = 1

    @classmethod
    def of(cls, form: Form) -> Rows:
        """As the form says, with the one more that was asked for."""
        more = form.text("more")
        return cls(_rows(form, PAYMENTS, more), _rows(form, LOSSES, more))


def _rows(form: Form, part: str, more: str) -> int:
    named = form.text(f"{part}-rows")
    count = int(named) if named.isascii() and named.isdigit() and len(named) < 4 else 1
    return min(max(count + (more == part), 1), ROWS_MAX)


def reporter_fields() -> tuple[Field, ...]:
    """Who reports, and what happened."""
    return (
        Field("kind", N_("报案人身份"), Kind.CHOICE, choices=choices_of(ReporterKind, without=(ReporterKind.SYSTEM,)),
              start=ReporterKind.VICTIM.value, required=True),
        Field("name", N_("姓名")), Field("phone", N_("联系电话"), Kind.NUMBER),
        Field("narrative", N_("案情（报案人的话）"), Kind.AREA),
    )  # fmt: skip


def other_fields() -> tuple[Field, ...]:
    """What is seldom asked in the first minute."""
    return (
        Field("id_number", N_("证件号码")),
        Field("channel", N_("来源"), Kind.CHOICE, choices=choices_of(Channel, without=(Channel.SYSTEM,)),
              start=Channel.CALL.value, required=True),
        Field("institution", N_("报案机构"), hint=N_("报案人是机构时填写。")),
        Field("first_contact", N_("首次接触时间"), hint=N_("对方第一次联系被害人的时间。")),
        Field("leaked_from", N_("信息泄露来源")),
        Field("source_reference", N_("来源编号"), hint=N_("对方自己的编号；同一编号再来即为重复。")),
        Field("jurisdiction", N_("发生地区划代码"), hint=N_("不填即为本单位辖区。")),
        Field("secret", N_("要求为其身份保密"), Kind.FLAG),
        Field("files", N_("附件（凭证、截图）"), Kind.FILES, hint=N_("请最后选择：加行或改错后须重新选择。")),
    )  # fmt: skip


def contact_fields() -> tuple[Field, ...]:
    """By what the victim was reached."""
    return (
        Field("lines", N_("涉诈号码"), Kind.AREA, hint=N_("每行一个；后面可空格写环节，如：引流。")),
        Field("sites", N_("网址或应用"), Kind.AREA, hint=N_("每行一个。")),
    )


def payment_fields(row: int, today: str = "") -> tuple[Field, ...]:
    """One payment; the first five are what a stop needs. today: the hint beside its time."""
    name = f"{PAYMENTS}-{row}-"
    return (
        Field(name + "payee", N_("收款账号"), Kind.NUMBER), Field(name + "holder", N_("收款户名")),
        Field(name + "bank", N_("开户机构"), listed=INSTITUTIONS),
        Field(name + "amount", N_("汇款金额"), hint=N_("元，或如 3万8")),
        Field(name + "at", N_("转账时间"), hint=today),
        Field(name + "payer", N_("付款账号"), Kind.NUMBER), Field(name + "victim", N_("付款人"), hint=N_("不填即报案人。")),
        Field(name + "means", N_("转账方式")), Field(name + "serial", N_("流水号"), Kind.NUMBER),
        Field(name + "currency", N_("币种"), Kind.CHOICE, choices=CURRENCIES, start=DEFAULT_CURRENCY, required=True),
    )  # fmt: skip


URGENT: Final = 5  # of the fields of a payment, those that are always in sight


def loss_fields(row: int) -> tuple[Field, ...]:
    """One victim's loss."""
    name = f"{LOSSES}-{row}-"
    return (
        Field(name + "victim", N_("被害人"), hint=N_("不填即报案人。")), Field(name + "actual", N_("实际损失")),
        Field(name + "attempted", N_("未遂金额")),
    )  # fmt: skip


def all_fields(rows: Rows) -> tuple[Field, ...]:
    """Every field of a form with so many rows."""
    return (
        *reporter_fields(), *(field for row in range(1, rows.payments + 1) for field in payment_fields(row)),
        *(field for row in range(1, rows.losses + 1) for field in loss_fields(row)), *contact_fields(), *other_fields(),
    )  # fmt: skip


def written(fields: Sequence[Field], form: Form) -> tuple[Field, ...]:
    """The fields with what stands in the form."""
    return tuple(replace(field, start="\n".join(form.fields[field.name])) if field.name in form.fields else field
                 for field in fields)  # fmt: skip


def read_draft(form: Form, rows: Rows, now_us: int, latest_us: int) -> ReportDraft:
    """The report of a filled form. Raises Faults, which names every field that cannot be read."""
    reading = _Reading(read_fields(all_fields(rows), form), now_us, latest_us)
    draft = reading.draft(rows)
    if reading.faults:
        raise Faults(reading.faults)
    return draft


def check_not_empty(draft: ReportDraft, files: Sequence[object]) -> None:
    """Raises Faults where nothing at all was written."""
    if files:
        return
    try:
        check_says_something(draft)
    except BadInput:
        raise Faults({"narrative": N_("请至少填写：谁报案、发生了什么、钱付给谁，或上传一个附件")}) from None


class _Reading:
    """Reads what the kinds of fields do not: amounts in 万, times of today, lines of contacts."""

    def __init__(self, values: Mapping[str, Any], now_us: int, latest_us: int) -> None:
        self._values, self.faults = values, dict[str, str]()
        self._now_us, self._latest_us = now_us, latest_us

    def draft(self, rows: Rows) -> ReportDraft:
        given = self._values
        reporter = Reporter(
            ReporterKind(given["kind"]), given["name"], given["id_number"].replace(" ", "").upper(), given["phone"],
            given["institution"], identity_kept_secret=given["secret"],
        )  # fmt: skip
        payments = (self._payment(f"{PAYMENTS}-{row}-", reporter.name) for row in range(1, rows.payments + 1))
        losses = (self._loss(f"{LOSSES}-{row}-", reporter.name) for row in range(1, rows.losses + 1))
        return ReportDraft(
            channel=Channel(given["channel"]), reporter=reporter, narrative=given["narrative"],
            jurisdiction=self._read("jurisdiction", lambda text: check_division(text, "jurisdiction")) or "",
            losses=tuple(loss for loss in losses if loss is not None),
            payments=tuple(payment for payment in payments if payment is not None),
            contacts=(*_contacts(given["lines"], ClueKind.LINE), *_contacts(given["sites"], ClueKind.SITE)),
            first_contact_us=self._instant("first_contact", day_alone=True), leaked_from=given["leaked_from"],
            source_reference=given["source_reference"],
        )  # fmt: skip

    def _payment(self, row: str, reporter: str) -> ReportedPayment | None:
        given = {name: self._values[row + name] for name in ("payee", "holder", "bank", "amount", "at", "payer")}
        if not any(given.values()):
            return None
        currency = self._values[row + "currency"]
        payee = self._read(row + "payee", _account) or ""
        return ReportedPayment(
            id="", victim=self._values[row + "victim"] or reporter,
            payee=AccountName(payee, given["holder"], given["bank"]),
            payer=AccountName(self._read(row + "payer", _account) or ""),
            amount_minor=self._read(row + "amount", lambda text: amount_of(text, currency)), currency=currency,
            at_us=self._instant(row + "at"), serial=self._values[row + "serial"], means=self._values[row + "means"],
        )  # fmt: skip

    def _loss(self, row: str, reporter: str) -> Loss | None:
        actual, attempted = (self._read(row + name, amount_of) for name in ("actual", "attempted"))
        if actual is None and attempted is None:
            return None
        return Loss(self._values[row + "victim"] or reporter, actual or 0, attempted or 0)

    def _instant(self, name: str, *, day_alone: bool = False) -> int | None:
        found: int | None = self._read(
            name, lambda text: instant_of(text, self._now_us, self._latest_us, day_alone=day_alone)
        )
        return found

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        text = self._values[name]
        if not text:
            return None
        try:
            return read(text)
        except BadInput as error:
            self.faults[name] = error.args[0]  # not its str(): that would lose the English of what brings its own
            return None


def amount_of(text: str, currency: str = DEFAULT_CURRENCY) -> int:
    """An amount as people say it: 38000, 3.8万, 3万2. Raises BadInput for what is none, or could be two."""
    minor = said_amount(text, currency)
    if minor <= 0:
        raise BadInput(N_("金额须大于零"))
    return minor


def instant_of(text: str, now_us: int, latest_us: int, *, day_alone: bool = False) -> int:
    """A time as people say it: 1352 is today's, 昨天17:05. Raises BadInput for none, for what could be two, and for the future.

    day_alone: a day is enough, and means its beginning.
    """
    at_us = said_instant(f"{text} 00:00" if day_alone and _DAY_ALONE.fullmatch(text) else text, now_us)
    if at_us > latest_us:
        raise BadInput(N_("这个时间还没有到；不是今天的请写上日期"))
    return at_us


def _account(text: str) -> str:
    try:
        return account_number(text, "payee")
    except BadInput:
        raise BadInput(N_("这不是账号；户名请填在户名一栏")) from None


def _contacts(text: str, kind: ClueKind) -> tuple[Contact, ...]:
    parted = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return tuple(Contact(kind, parts[0], parts[1] if len(parts) > 1 else "") for parts in parted)
