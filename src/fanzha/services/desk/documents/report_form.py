"""Reads a report out of a document, as a person, a partner or a program writes it; every error names the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from fanzha.casework import AccountName, Channel, Contact, Loss, ReportDraft, ReportedPayment, Reporter, ReporterKind
from fanzha.casework.model import ClueKind
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import DEFAULT_CURRENCY, EXPONENTS, exponent_of, parse_minor
from fanzha.core.time import parse_instant

_REPORT: Final = (
    "channel", "reporter", "narrative", "jurisdiction", "losses", "payments", "contacts", "first_contact_at",
    "leaked_from", "source_reference",
)  # fmt: skip
_REPORTER: Final = ("kind", "name", "id_number", "phone", "institution", "identity_kept_secret")
_LOSS: Final = ("victim", "actual", "attempted", "currency")
_PAYMENT: Final = ("victim", "amount", "currency", "at", "serial", "means", "payee", "payer")
_ACCOUNT: Final = ("account", "holder_name", "institution")
_CONTACT: Final = ("kind", "value", "step")
Read = TypeVar("Read")
Word = TypeVar("Word", bound=StrEnum)


def read_report(document: object) -> ReportDraft:
    """The report that a document tells.

    Amounts are decimal texts in yuan (or the currency named), times ISO 8601, Shanghai where no offset is written.

    Raises BadInput, which names the field (`payments[2].payee.account`), what stands there and what is expected.
    """
    top = _Fields(document, "", _REPORT)
    reporter = _Fields(top.raw("reporter", {}), "reporter", _REPORTER)
    name = reporter.text("name")
    return ReportDraft(
        channel=top.word("channel", Channel, Channel.CALL),
        reporter=Reporter(
            kind=reporter.word("kind", ReporterKind, ReporterKind.VICTIM),
            name=name,
            id_number=reporter.text("id_number").replace(" ", "").upper(),
            phone=reporter.text("phone"),
            institution=reporter.text("institution"),
            identity_kept_secret=reporter.flag("identity_kept_secret"),
        ),
        narrative=top.text("narrative"),
        jurisdiction=top.text("jurisdiction"),
        losses=top.each("losses", _LOSS, lambda fields: _loss(fields, name)),
        payments=top.each("payments", _PAYMENT, lambda fields: _payment(fields, name)),
        contacts=top.each("contacts", _CONTACT, _contact),
        first_contact_us=top.instant("first_contact_at"),
        leaked_from=top.text("leaked_from"),
        source_reference=top.text("source_reference"),
    )


def check_says_something(draft: ReportDraft) -> None:
    """Nothing is too little for a report; but nothing at all is a slip. Raises BadInput, which says what may be given."""
    who = draft.reporter
    said = (
        who.name, who.phone, who.id_number, who.institution, draft.narrative, draft.source_reference, draft.payments,
        draft.losses, draft.contacts, draft.attachments,
    )  # fmt: skip
    if not any(said):
        raise BadInput(
            "a report needs at least one of: who reports it (--reporter, --phone), what happened (--narrative), whom money "
            "was paid to (--payee, --payee-name), a line or a site (--line, --site), a file (--attach); or --from FILE"
        )


def account_number(text: str, field: str) -> str:
    """An account, card or wallet number as people type it. Raises BadInput for what can be none."""
    bare = plain_identifier(text)
    if bare and not (bare.isascii() and bare.isprintable() and any(sign.isalnum() for sign in bare)):
        raise BadInput(f"{field}: {text!r} is no account number; a name belongs into holder_name")
    return bare


class _Fields:
    """The fields of one part of the document, each read by what it must be."""

    def __init__(self, given: object, place: str, known: Sequence[str]) -> None:
        if not isinstance(given, Mapping):
            raise BadInput(f"{place or 'the report'}: must be an object with {', '.join(known)}")
        self._given, self._place = given, f"{place}." if place else ""
        for name in given:
            if name not in known:
                raise BadInput(f"{self._place}{name}: there is no such field; the fields are {', '.join(known)}")

    def raw(self, name: str, otherwise: object = None) -> Any:
        """What stands there."""
        found = self._given.get(name)
        return otherwise if found is None else found

    def text(self, name: str) -> str:
        """A text; empty where nothing is said."""
        found = self.raw(name, "")
        if not isinstance(found, str):
            raise self.bad(name, "must be a text in quotes")
        return found.strip()

    def flag(self, name: str) -> bool:
        """Yes or no; no where nothing is said."""
        found = self.raw(name, False)
        if not isinstance(found, bool):
            raise self.bad(name, "must be true or false")
        return found

    def word(self, name: str, kind: type[Word], otherwise: Word) -> Word:
        """One of the words of a list."""
        found = self.raw(name, otherwise.value)
        if found not in {word.value for word in kind}:
            raise self.bad(name, f"is none of {', '.join(kind)}")
        return kind(found)

    def currency(self) -> str:
        """The currency; the yuan where nothing is said."""
        found = self.text("currency") or DEFAULT_CURRENCY
        if found not in EXPONENTS:
            raise self.bad("currency", f"is none of {', '.join(EXPONENTS)}")
        return found

    def minor(self, name: str, currency: str) -> int | None:
        """An amount in minor units; None where nobody knows it. A number without quotes could have lost its decimals."""
        found = self.raw(name)
        if found is None or found == "":
            return None
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self.bad(name, 'must be a decimal in quotes, such as "50000.00"')
        try:
            return parse_minor(str(found), exponent_of(currency))
        except BadInput as error:
            raise BadInput(f"{self._place}{name}: {error}") from None

    def instant(self, name: str) -> int | None:
        """A time; None where nobody knows it."""
        found = self.text(name)
        if not found:
            return None
        try:
            return parse_instant(found)
        except BadInput as error:
            raise BadInput(f"{self._place}{name}: {error}") from None

    def account(self, name: str) -> AccountName:
        """An account as somebody names it."""
        part = _Fields(self.raw(name, {}), f"{self._place}{name}", _ACCOUNT)
        number = account_number(part.text("account"), f"{self._place}{name}.account")
        return AccountName(number, part.text("holder_name"), part.text("institution"))

    def each(self, name: str, known: Sequence[str], read: Callable[[_Fields], Read]) -> tuple[Read, ...]:
        """A list of parts, counted from 1 as people count."""
        found = self.raw(name, [])
        if not isinstance(found, list):
            raise self.bad(name, "must be a list: […]")
        parts = enumerate(found, 1)
        return tuple(read(_Fields(part, f"{self._place}{name}[{at}]", known)) for at, part in parts)

    def bad(self, name: str, expected: str) -> BadInput:
        """What is wrong with a field."""
        return BadInput(f"{self._place}{name}: {self._given.get(name)!r} {expected}")


def _loss(fields: _Fields, reporter: str) -> Loss:
    currency = fields.currency()
    actual, attempted = fields.minor("actual", currency), fields.minor("attempted", currency)
    if actual is None and attempted is None:
        raise fields.bad("actual", "must say what was lost, or `attempted` what was only tried")
    return Loss(fields.text("victim") or reporter, actual or 0, attempted or 0, currency)


def _payment(fields: _Fields, reporter: str) -> ReportedPayment:
    currency = fields.currency()
    return ReportedPayment(
        id="",
        victim=fields.text("victim") or reporter,
        payee=fields.account("payee"),
        payer=fields.account("payer"),
        amount_minor=fields.minor("amount", currency),
        currency=currency,
        at_us=fields.instant("at"),
        serial=fields.text("serial"),
        means=fields.text("means"),
    )


def _contact(fields: _Fields) -> Contact:
    value = fields.text("value")
    if not value:
        raise fields.bad("value", "must say the number, the site or the way")
    return Contact(fields.word("kind", ClueKind, ClueKind.OTHER), value, fields.text("step"))
