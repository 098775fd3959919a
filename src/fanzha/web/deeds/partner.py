"""What a partner's clerk does to an order that was sent to his institution."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

PARTNER_DEEDS: Final[tuple[Deed, ...]] = ()
