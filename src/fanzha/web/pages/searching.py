"""The search box: over what somebody may see, with a purpose and a note of it."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
