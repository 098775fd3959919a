"""What is done about an account: revealing, exporting."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

ACCOUNT_DEEDS: Final[tuple[Deed, ...]] = ()
