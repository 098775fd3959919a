"""Who calls: the person or program behind a bearer token, as often as the rules allow; cookies count for nothing."""

from __future__ import annotations

import hashlib
from typing import Any

from litestar import Request

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.web.api.problems import ApiError
from fanzha.web.console import Console


def caller(console: Console, request: Request[Any, Any, Any]) -> Actor:
    """The actor. Raises ApiError without a token that counts, or after too many requests."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    challenge = {"www-authenticate": 'Bearer realm="fanzha"'}
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError(401, "unauthenticated", "send: Authorization: Bearer TOKEN", challenge)
    token = token.strip()
    limits = console.desk.rules.public.programs
    mark = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    if console.programs.take(limits, mark, "", console.desk.clock.now_us()) is not None:
        raise ApiError(429, "too_many", "wait, and ask less often", {"retry-after": str(limits.window_us // 1_000_000)})
    try:
        return actor_from_token(console.desk, token)
    except NotAllowed as unknown:
        raise ApiError(401, "unauthenticated", str(unknown), challenge) from None
