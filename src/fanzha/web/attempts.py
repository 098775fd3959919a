"""Too many wrong attempts at signing in, from one address or at one login, have to wait; counted in memory since the start.

Beside the lock of an account, which the desk keeps: this one also slows who tries one password at many logins. Behind a
proxy every visitor has the proxy's address, so that all of them share its limit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.core.time import MINUTE_US

WRONG_MAX: Final = 20
WINDOW_US: Final = 10 * MINUTE_US
KEYS_MAX: Final = 10_000  # addresses and logins remembered; the one that was quiet longest is forgotten first


class Attempts:
    """Wrong attempts of the last minutes, by address and by login; safe to share between threads."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, client: str, login: str, now_us: int) -> None:
        """Raises NotAllowed where the address or the login has been wrong too often."""
        with self._lock:
            if any(len(self._recent(key, now_us)) >= WRONG_MAX for key in _keys(client, login)):
                raise NotAllowed(
                    "sign_in.too_many", f"too many wrong attempts; wait {WINDOW_US // MINUTE_US} minutes and try again"
                )

    def was_wrong(self, client: str, login: str, now_us: int) -> None:
        """Counts one."""
        with self._lock:
            for key in _keys(client, login):
                self._wrong[key] = [*self._recent(key, now_us), now_us]
                self._wrong.move_to_end(key)
            while len(self._wrong) > KEYS_MAX:
                self._wrong.popitem(last=False)

    def _recent(self, key: str, now_us: int) -> list[int]:
        return [at_us for at_us in self._wrong.get(key, ()) if at_us > now_us - WINDOW_US]


def _keys(client: str, login: str) -> tuple[str, str]:
    return f"client {client}", f"login {login}"
