"""2.4 An account: what was said, verified, done, and what the ledger knows."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
