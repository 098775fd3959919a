"""Sitting down and getting up: signing in and out, and a visitor's change of seats in a simulated city (模拟)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fanzha.core.errors import BadInput, NotAllowed
from fanzha.services.desk.sign_in import sign_in
from fanzha.services.desk.sign_out import sign_out
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import CSRF_FIELD, LANGUAGE_COOKIE, SESSION_COOKIE, Ask, Form
from fanzha.web.navigation import first_page, navigation_for
from fanzha.web.refusals import trouble_of
from fanzha.web.routes import EVERYBODY_HERE, Route
from fanzha.web.setting import LOOK_COOKIES
from fanzha.web.words import LANGUAGES

KEPT: Final = "kept."  # before the names of fields that wait until somebody has signed in again


def home(ask: Ask) -> Answer:
    """Where somebody's day begins."""
    return GoTo("/sign-in" if ask.actor is None else first_page(ask.actor))


def sign_in_form(ask: Ask) -> Answer:
    """Login and password."""
    if ask.actor is not None:
        return GoTo(first_page(ask.actor))
    next_page = _inside(ask.query.get("next", ""))
    return Page("sign_in.html", {"login": "", "next": next_page, "trouble": None, "kept": (), "kept_for": ""})


def begin(ask: Ask) -> Answer:
    """Begins a session; what is wrong is said in one sentence, whatever it is."""
    login, next_page = ask.form.text("login"), _inside(ask.form.text("next"))
    try:
        seated = sign_in(ask.console.desk, ask.console.hasher, login, ask.form.text("password"))
    except (NotAllowed, BadInput) as error:
        context: dict[str, object] = {"login": login, "next": next_page, "trouble": trouble_of(error)}
        context |= {"kept": _kept_again(ask.form), "kept_for": _inside(ask.form.text("kept_for"))}
        return Page("sign_in.html", context, status=403)
    cookies = {SESSION_COOKIE: seated.token}
    kept_for = _inside(ask.form.text("kept_for"))
    if kept_for:
        again = replace(ask, cookies={**ask.cookies, **cookies}, actor=seated.actor)
        context = {"ask": again, "csrf": again.csrf, "kept": _kept_again(ask.form), "kept_for": kept_for}
        return Page("kept_form.html", {**context, "navigation": navigation_for(seated.actor)}, cookies=cookies)
    return GoTo(next_page or first_page(seated.actor), cookies=cookies)


def kept_of(form: Form) -> tuple[tuple[str, str], ...]:
    """What was written into a form whose session was over when it was sent; files are not kept, nor secrets."""
    return tuple(
        (name, value)
        for name, values in form.fields.items()
        for value in values
        if name not in (CSRF_FIELD, "password")
    )


def _kept_again(form: Form) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.removeprefix(KEPT), value)
        for name, values in form.fields.items()
        for value in values
        if name.startswith(KEPT)
    )


def end(ask: Ask) -> Answer:
    """Ends the session, here and at the desk."""
    sign_out(ask.console.desk, ask.officer, ask.session)
    return GoTo("/sign-in", cookies={SESSION_COOKIE: None})


def change_seat(ask: Ask) -> Answer:
    """In a simulated city, sits down as somebody else of it; elsewhere there is no such page."""
    if not ask.console.demo:
        raise NotAllowed("page.role", "seats are changed in a simulated city only")
    wanted = ask.form.text("login")
    if wanted not in {seat.login for seat in ask.console.demo}:
        raise BadInput(f"nobody of this city is called {wanted!r}")
    seated = sign_in(ask.console.desk, ask.console.hasher, wanted, ask.console.demo_password)
    return GoTo(first_page(seated.actor), cookies={SESSION_COOKIE: seated.token})


def settings(_ask: Ask) -> Answer:
    """What each keeps for himself: language, colours, height of rows, keys; and his password."""
    return Page("settings.html", {"looks": LOOK_COOKIES})


def keep_settings(ask: Ask) -> Answer:
    """Keeps what was chosen in this browser."""
    kept: dict[str, str | None] = {}
    if ask.form.text("language") in LANGUAGES:
        kept[LANGUAGE_COOKIE] = ask.form.text("language")
    for look, allowed in LOOK_COOKIES.items():
        if ask.form.text(look) in allowed:
            kept[f"fanzha-{look}"] = ask.form.text(look)
    return GoTo("/settings", "已保存", cookies=kept)


def keys(_ask: Ask) -> Answer:
    """Every key and what it does."""
    return Page("help.html")


def _inside(address: str) -> str:
    """An address of this console; anything else is none."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""


ROUTES: Final = (
    Route("GET", "/", home, None),
    Route("GET", "/sign-in", sign_in_form, None),
    Route("POST", "/sign-in", begin, None),
    Route("POST", "/sign-out", end, EVERYBODY_HERE),
    Route("POST", "/demo/seat", change_seat, None),
    Route("GET", "/settings", settings, EVERYBODY_HERE),
    Route("POST", "/settings", keep_settings, EVERYBODY_HERE),
    Route("GET", "/help", keys, EVERYBODY_HERE),
)
