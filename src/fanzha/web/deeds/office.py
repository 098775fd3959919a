"""What an administrator does to bodies, people, tokens and links."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

OFFICE_DEEDS: Final[tuple[Deed, ...]] = ()
