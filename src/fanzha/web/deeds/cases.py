"""What is done to a case and what hangs on it."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

CASE_DEEDS: Final[tuple[Deed, ...]] = ()
