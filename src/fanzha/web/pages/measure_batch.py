"""Several proposals of one case are approved in one go: each is read whole on the page, and ticked by itself."""

from __future__ import annotations

import secrets
from typing import Final

from fanzha.core.actor import Role
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.lists import ListWanted, list_measures
from fanzha.services.desk.match_institution import known_institutions
from fanzha.services.desk.measure_page import MeasurePage, measure_page
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import Route
from fanzha.web.words import N_

BATCH_MAX: Final = 20  # more than these nobody reads at once
SIGNERS: Final = frozenset({Role.APPROVER, Role.COMMANDER})


def review(ask: Ask) -> Answer:
    """The proposals of a case that wait for the officer's name, each with its whole review."""
    return _page(ask, ask.query.get("case", "").strip(), {})


def approve(ask: Ask) -> Answer:
    """Approves what was ticked, in the versions that were shown; what cannot be approved is said beside its review."""
    case, refused = ask.form.text("case"), dict[str, Trouble]()
    done = 0
    for ticked in ask.form.all("seen"):
        measure_id, _, version = ticked.partition(" ")
        if not version.isdigit():
            raise BadInput(f"{ticked!r} names no version that was read")
        if measure_id not in {found.measure.id for found in _waiting(ask, case)}:
            refused[measure_id] = Trouble(N_("不在待您审批之列：请重新查看"), "", status=409)
            continue
        try:
            key = f"{ask.form.text('request')}.{measure_id}"
            approve_measure(ask.console.desk, ask.officer, measure_id, version=int(version), request=key)
            done += 1
        except FanzhaError as error:
            refused[measure_id] = trouble_of(error)
    if refused or not done:
        return _page(ask, case, refused, nothing=not done and not refused)
    return GoTo(f"/measures?board=sign&case={case}", N_("所选已全部同意，指令随即发往机构"))


def _waiting(ask: Ask, case: str) -> tuple[MeasurePage, ...]:
    if not case:
        raise BadInput("name the case: proposals are approved together inside one case only")
    wanted = ListWanted(case=case, limit=BATCH_MAX)
    rows = list_measures(ask.console.desk, ask.officer, wanted, waiting_for_me=True).rows
    pages = (measure_page(ask.console.desk, ask.officer, row.id) for row in rows)
    return tuple(page for page in pages if page.status.value == "proposed")


def _page(ask: Ask, case: str, refused: dict[str, Trouble], *, nothing: bool = False) -> Answer:
    context = {
        "case": case, "pages": _waiting(ask, case), "refused": refused, "nothing": nothing,
        "request": secrets.token_urlsafe(12), "institutions": known_institutions(ask.console.desk, ask.officer),
    }  # fmt: skip
    return Page("measure_batch.html", context, 409 if refused or nothing else 200)


ROUTES: Final = (
    Route("GET", "/measures/batch", review, SIGNERS),
    Route("POST", "/measures/batch", approve, SIGNERS),
)
