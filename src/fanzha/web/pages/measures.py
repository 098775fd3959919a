"""2.6 Measures: the boards, and one measure with what stands for and against it."""

from __future__ import annotations

from typing import Final

from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = ()
