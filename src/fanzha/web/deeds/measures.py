"""What is done to a measure, from draft to end."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed
from fanzha.web.deeds.measure_deciding import DECIDING
from fanzha.web.deeds.measure_drafting import DRAFTING
from fanzha.web.deeds.measure_hearing import HEARING
from fanzha.web.deeds.measure_orders import ORDERS

MEASURE_DEEDS: Final[tuple[Deed, ...]] = (*DRAFTING, *DECIDING, *ORDERS, *HEARING)
