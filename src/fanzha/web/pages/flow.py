"""2.3 Where the money went: picture, table and playback of the last trace of a case."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
