"""How often somebody asks: counted within a window, by who asks, by what is asked, and of all; terms are never kept."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum, unique
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from fanzha.casework.public_rules import AskingLimits

KEPT_MAX: Final = 100_000  # counts at a time; the oldest is forgotten first, and `total` still holds


@unique
class Passed(StrEnum):
    """Which limit was passed."""

    CLIENT = "client"
    TERM = "term"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Turned:
    """One question too many; `first` within its window is what is noted."""

    passed: Passed
    mark: str  # of the client or term: the same within one start, and nothing can be told from it
    count: int
    first: bool


def asker_of(address: str) -> str:
    """By what somebody is counted: his address, of IPv6 the network, in which one machine has as many as it likes."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


class AskingCounts:
    """Counts of one start of one process; safe to share between threads.

    Several processes count each for itself: together they answer as many times the limits.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._window = -1
        self._counts: OrderedDict[tuple[Passed, str], int] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, limits: AskingLimits, client: str, term: str, now_us: int) -> Turned | None:
        """Counts one question; gives the limit that it passes, None where it may be answered."""
        window = now_us // limits.window_us
        with self._lock:
            if window != self._window:
                self._window = window
                self._counts.clear()
            turned = [
                self._counted(Passed.TOTAL, "", limits.total),
                self._counted(Passed.CLIENT, self._mark(asker_of(client)), limits.client),
                self._counted(Passed.TERM, self._mark(term), limits.term),
            ]
            return next((one for one in turned if one is not None), None)

    def _counted(self, passed: Passed, mark: str, limit: int) -> Turned | None:
        key = (passed, mark)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        self._counts.move_to_end(key)
        if len(self._counts) > KEPT_MAX:
            self._counts.popitem(last=False)
        return Turned(passed, mark, count, first=count == limit + 1) if limit and count > limit else None

    def _mark(self, value: str) -> str:
        return hmac.new(self._secret, value.encode("utf-8", "replace"), "sha256").hexdigest()[:16]
