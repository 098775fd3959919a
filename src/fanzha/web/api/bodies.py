"""The bodies of requests: a structure for each deed from its fields; reports and receipts as partners write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.measures.model import MeasureKind, Target, TargetKind
from fanzha.services.desk.draft_measure import MeasureDraft
from fanzha.web.asking import Form, Upload
from fanzha.web.deeds.deed import Deed
from fanzha.web.forms import TEXT_MAX, Field, Kind

FILES_MAX: Final = 10
COUNT_MAX: Final = 99_999_999
_SAID: Final = r"\S"
_DAY: Final = r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
INSTANT: Final = rf"^{_DAY}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\+08:00$"
BASE64: Final = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
AMOUNT: Final = r"^([1-9]\d{0,11}|0)(\.\d{1,2})?$"
PAID: Final = r"^[1-9]\d{0,11}(\.\d{1,2})?$"
NUMBER: Final = r"^[0-9A-Za-z][0-9A-Za-z -]{0,60}$"
# How a program writes what the console's forms read as people say it.
_WRITTEN: Final = {
    Kind.AMOUNT: Meta(pattern=AMOUNT, description="Decimal, in yuan: 32000 or 32000.50, never 3万2."),
    Kind.INSTANT: Meta(pattern=INSTANT, description="ISO 8601, Shanghai; never a time of today alone."),
    Kind.NUMBER: Meta(pattern=NUMBER),
}
Text = Annotated[str, Meta(max_length=2000)]
Paid = Annotated[str, Meta(pattern=PAID, description="Decimal, in yuan.")]
Instant = Annotated[str, Meta(pattern=INSTANT, description="ISO 8601, Shanghai.")]
RecordName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$", description="The id of a record.")]
Account = Annotated[str, Meta(pattern=NUMBER)]


class FileIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file: its name, and its content in base64."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    content: bytes


# What a field may hold where only the record says which fields there are.
Value = str | int | bool | list[str | FileIn] | None


def body_of(deed: Deed) -> Any:
    """The type of a deed's body; of one whose fields hang on the record, any object of such values."""
    if deed.around is not None:
        return dict[str, Value]
    if not deed.fields:
        return None
    fields: list[Any] = []
    for field in sorted(deed.fields, key=lambda one: not one.required):
        kind = _type_of(field)
        fields.append((field.name, kind) if field.required else (field.name, kind, _empty(field)))
    name = "".join(part.capitalize() for part in re.split(r"[-_]", f"{deed.kind}-{deed.name}"))
    return msgspec.defstruct(f"{name}Body", fields, frozen=True, forbid_unknown_fields=True, module=__name__)


def _type_of(field: Field) -> Any:
    """A field as JSON; what may be left out may be empty, too."""
    match field.kind:
        case Kind.FLAG:
            return bool
        case Kind.COUNT:
            return (
                Annotated[int, Meta(ge=0, le=COUNT_MAX)]
                if field.required
                else Annotated[int, Meta(ge=0, le=COUNT_MAX)] | None
            )
        case Kind.FILES:
            return Annotated[list[FileIn], Meta(min_length=int(field.required), max_length=FILES_MAX)]
        case Kind.MANY:
            one: Any = Literal[tuple(value for value, _ in field.choices)] if field.choices else str
            return Annotated[list[one], Meta(min_length=int(field.required), max_length=100)]
        case Kind.CHOICE if field.choices:
            values = tuple(value for value, _ in field.choices)
            return Literal[values if field.required else ("", *values)]
        case Kind.AMOUNT | Kind.INSTANT | Kind.NUMBER:
            one = Annotated[str, _WRITTEN[field.kind]]
            return one if field.required else one | None
        case _ if field.required:
            return Annotated[str, Meta(pattern=_SAID, min_length=1, max_length=TEXT_MAX)]
        case _:
            return Annotated[str, Meta(max_length=TEXT_MAX)]


def _empty(field: Field) -> Any:
    match field.kind:
        case Kind.FLAG:
            return False
        case Kind.COUNT | Kind.AMOUNT | Kind.INSTANT | Kind.NUMBER:
            return None
        case Kind.FILES | Kind.MANY:
            return msgspec.field(default_factory=list)
        case _:
            return ""


def form_of(body: Any) -> Form:
    """A body as the form that the deed's fields read. Raises BadInput for what no field holds."""
    values = msgspec.structs.asdict(body) if isinstance(body, msgspec.Struct) else dict(body or {})
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in values.items():
        if isinstance(value, list) and value and all(isinstance(one, FileIn) for one in value):
            files[name] = [Upload(one.name, one.content) for one in value]
        else:
            fields[name] = _texts(name, value)
    return Form(fields, files)


def _texts(name: str, value: Any) -> list[str]:
    match value:
        case None | False:
            return []
        case True:
            return ["1"]
        case str() | int():
            return [str(value)]
        case list() if all(isinstance(one, str) for one in value):
            return list(value)
        case _:
            raise BadInput(f"{name}: files and texts stand in one list; give files alone, or texts alone")


class AccountIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account as somebody names it."""

    account: Account | None = None
    holder_name: Text = ""
    institution: Text = ""


class PaymentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One payment as reported."""

    payee: AccountIn
    payer: AccountIn | None = None
    victim: Text = ""
    amount: Paid | None = None
    at: Instant | None = None
    serial: Text = ""
    means: Text = ""


class ContactIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line or a site by which the victim was reached."""

    kind: Literal["line", "site"]
    value: Annotated[str, Meta(pattern=_SAID, min_length=1, max_length=200)]
    step: Text = ""


class ReporterIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports."""

    kind: Literal["victim", "relative", "witness", "institution"] = "victim"
    name: Text = ""
    id_number: Text = ""
    phone: Text = ""
    institution: Text = ""
    identity_kept_secret: bool = False


class ReportIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report; amounts in yuan, times in Shanghai."""

    narrative: Annotated[str, Meta(pattern=_SAID, min_length=1, max_length=TEXT_MAX)]
    channel: Literal["call", "tip", "notice"] = "notice"
    reporter: ReporterIn = ReporterIn()
    jurisdiction: Annotated[str, Meta(pattern=r"^(53\d\d0[1-9])?$", description="GB/T 2260.")] = ""
    payments: Annotated[list[PaymentIn], Meta(max_length=100)] = []
    contacts: Annotated[list[ContactIn], Meta(max_length=100)] = []
    first_contact_at: Instant | None = None
    source_reference: Annotated[str, Meta(max_length=200)] = ""


class ReceiptIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An institution's answer to an order."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="The institution's own number of it.")]
    order: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="The order's id.")]
    outcome: Literal["received", "executed", "partial", "refused", "nothing_found"]
    answered_at: Instant
    amount: Paid | None = None
    balance: Annotated[str, Meta(pattern=AMOUNT)] | None = None
    balance_at: Instant | None = None
    code: Annotated[str, Meta(max_length=100)] = ""
    note: Text = ""


class TargetIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a measure is to act upon, where neither a fact nor an earlier measure says it."""

    kind: Literal[tuple(kind.value for kind in TargetKind)]  # type: ignore[valid-type]
    reference: Annotated[str, Meta(pattern=_SAID, min_length=1, max_length=200)]
    institution: Text = ""
    holder: Text = ""


class MeasureIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure to be worded; nothing is asked of anybody by it. Amounts in the currency of its fact, else in yuan."""

    kind: Literal[tuple(kind.value for kind in MeasureKind)]  # type: ignore[valid-type]
    reason: Annotated[str, Meta(pattern=_SAID, min_length=1, max_length=TEXT_MAX)]
    basis: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,60}$", description="The id of an article of measures.toml.")]
    case: RecordName = ""
    fact: RecordName = ""
    target: TargetIn | None = None
    modes: Annotated[list[str], Meta(max_length=10)] = []
    mode_reason: Text = ""
    amount: Paid | None = None
    traced: Annotated[str, Meta(pattern=AMOUNT)] | None = None
    term: Annotated[str, Meta(pattern=r"^[a-z_]{0,60}$")] = ""
    document: Annotated[str, Meta(max_length=200)] = ""
    payee: Account | None = None


def measure_draft(body: MeasureIn) -> MeasureDraft:
    """A measure as `draft_measure` takes it."""
    wanted = body.target
    target = None
    if wanted is not None:
        target = Target(TargetKind(wanted.kind), wanted.reference, wanted.institution, wanted.holder)
    return MeasureDraft(
        kind=MeasureKind(body.kind), reason=body.reason, basis=body.basis, case=body.case, fact=body.fact, target=target,
        modes=tuple(body.modes), mode_reason=body.mode_reason, term=body.term, document=body.document,
        amount_minor=None if body.amount is None else parse_minor(body.amount), payee=body.payee or "",
        traced_minor=None if body.traced is None else parse_minor(body.traced),
    )  # fmt: skip


def report_content(body: ReportIn) -> Mapping[str, Any]:
    """A report as `read_report` takes it."""
    found: dict[str, Any] = msgspec.to_builtins(body)
    return {name: _without_empty(value) for name, value in found.items() if value is not None}


def _without_empty(value: Any) -> Any:
    """Parts that nobody gave are left out: the reader knows what stands for them."""
    if isinstance(value, dict):
        return {name: _without_empty(one) for name, one in value.items() if one is not None}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value
