"""2.10 Everybody's page: what is known of a number, objecting to it, and telling the desk something.

Nothing that is asked or told stands in an address, a cookie or a log: every step is a form that carries the save code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fanzha.core.errors import BadInput, FanzhaError
from fanzha.services.desk.answer_objection import lodge_listing_objection
from fanzha.services.desk.check_number import check_number
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import Route
from fanzha.web.words import N_

SIZE_COOKIE: Final = "fanzha-size"
SIZES: Final = ("normal", "large")
TELL: Final = ("term", "by", "contact", "grounds")


def public_page(
    ask: Ask,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    kept: Mapping[str, str] | None = None,
    status: int = 200,
) -> Page:
    """A public page with what stands around each of them.

    kept: the fields that go along where the language or the size of the type is changed.
    """
    asked = ask.query.get("size", "")
    size = asked if asked in SIZES else ask.cookies.get(SIZE_COOKIE, "")
    telephones = ask.console.desk.rules.public
    around = {
        "here": ask.address, "large": size == "large", "police": telephones.police, "hotline": telephones.hotline,
        "kept": kept or {}, "faults": {},
    }  # fmt: skip
    cookies = {SIZE_COOKIE: asked} if asked in SIZES else {}
    return Page(template, {**around, **(context or {})}, status, cookies)


def busy(ask: Ask, status: int = 503) -> Page:
    """The telephones, where nothing else can be said."""
    return public_page(ask, "public/busy.html", status=status)


def check_form(ask: Ask) -> Answer:
    """One field: a number, a site or an account."""
    return public_page(ask, "public/check.html", {"result": None})


def check(ask: Ask) -> Answer:
    """What is known of it; that nothing is known is never said to mean that it is safe."""
    if ask.form.text("go") == "show":
        return check_form(ask)
    desk = ask.console.desk
    try:
        result = check_number(desk, ask.console.questions, ask.form.text("term"), ask.client)
    except BadInput:
        faults = {"term": N_("请输入要核验的号码、网址或账号")}
        return public_page(ask, "public/check.html", {"result": None, "faults": faults}, status=422)
    except FanzhaError:
        return busy(ask)
    return public_page(ask, "public/check.html", {"result": result}, status=429 if result.turned_away else 200)


def objection_form(ask: Ask) -> Answer:
    """Who objects to what, and how he is answered."""
    return _objection(ask, {})


def object_to(ask: Ask) -> Answer:
    """Takes an objection, and tells its number; it says nothing of whether the number is listed."""
    told = {name: ask.form.text(name) for name in TELL}
    if ask.form.text("go") == "show":
        return _objection(ask, told)
    missing = {
        "term": N_("请填写号码、网址或账号"), "by": N_("请填写您的姓名或单位"), "contact": N_("请填写怎么答复您"),
        "grounds": N_("请写明为什么认为列错了"),
    }  # fmt: skip
    faults = {name: said for name, said in missing.items() if not told[name]}
    faults |= {name: N_("太长：请控制在两万字以内") for name in TELL if len(told[name]) > _LONGEST[name]}
    if faults:
        return _objection(ask, told, faults)
    desk = ask.console.desk
    if ask.console.sheets.take(desk.rules.public.sheets.limits, ask.client, "", desk.clock.now_us()):
        return busy(ask, 429)
    try:
        made = lodge_listing_objection(desk, told["term"], told["by"], told["contact"], told["grounds"])
    except BadInput:
        return _objection(ask, told, {"term": missing["term"]})
    except FanzhaError:
        return busy(ask)
    return public_page(ask, "public/objection.html", {"objection": made, "told": {}})


_LONGEST: Final = {"term": 200, "by": 200, "contact": 500, "grounds": 20_000}


def _objection(ask: Ask, told: Mapping[str, str], faults: Mapping[str, str] | None = None) -> Page:
    shown = {name: told.get(name, "") for name in TELL}
    context = {"objection": None, "told": shown, "faults": faults or {}}
    return public_page(ask, "public/objection.html", context, kept=shown, status=422 if faults else 200)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/public/check", check_form, None),
    Route("POST", "/public/check", check, None, csrf=False),
    Route("GET", "/public/objection", objection_form, None),
    Route("POST", "/public/objection", object_to, None, csrf=False),
)
