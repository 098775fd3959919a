"""Sitting down and getting up: signing in and out, and a visitor's change of seats in a simulated city (模拟)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.services.desk.own_sessions import end_session, own_sessions
from fanzha.services.desk.sign_in import EXPIRED, WRONG, SignedIn, change_password, confirm_person, sign_in
from fanzha.services.desk.sign_out import sign_out
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import CSRF_FIELD, LANGUAGE_COOKIE, SESSION_COOKIE, Ask, Form
from fanzha.web.navigation import first_page, navigation_for
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import EVERYBODY_HERE, Route
from fanzha.web.setting import LOOK_COOKIES
from fanzha.web.ways_in import ways_in
from fanzha.web.words import LANGUAGES, N_

Result = TypeVar("Result")

KEPT: Final = "kept."  # before the names of fields that wait until somebody has signed in again

# The keys of single pages; those of lists and of the picture of flows stand in the template.
SHEET: Final = (
    (N_("案件"), (("s", N_("做下一步")), ("f", N_("查流向")), ("b", N_("案件简报")), ("t", N_("加一项待办")))),
    (N_("账户档案"), (("o", N_("看资金流向")), ("h", N_("措施史")), ("e", N_("导出 Excel")), ("c", N_("复制")))),
    (N_("措施"), (("p", N_("到报批按钮")), ("r", N_("不同意")), ("v", N_("看反证")))),
    (N_("协作台"), (("r", N_("收到")), ("y", N_("已执行")), ("p", N_("部分执行")), ("n", N_("拒绝执行")))),
)  # fmt: skip


def home(ask: Ask) -> Answer:
    """Where somebody's day begins."""
    return GoTo("/sign-in" if ask.actor is None else first_page(ask.actor))


def sign_in_form(ask: Ask) -> Answer:
    """Login and password, or another way."""
    if ask.actor is not None:
        return GoTo(first_page(ask.actor))
    return Page(
        "sign_in.html", {**ways_in(ask), "login": "", "next": inside(ask.query.get("next", "")), "trouble": None}
    )


def begin(ask: Ask) -> Answer:
    """Begins a session; what is wrong is said in one sentence, whatever it is."""
    login = ask.form.text("login")
    try:
        seated = counted(ask, login, lambda: sign_in(ask.console.desk, ask.console.hasher, login, password_of(ask)))
    except (NotAllowed, BadInput) as error:
        if isinstance(error, NotAllowed) and error.rule == EXPIRED:
            return Page("password.html", {"login": login, "expired": True, "trouble": None}, status=403)
        return sign_in_page(ask, trouble_of(error), status=403)
    return seat_again(ask, seated)


def sign_in_page(ask: Ask, trouble: Trouble, status: int) -> Answer:
    """The way in once more, with what is wrong; what waits for it is not lost."""
    context = {"login": ask.form.text("login"), "next": inside(ask.form.text("next")), "trouble": trouble}
    kept = {"kept": _kept_again(ask.form), "kept_for": inside(ask.form.text("kept_for"))}
    return Page("sign_in.html", {**ways_in(ask), **context, **kept}, status=status)


def seat_again(ask: Ask, seated: SignedIn) -> Answer:
    """Where somebody goes on who has just signed in: to the form that waited for him, the page he asked for, or his first."""
    cookies = {SESSION_COOKIE: seated.token}
    kept_for = inside(ask.form.text("kept_for"))
    if kept_for:
        again = replace(ask, cookies={**ask.cookies, **cookies}, actor=seated.actor)
        context = {"ask": again, "csrf": again.csrf, "kept": _kept_again(ask.form), "kept_for": kept_for}
        return Page("kept_form.html", {**context, "navigation": navigation_for(seated.actor)}, cookies=cookies)
    return GoTo(inside(ask.form.text("next")) or first_page(seated.actor), cookies=cookies)


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


def counted(ask: Ask, login: str, attempt: Callable[[], Result]) -> Result:
    """The attempt, unless too many were wrong of late; one that is wrong is counted."""
    attempts, now_us = ask.console.attempts, ask.console.desk.clock.now_us()
    attempts.check(ask.client, login, now_us)
    try:
        return attempt()
    except NotAllowed as wrong:
        if wrong.rule == WRONG:
            attempts.was_wrong(ask.client, login, now_us)
        raise


def password_of(ask: Ask, name: str = "password") -> str:
    """As it was typed, blanks and all."""
    values = ask.form.fields.get(name)
    return values[-1] if values else ""


def second_person(ask: Ask) -> Actor | None:
    """Who approves what the form takes out, once his password is right; None where the form names nobody."""
    login, desk, hasher = ask.form.text("approver"), ask.console.desk, ask.console.hasher
    if not login:
        return None
    password = password_of(ask, "approver_password")
    return counted(ask, login, lambda: confirm_person(desk, hasher, login, password))


def password_form(ask: Ask) -> Answer:
    """The old password and a new one; also for whom an expired one keeps out."""
    login = "" if ask.actor is None else ask.actor.id
    return Page("password.html", {"login": login, "expired": False, "trouble": None})


def new_password(ask: Ask) -> Answer:
    """Changes it; every session ends, this one too."""
    login = ask.form.text("login") if ask.actor is None else ask.actor.id
    if password_of(ask, "new") != password_of(ask, "again"):
        trouble = Trouble(N_("两次输入的口令不同"), "", status=422)
        return Page("password.html", {"login": login, "expired": False, "trouble": trouble}, status=422)
    try:
        desk, hasher = ask.console.desk, ask.console.hasher
        counted(ask, login, lambda: change_password(desk, hasher, login, password_of(ask), password_of(ask, "new")))
    except (NotAllowed, BadInput) as error:
        trouble = trouble_of(error)
        return Page("password.html", {"login": login, "expired": False, "trouble": trouble}, status=trouble.status)
    return GoTo("/sign-in", N_("口令已更改，请用新口令登录"), cookies={SESSION_COOKIE: None})


def end_other(ask: Ask) -> Answer:
    """Ends one of one's own sessions elsewhere."""
    end_session(ask.console.desk, ask.officer, ask.path["session"])
    return GoTo("/settings", N_("此登录已结束"))


def end(ask: Ask) -> Answer:
    """Ends the session, here and at the desk."""
    sign_out(ask.console.desk, ask.officer, ask.session)
    return GoTo("/sign-in", cookies={SESSION_COOKIE: None})


def change_seat(ask: Ask) -> Answer:
    """In a simulated city, sits down as somebody else of it, and is told as whom; elsewhere there is no such page."""
    if not ask.console.demo:
        raise NotAllowed("page.role", "seats are changed in a simulated city only")
    wanted = ask.form.text("login")
    if wanted not in {seat.login for seat in ask.console.demo}:
        raise BadInput(f"nobody of this city is called {wanted!r}")
    seated = sign_in(ask.console.desk, ask.console.hasher, wanted, ask.console.demo_password)
    told = "\n".join((N_("已换席位，您现在是："), wanted))  # it has the focus where nothing else comes next
    return GoTo(first_page(seated.actor), told, {SESSION_COOKIE: seated.token})


def settings(ask: Ask) -> Answer:
    """What each keeps for himself: language, colours, height of rows, keys; and his password and sessions."""
    sessions = own_sessions(ask.console.desk, ask.officer, ask.session)
    return Page("settings.html", {"looks": LOOK_COOKIES, "sessions": sessions})


def keep_settings(ask: Ask) -> Answer:
    """Keeps what was chosen in this browser."""
    kept: dict[str, str | None] = {}
    if ask.form.text("language") in LANGUAGES:
        kept[LANGUAGE_COOKIE] = ask.form.text("language")
    for look, allowed in LOOK_COOKIES.items():
        if ask.form.text(look) in allowed:
            kept[f"fanzha-{look}"] = ask.form.text(look)
    return GoTo("/settings", N_("已保存"), cookies=kept)


def keys(_ask: Ask) -> Answer:
    """Every key and what it does."""
    return Page("help.html", {"sheet": SHEET})


def inside(address: str) -> str:
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
    Route("POST", "/settings/sessions/{session:str}/end", end_other, EVERYBODY_HERE),
    Route("GET", "/password", password_form, None),
    Route("POST", "/password", new_password, None),
    Route("GET", "/help", keys, EVERYBODY_HERE),
)
