"""The router of the API and its description at /schema/openapi.json."""

from __future__ import annotations

from typing import Any, Final

from litestar import HttpMethod, Request, Router, route
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response import Response

from fanzha import __version__
from fanzha.core.errors import FanzhaError
from fanzha.web.api.bodies import BASE64, FileIn
from fanzha.web.api.doing import doing_handlers
from fanzha.web.api.problems import ApiError, failed, refused, turned_away, unreadable
from fanzha.web.api.reading import reading_handlers
from fanzha.web.console import Console

PREFIX: Final = "/api/v1"
BODY_MAX: Final = 16 * 1024 * 1024


def api_router(console: Console) -> Router:
    """Every address of the API."""
    return Router(
        path=PREFIX,
        route_handlers=[_options_of("reports"), _options_of("measures"), *reading_handlers(console), *doing_handlers(console)],
        before_request=_only_json,
        exception_handlers={
            ApiError: turned_away, FanzhaError: refused, HTTPException: unreadable, Exception: failed,
        },
        security=[{"bearer": []}],
        request_max_body_size=BODY_MAX,
        include_in_schema=True,
    )  # fmt: skip


def api_config() -> OpenAPIConfig:
    """The description, as JSON alone: no page that loads script from elsewhere."""
    return OpenAPIConfig(
        title="Fanzha", version=__version__, path="/schema", render_plugins=[_Description(path="/openapi.json")],
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
    )  # fmt: skip


class _Description(JsonRenderPlugin):
    """The description; bodies take no field that it does not name."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """As JSON."""
        for name, schema in openapi_schema.get("components", {}).get("schemas", {}).items():
            if name.endswith(("In", "Body")):
                schema["additionalProperties"] = False
            if name == FileIn.__name__:  # bytes take no pattern where they are declared
                schema["properties"]["content"] |= {"contentEncoding": "base64", "pattern": BASE64}
        return super().render(request, openapi_schema)


def _options_of(kind: str) -> Any:
    """What the address of a list takes that can be added to: its two handlers are told of as one."""

    def options() -> Response[None]:
        return Response(None, status_code=204, headers={"allow": "GET, OPTIONS, POST"})

    options.__name__ = f"{kind}_options"
    return route(
        f"/{kind}", http_method=[HttpMethod.OPTIONS], include_in_schema=False, status_code=204, sync_to_thread=False
    )(options)


def _only_json(request: Request[Any, Any, Any]) -> None:
    """A body that says to be anything else is not read."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if request.method == "POST" and has_body and request.content_type[0] != "application/json":
        raise ApiError(415, "media_type", "send application/json")
