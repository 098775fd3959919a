"""Reports: taking one in, and the page of one."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
