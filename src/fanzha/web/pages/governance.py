"""Joint governance: matters for other agencies with their numbers, meeting sheets, corporate accounts under control."""

from __future__ import annotations

from typing import Final

from fanzha.casework.governance import ControlState, Meeting
from fanzha.core.errors import BadInput
from fanzha.services.desk.control_account import control_list, one_control
from fanzha.services.desk.governance_page import governance_page
from fanzha.services.desk.lists import ListWanted, list_meetings
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.governance import GOVERNANCE_DEEDS
from fanzha.web.record_lists import counted_at, record_list
from fanzha.web.routes import OFFICERS, PARTNERS, SEERS, Route
from fanzha.web.terms import choices_of
from fanzha.web.words import CHINESE, N_, sayer

STATES: Final = {
    "waiting": N_("办理中"), "late": N_("已超时"), "answered": N_("已反馈"), "to_follow": N_("待回头看"),
    "confirmed": N_("回头看已确认"),
}  # fmt: skip


def governance(ask: Ask) -> Answer:
    """What was asked of other agencies, by matter; each number opens its errands; and the last meetings."""
    desk, actor = ask.console.desk, ask.officer
    page = governance_page(desk, actor)
    meetings = list_meetings(desk, actor, ListWanted(limit=20, cursor=ask.query.get("cursor") or None))
    zh = ask.language == CHINESE

    def listed(matter: str, state: str) -> str:
        return counted_at("/governance/list", page.as_of_us, matter=matter, state=state)

    context = {
        "states": tuple(STATES), "listed": listed,
        "page": page, "meetings": meetings, "mask": mask_for(desk, actor, meetings.rows),
        "names": {one.matter.slug: one.matter.zh if zh else one.matter.en for one in page.matters},
        "officer": bool(actor.roles & OFFICERS),
    }  # fmt: skip
    return Page("governance.html", context)


def counted_errands(ask: Ask) -> Answer:
    """The errands that one number of a matter counts, as of its time."""
    page = governance_page(ask.console.desk, ask.officer, as_of_us=ask.as_of_us)
    state, slug = ask.query.get("state", ""), ask.query.get("matter", "")
    tally = next((one for one in page.matters if one.matter.slug == slug), None)
    if tally is None or state not in STATES:
        raise BadInput(f"matter={slug!r}, state={state!r}: there is no such number; open it from the page")
    ids: tuple[str, ...] = getattr(tally, state)
    name = tally.matter.zh if ask.language == CHINESE else tally.matter.en
    said = f"{sayer(ask.language)(STATES[state])} {len(ids)}"
    return record_list(ask, name, said, ids, as_of_us=page.as_of_us, back="/governance")


def one_meeting(ask: Ask) -> Answer:
    """The sheet of a meeting: agenda, minutes, what was resolved and what became of it; it prints as it stands."""
    desk, actor = ask.console.desk, ask.officer
    opened = open_record(desk, actor, Meeting, ask.path["record_id"])
    deeds = tuple(deed for deed in GOVERNANCE_DEEDS if deed.kind == "meetings" and deed.is_of_record)
    zh = ask.language == CHINESE
    ours = opened.record.organisation == actor.organisation
    context = {
        "meeting": opened.record, "mask": opened.mask, "ours": ours,
        "matters": {one.slug: one.zh if zh else one.en for one in desk.rules.governance.matters.values()},
        "deeds": able(deeds, ask.console, actor, opened.record.id) if ours else (),
    }  # fmt: skip
    return Page("meeting.html", context)


def controls(ask: Ask) -> Answer:
    """Corporate accounts under control, by class, with what is done to each and the bank's last answer."""
    desk, actor = ask.console.desk, ask.officer
    risk, status = ask.query.get("risk", ""), ask.query.get("status", "")
    wanted = ListWanted(risk=risk, status=(status,) if status else (), cursor=ask.query.get("cursor") or None)
    page, shown = control_list(desk, actor, wanted)
    context = _words(ask) | {
        "page": page, "shown": shown, "mask": mask_for(desk, actor, page.rows), "risk": risk, "status": status,
        "statuses": choices_of(ControlState), "officer": bool(actor.roles & OFFICERS),
    }  # fmt: skip
    return Page("controls.html", context)


def one_account(ask: Ask) -> Answer:
    """One account on the list, why it is there, and what is done to it."""
    desk, actor = ask.console.desk, ask.officer
    shown = one_control(desk, actor, ask.path["record_id"])
    deeds = tuple(deed for deed in GOVERNANCE_DEEDS if deed.kind == "controls" and deed.is_of_record)
    context = _words(ask) | {
        "shown": shown, "control": shown.control, "mask": mask_for(desk, actor, (shown.control,)),
        "deeds": able(deeds, ask.console, actor, shown.control.id),
    }  # fmt: skip
    return Page("control.html", context)


def to_governance(_ask: Ask) -> Answer:
    """The meetings stand beside the matters."""
    return GoTo("/governance")


def _words(ask: Ask) -> dict[str, object]:
    rules, zh = ask.console.desk.rules.governance, ask.language == CHINESE
    return {
        "classes": {one.slug: one.zh if zh else one.en for one in rules.classes.values()},
        "reasons": {one.slug: one.zh if zh else one.en for one in rules.reasons.values()},
    }


ROUTES: Final = (
    Route("GET", "/governance", governance, OFFICERS | PARTNERS),
    Route("GET", "/governance/list", counted_errands, OFFICERS | PARTNERS),
    Route("GET", "/meetings", to_governance, OFFICERS | PARTNERS),
    Route("GET", "/meetings/{record_id:str}", one_meeting, SEERS | PARTNERS),
    Route("GET", "/controls", controls, SEERS),
    Route("GET", "/controls/{record_id:str}", one_account, SEERS),
)
