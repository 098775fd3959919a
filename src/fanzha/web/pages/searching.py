"""Looking a number or an id up: asked for by POST alone, so that no address and no log has it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from fanzha.casework import CaseStatus, ReportStatus, TaskStatus
from fanzha.casework.governance import MeetingStatus
from fanzha.casework.model import ClueStage
from fanzha.casework.operations import CampaignStatus, OperationStatus
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.identifiers import doubt_about, plain_identifier
from fanzha.measures.appeals import AppealStatus
from fanzha.measures.lifecycle import Status
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.services.desk.find_report import acknowledgement_of
from fanzha.services.desk.search_records import TERMS_MIN, Found, Hit, search_records
from fanzha.web.account_reference import account_address
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_

# Where a record of each kind is opened; what has no page of its own is reached through its case.
PLACES: Final[Mapping[str, str]] = {
    "report": "/reports/", "clue": "/clues/", "case": "/cases/", "measure": "/measures/", "return": "/returns/",
    "incident": "/incidents/", "appeal": "/appeals/", "campaign": "/campaigns/", "operation": "/operations/",
    "result": "/results/", "meeting": "/meetings/", "control": "/controls/", "opening": "/openings/",
}  # fmt: skip
KINDS: Final[Mapping[str, str]] = {
    "case": N_("案件"), "report": N_("警情"), "clue": N_("线索"), "fact": N_("已核实付款"), "measure": N_("措施"),
    "return": N_("资金返还"), "task": N_("待办"), "appeal": N_("申诉"), "incident": N_("异常"),
    "campaign": N_("专项行动"), "operation": N_("行动"), "result": N_("战果"), "meeting": N_("会商"),
    "control": N_("管控账户"), "opening": N_("开户登记"),
}  # fmt: skip

STATES: Final[Mapping[str, type[Enum]]] = {
    "case": CaseStatus, "report": ReportStatus, "clue": ClueStage, "measure": Status, "return": ProcedureStatus,
    "task": TaskStatus, "appeal": AppealStatus, "campaign": CampaignStatus, "operation": OperationStatus,
    "meeting": MeetingStatus,
}  # fmt: skip


def search_form(ask: Ask) -> Answer:
    """An empty form; what is looked for never stands in an address."""
    return _page(ask, None, None)


def search(ask: Ask) -> Answer:
    """What was found, by kind; a record's own id or number leads to the record itself."""
    terms, case, reason = (ask.form.text(name) for name in ("terms", "case", "reason"))
    wanted = plain_identifier(terms)
    if len(wanted) < TERMS_MIN:
        return _page(ask, None, Trouble(N_("请至少填写四个字符：完整的号码或编号"), "", status=422))
    try:
        found = search_records(ask.console.desk, ask.officer, terms, case=case, reason=reason)
    except (BadInput, FanzhaError) as error:
        return _page(ask, None, trouble_of(error))
    named = next((hit for hit in found.hits if hit.id == wanted), None)
    if acknowledgement_of(wanted) and len(found.hits) == 1 and found.hits[0].kind == "report":
        named = found.hits[0]
    address = "" if named is None else address_of(named)
    return GoTo(address) if address else _page(ask, found, None)


def address_of(hit: Hit) -> str:
    """Where a hit is opened; empty where it may not be seen."""
    if not hit.id:
        return ""
    place = PLACES.get(hit.kind, "")
    return f"{place}{hit.id}" if place else f"/cases/{hit.case}" if hit.case else ""


def state_of(hit: Hit) -> Enum | str:
    """The state in which a hit is, as the terms know it."""
    kind = STATES.get(hit.kind)
    return kind(hit.status) if kind is not None and hit.status else "—"


def _page(ask: Ask, found: Found | None, trouble: Trouble | None) -> Answer:
    terms, case = ask.form.text("terms"), ask.form.text("case")
    hits = () if found is None else found.hits
    is_number = found is not None and not doubt_about(plain_identifier(terms)).startswith("that is no")
    context = {
        "found": found, "trouble": trouble, "terms": terms, "case": case, "reason": ask.form.text("reason"),
        "kinds": KINDS, "address_of": address_of, "state_of": state_of,
        "seen": [(kind, [hit for hit in hits if hit.kind == kind and hit.id]) for kind in KINDS],
        "elsewhere": [hit for hit in hits if not hit.id],
        "dossier": account_address(ask.console, ask.officer, terms, case) if is_number else "",
    }  # fmt: skip
    return Page("search.html", context, 200 if trouble is None else trouble.status)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/search", search_form, SEERS),
    Route("POST", "/search", search, SEERS),
)
