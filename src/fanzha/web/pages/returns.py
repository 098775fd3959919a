"""Returns: the list, and one with its plan, its papers and its payments."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
