"""2.9 The partner's desk: what was sent to a bank or an operator, and its answers; works without script."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
