"""Passwords by argon2id, tokens from the machine's own source of chance."""

from __future__ import annotations

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106, second recommended option, on one lane: about a tenth of a second and 64 MiB for each guess.
TIME_COST: Final = 3
MEMORY_KIB: Final = 64 * 1024
LANES: Final = 1
TOKEN_BYTES: Final = 32


class Argon2Hasher:
    """argon2id with the given cost; a test takes a small one."""

    def __init__(self, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB, lanes: int = LANES) -> None:
        self._hasher = PasswordHasher(time_cost, memory_kib, lanes)

    def hash(self, password: str) -> str:
        """What is kept of a password: method, cost, salt and hash in one text."""
        return self._hasher.hash(_bytes(password))

    def matches(self, hashed: str, password: str) -> bool:
        """Whether it is the password, at the cost that stands in the hash."""
        try:
            return self._hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def new_token(self) -> str:
        """256 random bits."""
        return secrets.token_urlsafe(TOKEN_BYTES)


def _bytes(password: str) -> bytes:
    """In UTF-8; a terminal of another encoding may give half characters, which are only wrong."""
    return password.encode("utf-8", "surrogatepass")
