"""The deeds of the console for programs: `POST /api/v1/{kind}/{id}/{verb}`, reports and receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, HeaderParameter, JSONBody, RawBody

from fanzha.casework import DuplicateOffer
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.orders import Outcome, Receipt
from fanzha.services.desk.documents.report_form import read_report
from fanzha.services.desk.draft_measure import draft_measure
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.web.api.bodies import MeasureIn, ReceiptIn, ReportIn, body_of, form_of, measure_draft, report_content
from fanzha.web.api.callers import caller
from fanzha.web.api.problems import EVERY, WRITING, ApiError
from fanzha.web.api.reading import RecordId, document_of
from fanzha.web.console import Console
from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.deeds.deed import Deed, Doing
from fanzha.web.forms import Faults, Field, Values, read_fields
from fanzha.web.refusals import Trouble

Kind = TypeVar("Kind")
Key = Annotated[
    str,
    HeaderParameter(name="Idempotency-Key", pattern=r"^[A-Za-z0-9._:-]{0,100}$",
              description="The same key and command again are carried out once."),
]  # fmt: skip
IfMatch = Annotated[
    str,
    HeaderParameter(
        name="If-Match", pattern=r'^("[0-9]{1,9}")?$', description="The ETag of the record as you read it."
    ),
]


@contextmanager
def fitting() -> Iterator[None]:
    """What fits the description and yet makes no sense as things stand, a time to come for one, conflicts with them."""
    try:
        yield
    except NotFound:
        raise
    except BadInput as senseless:
        raise ApiError(409, "refused", str(senseless)) from None


def strictly(body: bytes, kind: type[Kind]) -> Kind:
    """The body, as the description says and nothing like it: "1" is no truth value and no number."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.DecodeError as misfit:
        raise ApiError(400, "invalid", str(misfit)) from None


class DeedDone(msgspec.Struct, frozen=True):
    """What came of a deed: the record as it is now, behind the mask; null where the deed gives none."""

    id: str
    version: int | None
    record: dict[str, Any] | None


class DeedChoice(msgspec.Struct, frozen=True):
    """What a field of choices may hold, and what it is called."""

    value: str
    label: str


class DeedField(msgspec.Struct, frozen=True):
    """A field of a deed's body."""

    name: str
    label: str
    kind: str
    required: bool
    choices: list[DeedChoice]


class DeedForm(msgspec.Struct, frozen=True):
    """What a deed takes as the record stands; the rule and the sentence that forbid it now are empty where none does."""

    fields: list[DeedField]
    rule: str
    detail: str


class MergeOffer(msgspec.Struct, frozen=True):
    """Two records that may be one: the older, the younger, and what both have."""

    kept: str
    absorbed: str
    signs: list[str]


class Alike(msgspec.Struct, frozen=True):
    """What may be one with a report, to be merged by an officer, and the reports that name one of its payees too."""

    reports: list[MergeOffer]
    clues: list[MergeOffer]
    same_payee: list[str]


class ReportTaken(msgspec.Struct, frozen=True):
    """A report with its number, and the clues that it made."""

    id: str
    acknowledgement: str
    clues: list[str]
    warning: str
    alike: Alike


class ReceiptNoted(msgspec.Struct, frozen=True):
    """What was done with an answer."""

    taken: str
    measure: str | None
    incidents: list[str]
    late: bool


def doing_handlers(console: Console) -> tuple[Any, ...]:
    """A handler for each deed of the console, and for what it takes where the record decides that; reports, receipts."""
    asking = (_asking(console, deed) for deed in DEEDS if deed.around is not None)
    return (*(_deed(console, deed) for deed in DEEDS), *asking, _report(console), _measure(console), _receipt(console))


def _deed(console: Console, deed: Deed) -> Any:
    body = body_of(deed)

    def carry_out(request: Request[Any, Any, Any], record_id: str, data: Any, key: str, if_match: str) -> DeedDone:
        actor, desk = caller(console, request), console.desk
        _check_role(deed, actor)
        values = _values(deed, console, actor, record_id, data)
        doing = Doing(desk, console, actor, record_id, values, version=_version(if_match), request=key)
        with fitting():
            done = deed.carry_out(doing)
        record = done.record
        document = None if record is None else document_of(desk, record, mask_for(desk, actor, ()))
        made = getattr(record, "id", record_id)
        return DeedDone(made, getattr(record, "version", None), document)

    return _post(deed, body, carry_out)


def _check_role(deed: Deed, actor: Actor) -> None:
    if not actor.roles & deed.roles:
        raise NotAllowed("role", "this deed is not one of your roles'")


def _values(deed: Deed, console: Console, actor: Actor, record_id: str, data: Any) -> Values:
    """The body by the deed's fields; where the record decides which these are, a misfit conflicts with the record."""
    fields = deed.fields_for(console, actor, record_id)
    try:
        return read_fields(fields, form_of(data))
    except Faults as faults:
        if deed.around is None:
            raise
        told = f"what it takes is told at {deed.name}/form: {', '.join(one.name for one in fields)}"
        raise ApiError(409, "refused", told, fields=tuple(faults.faults)) from None
    except BadInput as misfit:
        raise ApiError(409, "refused", str(misfit)) from None


def _asking(console: Console, deed: Deed) -> Any:
    """A handler that tells what the deed takes as the record stands, and what stands against it."""

    def tell(request: Request[Any, Any, Any], record_id: str) -> DeedForm:
        actor = caller(console, request)
        _check_role(deed, actor)
        fields, against = deed.fields_for(console, actor, record_id), deed.trouble(console, actor, record_id)
        if against is not None and against.status == 404:
            raise NotFound(against.sentence)
        return _told(fields, against)

    if deed.is_of_record:

        def handler(request: Request[Any, Any, Any], record_id: RecordId) -> DeedForm:
            return tell(request, record_id)

    else:

        def handler(request: Request[Any, Any, Any]) -> DeedForm:  # type: ignore[misc]
            return tell(request, "")

    handler.__name__ = name = f"{deed.kind}_{deed.name}_form".replace("-", "_")
    summary = f"What {deed.name} of {deed.kind} takes as things stand."
    return get(f"{_path(deed)}/form", operation_id=name, sync_to_thread=True, responses=EVERY, summary=summary)(handler)


def _told(fields: Sequence[Field], against: Trouble | None) -> DeedForm:
    return DeedForm(
        [
            DeedField(
                one.name, one.label, one.kind.value, one.required, [DeedChoice(*choice) for choice in one.choices]
            )
            for one in fields
        ],
        "" if against is None else against.rule,
        "" if against is None else against.sentence,
    )


def _path(deed: Deed) -> str:
    return f"/{deed.kind}/{{record_id:str}}/{deed.name}" if deed.is_of_record else f"/{deed.kind}/{deed.name}"


def _post(deed: Deed, kind: Any, carry_out: Callable[..., DeedDone]) -> Any:
    """A handler with just the parameters that the deed has."""
    if deed.is_of_record and kind is not None:

        def handler(
            request: Request[Any, Any, Any],
            record_id: RecordId,
            data: Any,  # noqa: ARG001 - what the description says of the body
            body: RawBody,
            key: Key = "",
            if_match: IfMatch = "",
        ) -> DeedDone:
            return carry_out(request, record_id, strictly(body, kind), key, if_match)

    elif deed.is_of_record:

        def handler(  # type: ignore[misc]
            request: Request[Any, Any, Any], record_id: RecordId, key: Key = "", if_match: IfMatch = ""
        ) -> DeedDone:
            return carry_out(request, record_id, {}, key, if_match)

    else:

        def handler(  # type: ignore[misc]
            request: Request[Any, Any, Any],
            data: Any,  # noqa: ARG001 - as above
            body: RawBody,
            key: Key = "",
        ) -> DeedDone:
            return carry_out(request, "", strictly(body, kind), key, "")

    if "data" in handler.__annotations__:
        handler.__annotations__["data"] = Annotated[kind, Body(media_type=RequestEncodingType.JSON)]
    return _named(
        _path(deed), f"{deed.kind}_{deed.name}".replace("-", "_"), handler, f"Carries out {deed.name} of {deed.kind}."
    )


def _report(console: Console) -> Any:
    def take_report(
        request: Request[Any, Any, Any],
        data: JSONBody[ReportIn],  # noqa: ARG001 - what the description says of the body
        body: RawBody,
        key: Key = "",
    ) -> ReportTaken:
        actor = caller(console, request)
        told = report_content(strictly(body, ReportIn))
        with fitting():
            received = receive_report(console.desk, actor, read_report(told), request=key)
        report, clues = received.report, [clue.id for clue in received.clues]
        same_payee = sorted({other for payee in received.alike.payees for other in payee.reports} - {report.id})
        alike = Alike(_offers(received.alike.reports), _offers(received.alike.clues), same_payee)
        return ReportTaken(report.id, report.acknowledgement, clues, received.warning, alike)

    return _named("/reports", "take_report", take_report, "Takes a report in; its number is given at once.", 201)


def _offers(found: Sequence[DuplicateOffer]) -> list[MergeOffer]:
    return [MergeOffer(each.kept, each.absorbed, [sign.value for sign in each.signs]) for each in found]


def _measure(console: Console) -> Any:
    def word_measure(
        request: Request[Any, Any, Any],
        data: JSONBody[MeasureIn],  # noqa: ARG001 - what the description says of the body
        body: RawBody,
        key: Key = "",
    ) -> DeedDone:
        actor, desk = caller(console, request), console.desk
        wanted = measure_draft(strictly(body, MeasureIn))
        with fitting():
            made = draft_measure(desk, actor, wanted, request=key)
        return DeedDone(made.id, made.version, document_of(desk, made, mask_for(desk, actor, (made,))))

    return _named(
        "/measures", "word_measure", word_measure, "Words a measure; it is proposed by a deed of its own.", 201
    )


def _receipt(console: Console) -> Any:
    def take_receipt(request: Request[Any, Any, Any], data: JSONBody[ReceiptIn], body: RawBody) -> ReceiptNoted:
        actor = caller(console, request)
        data, content = strictly(body, ReceiptIn), body
        receipt = Receipt(
            data.id, data.order, Outcome(data.outcome), parse_instant(data.answered_at), console.desk.clock.now_us(),
            amount_minor=None if data.amount is None else parse_minor(data.amount), code=data.code, note=data.note,
            balance_minor=None if data.balance is None else parse_minor(data.balance),
            balance_us=None if data.balance_at is None else parse_instant(data.balance_at),
            evidence=console.books.evidence.put(content, f"{data.id}.json"),
        )  # fmt: skip
        with fitting():
            taken = record_receipt(console.desk, actor, receipt)
        measure = None if taken.measure is None else taken.measure.id
        return ReceiptNoted(taken.taken.value, measure, [one.id for one in taken.incidents], taken.late)

    return _named("/receipts", "take_receipt", take_receipt, "Takes an institution's answer in; kept whole.", 201)


def _named(path: str, name: str, handler: Callable[..., Any], summary: str, status: int = 200) -> Any:
    handler.__name__ = name
    return post(path, operation_id=name, sync_to_thread=True, status_code=status, responses=WRITING, summary=summary)(
        handler
    )


def _version(if_match: str) -> int | None:
    return int(if_match.strip('"')) if if_match else None
