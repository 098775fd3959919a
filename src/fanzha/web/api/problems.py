"""Errors as RFC 9457 problems: a code for programs, the rule's own sentence, never a translated text."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Response

from fanzha.core.errors import BadInput, FanzhaError, NotAllowed, NotFound, StaleVersion
from fanzha.web.forms import Faults

PROBLEM_TYPE: Final = "application/problem+json"
_log = structlog.get_logger("fanzha.web")


class FieldProblem(msgspec.Struct, frozen=True):
    """One field of the body, and what is wrong with it."""

    name: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=False):
    """What went wrong; `type` ends with the code."""

    type: str
    title: str
    status: int
    detail: str = ""
    rule: str = ""
    fields: list[FieldProblem] = []


class ApiError(Exception):
    """A request that is turned away before any use case sees it."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, fields: Sequence[str] = ()
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})
        self.fields = tuple(FieldProblem(name, "does not fit") for name in fields)


TITLES: Final[Mapping[str, str]] = {
    "invalid": "The request cannot be read or makes no sense",
    "unauthenticated": "A bearer token is needed",
    "not_allowed": "A rule forbids this",
    "not_found": "There is nothing of that id, or nothing that you may see",
    "method": "This address does not take that method",
    "stale_version": "Somebody else changed the record",
    "cursor": "The cursor is not of this list",
    "refused": "The facts do not allow this",
    "too_large": "The body is too large",
    "media_type": "The body must be application/json",
    "too_many": "Too many requests",
    "failed": "The request could not be carried out",
}
_BY_STATUS: Final = {400: "invalid", 401: "unauthenticated", 403: "not_allowed", 404: "not_found", 405: "method",
                     413: "too_large", 415: "media_type", 422: "invalid", 429: "too_many"}  # fmt: skip
# What every address may answer besides what it is there for.
EVERY: Final[Mapping[int, ResponseSpec]] = {
    status: ResponseSpec(data_container=Problem, description=TITLES[_BY_STATUS[status]], media_type=PROBLEM_TYPE,
                         generate_examples=False)
    for status in (400, 401, 403, 404, 405, 422, 429)
}  # fmt: skip
LISTING: Final[Mapping[int, ResponseSpec]] = {
    **EVERY,
    409: ResponseSpec(
        data_container=Problem, description=TITLES["cursor"], media_type=PROBLEM_TYPE, generate_examples=False
    ),
}
WRITING: Final[Mapping[int, ResponseSpec]] = {
    **EVERY,
    **{
        status: ResponseSpec(data_container=Problem, description=TITLES[code], media_type=PROBLEM_TYPE,
                             generate_examples=False)
        for status, code in ((409, "refused"), (413, "too_large"), (415, "media_type"))
    },
}  # fmt: skip


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    rule: str = "",
    fields: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The answer."""
    body = Problem(f"urn:fanzha:problem:{code}", TITLES[code], status, detail, rule, list(fields))
    return Response(msgspec.json.encode(body), status_code=status, media_type=PROBLEM_TYPE, headers=dict(headers or {}))


def refused(_request: Request[Any, Any, Any], error: FanzhaError) -> Response[Any]:
    """What a rule or the facts say against it."""
    match error:
        case Faults():
            return problem(422, "invalid", fields=tuple(FieldProblem(name, "invalid") for name in error.faults))
        case NotFound():
            return problem(404, "not_found", str(error))
        case BadInput():
            return problem(422, "invalid", str(error))
        case StaleVersion():
            return problem(409, "stale_version", str(error))
        case NotAllowed():
            return problem(403, "not_allowed", str(error), rule=error.rule)
        case _:
            return problem(409, "refused", str(error))


def turned_away(_request: Request[Any, Any, Any], error: ApiError) -> Response[Any]:
    """Before any use case saw it."""
    return problem(error.status, error.code, error.detail, fields=error.fields, headers=error.headers)


def unreadable(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What does not fit the description of the API; `extra` of a validation names the fields."""
    code = _BY_STATUS.get(error.status_code, "failed")
    extra = error.extra if isinstance(error.extra, list) else []
    fields = tuple(
        FieldProblem(str(one.get("key", "")), str(one.get("message", ""))[:200])
        for one in extra
        if isinstance(one, dict)
    )
    return problem(error.status_code, code, fields=fields, headers=error.headers)


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Ours to look into: the number is in the log."""
    number = secrets.token_hex(4)
    # As text, as of the pages: a renderer that shows every local variable takes minutes, and would show persons.
    trace = "".join(traceback.format_exception(error))
    _log.error("api failed", error_id=number, address=request.scope["path"], method=request.method, trace=trace)
    return problem(500, "failed", f"error {number}")


def lost(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """No such address, or not by that method; which methods it takes stands in `Allow`."""
    answer = unreadable(request, error)
    if error.status_code == 405:
        answer.headers["allow"] = ", ".join(methods_of(request))
    return answer


def methods_of(request: Request[Any, Any, Any]) -> tuple[str, ...]:
    """What the address of a request takes."""
    path = request.scope["path"].rstrip("/")
    asked = path.split("/")
    found: dict[bool, set[str]] = {True: set(), False: set()}  # named exactly so, or by a pattern
    for each in request.app.routes:
        parts = each.path.rstrip("/").split("/")
        if len(parts) == len(asked) and all(
            ours == theirs or ours.startswith("{") for ours, theirs in zip(parts, asked, strict=True)
        ):
            found[each.path.rstrip("/") == path] |= set(getattr(each, "methods", ()))
    return tuple(sorted(found[True] or found[False]))
