"""The office: bodies, the people who sign in, the tokens of programs, and how partners are reached."""

from __future__ import annotations

from typing import Final

from fanzha.access import Credential
from fanzha.access.webhooks import Webhook
from fanzha.core.actor import Role
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.services.desk.keep_passkeys import list_passkeys
from fanzha.services.desk.keep_webhooks import list_webhooks
from fanzha.services.desk.link_partner import list_links
from fanzha.services.desk.list_office import PersonLine, list_bodies, list_people, list_tokens
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import able
from fanzha.web.deeds.office import OFFICE_DEEDS, person_kept
from fanzha.web.routes import ADMINISTRATORS, Route
from fanzha.web.words import N_

BODY_DEEDS: Final = tuple(deed for deed in OFFICE_DEEDS if deed.kind == "bodies" and deed.is_of_record)
PERSON_DEEDS: Final = tuple(deed for deed in OFFICE_DEEDS if deed.kind == "people" and deed.is_of_record)


def office_page(ask: Ask) -> Answer:
    """Every body that the administrator sees, the people he keeps, and the partners' links where they are his to keep."""
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    bodies = list_bodies(desk, ask.officer)
    people = list_people(desk, ask.officer)
    try:
        links = list_links(desk, ask.officer)
    except NotAllowed:
        links = None
    lines = [(line, state_of(line, now_us)) for line in people]
    return Page("office.html", {"bodies": bodies, "people": lines, "links": links})


def state_of(line: PersonLine, now_us: int) -> str:
    """How somebody's account stands."""
    until, locked = line.password_until_us, line.locked_until_us
    if not line.person.active:
        return N_("已停用")
    if locked is not None and now_us < locked:
        return N_("已锁定")
    if until is not None and until <= now_us:
        return N_("口令已过期")
    if until is None and Role.API_CLIENT not in line.person.roles:
        return N_("没有口令")
    return N_("正常")


def body_page(ask: Ask) -> Answer:
    """A body and its people."""
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    wanted = ask.path["organisation"]
    body = next((one for one in list_bodies(desk, ask.officer) if one.id == wanted), None)
    if body is None:
        raise NotFound(f"there is no body {wanted}, or it is not yours to keep")
    try:
        people = [(line, state_of(line, now_us)) for line in list_people(desk, ask.officer, body.id)]
    except NotAllowed:
        people = None
    deeds = able(BODY_DEEDS, ask.console, ask.officer, body.id)
    return Page("office_body.html", {"body": body, "people": people, "deeds": deeds})


def person_page(ask: Ask) -> Answer:
    """Somebody's account, with what can be done to it; of a program its tokens."""
    login = ask.path["login"]
    person = person_kept(ask.console, ask.officer, login)
    desk, now_us = ask.console.desk, ask.console.desk.clock.now_us()
    line = next(one for one in list_people(desk, ask.officer, person.organisation) if one.person.login == login)
    program = Role.API_CLIENT in person.roles
    left_out = {
        "token": not program,
        "webhook": not program,
        "reset-password": program,
        "deactivate": not person.active,
        "reactivate": person.active,
    }
    fitting = [deed for deed in PERSON_DEEDS if not left_out.get(deed.name)]
    context = {
        "line": line, "person": person, "state": state_of(line, now_us), "program": program,
        "tokens": _tokens(ask, login) if program else (),
        "webhooks": _webhooks(ask, login) if program else (),
        "passkeys": list_passkeys(desk, ask.officer, login),
        "deeds": able(fitting, ask.console, ask.officer, login),
    }  # fmt: skip
    return Page("office_person.html", context)


def _tokens(ask: Ask, login: str) -> tuple[Credential, ...]:
    """The tokens of a program; none where they are another administrator's to keep."""
    try:
        return list_tokens(ask.console.desk, ask.officer, login)
    except NotAllowed:
        return ()


def _webhooks(ask: Ask, login: str) -> tuple[Webhook, ...]:
    """Where a program is told of changes; none where that is another administrator's to keep."""
    try:
        return list_webhooks(ask.console.desk, ask.officer, login)
    except NotAllowed:
        return ()


def to_office(_ask: Ask) -> Answer:
    """What is listed on the office's page has no page of its own."""
    return GoTo("/office")


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/office", office_page, ADMINISTRATORS),
    Route("GET", "/bodies", to_office, ADMINISTRATORS),
    Route("GET", "/bodies/{organisation:str}", body_page, ADMINISTRATORS),
    Route("GET", "/people", to_office, ADMINISTRATORS),
    Route("GET", "/people/{login:str}", person_page, ADMINISTRATORS),
    Route("GET", "/tokens/{token:str}", to_office, ADMINISTRATORS),
    Route("GET", "/webhooks/{webhook:str}", to_office, ADMINISTRATORS),
    Route("GET", "/passkeys/{passkey:str}", to_office, ADMINISTRATORS),
    Route("GET", "/links", to_office, ADMINISTRATORS),
    Route("GET", "/links/{organisation:str}", to_office, ADMINISTRATORS),
)
