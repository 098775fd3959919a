"""Challenges of passkeys: made for one visitor and one purpose, good for minutes, and taken once.

A challenge carries its time and a seal by a key of this start, so that nothing is kept for one that is never answered;
those that were answered are remembered until they are over.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from enum import StrEnum, unique
from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.core.time import MINUTE_US

LASTS_US: Final = 10 * MINUTE_US
CHANCE: Final = 16  # bytes
TIME: Final = 8
SEAL: Final = 32


@unique
class Ceremony(StrEnum):
    """What a challenge is for."""

    MAKE = "make"
    SIGN_IN = "sign_in"


class Challenges:
    """Gives challenges out and takes answers to them; safe to share between threads."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._taken: dict[bytes, int] = {}  # until when each would still be good
        self._lock = threading.Lock()

    def new(self, visitor: str, ceremony: Ceremony, now_us: int) -> bytes:
        """One for this visitor and purpose."""
        begun = secrets.token_bytes(CHANCE) + now_us.to_bytes(TIME, "big")
        return begun + self._seal(begun, visitor, ceremony)

    def take(self, challenge: bytes, visitor: str, ceremony: Ceremony, now_us: int) -> None:
        """Raises NotAllowed for one that was not made for this visitor and purpose, is over, or was taken before."""
        begun, seal = challenge[: CHANCE + TIME], challenge[CHANCE + TIME :]
        if not hmac.compare_digest(seal, self._seal(begun, visitor, ceremony)):
            raise NotAllowed("passkey.challenge", "this was not asked of you here; open the page again")
        until_us = int.from_bytes(begun[CHANCE:], "big") + LASTS_US
        with self._lock:
            self._taken = {one: until for one, until in self._taken.items() if until > now_us}
            if now_us >= until_us or challenge in self._taken:
                raise NotAllowed("passkey.late", "this took too long, or was sent twice; press the button again")
            self._taken[challenge] = until_us

    def _seal(self, begun: bytes, visitor: str, ceremony: Ceremony) -> bytes:
        said = b"\x00".join((begun, ceremony.value.encode("ascii"), visitor.encode("utf-8", "replace")))
        return hmac.new(self._key, said, "sha256").digest()
