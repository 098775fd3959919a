"""Lists and records: `GET /api/v1/{kind}` with a cursor, `GET /api/v1/{kind}/{id}` as the masked document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, get
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response

from fanzha.casework import Case, CaseStatus, Clue, ClueStage, Report, ReportStatus, Task, TaskStatus
from fanzha.casework.errand_model import Errand, ErrandStatus
from fanzha.casework.governance import ControlledAccount, ControlState, Meeting, MeetingStatus
from fanzha.casework.indicators import Indicator
from fanzha.casework.openings import Opening, OpeningKind
from fanzha.casework.operations import Campaign, CampaignStatus, Operation, OperationResult, OperationStatus
from fanzha.casework.publicity import PublicityEntry, PublicityKind
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.time import format_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_table import version_of
from fanzha.services.desk import lists
from fanzha.services.desk.documents.account import account_document
from fanzha.services.desk.documents.case import case_document, task_document
from fanzha.services.desk.documents.clue import clue_document
from fanzha.services.desk.documents.errand import errand_document
from fanzha.services.desk.documents.governance import control_document, meeting_document
from fanzha.services.desk.documents.indicator import indicator_document
from fanzha.services.desk.documents.measure import incident_document, measure_document, order_document, target_document
from fanzha.services.desk.documents.opening import opening_document
from fanzha.services.desk.documents.operation import campaign_document, operation_document, result_document
from fanzha.services.desk.documents.publicity import publicity_document
from fanzha.services.desk.documents.report import report_document
from fanzha.services.desk.documents.return_ import return_document
from fanzha.services.desk.last_changes import last_changes
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_account import open_account
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.web.api.callers import caller
from fanzha.web.api.problems import EVERY, LISTING, ApiError
from fanzha.web.console import Console

Document = dict[str, Any]
LIMIT_MAX: Final = 200
ID_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9._-]{0,99}$"
NUMBER_PATTERN: Final = r"^[0-9A-Za-z]{8,40}$"
RecordId = Annotated[str, PathParameter(pattern=ID_PATTERN, description="The record's id.")]
AccountNumber = Annotated[str, PathParameter(pattern=NUMBER_PATTERN, description="The account's whole number.")]
Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX, description="Records of a page.")]
Cursor = Annotated[str, QueryParameter(max_length=2000, description="`next_cursor` of the page before.")]
Named = Annotated[str, QueryParameter(pattern=r"^[A-Za-z0-9._-]{0,100}$", description="Only what belongs to it.")]


class RecordPage(msgspec.Struct, frozen=True):
    """Some records of a list, in the order in which an officer works it off."""

    items: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Readable:
    """A kind of record: how it is listed, and what it is as a document."""

    kind: str
    record: type[Any]
    listed: Callable[[Desk, Actor, ListWanted], Any]
    states: type[StrEnum] | None
    document: Callable[[Any, Mask, Desk], Document]


READABLE: Final = (
    Readable("reports", Report, lists.list_reports, ReportStatus, lambda one, mask, _: report_document(one, mask)),
    Readable(
        "clues", Clue, lists.list_clues, ClueStage,
        lambda one, mask, desk: clue_document(one, mask, desk.rules.casework, desk.clock.now_us()),
    ),
    Readable(
        "cases", Case, lists.list_cases, CaseStatus,
        lambda one, mask, desk: case_document(one, mask, desk.rules.casework),
    ),
    Readable(
        "measures", Measure, lists.list_measures, Status,
        lambda one, mask, desk: measure_document(one, mask, desk.clock.now_us()),
    ),
    Readable(
        "returns", ReturnProcedure, lists.list_returns, ProcedureStatus,
        lambda one, mask, _: return_document(one, mask),
    ),
    Readable(
        "tasks", Task, lists.list_tasks, TaskStatus,
        lambda one, mask, desk: task_document(one, mask, desk.clock.now_us()),
    ),
    Readable("errands", Errand, lists.list_errands, ErrandStatus, lambda one, mask, _: errand_document(one, mask)),
    Readable(
        "publicity", PublicityEntry, lists.list_publicity, PublicityKind, lambda one, mask, _: publicity_document(one, mask)
    ),
    Readable("openings", Opening, lists.list_openings, OpeningKind, lambda one, mask, _: opening_document(one, mask)),
    Readable("meetings", Meeting, lists.list_meetings, MeetingStatus, lambda one, mask, _: meeting_document(one, mask)),
    Readable(
        "controls", ControlledAccount, lists.list_controls, ControlState, lambda one, mask, _: control_document(one, mask)
    ),
    Readable(
        "campaigns", Campaign, lists.list_campaigns, CampaignStatus, lambda one, mask, _: campaign_document(one, mask)
    ),
    Readable(
        "operations", Operation, lists.list_operations, OperationStatus,
        lambda one, mask, _: operation_document(one, mask),
    ),
    Readable("incidents", Incident, lists.list_incidents, None, lambda one, mask, _: incident_document(one, mask)),
)  # fmt: skip
BY_RECORD: Final = {one.record: one for one in READABLE}


def reading_handlers(console: Console) -> tuple[Any, ...]:
    """Two handlers for each kind; and orders, accounts and published numbers."""
    found: list[Any] = []
    for one in READABLE:
        found += [_list_of(console, one), _one_of(console, one)]
    return (*found, _orders(console), _account(console), _indicator(console))


def document_of(desk: Desk, record: Any, mask: Mask) -> Document | None:
    """The record as its document; None for a kind that has none here."""
    if isinstance(record, Indicator):
        return indicator_document(record, mask)
    if isinstance(record, OperationResult):
        return result_document(record, mask)
    readable = BY_RECORD.get(type(record))
    return None if readable is None else _dated(desk, [readable.document(record, mask, desk)])[0]


def _list_of(console: Console, one: Readable) -> Any:
    states: Any = str if one.states is None else Literal[tuple(state.value for state in one.states)]
    if one.states is None:
        states = Literal["open", "closed"]

    def listed(
        request: Request[Any, Any, Any],
        status: Any = None,
        case: Named = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> RecordPage:
        actor, desk = caller(console, request), console.desk
        if case and one.record is Incident:
            raise ApiError(404, "not_found", "incidents are listed by measure")
        wanted = ListWanted(status=(status,) if status else (), case=case, limit=limit, cursor=cursor or None)
        page = _page(one.listed, desk, actor, wanted)
        mask = mask_for(desk, actor, page.rows)
        documents = _dated(desk, [one.document(row, mask, desk) for row in page.rows])
        return RecordPage(documents, page.next_cursor)

    listed.__annotations__["status"] = Annotated[states | None, QueryParameter(description="Only these.")]
    listed.__doc__ = f"The {one.kind} that you may see."
    return _get(f"/{one.kind}", f"list_{one.kind}", listed)


def _one_of(console: Console, one: Readable) -> Any:
    def single(request: Request[Any, Any, Any], record_id: RecordId) -> Response[dict[str, Any]]:
        desk = console.desk
        opened = open_record(desk, caller(console, request), one.record, record_id)
        (document,) = _dated(desk, [one.document(opened.record, opened.mask, desk)])
        return Response(document, headers={"etag": f'"{version_of(opened.record)}"'})

    single.__doc__ = f"One of the {one.kind}, its persons behind the mask."
    return _get(f"/{one.kind}/{{record_id:str}}", f"read_{one.kind}", single)


def _orders(console: Console) -> Any:
    def orders(request: Request[Any, Any, Any], limit: Limit = 50, cursor: Cursor = "") -> RecordPage:
        """The orders of the measures that you may see: of a partner, what was sent to it; a page counts measures."""
        actor, desk = caller(console, request), console.desk
        page = _page(lists.list_measures, desk, actor, ListWanted(limit=limit, cursor=cursor or None))
        mask = mask_for(desk, actor, page.rows)
        changed = _changed(desk, [measure.id for measure in page.rows])
        found = [
            {
                **order_document(order, measure.request), "measure": measure.id, "kind": measure.kind,
                "target": target_document(measure.target, mask), "updated_at": changed[measure.id],
            }
            for measure in page.rows
            for order in measure.orders
        ]  # fmt: skip
        return RecordPage(found, page.next_cursor)

    return _get("/orders", "list_orders", orders)


def _account(console: Console) -> Any:
    def account(request: Request[Any, Any, Any], number: AccountNumber) -> dict[str, Any]:
        """What is known of an account; the look is written down as a search."""
        return account_document(open_account(console.desk, caller(console, request), number), None)

    return _get("/accounts/{number:str}", "read_account", account)


def _indicator(console: Console) -> Any:
    def indicator(request: Request[Any, Any, Any], record_id: RecordId) -> dict[str, Any]:
        """A number of the public page."""
        opened = open_record(console.desk, caller(console, request), Indicator, record_id)
        return _dated(console.desk, [indicator_document(opened.record, opened.mask)])[0]

    return _get("/indicators/{record_id:str}", "read_indicators", indicator)


def _get(path: str, name: str, handler: Callable[..., Any]) -> Any:
    handler.__name__ = name
    answers = LISTING if name.startswith("list_") else EVERY
    decorated = get(
        path, operation_id=name, sync_to_thread=True, responses=answers, summary=(handler.__doc__ or "").strip()
    )
    return decorated(handler)


def _page(listed: Callable[[Desk, Actor, ListWanted], Any], desk: Desk, actor: Actor, wanted: ListWanted) -> Any:
    """A page of a list. Raises ApiError for a cursor of another list: whatever else is wrong was told before."""
    try:
        return listed(desk, actor, wanted)
    except NotFound:
        raise
    except BadInput as foreign:
        raise ApiError(409, "cursor", str(foreign)) from None


def _dated(desk: Desk, documents: Iterable[Document]) -> list[Document]:
    """The documents with when they were last changed; null where the audit tells of nothing."""
    found = list(documents)
    changed = _changed(desk, [str(one["id"]) for one in found])
    for one in found:
        one["updated_at"] = changed[str(one["id"])]
    return found


def _changed(desk: Desk, ids: list[str]) -> dict[str, str | None]:
    with desk.store.reading() as view:
        changed = last_changes(view, ids)
    return {one: None if (at_us := changed.get(one)) is None else format_instant(at_us) for one in ids}
