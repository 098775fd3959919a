"""2.10 Everybody's page: what is known of a number, and telling the desk something."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
