"""The application: routes, who is let in, headers of safety, errors as pages."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog
from anyio import CapacityLimiter, to_thread
from litestar import Litestar, Request, route
from litestar.config.compression import CompressionConfig
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, HTTPException
from litestar.response import Response
from litestar.static_files import create_static_files_router

from fanzha.core.errors import FanzhaError, NotAllowed
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.api import api_config, api_router, lost
from fanzha.web.asking import LANGUAGE_COOKIE, SESSION_COOKIE, VISITOR_COOKIE, Ask, Form, Upload
from fanzha.web.console import Console
from fanzha.web.live import live_handler
from fanzha.web.pages import ROUTES
from fanzha.web.pages.public import busy
from fanzha.web.pages.seat import kept_of
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import Route
from fanzha.web.setting import STATIC, Setting
from fanzha.web.ways_in import ways_in
from fanzha.web.words import N_, language_of

THREADS: Final = 16  # pages at work at once; the rest waits its turn
PUBLIC: Final = "/public/"
PUBLIC_THREADS: Final = 4  # of their own: a rush on the public pages takes no officer's turn
WAITING_MAX: Final = 64  # more than these are told the telephone numbers at once
UPLOAD_MAX: Final = 64 * 1024 * 1024
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_log = structlog.get_logger("fanzha.web")


def make_app(console: Console, routes: Sequence[Route] = ROUTES) -> Litestar:
    """The console as an ASGI application."""
    setting = Setting(console)
    officers, everybody = CapacityLimiter(THREADS), CapacityLimiter(PUBLIC_THREADS)
    return Litestar(
        [
            *(
                _handler(one, console, setting, everybody if one.address.startswith(PUBLIC) else officers)
                for one in routes
            ),
            live_handler(console),
            api_router(console),
            create_static_files_router("/static", [STATIC], cache_control=None, include_in_schema=False),
        ],
        openapi_config=api_config(),
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, exclude=["/live"]),
        request_max_body_size=UPLOAD_MAX,
        exception_handlers={HTTPException: lambda request, error: _lost(request, error, console, setting)},
        before_send=[_safe],
        logging_config=None,
    )


async def _safe(message: Any, scope: Any) -> None:
    """Puts the headers of safety on every answer; what shows a person's data is kept by nobody on the way."""
    if message["type"] != "http.response.start":
        return
    given = {name for name, _ in message.setdefault("headers", [])}
    wanted = dict(HEADERS)
    if scope["path"].startswith("/static/"):
        wanted["cache-control"] = "public, max-age=31536000, immutable"
    else:
        wanted["cache-control"] = "no-store"
    message["headers"] += [
        (name.encode(), value.encode()) for name, value in wanted.items() if name.encode() not in given
    ]


def _handler(one: Route, console: Console, setting: Setting, limiter: CapacityLimiter) -> Any:
    """The handler of one route: reads the request, lets in whom the route lets in, and answers in a thread."""

    async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
        if one.address.startswith(PUBLIC) and limiter.statistics().tasks_waiting >= WAITING_MAX:
            return setting.respond(busy(_ask(request, console, Form())), _ask(request, console, Form()))
        form = await _read_form(request) if one.method == "POST" else Form()
        ask = _ask(request, console, form)

        def work() -> Response[Any]:
            return _answered(one, ask, setting)

        return await to_thread.run_sync(work, limiter=limiter)

    answer.__name__ = f"{one.method}_{one.answer.__name__}"
    return route(
        one.address,
        http_method=[one.method],
        name=answer.__name__ + one.address,
        status_code=200,
        include_in_schema=False,
    )(answer)


def _answered(one: Route, ask: Ask, setting: Setting) -> Response[Any]:
    """The route's answer, or what is wrong as a page: under the head of whoever asked, so that he goes on from there."""
    seated = ask
    try:
        seated = _seated(ask) if ask.session else ask
        if one.roles is not None:
            if seated.actor is None:
                return setting.respond(_to_sign_in(ask, ask.method == "POST" and one.csrf), ask)
            _check_role(one, seated)
        if one.method == "POST" and one.csrf:
            seated.check_csrf()
        return setting.respond(one.answer(seated), seated)
    except FanzhaError as error:
        return setting.respond(_trouble_page(trouble_of(error)), seated)
    except Exception:  # noqa: BLE001 - the entry point: whoever asked is told a number by which the log can be searched
        number = secrets.token_hex(4)
        # As text: a renderer that also shows every local variable takes minutes for a store, and would show persons.
        trace = traceback.format_exc()
        _log.error("page failed", error_id=number, address=one.address, method=one.method, trace=trace)
        if one.address.startswith(PUBLIC):
            return setting.respond(busy(ask), ask)
        headline = N_("系统出错，未能完成；此前保存的内容不受影响")
        return setting.respond(_trouble_page(Trouble(headline, f"error {number}", status=500)), ask)


def _check_role(one: Route, ask: Ask) -> None:
    if one.roles is not None and not ask.officer.roles & one.roles:
        raise NotAllowed("page.role", f"{ask.address} is not a page of your role")


def _seated(ask: Ask) -> Ask:
    """The request with who signed in; a session that is over is as none."""
    try:
        return replace(ask, actor=actor_from_token(ask.console.desk, ask.session))
    except NotAllowed:
        return ask


def _to_sign_in(ask: Ask, keeps_form: bool) -> Answer:  # noqa: FBT001 - of this file's own
    """Asks who it is; what he had written into a form of his session is kept on the page, and shown to him again."""
    gone: Mapping[str, str | None] = {SESSION_COOKIE: None} if ask.session else {}
    if keeps_form and ask.session:
        # The marks of this page's forms are those of a visitor without a session, as its cookie is taken away.
        out = replace(ask, cookies={name: value for name, value in ask.cookies.items() if name != SESSION_COOKIE})
        kept = {
            **ways_in(out),
            "login": "",
            "next": "",
            "trouble": None,
            "csrf": out.csrf,
            "kept": kept_of(ask.form),
            "kept_for": ask.address,
        }
        return Page("sign_in.html", kept, 401, cookies=gone)
    back = f"?next={ask.address}" if ask.method == "GET" and ask.address not in ("/", "/sign-in") else ""
    return GoTo(f"/sign-in{back}", cookies=gone)


def _trouble_page(trouble: Trouble) -> Answer:
    return Page("trouble.html", {"trouble": trouble}, trouble.status)


def _lost(request: Request[Any, Any, Any], error: HTTPException, console: Console, setting: Setting) -> Response[Any]:
    """What Litestar itself refuses: no such address, no such method, a body that is too large."""
    if request.scope["path"].startswith("/api/"):
        return lost(request, error)
    headline = {404: N_("没有这个页面"), 405: N_("此页面不能这样打开"), 413: N_("文件太大")}.get(
        error.status_code, N_("未能办理")
    )
    ask = _ask(request, console, Form())
    ask = _seated(ask) if ask.session else ask
    return setting.respond(_trouble_page(Trouble(headline, error.detail, status=error.status_code)), ask)


async def _read_form(request: Request[Any, Any, Any]) -> Form:
    """The fields and files of a form of either encoding. Raises ClientException for what is no form."""
    kind = request.content_type[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data", ""):
        raise ClientException("this page takes forms", status_code=415)
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(Upload(value.filename, await value.read()))
        else:
            fields.setdefault(name, []).append(str(value))
    return Form(fields, files)


def _ask(request: Request[Any, Any, Any], console: Console, form: Form) -> Ask:
    cookies = dict(request.cookies)
    cookies.setdefault(VISITOR_COOKIE, secrets.token_urlsafe(16))
    query = dict(request.query_params)
    language = language_of(
        query.get("lang", ""), cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    )
    return Ask(
        console=console, method=request.method, address=request.scope["path"],
        path={name: str(value) for name, value in request.path_params.items()}, query=query, form=form, cookies=cookies,
        headers={name.lower(): value for name, value in request.headers.items()},
        client=request.client.host if request.client else "", language=language,
    )  # fmt: skip
