"""2.2 Cases: the list, and one case with its facts and where each comes from."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
