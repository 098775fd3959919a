"""Visitors on their way to a provider of identities: known again by what comes back, once, and not for long."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.core.time import MINUTE_US
from fanzha.ports.identity_provider import Journey

LASTS_US: Final = 10 * MINUTE_US
UNDERWAY_MAX: Final = 10_000  # whoever set out longest ago is forgotten first


@dataclass(frozen=True, slots=True)
class Underway:
    """Who set out, when, where he comes back to, and where he wanted to go."""

    journey: Journey
    visitor: str
    begun_us: int
    back: str
    next: str


class Journeys:
    """Everybody who is underway since the start; safe to share between threads."""

    def __init__(self) -> None:
        self._underway: OrderedDict[str, Underway] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, underway: Underway) -> None:
        """Remembers somebody."""
        with self._lock:
            self._underway[underway.journey.state] = underway
            while len(self._underway) > UNDERWAY_MAX:
                self._underway.popitem(last=False)

    def end(self, state: str, visitor: str, now_us: int) -> Underway:
        """Who comes back with it. Raises NotAllowed for somebody else, a second time, and after too long."""
        with self._lock:
            found = self._underway.pop(state, None)
        if found is None or found.visitor != visitor or now_us >= found.begun_us + LASTS_US:
            raise NotAllowed("oidc.state", "this way back was not begun here, or took too long; begin again")
        return found
