"""What is done to a return."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

RETURN_DEEDS: Final[tuple[Deed, ...]] = ()
