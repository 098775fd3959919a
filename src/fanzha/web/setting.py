"""Sets answers: templates are filled in the reader's language, with what every page has around it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar.response import Response
from litestar.response.redirect import Redirect

from fanzha.core.actor import MACHINE
from fanzha.services.desk.body_called import body_called
from fanzha.web import show
from fanzha.web.answers import Answer, Download, GoTo, Page
from fanzha.web.asking import LANGUAGE_COOKIE, SESSION_COOKIE, VISITOR_COOKIE, Ask
from fanzha.web.console import Console
from fanzha.web.event_feed import feed_lines
from fanzha.web.forms import today_words
from fanzha.web.measure_words import HAZARD_WORDS, MODE_WORDS, TERM_WORDS
from fanzha.web.navigation import navigation_for
from fanzha.web.palette import palette_for
from fanzha.web.refusal_reasons import refusal_words
from fanzha.web.refusals import headline_of
from fanzha.web.routes import SEERS
from fanzha.web.terms import METHOD_WORDS, term
from fanzha.web.words import CHINESE, LANGUAGES, N_, TAGS, Say, own_words, sayer

STATIC: Final = Path(__file__).with_name("static")
TOLD_COOKIE: Final = "fanzha-told"
LOOK_COOKIES: Final = {
    "theme": ("auto", "light", "dark", "contrast"),
    "density": ("normal", "tight", "wide"),
    "keys": ("on", "off"),
    "sound": ("off", "on"),
}


class Setting:
    """Fills templates; made once per start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._environments = {language: _environment(language) for language in LANGUAGES}

    def respond(self, answer: Answer, ask: Ask) -> Response[Any]:
        """The answer as HTTP."""
        match answer:
            case Page():
                response = self._page(answer, ask)
            case GoTo() if ask.fragment:
                response = Response(b"", status_code=204, headers={"hx-redirect": answer.address})
            case GoTo():
                response = Redirect(answer.address, status_code=303)
            case Download():
                named = (
                    {"content-disposition": f"attachment; filename*=UTF-8''{quote(answer.name)}"} if answer.name else {}
                )
                response = Response(answer.content, media_type=answer.media_type, headers=named)
        self._cookies(response, answer, ask)
        return response

    def _page(self, page: Page, ask: Ask) -> Response[Any]:
        text = self.text(page.template, page.context, ask)
        return Response(text, media_type="text/html; charset=utf-8", status_code=page.status)

    def text(self, template: str, context: Mapping[str, Any], ask: Ask) -> str:
        """A template filled for a request."""
        environment = self._environments[ask.language]
        now_us = self._console.desk.clock.now_us()
        look = {
            name: ask.cookies.get(f"fanzha-{name}", "") if ask.cookies.get(f"fanzha-{name}") in allowed else allowed[0]
            for name, allowed in LOOK_COOKIES.items()
        }
        told = ask.cookies.get(TOLD_COOKIE, "")
        around = {
            "ask": ask, "now_us": now_us, "language": ask.language, "tag": TAGS[ask.language], "csrf": ask.csrf,
            "today": today_words(now_us),
            "navigation": navigation_for(ask.actor), "palette": palette_for(ask.actor),
            "seer": ask.actor is not None and bool(ask.actor.roles & SEERS), "look": look, "theme": look["theme"],
            "body_name": cache(partial(body_called, self._console.desk)),
            "told": _told(sayer(ask.language), told), "demo": self._console.demo, "instant": partial(show.instant, now_us=now_us),
        }  # fmt: skip
        return environment.get_template(template).render({**around, **context})

    def _cookies(self, response: Response[Any], answer: Answer, ask: Ask) -> None:
        wanted: dict[str, str | None] = dict(getattr(answer, "cookies", {}))
        if VISITOR_COOKIE not in wanted:
            wanted[VISITOR_COOKIE] = ask.cookies[VISITOR_COOKIE]
        if ask.query.get("lang") in LANGUAGES:
            wanted[LANGUAGE_COOKIE] = ask.language
        if isinstance(answer, GoTo) and answer.told:
            wanted[TOLD_COOKIE] = quote(answer.told)
        elif isinstance(answer, Page) and ask.cookies.get(TOLD_COOKIE) and not ask.fragment:
            wanted[TOLD_COOKIE] = None
        for name, value in wanted.items():
            if value is None:
                response.delete_cookie(name, path="/")
                continue
            lasting = name in (LANGUAGE_COOKIE, *(f"fanzha-{look}" for look in LOOK_COOKIES))
            response.set_cookie(
                name, value, path="/", httponly=True, secure=self._console.secure,
                samesite="strict" if name == SESSION_COOKIE else "lax", max_age=31_536_000 if lasting else None,
            )  # fmt: skip


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("fanzha.web", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, finalize=show.unturned,
    )  # fmt: skip
    say = sayer(language)
    environment.globals |= {
        "_": say, "own_words": partial(own_words, language=language), "method_words": METHOD_WORDS, "who": partial(_who, say),
        "static": static_address, "money": show.money, "brief": partial(show.brief_money, language=language),
        "span": partial(show.span, language=language),
        "grouped": show.grouped, "spelled": show.spelled, "field_instant": show.field_instant,
        "machine_instant": show.machine_instant, "term": partial(term, say),
        "headline_of": headline_of, "feed_lines": feed_lines, "alarm_steps": show.alarm_steps,
        "refusal_words": partial(refusal_words, say), "mode_words": MODE_WORDS, "hazard_words": HAZARD_WORDS,
        "term_words": TERM_WORDS, "colon": "：" if language == CHINESE else ": ",
        "min": min, "max": max, "len": len, "zip": zip,
    }  # fmt: skip
    return environment


def _who(say: Say, login: str) -> str:
    """Who did something: a login as it is, and the system by its word."""
    return say(N_("系统")) if login == MACHINE.id else login


def _told(say: Say, kept: str) -> str:
    """What was told by the page before, which put it in a cookie; each line in the reader's language."""
    return "\n".join(say(line) for line in unquote(kept).split("\n")) if kept else ""


@cache
def static_address(name: str) -> str:
    """The address of a file of the console; it changes with the content, so that browsers may keep it."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{mark}"
