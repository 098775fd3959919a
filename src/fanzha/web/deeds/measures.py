"""What is done to a measure, from draft to end."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

MEASURE_DEEDS: Final[tuple[Deed, ...]] = ()
