"""What is done to a report."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

REPORT_DEEDS: Final[tuple[Deed, ...]] = ()
