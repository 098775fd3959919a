"""Asking institutions, and taking in what they answer."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.deed import Deed

QUERY_DEEDS: Final[tuple[Deed, ...]] = ()
